"""Lab hosts as systemd containers: an overlay over the cached root file system, by podman."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

from lab import network
from lab.disks import make_disk
from lab.recipe import Recipe
from lab.rootfs import run
from lab.state import STATE, Given, Host, given_files

# With hybrid control groups a systemd of today only starts where it sees cgroup v2 alone.
UNIFIED = 'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec podman "$@"'
CAPABILITIES = "AUDIT_WRITE,NET_ADMIN,NET_RAW,SYS_NICE,SYS_PTRACE"
CAP_SYS_RESOURCE = 24
# Of inotify, for all containers of the machine together: each systemd takes a dozen, and a unit
# that gets none fails.
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH = 1024
MODEST = 20_000  # the engine adds tasks of its own below the same hard limit


def up(host: Host, recipe: Recipe, root: Path) -> None:
    if int(INSTANCES.read_text()) < ENOUGH:
        INSTANCES.write_text(f"{ENOUGH}\n")
    own_network = "@ADDRESS@" in _read(root / "etc/network/interfaces")
    files = given_files(host, recipe, root)
    files["/etc/fstab"] = Given(_without_root(_read(root / "etc/fstab")))
    if recipe.engine:
        files["/etc/containers/containers.conf"] = Given(_engine_settings())
    merged = _overlay(host, root)
    for name, given in files.items():
        path = merged / name.lstrip("/")
        path.write_text(given.content)
        path.chmod(given.mode)
        _own(path, given.uid)
    network.attach_namespace(host, configure=not own_network)
    volumes = [
        f"--volume={_mounted(host, number)}:{disk.mount}"
        for number, disk in enumerate(make_disk(host, recipe))
    ]
    podman(
        "run", "--detach", *_options(host, recipe), *volumes, "--rootfs", str(merged), "/sbin/init"
    )


def down(host: Host) -> None:
    podman("rm", "--force", "--ignore", "--time=0", host.machine)
    for path in sorted(_mounts_below(host.path), reverse=True):
        run("umount", "--lazy", path)


def running(host: Host) -> bool:
    return bool(podman("ps", "--quiet", f"--filter=name=^{host.machine}$").strip())


def namespace(host: Host) -> str:
    """The mount namespace that all processes of the host are in, as /proc names it."""
    init = podman("inspect", "--format={{.State.Pid}}", host.machine).strip()
    return str(Path(f"/proc/{init}/ns/mnt").readlink())


def podman(*arguments: str) -> str:
    storage = ["--root", str(STATE / "podman"), "--runroot", "/run/mlab"]
    command = [*storage, "--cgroup-manager=cgroupfs", "--runtime=runc", *arguments]
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return run("podman", *command)
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-c", UNIFIED, "sh"]
    return run(*private, *command)


def _options(host: Host, recipe: Recipe) -> list[str]:
    options = [
        f"--name={host.machine}",
        f"--hostname={host.name}",
        f"--network=ns:{network.NAMESPACES / host.machine}",
        "--no-hosts",
        "--systemd=always",
        "--pids-limit=0",
        *(f"--ulimit={name}={limit}:{limit}" for name, limit in _own_limits().items()),
    ]
    if recipe.engine:
        stores = {name: host.path / name for name in ("containers", "docker", "migrator")}
        for path in stores.values():  # no engine's overlay can lie on the host's own
            path.mkdir(exist_ok=True)
        volumes = [f"--volume={path}:/var/lib/{name}" for name, path in stores.items()]
        return [*options, "--privileged", *volumes]
    return [*options, f"--cap-add={CAPABILITIES}"]


def _own_limits() -> dict[str, int]:
    """The limits to stay below where ours cannot be raised; empty on an ordinary machine."""
    status = Path("/proc/self/status").read_text()
    capabilities = int(status.partition("CapEff:")[2].split()[0], 16)
    if capabilities >> CAP_SYS_RESOURCE & 1:
        return {}
    limits = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    return {name: min(resource.getrlimit(kind)[1], MODEST) for name, kind in limits.items()}


def _engine_settings() -> str:
    limits = [f"{name}={limit}:{limit}" for name, limit in _own_limits().items()]
    quoted = ", ".join(f'"{limit}"' for limit in limits)
    return f"[containers]\npids_limit = 0\ndefault_ulimits = [{quoted}]\n" if limits else ""


def _without_root(fstab: str) -> str:
    """A container's root is mounted already and cannot be mounted again."""
    lines = fstab.splitlines(keepends=True)
    return "".join(line for line in lines if line.split()[1:2] != ["/"])


def _overlay(host: Host, root: Path) -> Path:
    parts = {name: host.path / name for name in ("upper", "work", "root")}
    for path in parts.values():
        path.mkdir(exist_ok=True)
    options = f"lowerdir={root},upperdir={parts['upper']},workdir={parts['work']}"
    run("mount", "-t", "overlay", "-o", options, "overlay", str(parts["root"]))
    return parts["root"]


def _mounted(host: Host, number: int) -> Path:
    path = host.path / f"disk{number}"
    path.mkdir(exist_ok=True)
    run("mount", "-o", "loop", str(path.with_suffix(".img")), str(path))
    return path


def _mounts_below(path: Path) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [line.split()[1] for line in lines if line.split()[1].startswith(f"{path}/")]


def _own(path: Path, uid: int) -> None:
    subprocess.run(["chown", f"{uid}:{uid}", str(path)], check=True)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
