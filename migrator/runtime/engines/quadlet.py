"""Podman of today: a .container file, which podman's generator makes the unit of."""

from pathlib import Path
from typing import Optional

from migrator.runtime import engine
from migrator.runtime.engines.interface import Refusal, Row
from migrator.runtime.engines.podman import Podman
from migrator.runtime.run import attempt, output


class Quadlet(Podman):
    name = "quadlet"
    oldest = (4, 7)  # podman that reads .container files and can show us a secret to compare

    def unfit(self) -> Optional[Refusal]:
        found = self.version()
        if not found:
            return "podman is not installed", "install podman 4.7 or later on the target"
        if engine.version(found) < self.oldest:
            return f"podman {found} is too old for quadlet", "install podman 4.7 or later"
        if not engine.has_generator():
            return "podman's systemd generator is missing", "install podman from its full package"
        return None

    def unit(self, name: str) -> Path:
        return Path("/etc/containers/systemd", name + ".container")

    def is_stored(self, secret: Row, data: bytes) -> bool:
        """Podman shows a secret with a newline of its own."""
        show = ["podman", "secret", "inspect", "--showsecret", "--format", "{{.SecretData}}"]
        said = attempt([*show, secret["name"]])
        return said.returncode == 0 and said.stdout.rstrip(b"\n") == data.rstrip(b"\n")

    def store_secret(self, secret: Row, data: bytes) -> None:
        self.remove_secret(secret["name"])
        output(["podman", "secret", "create", secret["name"], "-"], data)

    def remove_secret(self, name: str) -> None:
        attempt(["podman", "secret", "rm", name])
