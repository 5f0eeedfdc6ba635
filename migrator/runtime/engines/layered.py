"""Engines that start a root directory: plain runc, and systemd-nspawn."""

import os
import shutil
import time
from pathlib import Path
from typing import List, Optional

from migrator.runtime import engine
from migrator.runtime.engines import layers
from migrator.runtime.engines.interface import Refusal, Row
from migrator.runtime.engines.kept import Secrets, Units, Volumes
from migrator.runtime.run import attempt
from migrator.runtime.wanted import Wanted

DEVICES = ("/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/ppp")  # whose numbers are known


class Layered(Secrets, Volumes, Units):
    """Images, volumes and secrets are the toolkit's own; the network is the target's."""

    program = ""

    def version(self) -> str:
        said = attempt([self.program, "--version"])
        return " ".join(said.stdout.decode().split()[:3]) if said.returncode == 0 else ""

    def unfit(self) -> Optional[Refusal]:
        found = self.version()
        if not found:
            return f"{self.program} is not installed", f"install {self.program} on the target"
        if engine.version(found) < self.oldest:
            text = ".".join(map(str, self.oldest))
            return f"{found} is too old", f"install {self.program} {text} or later"
        return None

    def cannot(self, wanted: Wanted) -> List[str]:
        found = []
        if wanted.network["mode"] == "bridge" and wanted.ports:
            found.append("publishes no ports: choose network mode host or macvlan")
        if "disk" in wanted.limits:
            found.append("cannot limit the disk")
        if wanted.image.get("from"):
            found.append("cannot pull from a registry: leave container.registry empty")
        if not wanted.image["manifest"]:
            found.append("cannot pull from a registry: build or import the image first")
        if wanted.image.get("zstd") and not shutil.which("zstd"):
            found.append(
                "unpacks this image by the program zstd, which is missing: install it on the"
                " target, or build with compression: gzip in the plan"
            )
        if wanted.hooks["inside"]:
            found.append("runs no steps in a container: " + ", ".join(wanted.hooks["inside"]))
        if not wanted.command:
            found.append("needs the command of process 1")
        return found

    def has_image(self, image: Row) -> bool:
        return layers.has(image)

    def pull(self, image: Row) -> None:
        layers.pull(image)

    def layers(self, image: Row) -> List[Path]:
        return layers.paths(image)

    def images(self, repository: str) -> List[str]:
        return layers.tags(repository)

    def remove_image(self, tag: str) -> None:
        layers.remove(tag)

    def init(self, name: str) -> Optional[int]:
        """The pid of the container's process 1."""
        raise NotImplementedError

    def started_at(self, name: str) -> Optional[int]:
        pid = self.init(name)
        return _started(pid) if pid else None


def _started(pid: int) -> Optional[int]:
    try:
        ticks = int(Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return None
    return int(time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK"))


def _main(name: str) -> int:
    show = ["systemctl", "show", "--property=MainPID", "--value", name + ".service"]
    return int(attempt(show).stdout or 0)


class Runc(Layered):
    name = "runc"
    program = "runc"
    oldest = (1, 0)

    def cannot(self, wanted: Wanted) -> List[str]:
        unknown = sorted(set(wanted.devices) - set(DEVICES))
        refused = [f"cannot give the device {path}" for path in unknown]
        if wanted.user and not wanted.user.isdigit():
            refused.append(f"looks up no users: write {wanted.user} as its number")
        return [*super().cannot(wanted), *refused]

    def init(self, name: str) -> Optional[int]:
        return _main(name) or None

    def inside(self, name: str, terminal: bool = False) -> List[str]:
        return ["runc", "exec", *(["--tty"] if terminal else []), name]


class Nspawn(Layered):
    name = "nspawn"
    program = "systemd-nspawn"
    oldest = (240, 0)

    def version(self) -> str:
        """It says "systemd 252 (252.39-1)"."""
        said = attempt([self.program, "--version"]).stdout.decode().split()
        return said[1] + ".0" if said[1:] else ""

    def cannot(self, wanted: Wanted) -> List[str]:
        found = super().cannot(wanted)
        if wanted.sysctls:
            found.append("cannot set sysctls: " + ", ".join(sorted(wanted.sysctls)))
        if "shm_size" in wanted.limits:
            found.append("cannot set the size of /dev/shm")
        return found

    def init(self, name: str) -> Optional[int]:
        """The child of nspawn, which is the unit's main process."""
        try:
            places = Path("/proc/%d/task" % _main(name)).glob("*/children")
            children = [pid for place in places for pid in place.read_text().split()]
        except OSError:
            return None
        return int(children[0]) if children else None

    def inside(self, name: str, terminal: bool = False) -> List[str]:
        return ["/etc/migrator/%s/enter" % name]
