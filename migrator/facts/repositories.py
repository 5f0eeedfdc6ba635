"""Where the package manager gets packages from, what it prefers, and whose signatures it trusts."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Repository:
    """A source of packages. Passwords in addresses and options are hidden."""

    where: str
    manager: str  # apt (also a stanza of a .sources file), yum (also dnf) or zypper.
    name: str  # The section of a .repo file; deb, deb-src or both of apt.
    title: str  # What a .repo file calls it, with its variables as they stand.
    enabled: bool  # Whether the package manager uses it.
    # Addresses of the repository: URIs of apt, baseurl of a .repo file, variables as they stand.
    addresses: tuple[str, ...]
    mirrors: tuple[str, ...] = ()  # Addresses of lists of mirrors: mirrorlist and metalink.
    suites: tuple[str, ...] = ()  # Suites of apt, such as bookworm; a path such as "./" as well.
    components: tuple[str, ...] = ()  # Components of apt, such as main.
    # The keys that must have signed it: files, addresses or fingerprints (Signed-By, gpgkey); a key
    # that stands in the file itself is named "inline".
    keys: tuple[str, ...] = ()
    # Whether signatures of its packages are checked (gpgcheck, not trusted=yes); null where the
    # file leaves that to the package manager.
    checked: bool | None = None
    options: dict[str, str] = field(default_factory=dict)  # All other options, as they stand.


@dataclass(frozen=True)
class Pin:
    """A preference of apt: which version of which packages comes first."""

    where: str
    packages: str  # Names, globs or expressions, "*" for all.
    pin: str  # Such as "release a=stable" or "version 1.2*".
    priority: int  # Above 1000 even a downgrade, below 0 never.


@dataclass(frozen=True)
class TrustedKey:
    """A public key that signs packages."""

    path: str  # Its file, or "rpm" for a key in the database of rpm.
    fingerprint: str  # 40 or 64 hexadecimal digits, or what rpm keeps of it: 8 or more.


@dataclass(frozen=True)
class Repositories:
    sources: tuple[Repository, ...] = ()
    pins: tuple[Pin, ...] = ()
    settings: tuple[Setting, ...] = ()  # Of [main] in yum.conf, dnf.conf and zypp.conf.
    variables: dict[str, str] = field(default_factory=dict)  # Of yum and dnf, by name.
    keys: tuple[TrustedKey, ...] = ()
    credentials: tuple[str, ...] = ()  # Files that hold passwords for repositories.
