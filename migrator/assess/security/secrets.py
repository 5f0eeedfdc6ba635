"""Rules about secrets; the findings name places, never values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.facts import Facts
from migrator.facts.secrets import Secret

SHOWN = 4  # names of one file
HIDDEN = "It travels as a secret of the engine and is in no layer of the image."
WEAK = ("des", "md5", "bsdi")


def _of(found: Facts, *kinds: str) -> Iterator[Secret]:
    return (secret for secret in found.secrets if secret.kind in kinds)


def _kept(secret: Secret) -> Evidence:
    """Of a file that the plan makes a secret."""
    mode = f", mode {secret.mode}" if secret.mode else ""
    return secret.path, f"{secret.detail or secret.kind}{mode}"


@rule(
    "SEC-01",
    Level.INFO,
    "A private key lies in the file system",
    f"{HIDDEN} The controller keeps it in the host's working directory, encrypted.",
    "Guard the vault's password, or its key in the working directory, like the host; make a new key"
    " where the old one may be known to others.",
)
def private_keys(found: Facts) -> Iterator[Evidence]:
    for secret in _of(found, "private-key"):
        yield _kept(secret)


@rule(
    "SEC-02",
    Level.WARNING,
    "Password hashes move with the image",
    "Users with a password keep it; its hash is in a layer, for whoever can read the image.",
    "Lock passwords that nobody needs (usermod -L), set weak ones anew, and guard the image like"
    " the host.",
)
def hashes(found: Facts) -> Iterator[Evidence]:
    users = [user for user in found.accounts.users if user.password == "set"]
    if users:
        names = [f"{u.name} ({u.hash_method})" if u.hash_method in WEAK else u.name for u in users]
        yield "/etc/shadow", ", ".join(names)


@rule(
    "SEC-03",
    Level.RISK,
    "Passwords and tokens in files",
    "A file that is made for them travels as a secret of the engine (info). One in a configuration"
    " is in a layer, for whoever can read the image, unless its path is on a volume (info).",
    "Plan the file as a secret under paths; a program that writes to it cannot do so then.",
)
def passwords(found: Facts) -> Iterator[Evidence]:
    for secret in _of(found, "password-file"):
        yield *_kept(secret), Level.INFO
    for path, secrets in _by_file(found).items():
        names = list(dict.fromkeys(_named(secret) for secret in secrets))
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        where = f"{path}:{secrets[0].line}" if secrets[0].line else path
        seen = ", ".join(names[:SHOWN]) + more
        if on_volume(found, path):
            yield where, f"{seen}; on a volume", Level.INFO
        else:
            yield where, seen


def _named(secret: Secret) -> str:
    name = secret.detail or secret.kind
    if name.startswith("-"):
        return f"the option {name}"
    return f"a URL that begins with {name}" if name.endswith(":") and "://" in name else name


def _by_file(found: Facts) -> dict[str, list[Secret]]:
    """What is not the business of a unit, which SEC-19 looks at."""
    given = {secret.path for secret in _of(found, "token")}
    given |= {path for unit in found.units for path in (unit.fragment, *unit.drop_ins)}
    files = defaultdict(list)
    for secret in _of(found, "setting", "store"):
        if secret.path not in given and not _is_name(secret):
            files[secret.path].append(secret)
    return files


def _is_name(secret: Secret) -> bool:
    """zypper's repositories name the file that has their credentials."""
    return secret.detail == "credentials" and secret.path.startswith("/etc/zypp/repos.d/")


@rule(
    "SEC-04",
    Level.RISK,
    "The host's own keys of Kerberos",
    f"{HIDDEN} They are good as long as the name of the host stays. In Active Directory one of"
    " source and container that renews the machine's password shuts the other out, and a new one"
    " that is written to a secret is gone after the next start.",
    "Switch the renewal off before the move (sssd: ad_maximum_machine_account_password_age = 0;"
    " winbind: machine password timeout = 0), or join the container anew when the source is off.",
    side="image",
)
def keytabs(found: Facts) -> Iterator[Evidence]:
    for secret in _of(found, "keytab"):
        yield _kept(secret)


@rule(
    "SEC-10",
    Level.WARNING,
    "What people left behind",
    "A history of a shell with a password in it moves along, and so does mail that nobody read"
    " (info).",
    "Delete the lines and change the passwords, or exclude the file in the plan's paths.",
)
def leftovers(found: Facts) -> Iterator[Evidence]:
    for secret in _of(found, "history"):
        yield f"{secret.path}:{secret.line}", secret.detail
    for row in found.storage.usage:
        if row.path == "/var/mail" and row.files:
            files = "1 file" if row.files == 1 else f"{row.files} files"
            yield row.path, f"{row.size >> 10} KB of mail in {files}", Level.INFO


@rule(
    "SEC-19",
    Level.RISK,
    "A password or token that a unit gives to its service",
    "It is a part of a unit or of a file that the unit loads, and so of the image; whoever may ask"
    " systemd can read what stands in a unit.",
    "Move it to a file of its own, load that with EnvironmentFile, and plan it as a secret.",
)
def tokens(found: Facts) -> Iterator[Evidence]:
    for secret in _of(found, "token"):
        yield _place(found, secret), secret.detail


def _place(found: Facts, secret: Secret) -> str:
    """The line of the unit, or of a drop-in of it, that has the secret where that is known."""
    name, _, unit = secret.detail.rpartition(" in ")
    record = found.unit(unit)
    files = (secret.path, *reversed(record.drop_ins)) if record else (secret.path,)
    for line in _of(found, "setting"):
        if line.path in files and line.detail == name:
            return f"{line.path}:{line.line}"
    return secret.path
