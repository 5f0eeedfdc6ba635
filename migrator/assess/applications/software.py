"""Software beside the packages, packages that were changed, and what is compiled on the host."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.packages import ChangedFile

MB = 1 << 20
PROGRAM = re.compile(r"/(usr/|usr/local/|opt/.*)?(s?bin|lib(32|64|x32|exec)?)/")
# Files that programs make for themselves beside what was packaged.
MADE = re.compile(r"\.py[co]$|/(fonts|icons|mime|locale|ssl/certs)/")
GUEST_MODULES = re.compile(r"(virtualbox-guest|open-vm-tools|hyperv|xe-guest)")


@rule(
    "APP-01",
    Level.INFO,
    "Software that no package owns",
    "It is carried over as it is, and verify compares it; nobody updates it with the packages, and"
    " lists of what is installed do not name it.",
    "Nothing. Note where it came from; what is below /srv or another volume is not in the image.",
)
def unowned(found: Facts) -> Iterator[Evidence]:
    for tree in found.software.trees:
        many = "or more " if tree.limited else ""
        programs = f", such as {tree.programs[0]}" if tree.programs else ""
        shown = f"{tree.files} {many}files, {tree.bytes // MB} MB{programs}"
        yield tree.path, shown.replace("1 files", "1 file") if tree.files == 1 else shown
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in found.software.modules:
        places[module.place, module.manager].append(f"{module.name} {module.version}".rstrip())
    for (place, manager), names in sorted(places.items()):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield place, f"{manager}: {', '.join(names[:3])}{more}"


@rule(
    "APP-02",
    Level.WARNING,
    "Packaged files that are not as they came",
    "They move as they are. A program that differs is a hotfix that the next update takes away, or"
    " the work of an intruder, whom the container would keep. Other files that are missing or have"
    " other rights rarely matter (info).",
    "Compare each program with its package and find out who changed it before the move.",
)
def changed(found: Facts) -> Iterator[Evidence]:
    files: dict[tuple[str, bool], list[ChangedFile]] = defaultdict(list)
    for file in found.packages.changed:
        if not file.config and file.changes != ("mtime",) and not MADE.search(file.path):
            files[file.package, _is_other_program(file)].append(file)
    for (package, program), group in files.items():
        more = f" and {len(group) - 1} more of {package}" if len(group) > 1 else f" of {package}"
        level = Level.WARNING if program else Level.INFO
        yield group[0].path, f"{', '.join(group[0].changes)}{more}", level


def _is_other_program(file: ChangedFile) -> bool:
    return "digest" in file.changes and bool(PROGRAM.match(file.path))


@rule(
    "APP-03",
    Level.WARNING,
    "Modules of the kernel are built on the host",
    "A container has no headers of the target's kernel and may load no module: what dkms or akmods"
    " builds there is of no use, and their units may fail.",
    "Build the module on the target when a service needs it; mask dkms.service or akmods.service in"
    " the plan's services.",
    side="target",
)
def built(found: Facts) -> Iterator[Evidence]:
    tools = {p.name: p for p in found.packages.installed if p.status == "installed"}
    for name, package in tools.items():
        source = re.match(r"(.+)-dkms$|dkms-(.+)|akmod-(.+)", name)
        if source:
            guest = GUEST_MODULES.search(name)
            yield name, package.version, Level.INFO if guest else Level.WARNING
