"""Software that no package owns: modules of languages, and trees that people put there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LanguageModule:
    """A module of Python, Node.js or Ruby that dpkg and rpm know nothing of."""

    manager: str  # pip (also setuptools, in a virtual environment as well), npm or gem.
    name: str
    version: str  # As its description says it; "" where it does not.
    place: str  # The directory that the language searches, such as a site-packages.
    where: str  # The file that describes it.


@dataclass(frozen=True)
class Tree:
    """An entry of /opt, /srv or /usr/local with files that no package owns.

    Files that lie directly in one of these are a tree of its name. Only local file systems count.
    """

    path: str
    user: str  # The owner of the directory itself, a number when it has no name.
    group: str
    files: int  # Number of regular files that no package owns.
    bytes: int  # The sum of their sizes, holes included.
    limited: bool  # Whether there are more, since the tree was left after 20000 files.
    programs: tuple[str, ...]  # Up to 8 executable files, those in the fewest directories first.


@dataclass(frozen=True)
class Software:
    modules: tuple[LanguageModule, ...] = ()
    trees: tuple[Tree, ...] = ()
