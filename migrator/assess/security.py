"""Rules about secrets; the findings name places, never values."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts


def _of(found: Facts, *kinds: str) -> Iterator[Evidence]:
    for secret in found.secrets:
        if secret.kind in kinds:
            yield secret.path, secret.detail or secret.kind


@rule(
    "SEC-01",
    Level.RISK,
    "A private key lies in the file system",
    "Whoever can pull the image could read it.",
    "Nothing: it travels as a secret of the engine and is in no layer.",
)
def private_keys(found: Facts) -> Iterator[Evidence]:
    yield from _of(found, "private-key")


@rule(
    "SEC-02",
    Level.WARNING,
    "Password hashes move with the image",
    "Users with a password keep it; its hash is in a layer.",
    "Lock passwords that nobody needs, and guard the registry like the host.",
)
def hashes(found: Facts) -> Iterator[Evidence]:
    for user in found.accounts.users:
        if user.password == "set":
            yield "/etc/shadow", user.name


@rule(
    "SEC-03",
    Level.RISK,
    "A file of passwords",
    "Whoever can pull the image could read it.",
    "Nothing: it travels as a secret of the engine and is in no layer.",
)
def passwords(found: Facts) -> Iterator[Evidence]:
    yield from _of(found, "password-file")


@rule(
    "SEC-04",
    Level.RISK,
    "A token in a unit's environment",
    "It is a part of a unit file and so of the image.",
    "Move it to a file of its own and load it with EnvironmentFile; plan that file as a secret.",
)
def tokens(found: Facts) -> Iterator[Evidence]:
    yield from _of(found, "token")


@rule(
    "IDN-02",
    Level.INFO,
    "The container keeps the host's ssh keys",
    "Clients go on without a question; the keys travel as secrets.",
    "Set identity.host_keys to reset when the source stays in service.",
)
def host_keys(found: Facts) -> Iterator[Evidence]:
    yield from _of(found, "ssh-host-key")
