"""What others do with the same tree: each makes something from all of it, in a place of its own."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab import state

LEFT_OUT = ("/proc/*", "/sys/*", "/dev/*", "/run/*", "/tmp/*")
ASIDE = "set -o pipefail; "


@dataclass(frozen=True)
class Peers:
    """``place``: an empty directory for all that they write."""

    place: Path

    def tar_zstd(self, tree: Path) -> None:
        _shell(f"tar --xattrs -C {tree} -cf - . | zstd -q -f -1 -T1 -o {self.place}/plain.tar.zst")

    def podman(self, tree: Path) -> None:
        """tar | podman import, then save: an image that can be shipped."""
        storage = self.place / "podman"
        engine = f"podman --root {storage}/root --runroot {storage}/run --storage-driver overlay"
        _shell(f"tar --xattrs -C {tree} -cf - . | {engine} import -q - bench:1 >/dev/null")
        _shell(f"{engine} save -q --format oci-archive -o {self.place}/podman.tar bench:1")
        _shell(f"{engine} rmi -f bench:1 >/dev/null")
        (self.place / "podman.tar").unlink()

    def buildah(self, tree: Path) -> None:
        storage = self.place / "buildah"
        tool = f"buildah --root {storage}/root --runroot {storage}/run --storage-driver overlay"
        _shell(
            f"name=$({tool} from scratch) && {tool} copy -q $name {tree} / >/dev/null &&"
            f" {tool} commit -q $name oci:{self.place}/buildah-oci:1 >/dev/null &&"
            f" {tool} rm $name >/dev/null"
        )
        shutil.rmtree(self.place / "buildah-oci")

    def umoci(self, tree: Path) -> None:
        layout = self.place / "umoci"
        shutil.rmtree(layout, ignore_errors=True)
        _shell(
            f"umoci init --layout {layout} && umoci new --image {layout}:1 &&"
            f" umoci insert --image {layout}:1 {tree} /"
        )

    def restic(self, tree: Path, host: str) -> None:
        """One backup; the first makes the repository."""
        repository = self.place / "restic"
        tool = f"RESTIC_PASSWORD=bench restic -q --no-cache -r {repository}"
        if not repository.exists():
            _shell(f"{tool} init")
        _shell(f"cd {tree} && {tool} backup -q --host {host} .")

    def restic_size(self) -> int:
        files = (path for path in (self.place / "restic").rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)

    def ssh_tar(self, address: str) -> None:
        remote = f"tar -C / --xattrs --acls --numeric-owner {_left_out('.')} -cf - ."
        _shell(f"{_ssh(address)} {shlex.quote(remote)} | zstd -q -f -1 -T1 -o {self.place}/ssh.zst")

    def rsync(self, address: str) -> None:
        """A pass into a copy of the host; the second finds nothing to do."""
        shell = shlex.quote(_ssh("").rsplit(" ", 1)[0])
        _shell(
            f"rsync -aHAX --numeric-ids --delete {_left_out('')} -e {shell}"
            f" root@{address}:/ {self.place}/rsync/"
        )


def _left_out(prefix: str) -> str:
    return " ".join(f"--exclude={shlex.quote(prefix + path)}" for path in LEFT_OUT)


def _ssh(address: str) -> str:
    return f"ssh -o UserKnownHostsFile={state.KNOWN_HOSTS} -i {state.KEY} root@{address}"


def _shell(script: str) -> None:
    subprocess.run(["bash", "-c", ASIDE + script], check=True)
