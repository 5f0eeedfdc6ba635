"""Docker, in the unit of which its client runs in the foreground."""

import calendar
import time
from pathlib import Path
from typing import List, Optional

from migrator.runtime import cgroups, engine, login
from migrator.runtime.engines.interface import NOBODY, Refusal, Row
from migrator.runtime.engines.kept import Secrets, Units
from migrator.runtime.run import attempt, output, succeeds
from migrator.runtime.wanted import Wanted

OWNER = '{{index .Config.Labels "io.migrator.name"}}'
MOMENT = "{{.State.Running}} {{.State.StartedAt}}"


class Docker(Secrets, Units):
    name = "docker"
    oldest = (20, 10)  # a control group namespace of the container's own

    def version(self) -> str:
        said = attempt(["docker", "version", "--format", "{{.Server.Version}}"])
        return said.stdout.decode().strip() if said.returncode == 0 else ""

    def unfit(self) -> Optional[Refusal]:
        found = self.version()
        if not found:
            return "docker is not installed or does not run", "install it, or start docker.service"
        if engine.version(found) < self.oldest:
            return f"docker {found} is too old", "install docker 20.10 or later"
        if cgroups.read()["mode"] != "v2":
            hint = "boot the target with systemd.unified_cgroup_hierarchy=1, or use podman"
            return "docker shows a container its own control groups only on cgroup v2", hint
        return None

    def cannot(self, wanted: Wanted) -> List[str]:
        found = []
        if "disk" in wanted.limits:
            driver = output(["docker", "info", "--format", "{{.Driver}}"]).strip()
            if driver not in ("btrfs", "zfs", "devicemapper"):
                found.append(f"cannot limit the disk with its storage driver {driver}")
        if wanted.network["mode"] == "macvlan" and not wanted.network["gateway"]:
            found.append("needs the gateway of the macvlan network")
        return found

    def place(self) -> str:
        return output(["docker", "info", "--format", "{{.DockerRootDir}}"]).strip()

    def has_image(self, image: Row) -> bool:
        return succeeds(["docker", "image", "inspect", image["tag"]])

    def pull(self, image: Row) -> None:
        if not image["manifest"]:
            output(["docker", "pull", "--quiet", image["tag"]])
            return
        if image.get("from"):
            with login.written(image) as private:
                known = ["--config=" + private] if private else []
                output(["docker", *known, "pull", "--quiet", image["from"]])
            output(["docker", "tag", image["from"], image["tag"]])
            return
        repository = "{prefix}/{repository}".format(**image)
        name = "127.0.0.1:%d/%s@%s" % (image["port"], repository, image["manifest"])
        output(["docker", "pull", "--quiet", name])
        output(["docker", "tag", name, image["tag"]])
        attempt(["docker", "image", "rm", name])  # the name alone: the tag keeps the image

    def layers(self, image: Row) -> List[Path]:
        data = "{{range $key, $value := .GraphDriver.Data}}{{$value}}:{{end}}"
        said = output(["docker", "image", "inspect", "--format", data, image["tag"]]).strip()
        return [Path(path) for path in said.split(":") if path.endswith("/diff")]

    def images(self, repository: str) -> List[str]:
        listed = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
        return sorted(set(output([*listed, "localhost/migrator/" + repository]).split()))

    def remove_image(self, tag: str) -> None:
        attempt(["docker", "image", "rm", tag])

    def volume(self, name: str) -> Optional[Path]:
        said = attempt(["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", name])
        return Path(said.stdout.decode().strip()) if said.returncode == 0 else None

    def create_volume(self, name: str) -> Path:
        output(["docker", "volume", "create", name])
        show = ["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", name]
        return Path(output(show).strip())

    def remove_volume(self, name: str) -> None:
        output(["docker", "volume", "rm", name])

    def owner(self, name: str) -> str:
        said = attempt(["docker", "container", "inspect", "--format", OWNER, name])
        if said.returncode == 0:
            return said.stdout.decode().strip()
        return super().owner(name) if not attempt(["docker", "version"]).returncode else NOBODY

    def started_at(self, name: str) -> Optional[int]:
        said = attempt(["docker", "container", "inspect", "--format", MOMENT, name])
        words = said.stdout.decode().split()
        if words[:1] != ["true"]:
            return None
        return calendar.timegm(time.strptime(words[1][:19], "%Y-%m-%dT%H:%M:%S"))

    def inside(self, name: str, terminal: bool = False) -> List[str]:
        return ["docker", "exec", "--interactive", *(["--tty"] if terminal else []), name]
