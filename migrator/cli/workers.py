"""Work for many hosts on all cores of this machine."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from migrator.cli.hosts import Host
from migrator.errors import MigratorError, NoSpace
from migrator.stages import Outcome

Work = Callable[[Host], Outcome]
FEW = 20  # hosts that are done before workers would have begun
CHUNK = 8  # hosts that a worker is given at a time
YOUNG = 100_000  # objects between two searches for garbage: records have no cycles

_work: Work


def each(work: Work, hosts: Sequence[Host], parallel: bool) -> Iterator[Outcome | MigratorError]:
    """What ``work`` gave for each of ``hosts``, in their order; an error stops no other."""
    if not parallel or len(hosts) <= FEW:
        yield from (_tried(work, host) for host in hosts)
        return
    alive, ours = os.pipe()
    pool = ProcessPoolExecutor(
        os.cpu_count(),
        mp_context=multiprocessing.get_context("fork"),
        initializer=_begin,
        initargs=(work, alive, ours),
    )
    try:
        yield from pool.map(_do, hosts, chunksize=CHUNK)
    except BrokenProcessPool as error:
        hint = "see whether memory is short, then run the same command again"
        raise NoSpace("a worker was killed", hint) from error
    finally:
        pool.shutdown(cancel_futures=True)
        os.close(alive)
        os.close(ours)


def _begin(work: Work, alive: int, parents: int) -> None:
    """In a worker: the parent alone is told to stop, and stops it."""
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(parents)
    threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()
    gc.freeze()
    gc.set_threshold(YOUNG)


def _end_with_parent(alive: int) -> None:
    """Also when it was killed: the pipe, into which nobody writes, ends then."""
    os.read(alive, 1)
    os._exit(1)


def _do(host: Host) -> Outcome | MigratorError:
    return _tried(_work, host)


def _tried(work: Work, host: Host) -> Outcome | MigratorError:
    """Not even a bug of ours that one host brings to light stops the others."""
    try:
        return work(host)
    except MigratorError as error:
        return error
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        message = f"unexpected {type(error).__name__}: {error} ({last.filename}:{last.lineno})"
        return MigratorError(message, f"a bug; run it for {host.name} alone to see more")
