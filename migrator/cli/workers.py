"""Work for many hosts on all cores of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from migrator.cli.hosts import Host
from migrator.errors import MigratorError
from migrator.stages import Outcome

Work = Callable[[Host], Outcome]
FEW = 20  # hosts that are done before workers would have begun
CHUNK = 8  # hosts that a worker is given at a time

_work: Work


def each(work: Work, hosts: Sequence[Host], parallel: bool) -> Iterator[Outcome | MigratorError]:
    """What ``work`` gave for each of ``hosts``, in their order; an error stops no other."""
    if not parallel or len(hosts) <= FEW:
        yield from (_tried(work, host) for host in hosts)
        return
    pool = ProcessPoolExecutor(
        os.cpu_count(),
        mp_context=multiprocessing.get_context("fork"),
        initializer=_begin,
        initargs=(work,),
    )
    try:
        yield from pool.map(_do, hosts, chunksize=CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(work: Work) -> None:
    """In a worker: the parent alone is told to stop, and stops it."""
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(host: Host) -> Outcome | MigratorError:
    return _tried(_work, host)


def _tried(work: Work, host: Host) -> Outcome | MigratorError:
    try:
        return work(host)
    except MigratorError as error:
        return error
