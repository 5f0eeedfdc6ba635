"""The user's own registry: the image is put there by skopeo, and the target takes it from there.

A login is a file as podman and skopeo have it, plain or sealed by Ansible Vault. skopeo and the
target's engine get it as a private file, for as long as they run, and never on a command line.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, is_encrypted

from migrator.errors import MigratorError, PlanInvalid, RemoteFailed, Unreachable, UsageError
from migrator.plan import Plan
from migrator.transport.local import Local
from migrator.vault import Passwords
from migrator.workdir import Workdir, write_json

Row = dict[str, Any]
# What skopeo says -> whose business it is, in the order in which they are looked for
REASONS: tuple[tuple[tuple[str, ...], type[MigratorError], str, str], ...] = (
    (
        ("unauthorized", "authentication required", "denied"),
        UsageError,
        "refuses the login",
        "name a file that 'skopeo login --authfile' wrote as container.login, or log in here",
    ),
    (
        ("x509", "certificate"),
        Unreachable,
        "shows a certificate that is not trusted here",
        "put its CA into /etc/containers/certs.d/{host}/ca.crt, here and on the target",
    ),
    (
        ("no such host", "connection refused", "i/o timeout", "no route"),
        Unreachable,
        "cannot be reached",
        "see that its name and port in container.registry are right",
    ),
)


def asked(plan: Plan, image: Row, passwords: Passwords) -> Row:
    """What the runtime is told beside the rest of ``image``: by its digest, nothing else can be
    meant. Nothing where the plan names no registry."""
    if not plan.container.registry:
        return {}
    name = f"{plan.container.registry}/{image['repository']}@{image['manifest']}"
    return {"from": name, "login": login(plan, passwords)}


def login(plan: Plan, passwords: Passwords) -> Row:
    """{"auths": {host of the registry: ...}} of the file that the plan names; {} where it names
    none, and whoever pulls or pushes uses the logins that are there."""
    if not plan.container.login:
        return {}
    path = Path(plan.container.login)
    try:
        text = path.read_text()
        plain = VaultLib(passwords).decrypt(text).decode() if is_encrypted(text) else text
        known = json.loads(plain)["auths"]
        found = {key.removeprefix("https://").rstrip("/"): row for key, row in known.items()}
    except AnsibleError as error:
        hint = "name its password with --vault-password-file"
        raise UsageError(f"{path} opens with none of {len(passwords)} passwords", hint) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "write it with 'skopeo login --authfile'"
        raise PlanInvalid(f"{path} is no login of a registry", hint) from error
    fitting = [key for key in found if f"{plan.container.registry}/".startswith(f"{key}/")]
    if not fitting:
        hint = f"run 'skopeo login --authfile {path} {_host(plan)}'"
        raise PlanInvalid(f"{path} has no login for {plan.container.registry}", hint)
    return {"auths": {_host(plan): found[max(fitting, key=len)]}}


def push(work: Workdir, plan: Plan, image: Row) -> bool:
    """Put what ``asked`` names into the registry; False when it is there, or when none is named.
    What the registry has of its layers is not sent again."""
    if "from" not in image:
        return False
    with tempfile.TemporaryDirectory(dir=work.path, prefix=".login-") as private:
        options = []
        if image["login"]:
            write_json(Path(private, "auth.json"), image["login"])
            options = [f"--authfile={private}/auth.json"]
        status, _ = _skopeo(["inspect", "--raw", *options, f"docker://{image['from']}"])
        if status == 0:
            return False
        tag = f"docker://{plan.container.registry}/{image['repository']}:{image['manifest'][7:19]}"
        copy = ["copy", "--quiet", "--preserve-digests", *options]
        status, said = _skopeo([*copy, f"oci:{work.store}:{work.host}", tag])
        if status:
            raise _explained(plan, said)
    return True


def _skopeo(words: list[str]) -> tuple[int, str]:
    with Local("container.registry").open(["skopeo", *words]) as running:
        running.stdout.read()
        ended = running.finish()
    return ended.status, ended.stderr.decode(errors="replace").strip()


def _explained(plan: Plan, said: str) -> MigratorError:
    for marks, kind, words, hint in REASONS:
        if any(mark in said for mark in marks):
            shown = hint.format(host=_host(plan))
            return kind(f"the registry {_host(plan)} {words}", shown)
    last = (said.splitlines() or ["no reason given"])[-1]
    return RemoteFailed(f"the image cannot be put into {plan.container.registry} ({last})", "")


def _host(plan: Plan) -> str:
    return plan.container.registry.partition("/")[0]
