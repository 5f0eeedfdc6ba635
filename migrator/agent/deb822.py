"""Stanzas of "Field: value" lines, the format of dpkg's database and of apt's .sources."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

FIELD = re.compile(r"([!-,.-9;-~][!-9;-~]*):[ \t]*(.*?)[ \t\r]*$")


def stanzas(host, subject, path):
    # type: (Host, str, str) -> Iterator[tuple[str, dict[str, str]]]
    """("path:line" of its first line, fields) of each stanza.

    Names of fields are in lower case, since case does not count. Lines that continue a value keep
    their newline and what follows the blank. What is no field is kept as not understood.
    """
    begin, fields, last = "", {}, ""  # type: str, dict[str, str], str
    for where, line in host.numbered(path):
        match = FIELD.match(line)
        if not line.strip():
            if fields:
                yield begin, fields
            begin, fields, last = "", {}, ""
        elif line[0] == "#":
            continue
        elif line[0] in " \t" and last:
            fields[last] += "\n" + line[1:].rstrip()
        elif match:
            begin, last = begin or where, match.group(1).lower()
            fields[last] = match.group(2)
        else:
            host.strange(subject, where, line)
    if fields:
        yield begin, fields
