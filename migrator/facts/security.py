"""What guards the host."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Selinux:
    """SELinux, and what was changed of its policy on this host."""

    mode: str = ""  # enforcing | permissive | disabled | absent
    configured: str = ""  # what /etc/selinux/config wants at the next boot
    policy: str = ""  # targeted, mls …
    changes: tuple[Setting, ...] = ()  # booleans, file contexts, ports and users of semanage
    modules: tuple[str, ...] = ()  # modules that were loaded on this host


@dataclass(frozen=True)
class Profile:
    """A profile of AppArmor that the kernel has loaded."""

    name: str
    mode: str  # enforce | complain | kill | unconfined


@dataclass(frozen=True)
class Apparmor:
    """AppArmor, and what was changed of its profiles on this host."""

    enabled: bool = False
    profiles: tuple[Profile, ...] = ()
    local: tuple[str, ...] = ()  # paths of additions that have rules
    disabled: tuple[str, ...] = ()  # names of profiles that are switched off


@dataclass(frozen=True)
class SshdSetting:
    """A setting of the ssh server; of several values the first one counts."""

    where: str  # path:line
    match: str  # the condition of its Match block, "" outside of any
    key: str  # Port, ListenAddress, PermitRootLogin …, as it is written
    value: str


@dataclass(frozen=True)
class Privileged:
    """A program that gives its user more than he has."""

    path: str
    mode: str  # permissions, octal, "4755": 4 is setuid, 2 setgid
    uid: int
    gid: int
    capabilities: str  # as getcap prints them, "cap_net_raw=ep"; "" for none


@dataclass(frozen=True)
class Certificate:
    """A certificate that a service shows."""

    path: str
    subject: str  # "C=DE, O=Example, CN=www.example.org"
    issuer: str
    names: tuple[str, ...]  # alternative names: hosts, addresses
    not_before: str  # "2026-01-31T00:00:00Z"
    not_after: str


@dataclass(frozen=True)
class Security:
    """What guards the host."""

    selinux: Selinux = Selinux()
    apparmor: Apparmor = Apparmor()
    audit: tuple[Setting, ...] = ()  # rules of the kernel's audit, in their order
    fips: bool = False  # the kernel runs in FIPS mode
    crypto_policy: str = ""  # DEFAULT, LEGACY, FIPS …; "" where there is none
    sshd: tuple[SshdSetting, ...] = ()  # in the order that counts, with what is included
    privileged: tuple[Privileged, ...] = ()  # setuid, setgid and file capabilities
    certificates: tuple[Certificate, ...] = ()
