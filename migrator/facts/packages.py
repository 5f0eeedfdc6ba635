"""What the package manager installed, and which of its files are not as they came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package of dpkg or rpm. rpm knows no states: what it lists is installed."""

    name: str  # As in the database. A public key of rpm is a package named gpg-pubkey.
    version: str  # With the epoch where there is one, such as "1:2.3-4".
    architecture: str  # Such as amd64, all, x86_64, noarch; "" where there is none.
    # installed, config-files (removed, its configuration left), half-installed, unpacked,
    # half-configured, triggers-awaited, triggers-pending, not-installed or unknown.
    status: str
    # What dpkg is to do with it: install, hold, deinstall, purge or unknown.
    selection: str = "install"
    reinstall: bool = False  # Whether it is broken and dpkg wants it to be installed again.
    # Whether a hold of dpkg or a lock of yum, dnf or zypper keeps it at its version.
    held: bool = False
    reason: str = "unknown"  # manual, automatic (something else needs it) or unknown.
    source: str = ""  # The source package, for rpm the name of its file.
    vendor: str = ""  # The Vendor of rpm, or the Origin of dpkg, which Debian leaves empty.
    section: str = ""  # The Section of dpkg or the Group of rpm.
    size: int = 0  # Bytes that its files take when installed, as it says itself.


@dataclass(frozen=True)
class ChangedFile:
    """A packaged file that is not as it came.

    Configuration is compared in full, any other file when its size or its times say that it may
    have changed. What was changed so that they do not is seen by the snapshot alone.
    """

    path: str  # As the package names it, /bin/x also where /bin is a link to /usr/bin.
    package: str  # The name of the package.
    # missing, type (such as a link in place of a file), digest, size, mode, user, group, mtime,
    # link (where it points) or capabilities. dpkg knows missing, type and digest alone.
    changes: tuple[str, ...]
    config: bool  # Whether the package calls it configuration (a conffile, %config).


@dataclass(frozen=True)
class Diversion:
    """A file of a package that the administrator has told dpkg to put elsewhere."""

    path: str  # As the package names it; the administrator's own file lies here, if any.
    to: str  # Where the package's file lies.


@dataclass(frozen=True)
class Packages:
    installed: tuple[Package, ...] = ()  # All packages, those of dpkg before those of rpm.
    changed: tuple[ChangedFile, ...] = ()  # Packaged files that were changed or are missing.
    diversions: tuple[Diversion, ...] = ()  # Those that no package made.
    policy: str = ""  # "/usr/sbin/policy-rc.d" where it says which services packages may start.
