"""Prestart and poststop steps, rendered from templates into readable shell.

Facts are a stranger's words: every value reaches a script only quoted, and a comment only as one
printable line.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.errors import PlanInvalid, UsageError
from migrator.facts import Facts
from migrator.hooks import own
from migrator.hooks.generated import GENERATED
from migrator.hooks.templates import environment
from migrator.hooks.volumes import Volumes
from migrator.plan import Hook, Plan
from migrator.workdir import Workdir, write_text

Rendered = dict[str, str]  # "prestart.d/10-routes" -> script
NAME = re.compile(r"\d\d-[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True)
class Step:
    hook: str  # prestart | poststop
    name: str
    options: Hook

    @property
    def path(self) -> str:
        return f"{self.hook}.d/{self.name}"


def steps(plan: Plan) -> Iterator[Step]:
    """In the order in which they run. Raises PlanInvalid for a name that has no place in it."""
    for hook, found in (("prestart", plan.hooks.prestart), ("poststop", plan.hooks.poststop)):
        for name, options in sorted(found.items()):
            if not NAME.fullmatch(name):
                hint = "two digits for its place, a dash and a word: 50-licence"
                raise PlanInvalid(f"{name!r} cannot be the name of a step of {hook}", hint)
            yield Step(hook, name, options)


def render(plan: Plan, found: Facts, volumes: Volumes) -> Rendered:
    """Every step of the plan. Raises PlanInvalid for a step that is neither ours nor a file."""
    return {step.path: _script(step, plan, found, volumes) for step in steps(plan)}


def write(rendered: Rendered, work: Workdir) -> None:
    """Replace work/<host>/hooks by what was rendered."""
    shutil.rmtree(work.hooks, ignore_errors=True)
    for name, script in rendered.items():
        write_text(work.hooks / name, script, mode=0o700)


def written(plan: Plan, work: Workdir) -> Rendered:
    """What ``write`` wrote. Raises UsageError when the plan has got another step since."""
    try:
        return {step.path: (work.hooks / step.path).read_text() for step in steps(plan)}
    except OSError as error:
        raise UsageError(
            f"{error.filename} does not exist", "run 'migrator build' again"
        ) from error


def tools(plan: Plan) -> dict[str, str]:
    """Programs that the target must have, and the step that needs it."""
    needed = {}
    for step in steps(plan):
        if own.is_tasks(step.options):
            needed["ansible-playbook"] = step.path
        elif not step.options.script and step.name == "10-routes":
            needed |= {"ip": step.path, "nsenter": step.path}
    return needed


def _script(step: Step, plan: Plan, found: Facts, volumes: Volumes) -> str:
    if step.options.script:
        return own.script(step.name, step.options, plan.host)
    generator = GENERATED.get(step.path)
    if generator is None:
        known = ", ".join(sorted(GENERATED))
        raise PlanInvalid(f"step {step.path} has no script", f"name one; generated are {known}")
    if step.options.where != "target":
        hint = "leave it where it is, and name a script of your own for the container"
        raise PlanInvalid(f"the generated step {step.path} runs on the target only", hint)
    made = environment().get_template(f"hooks/{generator.template}.sh.j2")
    given = generator.given(plan, found, volumes)
    return made.render(host=found.system.fqdn, name=plan.host, **given)
