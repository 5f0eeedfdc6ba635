"""Keep a rich container as the task describes it; documented in docs/rich_container.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from migrator import container
from migrator.ansible import courier
from migrator.carrier import Carrier
from migrator.errors import MigratorError
from migrator.inventory import plain
from migrator.limits import UNLIMITED
from migrator.transport import connect
from migrator.workdir import Workdir

VOLUME = {"path": {"type": "str", "required": True}, "name": {"type": "str"}}
SECRET = {
    "path": {"type": "str", "required": True},
    "content": {"type": "str", "required": True, "no_log": True},
    "uid": {"type": "int", "default": 0},
    "gid": {"type": "int", "default": 0},
    "mode": {"type": "str", "default": "0600"},
}
WORDS = {"type": "list", "elements": "str"}
ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "default": "started", "choices": list(container.STATES)},
    "work": {"type": "path"},
    "image": {"type": "str"},
    "engine": {
        "type": "str",
        "choices": ["auto", "quadlet", "podman", "docker", "nspawn", "runc"],
    },
    "init": {"type": "str", "choices": ["systemd", "sbin-init", "dumb-init"]},
    "command": WORDS,
    "user": {"type": "str"},
    "env": {"type": "dict"},
    "volumes": {"type": "list", "elements": "dict", "options": VOLUME},
    "secrets": {"type": "list", "elements": "dict", "options": SECRET},
    "network": {"type": "str", "choices": ["bridge", "host", "macvlan", "none"]},
    "parent": {"type": "str"},
    "address": {"type": "str"},
    "gateway": {"type": "str"},
    "mac": {"type": "str"},
    "ports": {"type": "dict"},
    "hostname": {"type": "str"},
    "hosts": {"type": "dict"},
    "dns": WORDS,
    "hooks": {"type": "dict"},
    "capabilities": WORDS,
    "devices": WORDS,
    "sysctls": {"type": "dict"},
    "limits": {"type": "dict"},
    "health": WORDS,
    "health_timeout": {"type": "int"},
    "restart": {"type": "str", "choices": ["no", "on-failure", "always"]},
    "stop_signal": {"type": "str"},
    "stop_timeout": {"type": "int"},
    "labels": {"type": "dict"},
}
WORD = {"absent": "removed", "stopped": "stopped"}
AFTER = {"started": "active", "restarted": "active", "stopped": "inactive", "absent": "absent"}


class ActionModule(ActionBase):
    """The arguments are validated here, the work is done in migrator.container."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        given = plain(self.validate_argument_spec(ARGUMENTS)[1])
        work = Workdir(Path(given["work"]), given["name"]) if given["work"] else None
        check = bool(self._task.check_mode)
        try:
            done = self._brought(given, work, check, plain(task_vars["inventory_hostname"]))
        except MigratorError as error:
            return {"failed": True, "msg": str(error), "exit_code": error.exit_code}
        return _answer(given, done, check)

    def _brought(
        self, given: dict[str, Any], work: Workdir | None, check: bool, host: str
    ) -> dict[str, Any]:
        """Over Ansible's own connection where nothing is shipped, else over one that can tunnel."""
        place = str(plain(self._task.delegate_to or "")) or host
        passwords = tuple(self._loader._vault.secrets or ())
        if not container.ships(given, work):
            caller = courier.caller(self, place, UNLIMITED)
            return container.bring(caller, given, work, passwords, check)
        with connect(courier.address(self, place)) as connection:
            return container.bring(Carrier(connection), given, work, passwords, check)


def _state(given: dict[str, Any], done: dict[str, Any]) -> list[dict[str, Any]]:
    """What becomes of the unit, as a difference."""
    name = f"{given['name']}.service"
    before = "active" if done.get("active", True) else "inactive"
    after = AFTER.get(given["state"], before)
    if before == after or not done["changed"]:
        return []
    texts = {"before": f"{before}\n", "after": f"{after}\n"}
    return [{"before_header": name, "after_header": name, **texts}]


def _answer(given: dict[str, Any], done: dict[str, Any], check: bool) -> dict[str, Any]:
    actions = "; ".join(done.get("actions", ())) or WORD.get(given["state"], "as wanted")
    said = f"{'would be: ' if check else ''}{actions}" if done["changed"] else "already as wanted"
    files = [
        {
            "before_header": item["path"],
            "after_header": item["path"],
            "before": item["before"],
            "after": item["after"],
        }
        for item in done.get("diff", ())
    ]
    return {
        "changed": done["changed"],
        "msg": f"{given['name']}: {said}",
        "diff": [*files, *_state(given, done)],
        "actions": done.get("actions", []),
        "warnings": done.get("warnings", []),
        "container": done.get("state", {}),
        "volumes": sorted(done.get("volumes", ())),
    }
