"""Network interfaces belong to the engine: ifupdown keeps only the loopback."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree, edit
from migrator.facts import Facts
from migrator.plan import Plan

PATH = "/etc/network/interfaces"
BEGINNINGS = ("auto", "iface", "allow-", "mapping", "source", "no-auto-down", "no-scripts")
REASON = "the engine gives the container its interface; the old address stays readable here"


def adapt(_: Facts, __: Plan, tree: Tree) -> list[Change]:
    foreign = False

    def line(text: str) -> str:
        nonlocal foreign
        words = text.split()
        if words and words[0].startswith(BEGINNINGS):
            foreign = words[0].startswith(("auto", "iface", "allow-")) and "lo" not in words[1:2]
        kept = not words or words[0].startswith("#") or not foreign
        return text if kept else f"# migrator: {text}"

    return edit("network", tree, PATH, line, REASON)
