"""Podman: its images, volumes, secrets and containers."""

from pathlib import Path
from typing import List, Optional

from migrator.runtime.engines.interface import NOBODY, Engine, Row
from migrator.runtime.run import attempt, output, succeeds

OWNER = '{{index .Config.Labels "io.migrator.name"}}'
DATA = "{{range $key, $value := .GraphDriver.Data}}{{$value}}:{{end}}"


class Podman(Engine):
    """What all versions share; the units differ."""

    def place(self) -> str:
        return output(["podman", "info", "--format", "{{.Store.GraphRoot}}"]).strip()

    def has_image(self, tag: str) -> bool:
        return succeeds(["podman", "image", "exists", tag])

    def pull(self, image: Row) -> None:
        repository = "{prefix}/{repository}".format(**image)
        name = "127.0.0.1:%d/%s@%s" % (image["port"], repository, image["manifest"])
        output(["podman", "pull", "--quiet", "--tls-verify=false", name])
        output(["podman", "tag", name, image["tag"]])

    def layers(self, tag: str) -> List[Path]:
        """Only overlay storage keeps them."""
        said = output(["podman", "image", "inspect", "--format", DATA, tag]).strip()
        return [Path(path) for path in said.split(":") if path.endswith("/diff")]

    def volume(self, name: str) -> Optional[Path]:
        said = attempt(["podman", "volume", "inspect", "--format", "{{.Mountpoint}}", name])
        return Path(said.stdout.decode().strip()) if said.returncode == 0 else None

    def create_volume(self, name: str) -> Path:
        output(["podman", "volume", "create", name])
        return Path(
            output(["podman", "volume", "inspect", "--format", "{{.Mountpoint}}", name]).strip()
        )

    def remove_volume(self, name: str) -> None:
        output(["podman", "volume", "rm", name])

    def secret(self, name: str) -> Optional[bytes]:
        show = ["podman", "secret", "inspect", "--showsecret", "--format", "{{.SecretData}}", name]
        said = attempt(show)
        return said.stdout if said.returncode == 0 else None

    def store_secret(self, name: str, data: bytes) -> None:
        attempt(["podman", "secret", "rm", name])
        output(["podman", "secret", "create", name, "-"], data)

    def owner(self, name: str) -> str:
        said = attempt(["podman", "container", "inspect", "--format", OWNER, name])
        return said.stdout.decode().strip() if said.returncode == 0 else NOBODY

    def started_at(self, name: str) -> Optional[int]:
        moment = "{{.State.StartedAt.Unix}}"
        said = attempt(["podman", "container", "inspect", "--format", moment, name])
        return int(said.stdout or 0) if said.returncode == 0 else None

    def inside(self, name: str) -> List[str]:
        return ["podman", "exec", "--interactive", name]
