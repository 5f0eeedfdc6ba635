"""Whom the host reaches: peers that answer, names that are known, connections that are held."""

from __future__ import absolute_import, division, print_function

import socket
import threading
import time

from migrator.agent.files import Root
from migrator.agent.network.proc import address
from migrator.agent.network.sockets import unmapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

PATIENCE = 3.0  # seconds for one peer to answer
NAMES = 12.0  # seconds for all names to be looked up, a nameserver that is down among theirs
HELD = 10.0  # seconds for a connection that was lost to be made again
ESTABLISHED = 1
WORKERS = 32


def reached(peers):
    # type: (list[list[Any]]) -> dict[str, str]
    """ "address:port" -> "" where TCP connects, else why not. Nothing is sent."""
    return _at_once(lambda peer: _reached(*peer), peers, PATIENCE * (1 + len(peers) // WORKERS))


def _reached(host, port):
    # type: (str, int) -> tuple[str, str]
    name = "%s:%s" % (host, port)
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except socket.timeout:
        return name, "no answer"
    except (IOError, OSError, OverflowError) as error:
        return name, getattr(error, "strerror", None) or str(error)
    return name, ""


def known(names):
    # type: (list[str]) -> dict[str, bool]
    """Whether each name has an address here. One that is not looked up in time has none."""
    return dict(dict.fromkeys(names, False), **_at_once(_known, names, NAMES))


def _known(name):
    # type: (str) -> tuple[str, bool]
    try:
        return name, bool(socket.getaddrinfo(name, None))
    except (IOError, OSError, ValueError):
        return name, False


def _at_once(ask, items, patience):
    # type: (Callable[[Any], tuple[str, Any]], list[Any], float) -> dict[str, Any]
    """What ``ask`` says of each item, several at a time; what takes too long is left out."""
    waiting, answers = list(items), {}  # type: list[Any], dict[str, Any]

    def work():
        # type: () -> None
        while True:
            try:
                item = waiting.pop()
            except IndexError:
                return
            name, answer = ask(item)
            answers[name] = answer

    workers = [threading.Thread(target=work) for _ in range(min(WORKERS, len(waiting)))]
    end = time.time() + patience
    for worker in workers:
        worker.daemon = True
        worker.start()
    for worker in workers:
        worker.join(max(0.0, end - time.time()) + 1)
    return dict(answers)


def held(connections):
    # type: (list[list[Any]]) -> dict[str, bool]
    """Whether there is a connection to each [address, port]; one that is missing may still come."""
    wanted = dict(("%s:%s" % (host, port), (host, port)) for host, port in connections)
    end = time.time() + HELD
    while True:
        now = set(_established())
        if now.issuperset(wanted.values()) or time.time() > end:
            return dict((name, peer in now) for name, peer in wanted.items())
        time.sleep(0.5)


def _established():
    # type: () -> Iterable[tuple[str, int]]
    for table in ("tcp", "tcp6"):
        for line in Root("/").text("/proc/net/" + table).splitlines()[1:]:
            words = line.split()
            if len(words) > 3 and int(words[3], 16) == ESTABLISHED:
                host, port = words[2].split(":")
                yield unmapped(address(host)), int(port, 16)
