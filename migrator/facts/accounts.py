"""Users, groups, the keys that open a login, and who may become whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class User:
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    # set | locked (no password opens it) | none (it needs none) | expired (the account) | "" (only
    # root may know); never the hash
    password: str
    description: str = ""  # the full name, room and telephone, as they were typed
    hash_method: str = ""  # sha512, yescrypt, md5 …; "" without a hash; also of a locked one
    where: str = ""  # path:line
    same_uid: tuple[str, ...] = ()  # other names of the same uid
    system: bool = False  # its uid is below UID_MIN of login.defs, or it is nobody
    login: bool = True  # its shell lets somebody in
    linger: bool = False  # its user services run without a login
    home_uid: int | None = None  # who owns the home; None when there is none
    home_mode: str = ""  # permissions of the home, octal, "0750"
    changed: int | None = None  # day of the last change of the password, days since 1970
    min_days: int | None = None  # days before the password may be changed again
    max_days: int | None = None  # days after which it must be changed
    warn_days: int | None = None  # days of warning before that
    inactive_days: int | None = None  # days after that until the account is closed
    expires: int | None = None  # day on which the account expires, days since 1970


@dataclass(frozen=True)
class Group:
    """A line of /etc/group."""

    name: str
    gid: int
    members: tuple[str, ...]
    administrators: tuple[str, ...] = ()  # who may change its members, from gshadow
    password: str = "locked"  # set | locked; never the hash
    where: str = ""  # path:line


@dataclass(frozen=True)
class SubIds:
    """A range of ids that a user may give to containers: a line of /etc/subuid or /etc/subgid."""

    kind: str  # uid | gid
    owner: str  # a name or a uid
    start: int
    count: int
    where: str  # path:line


@dataclass(frozen=True)
class AuthorizedKey:
    """A public key that opens a login, or signs certificates that do."""

    user: str  # "" for a file or an authority that counts for every user
    use: str  # login | authority
    where: str  # path:line
    type: str  # ssh-ed25519, ssh-rsa …
    bits: int  # length of the key, 0 when unknown
    fingerprint: str  # SHA256:…, as ssh-keygen -l prints it
    comment: str
    options: tuple[str, ...]  # from="…", command="…", no-pty …


@dataclass(frozen=True)
class PamLine:
    """A line of a stack of PAM."""

    service: str  # sshd, login, common-auth …
    type: str  # auth | account | password | session, a leading "-" kept; "" for @include
    control: str  # required, sufficient, [success=1 default=ignore] …, @include
    module: str  # pam_unix.so, or the stack that is included
    arguments: str
    where: str  # path:line


@dataclass(frozen=True)
class Directory:
    """A user directory that this host is a client of."""

    kind: str  # sssd | nslcd | ldap | winbind | kerberos | ipa | nis
    where: str  # path of its configuration
    domain: str  # its name, or the base of the search
    realm: str  # of Kerberos, "" if none
    servers: tuple[str, ...]  # URIs or names; empty when DNS tells them
    settings: dict[str, str] = field(default_factory=dict)  # as configured; secrets redacted


@dataclass(frozen=True)
class Accounts:
    """Who there is on the host. No hash of a password is in here."""

    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    sub_ids: tuple[SubIds, ...] = ()
    keys: tuple[AuthorizedKey, ...] = ()
    sudo: tuple[Setting, ...] = ()  # rules, aliases and Defaults, with what is included
    doas: tuple[Setting, ...] = ()
    polkit: tuple[str, ...] = ()  # paths of rules that were written for this host
    pam: tuple[PamLine, ...] = ()
    defaults: tuple[Setting, ...] = ()  # of login.defs, useradd, adduser and pwquality
    directories: tuple[Directory, ...] = ()
