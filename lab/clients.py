"""Clients of the recipe ledger: they write numbers without a pause, and know what was kept."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence

PAUSE = 0.01  # seconds
PATIENCE = 2.0  # seconds for one answer


class Clients:
    """``addresses``: who is asked, the first that answers is written to."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._over = threading.Event()
        self._next = int(time.time() * 1000)  # beyond those of any clients before
        self.kept: list[str] = []  # numbers that were acknowledged
        self.gap = 0.0  # the longest time between two answers, in seconds

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._write)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def wait(self, answers: int) -> None:
        """Until there are so many more."""
        wanted = len(self.kept) + answers
        while len(self.kept) < wanted:
            time.sleep(PAUSE)

    def _write(self) -> None:
        last = time.monotonic()
        while not self._over.wait(PAUSE):
            self._next += 1
            if any(self._keeps(address) for address in self._addresses):
                now = time.monotonic()
                self.gap, last = max(self.gap, now - last), now
                self.kept.append(str(self._next))

    def _keeps(self, address: str) -> bool:
        url = f"http://{address}:8080/{self._next}"
        request = urllib.request.Request(url, data=b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def numbers(address: str) -> set[str]:
    """What a ledger has kept."""
    with urllib.request.urlopen(f"http://{address}:8080/", timeout=10) as answer:
        return set(answer.read().decode().split())
