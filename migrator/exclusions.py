"""What never belongs into an image: anchored rules, each with its reason."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from migrator.entries import Entry
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.plan import Plan


@dataclass(frozen=True)
class Rule:
    """``pattern`` is an absolute path whose last part may hold wildcards; all below it goes too."""

    pattern: str
    reason: str


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


class Exclusions:
    """The built-in rules, the host's swap files and what its plan excludes."""

    def __init__(self, found: Facts, plan: Plan) -> None:
        swap = [Rule(path, "swap of the old host") for path in found.storage.swaps]
        chosen = [
            Rule(path.rstrip("/") + "/*", choice.reason or "excluded by the plan")
            for path, choice in sorted(plan.paths.items())
            if choice.decision == "exclude"
        ]
        files = [Rule(rule.pattern.removesuffix("/*"), rule.reason) for rule in chosen]
        self._below = {
            rule.pattern.removesuffix("/*"): rule
            for rule in (*BUILT_IN, *chosen)
            if rule.pattern.endswith("/*")
        }
        self._files = {rule.pattern: rule for rule in (*files, *swap)}
        self._names = [rule for rule in BUILT_IN if not rule.pattern.endswith("/*")]

    def rule(self, entry: Entry) -> Rule | None:
        """The rule that leaves ``entry`` out. Raises PlanInvalid where a package would break."""
        found = self._find(entry)
        if found and entry.package and entry.kind != "d" and not MACHINE.match(entry.package):
            raise PlanInvalid(
                f"the exclusion {found.pattern} would drop {entry.text} of package {entry.package}",
                "exclude a narrower path, or remove the package from the source",
            )
        return found

    def _find(self, entry: Entry) -> Rule | None:
        path = entry.text
        if path in self._files and entry.kind != "d":
            return self._files[path]
        above = path
        while above != "/":
            above = above.rpartition("/")[0] or "/"
            if above in self._below:
                return self._below[above]
        return next((r for r in self._names if fnmatch.fnmatchcase(path, r.pattern)), None)
