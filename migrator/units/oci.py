"""config.json for an OCI runtime without an engine above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrator.runtime import view
from migrator.runtime.wanted import Wanted

# What every container has, whatever its engine: podman's own set.
CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
MASKED = (
    "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
    "/proc/timer_stats", "/sys/dev/block", "/sys/devices/virtual/powercap", "/sys/firmware",
    "/sys/fs/selinux",
)  # fmt: skip
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
# System calls that reach beyond the container, or have opened ways out of it, and no service needs.
REFUSED = (
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module",
    "fanotify_init", "finit_module", "get_kernel_syms", "get_mempolicy", "init_module",
    "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp",
    "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mbind", "move_pages",
    "nfsservctl", "open_by_handle_at", "perf_event_open", "pivot_root", "process_vm_readv",
    "process_vm_writev", "query_module", "quotactl", "request_key", "set_mempolicy",
    "settimeofday", "stime", "swapoff", "swapon", "sysfs", "_sysctl", "userfaultfd", "uselib",
    "vm86", "vm86old",
)  # fmt: skip
EPERM = 1
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CPU_PERIOD = 100_000  # microseconds
DEVICES = {
    "/dev/fuse": (10, 229),
    "/dev/kvm": (10, 232),
    "/dev/net/tun": (10, 200),
    "/dev/ppp": (108, 0),
}


def config(
    wanted: Wanted, places: dict[str, str], capabilities: list[str], shown: Sequence[str] = ()
) -> dict[str, Any]:
    granted = [f"CAP_{name}" for name in capabilities]
    env = {"PATH": PATH, "container": "oci", "TERM": "dumb", **wanted.env}
    return {
        "ociVersion": "1.0.2",
        "hostname": wanted.hostname,
        "root": {"path": f"{places['state']}/root"},
        "process": {
            "terminal": False,
            "user": dict.fromkeys(("uid", "gid"), _number(wanted.user)),
            "args": wanted.command,
            "env": [f"{key}={value}" for key, value in sorted(env.items())],
            "cwd": "/",
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), granted),
            "rlimits": [_rlimit(key, text) for key, text in sorted(wanted.ulimits.items())],
        },
        "mounts": _mounts(wanted, places, shown),
        "hooks": {
            "createRuntime": [{"path": f"{places['hooks']}/steps", "args": ["steps", "prestart"]}]
        },
        "annotations": wanted.labels,
        "linux": {
            "cgroupsPath": f"machine.slice:migrator:{wanted.name}",
            "namespaces": _namespaces(wanted, places),
            "resources": _resources(wanted),
            "devices": [
                {"path": path, "type": "c", "major": DEVICES[path][0], "minor": DEVICES[path][1]}
                for path in wanted.devices
                if path in DEVICES  # another one is refused before this is written
            ],
            "sysctl": wanted.sysctls,
            "seccomp": {
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [
                    {"names": list(REFUSED), "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM}
                ],
            },
            "maskedPaths": list(MASKED),
            "readonlyPaths": list(READ_ONLY),
        },
    }


def _number(user: str) -> int:
    """runc refuses a name before this is read."""
    return int(user) if user.isdigit() else 0


def _mounts(wanted: Wanted, places: dict[str, str], shown: Sequence[str]) -> list[dict[str, Any]]:
    """In the order of their places: what lies below another one comes after it."""
    closed = ["nosuid", "noexec", "nodev"]
    shm = f"size={wanted.limits.get('shm_size', 64 << 20)}"
    made = [
        _mount("/proc", "proc", closed),
        _mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        _mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "gid=5"]),
        _mount("/dev/shm", "tmpfs", [*closed, "mode=1777", shm]),
        _mount("/dev/mqueue", "mqueue", closed),
        _mount("/sys", "sysfs", [*closed, "ro"]),
        _mount("/sys/fs/cgroup", "cgroup", [*closed, "rw"]),
    ]
    made += [
        _mount(path, "tmpfs", ["nosuid", "nodev", f"mode={mode}"])
        for path, mode in (("/run", "755"), ("/run/lock", "1777"), ("/tmp", "1777"))
    ]
    bound = [
        *((f"{places['volumes']}/{v['name']}", v["path"], "rw") for v in wanted.volumes),
        *((f"{places['secrets']}/{s['name']}", s["path"], "ro") for s in wanted.secrets),
        (f"{places['state']}/run", "/run/migrator", "ro"),
        (f"{places['state']}/hosts", "/etc/hosts", "ro"),
        (f"{places['state']}/resolv.conf", "/etc/resolv.conf", "ro"),
        *((f"{view.PLACE}/{name}", f"/proc/{name}", "ro") for name in shown),
    ]
    made += [
        {"destination": path, "type": "bind", "source": source, "options": ["rbind", access]}
        for source, path, access in sorted(bound, key=lambda row: row[1])
    ]
    return made


def _mount(path: str, kind: str, options: list[str]) -> dict[str, Any]:
    return {"destination": path, "type": kind, "source": kind, "options": options}


def _namespaces(wanted: Wanted, places: dict[str, str]) -> list[dict[str, str]]:
    made = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "cgroup")]
    if wanted.network["mode"] == "none":
        made.append({"type": "network"})
    if wanted.network["mode"] == "macvlan":
        made.append({"type": "network", "path": f"/run/netns/{places['netns']}"})
    return made


def _resources(wanted: Wanted) -> dict[str, Any]:
    """Devices that every container has are the runtime's own list."""
    allowed = [
        {"allow": True, "type": "c", "major": major, "minor": minor, "access": "rwm"}
        for path, (major, minor) in DEVICES.items()
        if path in wanted.devices
    ]
    made: dict[str, Any] = {"devices": [{"allow": False, "access": "rwm"}, *allowed]}
    if "memory" in wanted.limits:
        made["memory"] = {"limit": int(wanted.limits["memory"])}
    if "pids" in wanted.limits:
        made["pids"] = {"limit": int(wanted.limits["pids"])}
    if "cpus" in wanted.limits:
        quota = int(float(wanted.limits["cpus"]) * CPU_PERIOD)
        made["cpu"] = {"quota": quota, "period": CPU_PERIOD}
    return made


def _rlimit(key: str, text: str) -> dict[str, Any]:
    soft, _, hard = text.partition(":")
    return {"type": f"RLIMIT_{key.upper()}", "soft": int(soft), "hard": int(hard or soft)}
