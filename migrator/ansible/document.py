"""Write the reference of the roles' variables: ``python -m migrator.ansible.document``.

Its output is docs/variables.md; the argument specifications and defaults of roles/ are its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from migrator.stages import STAGES

ROLES = Path(__file__).resolve().parents[2] / "roles"
HEAD = """\
# Variables

Written by `python -m migrator.ansible.document`; change the roles, not this file.

Each role can be used alone, and its variables are named after it. Where a variable of the inventory
is named as its source, set that one: it holds for every role that takes it.
"""
SOURCE = re.compile(r"\bmigrator_\w+")


def document() -> str:
    names = [name for name in STAGES if (ROLES / name).is_dir()]
    return "\n".join([HEAD, *(line for name in names for line in _role(ROLES / name))]) + "\n"


def _role(role: Path) -> Iterator[str]:
    spec = _yaml(role / "meta/argument_specs.yml")["argument_specs"]["main"]
    defaults = _yaml(role / "defaults/main.yml")
    yield f"## {role.name}\n\n{spec['short_description']}.\n"
    yield "| variable | type | default | set by | what it is |\n|---|---|---|---|---|"
    for name, option in spec["options"].items():
        source = SOURCE.search(str(defaults.get(name, "")))
        cells = [
            f"`{name}`",
            option["type"],
            _default(option),
            f"`{source.group()}`" if source else "",
            option["description"],
        ]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _default(option: dict[str, Any]) -> str:
    value = option.get("default", "")
    return f"`{value}`" if value not in ("", {}, []) else ""


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


if __name__ == "__main__":
    print(document(), end="")
