"""Which blob each path goes into: a layer of the image, a volume, the secrets, or none.

From the bottom: the layers of packages hold what the package manager put there and nobody changed,
``system`` is the rest of the operating system, ``application`` is what people put beside it,
``state`` is what programs wrote below /var. ``skeleton`` on top has every directory: times of
directories differ from host to host, and shall not keep hosts from sharing what is in them.
``changes`` below it is what a later snapshot found changed in the layers under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrator.entries import Entry
from migrator.exclusions import Decision, Decisions, Exclusions
from migrator.facts.packages import Packages
from migrator.plan import Plan

PACKAGES = "packages"  # the prefix of the layers of packages, and the one for what has no other
CHANGES = "changes"
SKELETON = "skeleton"
STACK = (PACKAGES, "system", "application", "state", CHANGES, SKELETON)
SYSTEM_TOPS = frozenset(
    b" bin boot dev etc lib lib32 lib64 libx32 media mnt proc run sbin sys tmp usr var".split(b" ")
)
HIDES = b"/.wh."  # in a layer such a name hides another one
SECOND = 1_000_000_000  # ns
STATIC_IDS = frozenset((*range(100), 65534))  # that distributions give out, the same everywhere


@dataclass(frozen=True, slots=True)
class Fate:
    """``kind``: layer, volume, secret, excluded, socket or mount; ``name`` of layer or volume."""

    kind: str
    name: str = ""
    rule: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind} {self.name}".strip()


def stacked(names: Iterable[str]) -> list[str]:
    """Names of layers from the bottom to the top."""
    return sorted(names, key=lambda name: (STACK.index(name.partition("-")[0]), name))


class Fates:
    """Decides path by path, in the order of the walk. ``layout``: package -> its layer."""

    def __init__(
        self,
        plan: Plan,
        exclusions: Exclusions,
        layout: Mapping[str, str],
        packages: Packages,
    ) -> None:
        self._decisions = Decisions(plan)
        self._exclusions = exclusions
        self._layout = layout
        self._changed = {file.path for file in packages.changed}
        self._links: dict[tuple[int, int], Fate] = {}  # names of one inode share a layer
        self._layers: dict[str, Fate] = {}  # one object for all that goes into a layer

    def of(self, entry: Entry) -> Fate:
        fate = self._alone(entry)
        if entry.nlink > 1 and entry.kind != "d" and fate.kind == "layer":
            return self._links.setdefault((entry.dev, entry.ino), fate)
        return fate

    def mount_point(self, entry: Entry, fate: Fate) -> Fate | None:
        """Where the bare mount point of ``entry`` lies, None for what is not mounted on.

        Engines make a missing one, and change the time of its directory by that.
        """
        if fate.kind == "layer":
            return None
        volume = fate.kind == "volume" and fate.name == entry.text
        if not volume and fate.kind not in ("mount", "secret"):
            return None
        parent = entry.text.rpartition("/")[0] or "/"
        found = self._decided(entry, self._decisions.of(parent))
        return Fate("layer", SKELETON) if found.kind == "layer" else found

    def _alone(self, entry: Entry) -> Fate:
        if entry.kind == "m":
            return Fate("mount", rule="a mount of the old host; its directory is kept")
        if entry.kind == "s":
            return Fate("socket", rule="made anew by the program that listens")
        rule = self._exclusions.rule(entry)
        if rule:
            return Fate("excluded", rule=f"{rule.pattern}: {rule.reason}")
        decision = self._decisions.of(entry.text)
        if decision and decision[1].decision == "secret" and entry.kind == "f":
            return Fate("secret", decision[0], decision[1].reason)
        return self._decided(entry, decision)

    def _decided(self, entry: Entry, decision: Decision) -> Fate:
        if decision and decision[1].decision == "volume":
            return Fate("volume", decision[0], decision[1].reason)
        if HIDES in b"/" + entry.path:
            return Fate("excluded", rule="a layer cannot hold a name that begins with .wh.")
        if entry.kind == "c" and not entry.major and not entry.minor:
            return Fate("excluded", rule="overlayfs takes a device 0/0 for a sign of removal")
        name = self._layer(entry)
        if name not in self._layers:
            self._layers[name] = Fate("layer", name)
        return self._layers[name]

    def _layer(self, entry: Entry) -> str:
        """Configuration is the system's even when a package owns it: every host has its own."""
        if entry.kind == "d":
            return SKELETON
        if not entry.package or entry.path.startswith(b"etc/"):
            return _unowned(entry.path)
        return self._layout.get(entry.package, PACKAGES) if self._as_packaged(entry) else "system"

    def _as_packaged(self, entry: Entry) -> bool:
        """Packages know whole seconds only: a time with a fraction was set by a later write. An
        owner that a package's script made has another number on each host. A package may say
        /bin for /usr/bin.

        A change that nothing tells of keeps its layer from being shared, and does no other harm.
        """
        if entry.uid not in STATIC_IDS or entry.gid not in STATIC_IDS:
            return False
        if entry.kind == "f" and entry.mtime_ns % SECOND:
            return False
        path = entry.text
        return path not in self._changed and path.removeprefix("/usr") not in self._changed


def _unowned(path: bytes) -> str:
    top, _, rest = path.partition(b"/")
    if top == b"var":
        return "state"
    local = top == b"usr" and rest.startswith(b"local/")
    return "application" if local or top not in SYSTEM_TOPS else "system"
