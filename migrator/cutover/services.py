"""What of a source is held and stopped, by what runs there now and what the plan says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.adapt.jobs import SERVICES
from migrator.plan import Plan

# What the old machine itself needs, and the ways in: these run on, and do so in no container.
MACHINE = re.compile(
    r"(systemd-|user@|user-runtime-dir@|session-|getty|serial-getty|console-getty|autovt"
    r"|ssh\.|ssh@|sshd|dropbear|rescue|emergency|initrd|plymouth"
    r"|dbus|polkit|udev|lvm2|multipath|iscsi|dm-event|mdadm|mdmonitor|blk-availability"
    r"|network|NetworkManager|ifup@|ifplugd|dhclient|dhcpcd|wpa_supplicant|connman|wicked"
    r"|firewalld|nftables|iptables|ip6tables|ufw|netfilter-persistent"
    r"|autofs|rpc-|rpcbind|gssproxy|nfs-idmapd|nfs-blkmap|sssd|nscd|unscd|nslcd|winbind|oddjobd"
    r"|openvpn|wg-quick|tailscaled|strongswan|ipsec|zerotier"
    r"|auditd|rngd|haveged|tuned|acpid|irqbalance|smartd|thermald|ModemManager|udisks|upower"
    r"|accounts-daemon|packagekit|rtkit|getty-static|rc-local|keyboard-setup|console-setup"
    # Init scripts that do something once, and say of themselves that they run.
    r"|(rc\.local|rmnologin|bootlogs|bootmisc|motd|urandom|procps|hostname|sudo|kmod|hwclock"
    r"|u?mount\w*|check(fs|root)|sendsigs|killprocs|single|halt|reboot|x11-common)(\.sh)?\.service)"
)


@dataclass(frozen=True)
class Unit:
    """A unit that is not inactive, as control sees it."""

    name: str
    active: str
    sub: str
    type: str
    triggers: tuple[str, ...]
    triggered_by: tuple[str, ...]
    stop_timeout: str  # as systemd prints a time span
    refuses: bool  # systemd stops it for no one
    lingers: bool  # a user's own systemd, which runs without a login
    result: str


def jobs(units: Sequence[Unit]) -> list[str]:
    """What starts jobs: the schedulers, and all timers but systemd's own housekeeping."""
    return [
        unit.name
        for unit in units
        if (unit.name in SERVICES or unit.name.endswith(".timer"))
        and not unit.name.startswith("systemd-")
    ]


def services(units: Sequence[Unit], plan: Plan) -> list[str]:
    """What serves: running services, and the sockets and paths that would start one again."""
    return [
        unit.name
        for unit in units
        if unit.name.endswith((".service", ".socket", ".path"))
        and unit.name not in SERVICES
        and _runs(unit)
        and not _stays(unit, plan)
    ]


def _runs(unit: Unit) -> bool:
    """A service that only did something at the boot has nothing to stop."""
    return not unit.name.endswith(".service") or unit.sub not in ("exited", "dead")


def _stays(unit: Unit, plan: Plan) -> bool:
    masked = plan.services.get(unit.name)
    for_machine = bool(MACHINE.match(unit.name)) or bool(masked and masked.decision == "mask")
    stays = unit.refuses or (for_machine and not unit.lingers)
    return stays or unit.name in plan.cutover.keep
