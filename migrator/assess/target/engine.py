"""Whether the target's engine can run a rich container."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.placement import Placement
from migrator.assess.rules import Evidence, placed

PODMAN = ("quadlet", "podman")
LIMITED = ("cpu", "memory", "pids")  # controllers that the engine sets limits with
UNIFIED = 232  # the first systemd that boots where there is only cgroup v2
LEGACY_ENDS = 256  # the first one that refuses to boot where there is only v1
KINDS = {
    "user": "attributes of users (user.*)",
    "trusted": "attributes of the system (trusted.*), which overlays need",
    "capability": "capabilities of programs",
    "acl": "access control lists",
}


@placed(
    "TGT-01",
    Level.BLOCKER,
    "The target cannot run the container",
    "The launch would fail, after all data has been copied.",
    "Do what is named here on the target, or take another one.",
)
def engine(pair: Placement) -> Iterator[Evidence]:
    """The engine is the one that the runtime would choose there."""
    found, boot = pair.target.engine, pair.target.boot
    if not found.chosen:
        yield "engine", f"{found.refusal or 'none was found'}: {found.hint or 'install podman'}"
        return
    if found.error and found.chosen in PODMAN:
        yield "podman info", found.error
    for trap in pair.target.traps:
        if trap.fatal:
            yield found.chosen, f"{trap.message}: {trap.hint}"
    if pair.target.system.init != "systemd":
        yield "/sbin/init", f"{pair.target.system.init}: the container is started by systemd"
    elif boot and not boot.up:
        yield "dry boot", boot.reason
    elif boot and not boot.down:
        yield "dry boot", boot.reason, Level.RISK


@placed(
    "TGT-02",
    Level.BLOCKER,
    "The target's control groups do not fit the host's init",
    "systemd puts every service into a control group, and stops at boot where it finds none of a"
    " version that it knows. A controller that is missing sets no limits.",
    "Boot the target with systemd.unified_cgroup_hierarchy=0 for a systemd before 232, and with 1"
    " for one from 256 on; enable the controllers; or take another target.",
)
def groups(pair: Placement) -> Iterator[Evidence]:
    found, system = pair.target.cgroups, pair.found.system
    if system.init == "systemd" and system.init_version and found.mode:
        version = f"systemd {system.init_version}"
        if found.mode == "v2" and system.init_version < UNIFIED:
            yield "/sys/fs/cgroup", f"{version} needs version 1, the target has only version 2"
        if found.mode != "v2" and system.init_version >= LEGACY_ENDS:
            yield "/sys/fs/cgroup", f"{version} needs version 2, the target has {found.mode}"
    missing = [name for name in LIMITED if name not in found.controllers] if found.mode else []
    if missing:
        yield "/sys/fs/cgroup", f"no controller {', '.join(missing)}", Level.RISK


@placed(
    "TGT-03",
    Level.RISK,
    "The engine's storage does not keep everything that files have",
    "Images and volumes lie there. What it cannot store is lost, or the launch fails; the container"
    " runs as root of the target, so no range of subordinate ids is needed.",
    "Move the engine's storage (graphroot) to ext4, XFS or Btrfs with the driver overlay.",
)
def storage(pair: Placement) -> Iterator[Evidence]:
    found = pair.target.storage
    for kind, meaning in KINDS.items() if found.path else ():
        if kind not in found.attributes:
            yield found.path, f"no {meaning}"
    if pair.target.engine.driver == "vfs":
        yield found.path, "the driver vfs keeps a full copy of each layer", Level.WARNING


@placed(
    "TGT-04",
    Level.RISK,
    "The target's security modules stand in the way",
    "SELinux may keep an init from its control groups; a kernel without seccomp filters no calls.",
    "Set the boolean on the target: setsebool -P container_manage_cgroup true.",
)
def security(pair: Placement) -> Iterator[Evidence]:
    """A dry boot that came up has shown that it does not matter."""
    found, boot = pair.target.security, pair.target.boot
    proven = boot is not None and boot.up
    if found.selinux == "enforcing" and not found.manage_cgroup and not proven:
        yield "container_manage_cgroup", "SELinux is enforcing, and this boolean is off"
    if not found.seccomp:
        yield "seccomp", "the kernel has none", Level.WARNING
