"""The host itself: release, kernel, init, hardware, names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """Empty where it could not be read."""

    hostname: str = ""
    fqdn: str = ""
    os_id: str = ""  # "debian"
    os_version: str = ""  # "11"
    os_name: str = ""  # "Debian GNU/Linux 11 (bullseye)"
    kernel: str = ""
    architecture: str = ""  # "x86_64"
    init: str = ""  # systemd | upstart | sysvinit | unknown
    init_version: int = 0  # 0 when unknown
    virtualisation: str = ""  # "qemu", "kvm", "podman", "none", "" when unknown
    machine_id: str = ""
    boot_id: str = ""
    timezone: str = ""
    locale: str = ""
    cpus: int = 0
    memory: int = 0  # bytes
    selinux: str = ""  # enforcing | permissive | disabled | absent
