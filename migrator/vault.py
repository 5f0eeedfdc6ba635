"""A host's secrets between snapshot and launch: one bundle, encrypted by Ansible Vault.

The password is that of the user's own vault settings, as for encrypted variables; without one, a
key is made for the work directory. The plain bundle exists only in memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret

from migrator.errors import UsageError
from migrator.workdir import Workdir, explained, make_private, private, write_text

Passwords = Sequence[tuple[str, VaultSecret]]  # (vault id, password), as Ansible has them
Secrets = dict[str, dict[str, Any]]  # path -> {"uid", "gid", "mode", "data" (base64)}
LABEL = "migrator"  # vault id of the work directory's own key


def write(work: Workdir, found: Secrets, passwords: Passwords, bundle: Path | None = None) -> None:
    """Replace the bundle of ``work``, or another one; one that says the same already stays."""
    place = bundle or work.secrets
    label, password = (list(passwords) or [(LABEL, _key(work.vault_key, make=True))])[0]
    if _opened(place, [(label, password)]) != found:
        plain = json.dumps(found, sort_keys=True)
        sealed = VaultLib().encrypt(plain, secret=password, vault_id=label)
        write_text(place, sealed.decode())
    (work.path / "secrets.json").unlink(missing_ok=True)  # earlier versions wrote it, unencrypted


def read(work: Workdir, passwords: Passwords, bundle: Path | None = None) -> Secrets:
    """The secrets of the last snapshot, or another bundle; raises UsageError without a password."""
    place = bundle or work.secrets
    if not place.exists():
        raise UsageError(f"{place} does not exist", "run 'migrator snapshot' first")
    known = list(passwords)
    with contextlib.suppress(FileNotFoundError):
        known.append((LABEL, _key(work.vault_key, make=False)))
    found = _opened(place, known)
    if found is None:
        message = f"{place} opens with none of {len(known)} passwords, or is damaged"
        hint = "name the one of its snapshot with --vault-password-file, or take a new snapshot"
        raise UsageError(message, hint)
    return found


def by_own_key(work: Workdir) -> bool:
    """Whether nothing but the work directory's own key opens the host's secrets."""
    if not work.secrets.exists():
        return False
    return work.secrets.read_text().partition("\n")[0].endswith(f";{LABEL}")


def _opened(path: Path, passwords: Passwords) -> Secrets | None:
    try:
        found: Secrets = json.loads(VaultLib(passwords).decrypt(path.read_text()))
    except (OSError, ValueError, AnsibleError):
        return None
    return found


def _key(path: Path, make: bool) -> VaultSecret:
    """The key in ``path``; of two runs that would make it at once, one does."""
    if make and not path.exists():
        make_private(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(temporary, "w", opener=private) as handle:
                handle.write(secrets.token_hex(32) + "\n")
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(temporary)
        except OSError as error:
            raise explained(error, path) from error
        finally:
            temporary.unlink(missing_ok=True)
    return VaultSecret(path.read_bytes().strip())
