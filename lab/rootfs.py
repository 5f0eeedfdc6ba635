"""Root file systems: made by debootstrap once per recipe, cached by its digest."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.recipe import LabError, Recipe

MIRROR = os.environ.get("LAB_MIRROR", "http://deb.debian.org/debian")
BASE = "systemd-sysv,dbus,udev,libpam-systemd"
# The chroot gets mounts of its own, which vanish with it, however it ends.
CHROOT = (
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && root=$1 && shift'
    ' && exec chroot "$root" "$@"'
)
NO_SERVICES = "#!/bin/sh\nexit 101\n"


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "migrator-lab"
    path.mkdir(parents=True, exist_ok=True)
    return path


def rootfs(recipe: Recipe, say: Callable[[str], None]) -> Path:
    """The recipe's root file system as a directory that nobody writes to."""
    return once(cache() / f"{recipe.name}-{recipe.digest}", lambda path: _make(recipe, path, say))


def once(path: Path, make: Callable[[Path], None]) -> Path:
    """``path``, made by ``make`` in a temporary place if it does not exist.

    Of several callers one works and the others wait; a killed one leaves nothing that counts.
    """
    if path.exists():
        return path
    with locked(path.with_name(path.name + ".lock")):
        if not path.exists():
            partial = path.with_name(path.name + ".partial")
            remove(partial)
            make(partial)
            partial.rename(path)
    return path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def _make(recipe: Recipe, root: Path, say: Callable[[str], None]) -> None:
    base = once(cache() / f"base-{recipe.release}", lambda path: _base(recipe.release, path, say))
    say(f"building {recipe.name}: {len(recipe.packages)} packages on {recipe.release}")
    run("cp", "--archive", "--sparse=always", str(base), str(root))
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES)
    policy.chmod(0o755)
    packages = [*recipe.packages, *([recipe.vm.kernel, "initramfs-tools"] if recipe.vm else [])]
    install = ["apt-get", "install", "-qq", "--no-install-recommends", "--yes"]
    chroot(root, "env", "DEBIAN_FRONTEND=noninteractive", *install, *packages)
    if recipe.vm:
        _prepare_initrd(root)
    chroot(root, "apt-get", "clean")
    if (recipe.path / "files").exists():
        _copy(recipe.path / "files", root)
    if (recipe.path / "setup.sh").exists():
        shutil.copy(recipe.path / "setup.sh", root / "setup.sh")
        chroot(root, "/setup.sh")
        (root / "setup.sh").unlink()
    for login in recipe.logins:
        chroot(
            root,
            "install",
            "-d",
            "-m",
            "0700",
            "-o",
            login,
            "-g",
            login,
            f"{_home(root, login)}/.ssh",
        )
    policy.unlink()
    for key in root.glob("etc/ssh/ssh_host_*"):
        key.unlink()  # each host gets its own
    (root / "etc/machine-id").write_text("")


def _base(release: str, root: Path, say: Callable[[str], None]) -> None:
    say(f"debootstrapping {release} from {MIRROR} (once, about a minute)")
    archive = cache() / "archive"
    archive.mkdir(exist_ok=True)
    options = ["--variant=minbase", f"--include={BASE}", f"--cache-dir={archive}"]
    run("debootstrap", *options, release, str(root), MIRROR)


def _home(root: Path, login: str) -> str:
    lines = (root / "etc/passwd").read_text().splitlines()
    return next(line.split(":")[5] for line in lines if line.split(":")[0] == login)


def _prepare_initrd(root: Path) -> None:
    modules = root / "etc/initramfs-tools/modules"
    modules.write_text(modules.read_text() + "virtio_pci\nvirtio_blk\nvirtio_net\next4\n")
    chroot(root, "update-initramfs", "-u", "-k", "all")


def _copy(source: Path, root: Path) -> None:
    for path in sorted(source.rglob("*")):
        target = root / path.relative_to(source)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            shutil.copyfile(path, target)
            target.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def chroot(root: Path, *command: str) -> None:
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-c", CHROOT, "sh"]
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    run(*private, str(root), *command, env={"PATH": path, "LC_ALL": "C.UTF-8", "HOME": "/root"})


def run(*command: str, env: dict[str, str] | None = None, data: str = "") -> str:
    """What ``command`` prints. Raises LabError with its last words when it fails."""
    try:
        done = subprocess.run(command, input=data, capture_output=True, text=True, env=env)
    except FileNotFoundError:
        raise LabError(f"{command[0]} is missing; lab/packages.txt names the packages") from None
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise LabError(f"{' '.join(command[:4])} … failed: {' '.join(words)}")
    return done.stdout
