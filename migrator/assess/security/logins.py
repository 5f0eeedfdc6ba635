"""Rules about who comes in, by which directory, and what he may become."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import Task
from migrator.assess.usage import on_volume
from migrator.facts import Facts
from migrator.facts.accounts import Directory

# By which word nsswitch.conf asks a directory. FreeIPA is asked through sssd, and Kerberos alone
# knows no users.
SOURCES = {
    "sssd": ("sss",),
    "nslcd": ("ldap",),
    "ldap": ("ldap",),
    "winbind": ("winbind",),
    "nis": ("nis", "nisplus"),
}
DATABASES = ("passwd", "group", "shadow", "netgroup")
SET_ID = 0o6000
OPENSSH = re.compile(r"(?:\d+:)?(\d+)\.")
SAFE_SINCE = 7  # OpenSSH: root may no longer log in with a password unless told so
NOT_A_RULE = re.compile(r"(Defaults|(User|Runas|Host|Cmnd)_Alias)\b")
TTY = re.compile(r"(?<!!)\brequiretty\b")


@rule(
    "SEC-05",
    Level.WARNING,
    "Users come from a directory",
    "The client of the directory moves along and asks its servers from the target's address; who"
    " is not in /etc/passwd exists only while it answers. NIS that looks for a server by broadcast"
    " finds none from the engine's network (risk).",
    "Let the target reach the servers, name a NIS server in yp.conf, and try a login of such a user"
    " after the launch. Give files numbers, not names, when you copy data by hand.",
    side="target",
)
def directories(found: Facts) -> Iterator[Evidence]:
    lines = [line for line in found.network.nsswitch if line.database in DATABASES]
    asked = {word for line in lines for word in line.sources}
    for directory in found.accounts.directories:
        if asked.intersection(SOURCES.get(directory.kind, ())):
            broadcast = directory.kind == "nis" and not directory.servers
            level = Level.RISK if broadcast else Level.WARNING
            yield directory.where, _shown(directory), level


def _shown(directory: Directory) -> str:
    whom = ", ".join(directory.servers) or "whom the network names"
    return f"{directory.kind} {directory.domain or directory.realm}".rstrip() + f", asks {whom}"


def _allow_without_terminal(finding: Finding) -> Task | None:
    path = finding.where.rpartition(":")[0]
    if "requiretty" not in finding.evidence or not re.fullmatch(
        r"/etc/sudoers(\.d/[\w.-]+)?", path
    ):
        return None
    return {
        "name": "Let sudo work without a terminal",
        "ansible.builtin.raw": f"sed -i.migrator -E 's/^(Defaults.*[^!])requiretty/\\1!requiretty/'"
        f" {path} && visudo -c -f {path}",
    }


@rule(
    "SEC-12",
    Level.INFO,
    "sudo without a password, or only with a terminal",
    "Both move along. Whoever may become root without a password may do so in the container; one"
    " that wants a terminal (requiretty) refuses Ansible and other programs (warning).",
    "Take away what nobody needs any more; write Defaults !requiretty for those who automate.",
    task=_allow_without_terminal,
)
def sudo(found: Facts) -> Iterator[Evidence]:
    for line in found.accounts.sudo:
        if line.key.startswith("Defaults") and TTY.search(line.value):
            yield line.where, f"{line.key} {line.value}", Level.WARNING
        elif "NOPASSWD" in line.value and not NOT_A_RULE.match(line.key):
            yield line.where, " ".join(f"{line.key} {line.value}".split())


@rule(
    "SEC-11",
    Level.WARNING,
    "Programs that give the rights of another user",
    "They are kept as they are; those of the distribution are not named here. On a volume, which"
    " the engine mounts with nosuid, they give no rights any more (risk).",
    "Take the bit away (chmod ug-s) from what nobody needs; move what is needed off the volume, to"
    " /usr/local/sbin.",
)
def set_id(found: Facts) -> Iterator[Evidence]:
    for program in found.security.privileged:
        if not int(program.mode, 8) & SET_ID:
            continue
        shown = f"mode {program.mode} of uid {program.uid}, gid {program.gid}"
        if on_volume(found, program.path):
            yield program.path, f"{shown}, on a volume", Level.RISK
        elif program.path.startswith(("/opt/", "/usr/local/")):
            yield program.path, shown


def _sshd(found: Facts, key: str) -> tuple[str, str]:
    """(where, value) of a setting of sshd that counts for everybody; the first one does."""
    for line in found.security.sshd:
        if line.key.lower() == key and not line.match:
            return line.where, line.value.lower()
    return "", ""


@rule(
    "SEC-13",
    Level.WARNING,
    "A login that is easier than it should be",
    "It stays as easy in the container, which offers its sshd at a port of the target.",
    "Let root in with a key alone (PermitRootLogin prohibit-password), and lock users that need no"
    " password.",
)
def weak_logins(found: Facts) -> Iterator[Evidence]:
    where, root = _sshd(found, "permitrootlogin")
    _, passwords = _sshd(found, "passwordauthentication")
    may = root == "yes" or (not root and _was_open(found))
    has = any(user.uid == 0 and user.password == "set" for user in found.accounts.users)
    if may and has and passwords != "no":
        shown = f"PermitRootLogin {root}" if root else "PermitRootLogin is yes by default"
        yield where or "/etc/ssh/sshd_config", f"{shown}, and root has a password"
    for key, bad in (("permitemptypasswords", "yes"), ("protocol", "1")):
        where, value = _sshd(found, key)
        if bad in value.split(","):
            yield where, f"{key} {value}"
    for user in found.accounts.users:
        if user.password == "none" and user.login:
            yield user.where or "/etc/shadow", f"{user.name} needs no password"


def _was_open(found: Facts) -> bool:
    """Whether the sshd of this host lets root in with a password unless it is told otherwise."""
    for package in found.packages.installed:
        version = OPENSSH.match(package.version)
        if package.name == "openssh-server" and version:
            return int(version[1]) < SAFE_SINCE
    return False
