"""What all pages share: templates that escape, and the policy that allows only what is ours."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import jinja2
from markupsafe import Markup

from migrator.assess import Level
from migrator.hooks.templates import TEMPLATES
from migrator.report import words
from migrator.report.html import pictures


def plain(name: str) -> Markup:
    """A script or style: ours, without any value."""
    return Markup((TEMPLATES / "report" / name).read_text(encoding="utf-8"))


def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_spelled,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "level": lambda number: Level(number).word,
        "family": words.family,
        "size": words.size,
        "duration": words.duration,
        "between": words.between,
        "along": pictures.along,
        "share": pictures.share,
        "longest": pictures.longest,
        "clock": pictures.clock,
    }
    made.filters.update(filters)
    made.globals.update(levels=[level.word for level in words.LEVELS], day_hours=pictures.HOURS)
    return made


def _spelled(value: Any) -> Any:
    """Of what a template is about to write."""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return words.printable(value) if plain else value


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
