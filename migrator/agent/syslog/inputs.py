"""Where rsyslog takes messages from: its input modules and what they are told."""

from __future__ import absolute_import, division, print_function

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Settings that start an input, and which one.
STARTS = {
    "$udpserverrun": "imudp",
    "$inputtcpserverrun": "imtcp",
    "$inputrelpserverrun": "imrelp",
    "$inputgssserverrun": "imgssapi",
    "$inputrunfilemonitor": "imfile",
    "$addunixlistensocket": "imuxsock",
}
ADDRESSES = {"imudp": "$udpserveraddress"}
# Modules that read as soon as they are loaded.
ALONE = ("imuxsock", "imklog", "imjournal", "imkmsg", "immark", "impstats")
OF_FILES = re.compile(r"\$InputFile", re.I)


def module_name(text):
    # type: (str) -> str
    """Modules may be named by their path and ending: "/usr/lib/rsyslog/imudp.so"."""
    name = text.strip("\"'").rpartition("/")[2]
    return name[: -len(".so")] if name.endswith(".so") else name


class Inputs(object):
    def __init__(self):
        # type: () -> None
        self.found = []  # type: list[dict[str, Any]]
        self.before = {}  # type: dict[str, str]  # legacy settings of the next input

    def legacy(self, where, name, value):
        # type: (str, str, str) -> None
        """A setting with a dollar: it prepares an input or starts one."""
        key = name.lower()
        if key == "$modload" and module_name(value) in ALONE:
            self._add(where, module_name(value), {}, "", "", "")
        elif key == "$udpserveraddress" or OF_FILES.match(name):
            self.before[key] = value
        elif key in STARTS:
            module = STARTS[key]
            path = self.before.get("$inputfilename", "") if module == "imfile" else ""
            path = value if module == "imuxsock" else path
            port = value if module not in ("imfile", "imuxsock") else ""
            address = self.before.get(ADDRESSES.get(module, ""), "")
            self._add(where, module, self.before, address, port, path)
            self.before = {}

    def module(self, where, given):
        # type: (str, dict[str, str]) -> None
        name = module_name(given.get("load", ""))
        if name in ALONE:
            given = dict((key, value) for key, value in given.items() if key != "load")
            self._add(where, name, given, "", "", given.get("syssock.name", ""))

    def scripted(self, where, given):
        # type: (str, dict[str, str]) -> None
        path = given.get("file") or given.get("socket", "")
        address = given.get("address", "*")
        self._add(
            where,
            given.get("type", "").lower(),
            given,
            "" if address == "*" else address,
            given.get("port", ""),
            path,
        )

    def _add(self, where, module, given, address, port, path):
        # type: (str, str, dict[str, str], str, str, str) -> None
        self.found.append(
            {
                "where": where,
                "module": module,
                "address": address,
                "port": port,
                "path": path,
                "parameters": dict(given),
            }
        )
