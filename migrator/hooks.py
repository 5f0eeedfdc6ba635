"""Prestart and poststop steps, rendered from templates into readable shell.

Facts are a stranger's words: every value reaches a script only quoted, and a comment only as one
printable line.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import jinja2

from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.plan import Hook, Plan
from migrator.workdir import Workdir, write_text

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "_content" / "templates"  # in a wheel; in a clone they lie at the top
TEMPLATES = INSTALLED if INSTALLED.is_dir() else HERE.parent / "templates"
GENERATED = {"10-routes": "hooks/routes.sh.j2", "10-report": "hooks/report.sh.j2"}
Rendered = dict[str, str]  # "prestart.d/10-routes" -> script


def render(plan: Plan, found: Facts) -> Rendered:
    """Every step of the plan. Raises PlanInvalid for a step that is neither ours nor a file."""
    stages = {"prestart.d": plan.hooks.prestart, "poststop.d": plan.hooks.poststop}
    return {
        f"{directory}/{name}": _script(name, hook, plan, found)
        for directory, steps in stages.items()
        for name, hook in steps.items()
    }


def write(rendered: Rendered, work: Workdir) -> None:
    """Replace work/<host>/hooks by what was rendered."""
    shutil.rmtree(work.hooks, ignore_errors=True)
    for name, script in rendered.items():
        write_text(work.hooks / name, script, mode=0o700)


def environment() -> jinja2.Environment:
    """For scripts and units; autoescape is HTML's business, quoting is done by these filters."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[[str], str]] = {"sh": shlex.quote, "comment": comment}
    made.filters.update(filters)
    return made


def comment(text: str) -> str:
    """``text`` as a part of one comment line."""
    return "".join(char if char.isprintable() else " " for char in text)


def _script(name: str, hook: Hook, plan: Plan, found: Facts) -> str:
    if hook.script:
        try:
            return Path(hook.script).read_text()
        except OSError as error:
            raise PlanInvalid(
                f"the script {hook.script} of step {name} cannot be read ({error.strerror})",
                "correct the plan's hooks",
            ) from error
    if name not in GENERATED:
        known = ", ".join(GENERATED)
        raise PlanInvalid(f"step {name} has no script", f"name one; generated steps are {known}")
    template = environment().get_template(GENERATED[name])
    return template.render(
        host=found.system.fqdn, name=plan.host, routes=sorted(plan.network.routes.items())
    )
