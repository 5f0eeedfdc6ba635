"""ifupdown: all stanzas but those of the loopback are commented."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, edit

PATH = "/etc/network/interfaces"
MORE = "/etc/network/interfaces.d"
INTERFACE = ("auto", "iface", "allow-", "mapping")
BEGINNINGS = (*INTERFACE, "source", "no-auto-down", "no-scripts", "rename", "template")
REASON = "the engine gives the container its interface; the old address stays readable here"


def changes(tree: Tree) -> Iterator[Change]:
    for path in (PATH, *(f"{MORE}/{name}" for name in tree.names(MORE))):
        yield from _without_cards(tree, path)


def _without_cards(tree: Tree, path: str) -> list[Change]:
    foreign = False

    def line(text: str) -> str:
        nonlocal foreign
        words = text.split()
        if words and words[0].startswith(BEGINNINGS):
            foreign = words[0].startswith(INTERFACE) and "lo" not in words[1:2]
        kept = not words or words[0].startswith("#") or not foreign
        return text if kept else f"# migrator: {text}"

    return edit("network", tree, path, line, REASON)
