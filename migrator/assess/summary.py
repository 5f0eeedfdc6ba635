"""The host in a few words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.facts import Facts


@dataclass(frozen=True)
class Summary:
    """What was judged. Text is empty and numbers are 0 where nothing is known."""

    fqdn: str
    taken_at: int  # when the host was read, seconds since 1970 by its own clock
    live: bool  # False: its disk was read, nothing ran there
    privileged: bool  # False: it was read without root
    os: str  # "Debian GNU/Linux 11 (bullseye)"
    kernel: str  # "5.10.0-28-amd64"
    init: str  # "systemd 247"
    architecture: str  # "x86_64"
    virtualisation: str  # "kvm"
    cpus: int
    memory: int  # bytes
    uptime: int  # seconds
    packages: int
    units: int
    running: int  # units that run
    processes: int
    jobs: int
    listeners: int
    users: int
    people: int  # users who are not the system's and can log in
    addresses: tuple[str, ...]  # of the host, without those of loopback


def of(found: Facts) -> Summary:
    system = found.system
    installed = [p for p in found.packages.installed if p.status != "config-files"]
    return Summary(
        fqdn=system.fqdn,
        taken_at=found.taken_at,
        live=found.live,
        privileged=found.privileged,
        os=system.os_name,
        kernel=system.kernel,
        init=f"{system.init} {system.init_version or ''}".strip(),
        architecture=system.architecture,
        virtualisation=system.virtualisation,
        cpus=system.cpus,
        memory=system.memory,
        uptime=system.uptime,
        packages=len(installed),
        units=len(found.units),
        running=sum(unit.sub == "running" for unit in found.units),
        processes=len(found.processes),
        jobs=len(found.cron.jobs),
        listeners=len(found.network.listeners),
        users=len(found.accounts.users),
        people=sum(user.login and not user.system for user in found.accounts.users),
        addresses=tuple(
            item.address.partition("/")[0]
            for item in found.network.addresses
            if item.scope not in ("host", "link")
        ),
    )
