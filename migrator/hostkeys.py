"""Host keys of a clone: made once, kept in the work directory, sent in place of the source's."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from migrator import vault
from migrator.plan import Plan
from migrator.vault import Passwords, Secrets
from migrator.workdir import Workdir

KINDS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
KIND = re.compile(r"ssh_host_(\w+)_key$")


def place(work: Workdir) -> Path:
    """Encrypted, as the secrets of the snapshot are."""
    return work.path / "hostkeys.vault"


def make(work: Workdir, plan: Plan, passwords: Passwords, paths: Iterable[str]) -> None:
    """A key for each of ``paths`` that has none yet, if the plan wants others. Kinds that no
    server of today offers, such as DSA, get none."""
    if plan.identity.host_keys != "reset":
        return
    known = _known(work, passwords)
    made = {path: _row(path) for path in paths if path not in known and _kind(path) in KINDS}
    if made:
        vault.write(work, known | made, passwords, place(work))


def instead(work: Workdir, plan: Plan, passwords: Passwords, secrets: Secrets) -> Secrets:
    """``secrets`` with the host keys of the plan's choice."""
    if plan.identity.host_keys != "reset":
        return secrets
    others = {path: row for path, row in secrets.items() if not KIND.search(path)}
    return others | _known(work, passwords)


def _known(work: Workdir, passwords: Passwords) -> Secrets:
    return vault.read(work, passwords, place(work)) if place(work).exists() else {}


def _kind(path: str) -> str:
    found = KIND.search(path)
    return found[1] if found else ""


def _row(path: str) -> dict[str, Any]:
    key = KINDS[_kind(path)]()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return {"uid": 0, "gid": 0, "mode": 0o600, "data": base64.b64encode(text).decode()}
