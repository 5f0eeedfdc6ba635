"""Trees of files below /opt, /srv and /usr/local, one for each of their entries."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.accounts.users import names
from migrator.agent.files import decoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

MOST_FILES = 20000  # of one tree; it is not entered deeper then
MOST_PROGRAMS = 8  # that are named of one tree
LIBRARY = (".so", ".a", ".la")


class Tree(object):
    def __init__(self):
        # type: () -> None
        self.files = 0
        self.bytes = 0
        self.limited = False
        self.programs = []  # type: list[tuple[int, str]]


class Trees(object):
    """Counts what a walk meets. Files that lie directly in a top are a tree of the top's name."""

    def __init__(self, host, tops):
        # type: (Host, Sequence[str]) -> None
        self.host = host
        self.tops = tops
        self.trees = {}  # type: dict[str, Tree]
        self.order = []  # type: list[str]

    def is_full(self, path):
        # type: (bytes) -> bool
        """For the walk: whether a directory is not to be entered since its tree has enough."""
        tree = self.trees.get(self._name(decoded(path) + "/"))
        if tree is None or tree.files < MOST_FILES:
            return False
        tree.limited = True
        return True

    def _name(self, path):
        # type: (str) -> str
        for top in self.tops:
            if path.startswith(top + "/"):
                child, slash, _ = path[len(top) + 1 :].partition("/")
                return top + "/" + child if slash else top
        return path

    def add(self, path, attributes):
        # type: (str, os.stat_result) -> None
        name = self._name(path)
        if name not in self.trees:
            self.trees[name] = Tree()
            self.order.append(name)
        tree = self.trees[name]
        tree.files += 1
        tree.bytes += attributes.st_size
        if attributes.st_mode & 0o111 and not path.endswith(LIBRARY) and ".so." not in path:
            tree.programs.append((path.count("/"), path))
            if len(tree.programs) > 4 * MOST_PROGRAMS:
                tree.programs = sorted(tree.programs)[:MOST_PROGRAMS]

    def rows(self):
        # type: () -> list[dict[str, Any]]
        users, groups = names(self.host), names(self.host, "/etc/group")
        found = []
        for name in self.order:
            tree = self.trees[name]
            attributes = os.lstat(self.host.at(name, follow=False))
            uid, gid = attributes.st_uid, attributes.st_gid
            found.append(
                {
                    "path": name,
                    "user": users.get(uid, str(uid)),
                    "group": groups.get(gid, str(gid)),
                    "files": tree.files,
                    "bytes": tree.bytes,
                    "limited": tree.limited,
                    "programs": [path for _, path in sorted(tree.programs)[:MOST_PROGRAMS]],
                }
            )
        return found
