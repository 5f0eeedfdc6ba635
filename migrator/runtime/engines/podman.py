"""Podman: its images, volumes, secrets and containers."""

from pathlib import Path
from typing import Dict, Iterable, List, Optional

from migrator.runtime import engine, login
from migrator.runtime.engines.interface import NOBODY, Engine, Refusal, Row
from migrator.runtime.engines.kept import Secrets
from migrator.runtime.run import attempt, output, succeeds
from migrator.runtime.wanted import Wanted

OWNER = '{{index .Config.Labels "io.migrator.name"}}'
DATA = "{{range $key, $value := .GraphDriver.Data}}{{$value}}:{{end}}"
MOUNTPOINT = "{{.Mountpoint}}"


class Podman(Engine):
    """What all versions share; units and secrets differ."""

    def version(self) -> str:
        said = attempt(["podman", "--version"])
        return said.stdout.decode().strip().rpartition(" ")[2] if said.returncode == 0 else ""

    def cannot(self, wanted: Wanted) -> List[str]:
        quota = "disk" not in wanted.limits or engine.backing() in ("xfs", "btrfs")
        return [] if quota else ["limits the disk only where its storage is on XFS or Btrfs"]

    def place(self) -> str:
        return output(["podman", "info", "--format", "{{.Store.GraphRoot}}"]).strip()

    def has_image(self, image: Row) -> bool:
        return succeeds(["podman", "image", "exists", image["tag"]])

    def pull(self, image: Row) -> None:
        if not image["manifest"]:
            output(["podman", "pull", "--quiet", image["tag"]])
            return
        if image.get("from"):
            with login.written(image) as private:
                known = ["--authfile=%s/config.json" % private] if private else []
                output(["podman", "pull", "--quiet", *known, image["from"]])
            output(["podman", "tag", image["from"], image["tag"]])
            return
        repository = "{prefix}/{repository}".format(**image)
        name = "127.0.0.1:%d/%s@%s" % (image["port"], repository, image["manifest"])
        output(["podman", "pull", "--quiet", "--tls-verify=false", name])
        output(["podman", "tag", name, image["tag"]])

    def layers(self, image: Row) -> List[Path]:
        """Only overlay storage keeps them."""
        said = output(["podman", "image", "inspect", "--format", DATA, image["tag"]]).strip()
        return [Path(path) for path in said.split(":") if path.endswith("/diff")]

    def images(self, repository: str) -> List[str]:
        reference = "--filter=reference=localhost/migrator/%s" % repository
        listed = ["podman", "images", "--format", "{{.Repository}}:{{.Tag}}", reference]
        return sorted(set(output(listed).split()))

    def remove_image(self, tag: str) -> None:
        attempt(["podman", "image", "rm", "--force", tag])

    def volume(self, name: str) -> Optional[Path]:
        said = attempt(["podman", "volume", "inspect", "--format", MOUNTPOINT, name])
        return Path(said.stdout.decode().strip()) if said.returncode == 0 else None

    def volumes(self, names: Iterable[str]) -> Dict[str, Path]:
        """Asked at once: each question takes as long as a container's start does not have."""
        listed = output(["podman", "volume", "ls", "--format", "{{.Name}} {{.Mountpoint}}"])
        known = dict(line.partition(" ")[::2] for line in listed.splitlines())
        return {name: Path(known[name]) for name in names if name in known}

    def create_volume(self, name: str) -> Path:
        output(["podman", "volume", "create", name])
        return Path(output(["podman", "volume", "inspect", "--format", MOUNTPOINT, name]).strip())

    def remove_volume(self, name: str) -> None:
        output(["podman", "volume", "rm", name])

    def owner(self, name: str) -> str:
        said = attempt(["podman", "container", "inspect", "--format", OWNER, name])
        return said.stdout.decode().strip() if said.returncode == 0 else NOBODY

    def started_at(self, name: str) -> Optional[int]:
        moment = "{{.State.Running}} {{.State.StartedAt.Unix}}"
        said = attempt(["podman", "container", "inspect", "--format", moment, name])
        words = said.stdout.decode().split()
        return int(words[1]) if words[:1] == ["true"] else None

    def inside(self, name: str, terminal: bool = False) -> List[str]:
        return ["podman", "exec", "--interactive", *(["--tty"] if terminal else []), name]


class OldPodman(Secrets, Podman):
    """Before 4.4: a unit of ours starts it; before 4.7 it does not show a secret to compare."""

    name = "podman"
    oldest = (3, 4)

    def unfit(self) -> Optional[Refusal]:
        found = self.version()
        if not found:
            return "podman is not installed", "install podman on the target"
        if engine.version(found) < self.oldest:
            return f"podman {found} is too old", "install podman 3.4 or later"
        return None
