"""The record of a unit, whichever init it belongs to."""

from __future__ import absolute_import, division, print_function

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

# The longest name is 255 bytes; a name that systemd would refuse is no unit.
NAME = re.compile(
    r"[A-Za-z0-9:_.\\@-]{1,244}"
    r"\.(?:service|socket|target|timer|mount|automount|path|slice|scope|swap|device|snapshot)\Z"
)

INIT_SCRIPTS = ("/etc/init.d/", "/etc/rc.d/")  # sources of units that systemd makes of them


def record(name, origin, fragment, **given):
    # type: (str, str, str, **Any) -> Record
    """A unit that is loaded and of which only ``given`` is known."""
    unit = {
        "name": name,
        "load": "loaded",
        "active": "",
        "sub": "",
        "enabled": "",
        "origin": origin,
        "fragment": fragment,
        "drop_ins": [],
        "description": "",
        "user": "",
        "group": "",
        "supplementary_groups": [],
        "aliases": [],
        "commands": [],
        "other_commands": [],
        "environment_names": [],
        "dependencies": {},
        "conditions": [],
        "runlevels": {},
        "properties": {},
    }  # type: Record
    unit.update(given)
    return unit


def is_template(name):
    # type: (str) -> bool
    """foo@.service, of which foo@bar.service is an instance."""
    return "@." in name


def template(name):
    # type: (str) -> str
    """The template that a unit would be an instance of, "" for a name without @."""
    prefix, at, rest = name.partition("@")
    return prefix + "@." + rest.rpartition(".")[2] if at else ""
