"""Templates of units and scripts, and how a value is written in them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from migrator.errors import PlanInvalid
from migrator.hooks.templates import environment
from migrator.runtime.inits import INITS

SAFE = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def rendered(template: str, **given: Any) -> str:
    made = environment()
    filters: dict[str, Callable[..., str]] = {
        "plain": plain,
        "quoted": quoted,
        "word": word,
        "escaped": escaped,
        "secret": secret,
        "volume": volume,
        "prefixed": lambda name: f"CAP_{name}",
        "subnet": lambda text: str(ipaddress.ip_interface(text).network),
    }
    made.filters.update(filters)
    return made.get_template(template).render(init=INITS[given["wanted"].init], **given)


def secret(row: dict[str, Any]) -> str:
    """What podman is told of a secret that lies at a path in the container."""
    return "{name},type=mount,target={path},uid={uid},gid={gid},mode={mode}".format(**row)


def volume(row: dict[str, Any]) -> str:
    """A migrated host's volume has its files already; into that of another image the engine puts
    what the image has there."""
    return f"{row['name']}:{row['path']}" + ("" if row.get("from_image") else ":nocopy")


def plain(text: str) -> str:
    """A value that is one line; systemd's specifiers lose their meaning."""
    if not text.isprintable():
        raise PlanInvalid(f"{text!r} cannot be a value of a unit", "correct it in the plan")
    return text.replace("%", "%%")


def quoted(text: str) -> str:
    """A value that may hold blanks."""
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def word(text: object) -> str:
    """One word of a command that systemd starts."""
    value = str(text)
    return value if SAFE.fullmatch(value) else quoted(value).replace("$", "$$")


def escaped(path: str) -> str:
    """A path beside others that colons part."""
    return plain(path).replace("\\", "\\\\").replace(":", "\\:")
