"""LVM's text format: sections in braces, settings, lists and comments."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

TOKEN = re.compile(r'#[^\n]*|"((?:[^"\\]|\\.)*)"|([{}\[\]=,])|([^\s{}\[\]=,"#]+)')
SECTOR = 512  # bytes, the unit of the format
KINDS = {"striped": "striped", "linear": "linear", "mirror": "mirror", "thin": "thin"}
KINDS.update({"thin-pool": "thin-pool", "cache": "cache", "snapshot": "snapshot"})


def parsed(text):
    # type: (str) -> dict[str, Any]
    """Sections and settings by name; a list is a list, a number stays text. Raises ValueError."""
    top = {}  # type: dict[str, Any]
    stack = [top]
    name = ""
    tokens = _tokens(text)
    for token, quoted in tokens:
        if quoted or token not in "{}=[],":
            name = token
        elif token == "{":
            section = {}  # type: dict[str, Any]
            stack[-1][name] = section
            stack.append(section)
        elif token == "}" and len(stack) > 1:
            stack.pop()
        elif token == "=":
            stack[-1][name] = _value(tokens)
        else:
            raise ValueError("a stray %s after %s" % (token, name))
    if len(stack) > 1:
        raise ValueError("a section is not closed")
    return top


def _tokens(text):
    # type: (str) -> Iterator[tuple[str, bool]]
    """(token, whether it was quoted), without comments."""
    for match in TOKEN.finditer(text):
        quoted, sign, word = match.groups()
        if quoted is not None:
            yield re.sub(r"\\(.)", r"\1", quoted), True
        elif sign or word:
            yield sign or word, False


def _value(tokens):
    # type: (Iterator[tuple[str, bool]]) -> Any
    first, quoted = next(tokens, ("", True))
    if quoted or first != "[":
        return first
    found = []
    for token, quoted in tokens:
        if token == "]" and not quoted:
            break
        if quoted or token != ",":
            found.append(token)
    return found


def groups(host, texts):
    # type: (Host, Sequence[tuple[str, str]]) -> dict[str, Any]
    """Volumes and groups of the backups; one that is no backup is kept as not understood."""
    found = {"physical": [], "groups": [], "logical": []}  # type: dict[str, list[Any]]
    for path, text in texts:
        try:
            top = parsed(text)
            for name in sorted(top):
                if isinstance(top[name], dict):
                    for kind, rows in _group(name, top[name]).items():
                        found[kind].extend(rows)
        except (ValueError, KeyError, TypeError, AttributeError):
            host.strange("storage", path, text)
    return found if found["groups"] else {}


def _group(name, said):
    # type: (str, dict[str, Any]) -> dict[str, list[Any]]
    extent = int(said["extent_size"]) * SECTOR
    logical = said.get("logical_volumes", {})
    used = _used(logical)
    physical = []
    for key, volume in sorted(said["physical_volumes"].items()):
        size = int(volume["pe_count"]) * extent
        row = {"name": volume.get("device", ""), "group": name, "size": size}
        physical.append(dict(row, free=size - used.get(key, 0) * extent))
    size, free = (sum(row[key] for row in physical) for key in ("size", "free"))
    return {
        "physical": physical,
        "groups": [{"name": name, "size": size, "free": free}],
        "logical": _logical(name, logical, extent),
    }


def _segments(volume):
    # type: (dict[str, Any]) -> list[dict[str, Any]]
    return [part for key, part in sorted(volume.items()) if re.match(r"segment\d+$", key)]


def _used(logical):
    # type: (dict[str, Any]) -> dict[str, int]
    """Extents in use by physical volume; only stripes lie on one."""
    used = {}  # type: dict[str, int]
    for volume in logical.values():
        for part in _segments(volume):
            names = part.get("stripes", [])[::2]
            for name in names:
                used[name] = used.get(name, 0) + int(part["extent_count"]) // len(names)
    return used


def _logical(group, logical, extent):
    # type: (str, dict[str, Any], int) -> list[dict[str, Any]]
    """Those that are there to be used. A snapshot is said in a volume of its own."""
    origins = {}  # type: dict[str, str]
    for volume in logical.values():
        for part in _segments(volume):
            if part["type"] == "snapshot":
                origins[part["cow_store"]] = part["origin"]
    found = []
    for name, volume in sorted(logical.items()):
        parts = _segments(volume)
        if "VISIBLE" not in volume.get("status", []) or not parts or parts[0]["type"] == "snapshot":
            continue
        kind = "raid" if parts[0]["type"].startswith("raid") else parts[0]["type"]
        if kind == "striped" and parts[0].get("stripe_count") == "1":
            kind = "linear"
        row = {
            "name": name,
            "group": group,
            "kind": KINDS.get(kind, kind if kind == "raid" else "other"),
        }
        if name in origins:
            row["kind"] = "snapshot"
        row["size"] = sum(int(part["extent_count"]) for part in parts) * extent
        row["origin"] = origins.get(name, parts[0].get("origin", ""))
        row["pool"] = parts[0].get("thin_pool", "")
        found.append(row)
    return found
