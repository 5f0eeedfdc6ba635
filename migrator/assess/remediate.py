"""The tasks of findings as a playbook, which an engineer reviews and runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from migrator.assess.assessment import Assessment
from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Rule

# Keywords of a task that Ansible reads as expressions, or that hold no text. What a rule puts here
# must come from the rule alone; all other text may come from the host and is never templated.
EXPRESSIONS = frozenset(
    [
        *("when", "changed_when", "failed_when", "until", "retries", "delay", "register"),
        *("become", "become_user", "delegate_to", "run_once", "check_mode", "diff"),
        *("ignore_errors", "no_log", "loop_control", "tags"),
    ]
)
COMMANDS = ("raw", "command", "shell", "script")
PLACES = {
    "source": "What {host} needs before it moves, on the old host",
    "target": "What the target of {host} needs",
}
ASKED = "{{ target | default([]) }}"  # -e target=box1; nobody without it
HEADER = """\
# What 'migrator assess' would have done about findings of {hosts}. Nothing of this was run. Review
# it, take out what you do not want (or name its id with --skip-tags), see what it would do, and
# then run it:
#
#   ansible-playbook -i INVENTORY {path} --check --diff
#   ansible-playbook -i INVENTORY {path}
#
# Assess again afterwards: a finding that is solved is gone.
"""


class Unsafe(str):
    """Text that Ansible must not template."""


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented, as ansible-lint wants them."""
        super().increase_indent(flow, False)


Dumper.add_representer(
    Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"')
)


def plays(judged: Assessment, rules: Mapping[str, Rule], target: str = "") -> list[dict[str, Any]]:
    """One for the source and one for the target, as far as there is something to do. ``target``
    is its inventory name; without it, it is to be given when the playbook runs."""
    tasks: dict[str, list[dict[str, Any]]] = {side: [] for side in PLACES}
    for finding in judged.at_least(Level.INFO):
        rule = rules.get(finding.id)
        task = rule.task(finding) if rule and rule.task else None
        made = _task(finding, task) if task and finding.side in tasks else None
        if made and _is_text(made):
            known = [{**other, "name": ""} for other in tasks[finding.side]]
            tasks[finding.side] += [] if {**made, "name": ""} in known else [made]
    places = {"source": judged.host, "target": target or ASKED}
    return [
        {
            "name": PLACES[side].format(host=judged.host),
            "hosts": places[side],
            "gather_facts": False,
            "tasks": found,
        }
        for side, found in tasks.items()
        if found
    ]


def text(found: list[dict[str, Any]], hosts: str, path: str) -> str:
    body = yaml.dump(found, Dumper=Dumper, sort_keys=False, width=10_000, allow_unicode=True)
    return HEADER.format(hosts=hosts, path=path) + "---\n" + body


def _task(finding: Finding, task: Mapping[str, Any]) -> dict[str, Any]:
    """With a name and a tag by which it is found and left out."""
    where = "".join(char if char.isprintable() else "?" for char in finding.where)
    where = where.replace("{", "(").replace("}", ")")  # a name is no template, also for linters
    made = {
        key: value if key in EXPRESSIONS else unsafe(value)
        for key, value in task.items()
        if key != "name"
    }
    runs = any(key.removeprefix("ansible.builtin.") in COMMANDS for key in task)
    if runs and "changed_when" not in made:
        made["changed_when"] = True
    return {"name": Unsafe(f"{finding.id} {finding.title}: {where}"), **made, "tags": [finding.id]}


def _is_text(value: Any) -> bool:
    """Names of files that are not UTF-8 cannot be written in YAML."""
    return not re.search("[\ud800-\udfff]", json.dumps(value, ensure_ascii=False))


def unsafe(value: Any) -> Any:
    """``value`` with all text in it marked."""
    if isinstance(value, Mapping):
        return {str(key): unsafe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [unsafe(item) for item in value]
    return Unsafe(value) if isinstance(value, str) else value
