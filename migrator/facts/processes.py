"""What runs. Sockets are in ``network``, by the number of the process."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Process:
    """A process; the kernel's own threads are left out."""

    pid: int
    parent: int  # pid, 0 for the first process
    user: str  # whose rights it has: the effective user
    command: tuple[str, ...]  # its arguments, secrets redacted
    exe: str  # "" where only root may see it
    # The unit of its control group or, under another init, of the script or job whose process it
    # or an ancestor is; session-1.scope in a login; "" when it runs in none
    unit: str
    # Effective ones, such as CAP_NET_ADMIN; empty without any, ALL for all that the host has
    capabilities: tuple[str, ...]
    real_user: str = ""  # who started it, where that is another user
    permitted: tuple[str, ...] = ()  # capabilities that it may take up, where others than effective
    ambient: tuple[str, ...] = ()  # capabilities that its children keep
    # engine/id of the container that it runs in, with the engines docker, podman, containerd,
    # cri-o, kubernetes, lxc and nspawn; "" outside of one
    container: str = ""
    nested: bool = False  # its PID namespace is another one than the host's
    cwd: str = ""
    # soft:hard by the name in limits.conf, "1024:4096"; only those that the kernel's default is not
    limits: dict[str, str] = field(default_factory=dict)
    rss: int = 0  # bytes in memory
    threads: int = 0
    started: int = 0  # seconds after the boot
    nice: int = 0
    devices: tuple[str, ...] = ()  # open devices below /dev, other than terminals, null and alike
    deleted: tuple[str, ...] = ()  # its program and libraries that were deleted or replaced
    environment_names: tuple[str, ...] = ()  # names only: values may be secrets
    # Values of those whose name speaks of places and settings, and that do not look secret; only
    # of a process in no unit, or in that of a login
    environment: dict[str, str] = field(default_factory=dict)
