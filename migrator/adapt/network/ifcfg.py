"""The ifcfg files of RHEL and SUSE: an interface is no longer brought up at boot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, rewrite

REASON = "the engine gives the container its interface; the old address stays readable here"
# Where they lie -> what says when an interface is brought up, and the word for never. Left out,
# it is brought up on RHEL and not on SUSE.
KINDS = {
    "/etc/sysconfig/network-scripts": ("ONBOOT", "no"),
    "/etc/sysconfig/network": ("STARTMODE", "off"),
}
NEVER = {"no", "off", "manual"}


def changes(tree: Tree) -> Iterator[Change]:
    for place, (key, never) in KINDS.items():
        for name in tree.names(place):
            path = f"{place}/{name}"
            content = tree.read(path) if _is_card(name) else None
            if content is not None:
                before = content.decode("utf-8", "surrogateescape")
                after = _at_boot(before, key, never)
                if after != before:
                    yield rewrite("network", tree, path, after, REASON)


def _is_card(name: str) -> bool:
    """Not the loopback, and nothing that the scripts pass over."""
    card = name.startswith("ifcfg-") and name not in ("ifcfg-lo", "ifcfg-template")
    return card and not re.search(r"(~|\.(bak|orig|old|rpmnew|rpmsave|rpmorig|scpmbackup))$", name)


def _at_boot(text: str, key: str, never: str) -> str:
    setting = re.compile(rf"(?m)^[ \t]*{key}[ \t]*=[ \t]*[\"']?(\w*)[\"']?.*$")
    found = [match[1].lower() for match in setting.finditer(text)]
    if found and found[-1] in NEVER:
        return text
    if not found and key == "STARTMODE":
        return text
    end = "" if text.endswith("\n") or not text else "\n"
    return setting.sub(r"# migrator: \g<0>", text) + f"{end}{key}={never}\n"
