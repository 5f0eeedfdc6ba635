"""Steps that people bring: a program, or a list of Ansible tasks that the target itself runs."""

from __future__ import annotations

import textwrap
from pathlib import Path

import yaml

from migrator.errors import PlanInvalid
from migrator.hooks.templates import environment
from migrator.plan import Hook

TASKS = (".yml", ".yaml")
HINT = "correct the plan's hooks"


def script(name: str, hook: Hook, host: str) -> str:
    """What runs as step ``name``. Raises PlanInvalid for a file that cannot."""
    try:
        text = Path(hook.script).read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        message = f"the script {hook.script} of step {name} cannot be read ({reason})"
        raise PlanInvalid(message, HINT) from error
    if is_tasks(hook):
        return _playbook(name, hook, text, host)
    if not text.startswith("#!"):
        message = f"the script {hook.script} of step {name} does not say what runs it"
        raise PlanInvalid(message, "begin it with a line such as #!/bin/sh")
    return text


def is_tasks(hook: Hook) -> bool:
    return hook.script.endswith(TASKS)


def _playbook(name: str, hook: Hook, text: str, host: str) -> str:
    """A playbook that is a program: its tasks run on the target, by the target's own Ansible."""
    if hook.where != "target":
        message = f"step {name} has Ansible tasks, which cannot run in a container"
        raise PlanInvalid(message, "let them run on the target, or bring a program")
    try:
        tasks = yaml.load(text, yaml.BaseLoader)  # Ansible's own tags are left alone
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise PlanInvalid(
            f"{hook.script} of step {name} is not valid YAML: {words}", HINT
        ) from error
    if not isinstance(tasks, list) or any("hosts" in task for task in tasks):
        raise PlanInvalid(f"{hook.script} of step {name} is no list of tasks", HINT)
    kept = "\n".join(line for line in text.splitlines() if line.strip() not in ("---", "..."))
    return (
        environment()
        .get_template("hooks/tasks.yml.j2")
        .render(host=host, script=hook.script, tasks=textwrap.indent(kept, "    "))
    )
