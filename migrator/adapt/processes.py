"""Units for processes that had none: started by hand, they would be missing after the move.

The plan's ``processes`` has each with its command, user, directory, and those variables that hold
no secret; the names of the others are in the unit, to be completed. Nothing is made of what cron,
rc.local, inittab or another service starts already. A person looks at each unit and says so with
``reviewed: true``; ``decision: write`` leaves the unit unstarted until then. Another init than
systemd reads no units: the same becomes an init script there, or an entry of the supervisor (see
inits).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, write
from migrator.adapt.units import systemd
from migrator.facts import Facts
from migrator.plan import Plan, Started

OPTIONAL = 227  # the first systemd that starts a service whose directory is missing


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    if plan.init != "systemd":
        return []
    return [
        change
        for name, process in sorted(plan.processes.items())
        if process.decision != "none"
        for change in _changes(found, name, process, tree)
    ]


def _changes(found: Facts, name: str, process: Started, tree: Tree) -> Iterator[Change]:
    reason = reviewed(process)
    text = unit(name, process, 0 < found.system.init_version < OPTIONAL)
    yield from write("processes", tree, f"{systemd.PLACE}/{name}", text, reason)
    if process.decision == "start":
        yield from systemd.enable("processes", tree, name, reason)


def reviewed(process: Started) -> str:
    """Its reason, and whether a person has looked at what was made of it."""
    return f"{process.reason} ({'reviewed' if process.reviewed else 'to be reviewed'})"


def unit(name: str, process: Started, old: bool = False) -> str:
    """The text of the unit. A program that puts itself into the background wants Type=forking."""
    lines = [
        "[Unit]",
        f"Description={_plain(name.removesuffix('.service'))}, which had no unit before the move",
        "After=network.target",
        "",
        "[Service]",
        f"# {' '.join(process.reason.split())}",
        "# If it puts itself into the background, it needs Type=forking.",
        f"ExecStart={' '.join(_quoted(word, True) for word in shlex.split(process.command))}",
        f"User={_plain(process.user)}",
    ]
    if process.directory:
        lines.append(f"WorkingDirectory={'' if old else '-'}{_plain(process.directory)}")
    for key, value in process.environment.items():
        lines.append(f"Environment={_quoted(f'{key}={value}', False)}")
    if process.unknown:
        lines.append(f"# It had these variables too; add what it needs: {process.unknown}")
    ending = ["Restart=on-failure", "", "[Install]", "WantedBy=multi-user.target", ""]
    return "\n".join([*lines, *ending])


def _plain(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str, command: bool) -> str:
    """As systemd reads it; in a command ``$`` would name a variable."""
    word = _plain(word).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    word = word.replace("$", "$$") if command else word
    special = not word or any(letter in word for letter in " \t;'\"\\#=")
    return f'"{word}"' if special else word
