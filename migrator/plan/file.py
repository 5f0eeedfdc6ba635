"""plan.yml: a plan as a file that people read and edit."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from migrator.decode import DecodeError, decode
from migrator.errors import PlanInvalid, UsageError
from migrator.plan import SCHEMA, Plan
from migrator.plan.sandbox import granting
from migrator.plan.subjects import SUBJECTS
from migrator.workdir import write_text

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # that of C, where it was built, is quick
HEADER = """\
# How {host} becomes a rich container. Every decision is here with its reason: change what you
# like, a later 'migrator plan' keeps your changes. Then go on with 'migrator snapshot {host}'.
#
#   services   keep | disable | mask
#   paths      image | volume | exclude | secret; the longest path counts
#   ports      inside -> on the target
#   adapt      changes of a subject, or a single one ("fstab:/etc/fstab"), on or off:
#              'migrator build --diff {host}' shows them all
#   jobs       held: cron, at and timers wait in the container until they are released
#   compression gzip, which every engine reads, or zstd: smaller
#   selinux    drop | keep the labels of files; the target gives them its own
#   jobs_catch_up  run_once | skip what anacron, persistent timers and at missed until then
#   identity   keep: the host moves, it and the container must not both be in service; reset: the
#              source lives on; agents register anew, and ssh clients are warned of other keys
#   sandbox    drop-in: settings that a container does not allow are taken away; grant | keep
#   processes  start | write | none: units made of processes that had none; look at each, and say
#              so with reviewed: true
#   patches    apply | skip: files of work/{host}/patches/, see 'migrator build {host}'
#   checks     commands whose output or status must be the same there, such as a query of yours
#   queries    SQL whose answer must be the same there; tasks: files of Ansible tasks that must
#              succeed there as well; logins: users, each with a key that must let them in
#   differences  points of the comparison that may differ, "peer 10.0.0.9:5432": {{reason}}; * is
#              anything
#   waivers    finding id: {{reason, owner, expires: YYYY-MM-DD}}
"""


def dump(plan: Plan) -> dict[str, Any]:
    """As YAML gives it back: a tuple is a list there."""
    mapping: dict[str, Any] = json.loads(json.dumps(asdict(plan)))
    return mapping


def save(path: Path, mapping: dict[str, Any]) -> None:
    write_text(path, text(mapping))


def text(mapping: dict[str, Any]) -> str:
    """The whole file."""
    return HEADER.format(host=mapping["host"]) + "\n" + yaml_of(mapping)


def yaml_of(mapping: dict[str, Any]) -> str:
    dumped: str = yaml.safe_dump(mapping, sort_keys=False, width=100, allow_unicode=True)
    return dumped


def read(path: Path) -> dict[str, Any]:
    """The mapping in ``path``, not yet checked."""
    try:
        found = yaml.load(path.read_text(), LOADER)
    except FileNotFoundError as error:
        raise UsageError(f"{path} does not exist", "run 'migrator plan' first") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())
        raise PlanInvalid(f"{path} is not valid YAML: {words}", "correct it there") from error
    if not isinstance(found, dict):
        raise PlanInvalid(f"{path} holds no mapping", "restore it, or delete it and plan again")
    return found


def check(mapping: dict[str, Any], where: str, host: str) -> Plan:
    """``mapping`` as a Plan for ``host``. Raises PlanInvalid that names ``where`` and the key."""
    if mapping.get("schema") != SCHEMA:
        raise PlanInvalid(
            f"{where} has schema {mapping.get('schema')!r}, this version reads {SCHEMA}",
            "move it away and run 'migrator plan' again",
        )
    if mapping.get("host") != host:
        raise PlanInvalid(
            f"{where} is the plan of {mapping.get('host')!r}, not of {host}", "use its own"
        )
    try:
        plan = granting(decode(Plan, mapping))
        _check_adapt(plan)
        return plan
    except DecodeError as error:
        raise PlanInvalid(f"{where}: {error}", "correct it there") from error


def _check_adapt(plan: Plan) -> None:
    """Its keys are subjects, or "subject:/path" of a single change."""
    for key in plan.adapt:
        subject, _, path = key.partition(":")
        if subject not in SUBJECTS:
            known = ", ".join(SUBJECTS)
            raise DecodeError("adapt", f"unknown subject {subject!r} (known: {known})")
        if key != subject and not path.startswith("/"):
            raise DecodeError("adapt", f"{key!r} names no path, as in 'fstab:/etc/fstab'")


def load(path: Path, host: str) -> Plan:
    return check(read(path), str(path), host)
