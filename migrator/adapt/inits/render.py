"""Scripts of an init, rendered from templates into readable shell."""

from __future__ import annotations

from typing import Any

from migrator.adapt.change import Change, Tree
from migrator.hooks.templates import environment
from migrator.runtime.inits import PLACE


def script(tree: Tree, path: str, template: str, reason: str, **given: Any) -> list[Change]:
    """An executable file; no change when it is there already."""
    text = environment().get_template(f"inits/{template}.j2").render(place=PLACE, **given)
    data = text.encode("utf-8", "surrogateescape")
    if tree.read(path) == data:
        return []
    return [Change("inits", "write", path, reason, data, mode=0o755)]
