"""A page without colours, and without the spaces at the ends of lines that fill a terminal."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType


def plain(page: RenderableType, width: int) -> str:
    text = io.StringIO()
    Console(file=text, width=width, no_color=True, force_terminal=False).print(page)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
