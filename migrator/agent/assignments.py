"""Files of KEY=value lines, as a shell or systemd reads them."""

from __future__ import absolute_import, division, print_function

from migrator.agent.files import Root


def settings(root, path):
    # type: (Root, str) -> dict[str, str]
    """Without quotes and comments; the last line of a key wins."""
    found = {}  # type: dict[str, str]
    for line in root.lines(path):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            name = key[len("export ") :] if key.startswith("export ") else key
            found[name.strip()] = value.strip().strip("\"'")
    return found
