"""Run one stage of a migration for the task's host; documented in docs/migrator_stage.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import context as command_line
from ansible.plugins.action import ActionBase

from migrator import limits, stages
from migrator.ansible import courier
from migrator.carrier import Carrier
from migrator.errors import MigratorError, UsageError
from migrator.inventory import plain
from migrator.progress import Silent
from migrator.workdir import Workdir

ARGUMENTS = {
    "stage": {"type": "str", "required": True, "choices": list(stages.STAGES)},
    "work": {"type": "path", "default": "work"},
    "refresh": {"type": "bool", "default": False},
    "choices": {"type": "dict", "default": {}},
    "root": {"type": "str", "default": "/"},
    "rules": {"type": "str", "default": ""},
    "fail_on": {"type": "str", "default": ""},
    "target": {"type": "str", "default": ""},
    "limits": {"type": "dict", "default": {}},
    "until": {"type": "str", "default": ""},
    "resume": {"type": "bool", "default": False},
    "at": {"type": "str", "default": ""},
    "max_downtime": {"type": "int", "default": 0},
    "without_target": {"type": "bool", "default": False},
}


MOVE = ("until", "resume", "at", "max_downtime", "without_target")


class ActionModule(ActionBase):
    """The arguments are validated here, the work is done in migrator.stages."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        host = plain(task_vars["inventory_hostname"])
        arguments = plain(self.validate_argument_spec(ARGUMENTS)[1])
        told: list[str] = []
        try:
            context = stages.Context(
                work=Workdir(Path(arguments["work"]), host),
                check=bool(self._task.check_mode),
                refresh=arguments["refresh"],
                progress=Silent(),
                choices=arguments["choices"],
                root=arguments["root"],
                rules=arguments["rules"],
                fail_on=arguments["fail_on"],
                target=arguments["target"],
                move=stages.Move(**{key: arguments[key] for key in MOVE}),
                tell=told.append,
                passwords=tuple(self._loader._vault.secrets or ()),
                inventory=inventories(),
                address=lambda name: courier.other(task_vars, name),
            )
            bounds = limits.read(arguments["limits"])
            place = str(plain(self._task.delegate_to or ""))
            outcome = self._stage(arguments["stage"], context, place, bounds, task_vars)
        except MigratorError as error:
            code = error.exit_code
            return {"failed": True, "msg": str(error), "exit_code": code, "told": told}
        answer = {
            "changed": outcome.changed,
            "msg": outcome.message,
            "diff": list(outcome.diff),
            "result": outcome.result,
            "told": told,
        }
        if outcome.failure:
            code = outcome.failure.exit_code
            answer |= {"failed": True, "msg": str(outcome.failure), "exit_code": code}
        return answer

    def _stage(
        self,
        name: str,
        context: stages.Context,
        delegated: str,
        bounds: limits.Limits,
        task_vars: Any,
    ) -> stages.Outcome:
        """Reach the host as the stage needs it: not at all, by the courier, or by a stream."""
        stage = stages.STAGES[name]
        if stage.where == "controller" and not (name == "assess" and delegated):
            return stage.run(context, None)
        if stage.where == "target" and not delegated:
            hint = "set migrator_target to the inventory name of the machine that shall run it"
            raise UsageError(f"no target is known for {context.host}", hint)
        if stage.where == "both":
            from migrator.cutover.ends import Ends

            other = courier.other(task_vars, context.target)
            with Ends(courier.address(self, context.host), other, bounds, inventories()) as ends:
                return stage.run(context, ends)
        host = delegated or context.host
        if not stage.stream:
            return stage.run(context, courier.caller(self, host, bounds))
        from migrator.transport import connect  # not for a task that needs no stream: it is large

        with connect(courier.address(self, host)) as connection:
            return stage.run(context, Carrier(connection, limits=bounds))


def inventories() -> tuple[str, ...]:
    """The files that this run of Ansible reads."""
    return tuple(map(str, command_line.CLIARGS.get("inventory") or ()))
