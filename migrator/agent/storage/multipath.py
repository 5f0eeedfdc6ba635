"""multipath.conf: sections in braces, one setting a line."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

PLACES = ("/etc/multipath.conf", "/etc/multipath/conf.d")


def multipath(host):
    # type: (Host) -> list[dict[str, str]]
    """key has the sections that a setting lies in: "multipaths.multipath.alias"."""
    found = []
    main, more = PLACES
    for path in [main] + [path for path in host.files(more) if path.endswith(".conf")]:
        sections = []  # type: list[str]
        for where, line in host.numbered(path):
            text = re.sub(r'(^|\s)[#!][^"]*$', "", line).strip()
            opens = re.match(r"(\w+)\s*\{$", text)
            setting = re.match(r"(\w+)\s+([^{}]+|\"[^\"]*\")$", text)
            if opens:
                sections.append(opens.group(1))
            elif text == "}" and sections:
                sections.pop()
            elif setting:
                value = setting.group(2).strip().strip('"')
                key = ".".join(sections + [setting.group(1)])
                found.append({"where": where, "key": key, "value": value, "raw": line})
            elif text:
                host.strange("storage", where, line)
    return found
