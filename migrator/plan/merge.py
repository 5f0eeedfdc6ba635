"""Three plans into one: what was proposed last, what a person made of it, what is proposed now."""

from __future__ import annotations

from typing import Any

Mapping = dict[str, Any]
ABSENT = object()


def merge(last: Mapping, edited: Mapping, proposed: Mapping) -> Mapping:
    """``proposed`` with the edits of a person kept, key by key; what they deleted stays deleted."""
    keys = [*proposed, *(key for key in edited if key not in proposed)]
    merged = {
        key: _merge(*(plan.get(key, ABSENT) for plan in (last, edited, proposed))) for key in keys
    }
    return {key: value for key, value in merged.items() if value is not ABSENT}


def _merge(last: Any, edited: Any, proposed: Any) -> Any:
    if isinstance(edited, dict) and isinstance(proposed, dict):
        return merge(last if isinstance(last, dict) else {}, edited, proposed)
    return proposed if edited == last else edited


def overlay(base: Mapping, choices: Mapping) -> Mapping:
    """``base`` with ``choices`` laid over it, key by key."""
    laid = dict(base)
    for key, value in choices.items():
        both = isinstance(value, dict) and isinstance(laid.get(key), dict)
        laid[key] = overlay(laid[key], value) if both else value
    return laid
