"""What never belongs into an image: anchored rules, each with its reason."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from migrator.entries import Entry
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.plan import PathChoice, Plan


@dataclass(frozen=True)
class Rule:
    """``pattern`` is absolute: ``/dir/*`` means all below a directory, others name files."""

    pattern: str
    reason: str

    @property
    def base(self) -> str:
        """The directory whose contents go; the pattern itself when it names files."""
        return self.pattern.removesuffix("/*")


BUILT_IN = (
    Rule("/proc/*", "the kernel's, mounted by the engine"),
    Rule("/sys/*", "the kernel's, mounted by the engine"),
    Rule("/dev/*", "devices come from the engine"),
    Rule("/run/*", "empty at each boot"),
    Rule("/tmp/*", "empty at each boot"),
    Rule("/boot/*", "a container has no kernel of its own"),
    Rule("/lib/modules/*", "modules belong to the target's kernel"),
    Rule("/usr/lib/modules/*", "modules belong to the target's kernel"),
    Rule("/lib/firmware/*", "firmware belongs to the target"),
    Rule("/usr/lib/firmware/*", "firmware belongs to the target"),
    Rule("/vmlinuz*", "a container has no kernel of its own"),
    Rule("/initrd.img*", "a container has no kernel of its own"),
    Rule("/lost+found", "belongs to the old file system"),
    Rule("/var/cache/apt/archives/*.deb", "packages that can be fetched again"),
    Rule("/var/lib/systemd/random-seed", "two systems must not share a seed"),
)
# Packages whose files a rule may drop: they serve a machine, not what runs on it.
MACHINE = re.compile(r"(linux-|firmware-|grub|kernel|initramfs|intel-microcode|amd64-microcode)")


Decision = tuple[str, PathChoice] | None  # as of Plan.path_decision


class Decisions:
    """What a plan says of paths, quick for many in one directory."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._directory = ""
        self._above: Decision = None

    def of(self, path: str) -> Decision:
        if path in self._plan.paths:
            return path, self._plan.paths[path]
        directory = path.rpartition("/")[0] or "/"
        if directory != self._directory:
            self._directory, self._above = directory, self._plan.path_decision(directory)
        return self._above


class Exclusions:
    """The built-in rules, the host's swap files and what its plan excludes."""

    def __init__(self, found: Facts, plan: Plan) -> None:
        self._decisions = Decisions(plan)
        self._swaps = {area.path for area in found.storage.swaps}
        self._below = {rule.base: rule for rule in BUILT_IN if rule.base != rule.pattern}
        names = [rule for rule in BUILT_IN if rule.base == rule.pattern]
        self._names = [(re.compile(fnmatch.translate(rule.pattern)), rule) for rule in names]
        self._named = re.compile("|".join(pattern.pattern for pattern, _ in self._names))
        self._machine: dict[str, bool] = {}  # of each package that was met
        self._directory = ""
        self._here: Rule | None = None  # for what is in _directory

    def rule(self, entry: Entry) -> Rule | None:
        """The rule that leaves ``entry`` out. Raises PlanInvalid where the plan breaks a package;
        the built-in rules leave to a package what is not a machine's."""
        needed = entry.package and entry.kind != "d" and not self._serves_machine(entry.package)
        found = self._chosen(entry)
        if found and needed:
            raise PlanInvalid(
                f"the exclusion {found.pattern} would drop {entry.text} of package {entry.package}",
                "exclude a narrower path, or remove the package from the source",
            )
        return found or (None if needed else self._built_in(entry.text))

    def _serves_machine(self, package: str) -> bool:
        if package not in self._machine:
            self._machine[package] = MACHINE.match(package) is not None
        return self._machine[package]

    def _chosen(self, entry: Entry) -> Rule | None:
        """What the plan excludes; in it the longest path counts."""
        key, choice = self._decisions.of(entry.text) or ("", None)
        if choice is None or choice.decision != "exclude":
            return None
        itself = key == entry.text and entry.kind == "d"
        return None if itself else Rule(key, choice.reason or "excluded by the plan")

    def _built_in(self, path: str) -> Rule | None:
        """The plan overrules the built-in rules where it speaks of what is below their base."""
        if path in self._swaps:
            return Rule(path, "swap of the old host")
        rule = self._matching(path)
        key, _ = (rule and self._decisions.of(path)) or ("", None)
        return None if rule and key.startswith(rule.base) else rule

    def _matching(self, path: str) -> Rule | None:
        directory = path.rpartition("/")[0]
        if directory != self._directory:
            self._directory, self._here = directory, self._around(directory)
        if self._here or not self._named.match(path):
            return self._here
        return next(rule for pattern, rule in self._names if pattern.match(path))

    def _around(self, directory: str) -> Rule | None:
        while directory:
            if directory in self._below:
                return self._below[directory]
            directory = directory.rpartition("/")[0]
        return None
