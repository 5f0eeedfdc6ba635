"""Lines that a backslash at the end continues on the next line."""

from __future__ import absolute_import, division, print_function

from migrator.agent.files import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator


def continued(root, path):
    # type: (Root, str) -> Iterator[tuple[str, str, str]]
    """("path:line" of the first, the whole as one line, the lines as they are), without those that
    are blank or a comment with #."""
    first, pieces, raw = "", [], []  # type: tuple[str, list[str], list[str]]
    for where, line in root.numbered(path):
        if not pieces and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if pieces else where
        raw.append(line)
        goes_on = line.endswith("\\")
        pieces.append(line[:-1] if goes_on else line)
        if not goes_on:
            if "".join(pieces).strip():
                yield first, "".join(pieces), "\n".join(raw)
            pieces, raw = [], []
    if "".join(pieces).strip():
        yield first, "".join(pieces), "\n".join(raw)
