"""Both hosts of a move, each connected to when it is first needed: one may be gone."""

from __future__ import annotations

import contextlib
from types import TracebackType

from migrator.address import Address
from migrator.carrier import Carrier
from migrator.limits import UNLIMITED, Limits
from migrator.session import waiting
from migrator.transport import connect


class Ends:
    """``inventory``: the files that Ansible reads, for tasks of the user's own."""

    def __init__(
        self,
        source: Address,
        target: Address,
        limits: Limits = UNLIMITED,
        inventory: tuple[str, ...] = (),
    ) -> None:
        self.addresses = (source, target)
        self.inventory = inventory
        self._limits = limits
        self._open = contextlib.ExitStack()
        self._source: Carrier | None = None
        self._target: Carrier | None = None

    @property
    def source(self) -> Carrier:
        if self._source is None:
            connection = self._open.enter_context(connect(self.addresses[0]))
            self._source = Carrier(connection, limits=self._limits)
        return self._source

    @property
    def target(self) -> Carrier:
        if self._target is None:
            self._target = Carrier(self._open.enter_context(connect(self.addresses[1])))
        return self._target

    def prepare(self) -> None:
        """Have our programs wait on both hosts, so that the steps to come start none."""
        if not self.source.sessions:
            self._open.enter_context(waiting(self.source, "control", "agent"))
        if not self.target.sessions:
            self._open.enter_context(waiting(self.target, "runtime"))

    def reconnect(self) -> None:
        """After an error: a connection that was cut is made anew."""
        opened, self._open = self._open, contextlib.ExitStack()
        self._source = self._target = None
        with contextlib.suppress(OSError):
            opened.close()

    def __enter__(self) -> Ends:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._open.close()
