"""Templates of scripts and units."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import jinja2

HERE = Path(__file__).resolve().parents[1]
INSTALLED = HERE / "_content" / "templates"  # in a wheel; in a clone they lie at the top
TEMPLATES = INSTALLED if INSTALLED.is_dir() else HERE.parent / "templates"


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
