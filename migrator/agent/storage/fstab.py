"""What is mounted, unlocked and swapped on at boot."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.mounts import unescaped
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator


def fstab(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for where, line, words in _rows(host, "/etc/fstab", 3):
        words += ["defaults", "0", "0"][len(words) - 3 :]
        options = ",".join(redacted(option) for option in words[3].split(","))
        found.append(
            {
                "where": where,
                "source": unescaped(words[0]),
                "path": unescaped(words[1]),
                "fstype": words[2],
                "options": options,
                "freq": int(words[4]) if words[4].isdigit() else 0,
                "passno": int(words[5]) if words[5].isdigit() else 0,
                "raw": line.replace(words[3], options) if options != words[3] else line,
            }
        )
    return found


def crypttab(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for where, line, words in _rows(host, "/etc/crypttab", 2):
        words += ["none", ""][len(words) - 2 :]
        found.append(
            {
                "where": where,
                "name": words[0],
                "source": words[1],
                "key": "none" if words[2] == "-" else words[2],
                "options": words[3],
                "raw": line,
            }
        )
    return found


def _rows(host, path, least):
    # type: (Host, str, int) -> Iterator[tuple[str, str, list[str]]]
    """("path:line", line, its words) of each line that has ``least`` words."""
    for where, line in host.numbered(path):
        words = line.split()
        if len(words) >= least and not words[0].startswith("#"):
            yield where, line, words
        elif words and not words[0].startswith("#"):
            host.strange("storage", where, redacted(line))


def swaps(host, said):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """The kernel's list, or what the fstab of a disk names."""
    if not host.live:
        paths = [line["source"] for line in said["fstab"] if line["fstype"] == "swap"]
        return [_swap([path, "", "0", "0", "0"]) for path in paths]
    found = []
    for where, line in list(host.numbered("/proc/swaps"))[1:]:
        words = line.split()
        if len(words) == 5 and words[2].isdigit() and words[3].isdigit():
            found.append(_swap(words))
        elif words:
            host.strange("storage", where, line)
    return found


def _swap(words):
    # type: (list[str]) -> dict[str, Any]
    """Path, kind, kilobytes of all and in use, priority."""
    negative = words[4].startswith("-")
    number = words[4].lstrip("-")
    return {
        "path": unescaped(words[0]),
        "kind": words[1],
        "size": int(words[2]) * 1024,
        "used": int(words[3]) * 1024,
        "priority": (-1 if negative else 1) * int(number) if number.isdigit() else 0,
    }
