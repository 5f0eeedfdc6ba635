"""Init scripts with their LSB or chkconfig headers, and the runlevels that they are linked into."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.units.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

PLACES = ("/etc/init.d", "/etc/rc.d/init.d")
LEVELS = "0123456S"
# Debian's, RHEL's and SUSE's place of the links of a runlevel.
RUNLEVELS = ("/etc/rc%s.d", "/etc/rc.d/rc%s.d", "/etc/init.d/rc%s.d")
BY_ITSELF = "2345"  # a host runs in one of these
# They are the init's own tools, are read by scripts, or are of no runlevel; rc.local stands apart.
NO_SERVICE = re.compile(
    r"(?:rc|rcS|rc\.local|functions|README|skeleton|upstart-job|boot\.local|after\.local"
    r"|halt\.local|before\.local|\..*|.*~|.*\.(?:dpkg|rpm|ucf)[a-z-]*)\Z"
)
LSB = re.compile(r"(?ms)^### BEGIN INIT INFO[^\n]*\n(.*?)^### END INIT INFO")
KEYWORD = re.compile(r"#[ \t]?([A-Za-z][A-Za-z0-9_-]*):[ \t]*(.*)\Z")
MORE = re.compile(r"#(?:\t|  )[ \t]*(\S.*)\Z")  # of a description
NEEDS = (
    "Required-Start Required-Stop Should-Start Should-Stop X-Start-Before X-Stop-After Provides"
).split()
CHKCONFIG = re.compile(r"(?m)^#\s*(chkconfig|processname|pidfile|config):[ \t]*(\S.*?)[ \t]*$")
DESCRIPTION = re.compile(r"(?m)^#\s*description:[ \t]*((?:[^\n]*\\\n)*[^\n]*)$")
PID_FILES = re.compile(r"(?<![\w$}])/(?:var/)?run/[\w.+@/-]+pid\b(?![\w.])")
LOCKS = "/var/lock/subsys"  # where scripts of RHEL say that they started


def units(host):
    # type: (Host) -> list[Record]
    place = next((place for place in PLACES if host.names(place)), PLACES[0])
    links = _links(host)
    found = []
    for path in host.files(place):
        name = path.rpartition("/")[2]
        if not NO_SERVICE.match(name) and os.stat(host.at(path)).st_mode & 0o111:
            found.append(_unit(host, name, path, links.get(name, {})))
    return found


def _links(host):
    # type: (Host) -> dict[str, dict[str, str]]
    """Script to runlevel to S20 or K01: a link says when it is started or stopped there."""
    found = {}  # type: dict[str, dict[str, str]]
    for level in LEVELS:
        for place in RUNLEVELS:
            for name in host.names(place % level):
                link = re.match(r"([SK]\d\d)(.+)", name)
                target = host.link(place % level + "/" + name).rpartition("/")[2]
                if link:
                    levels = found.setdefault(target or link.group(2), {})
                    if not levels.get(level, "K").startswith("S"):
                        levels[level] = link.group(1)
    return found


def _unit(host, name, path, levels):
    # type: (Host, str, str, dict[str, str]) -> Record
    text = host.text(path)
    header = LSB.search(text)
    said = _lsb(header.group(1)) if header else _chkconfig(text)
    description = said.pop("Short-Description", "") or said.pop("Description", "")
    said.pop("Description", "")
    needs = dict((key, said.pop(key).split()) for key in NEEDS if said.get(key))
    started = any(levels.get(level, "").startswith("S") for level in BY_ITSELF + "S")
    active, sub, pid = _state(host, name, [said.get("pidfile", "")] + PID_FILES.findall(text))
    if pid:
        said["MainPID"] = pid
    return record(
        re.sub(r"\.sh\Z", "", name) + ".service",  # as systemd calls it
        "sysv",
        path,
        active=active,
        sub=sub,
        enabled="enabled" if started else "disabled",
        description=description,
        commands=[path + " start"],
        dependencies=needs,
        runlevels=levels,
        properties=dict((key, value) for key, value in said.items() if value),
    )


def _lsb(header):
    # type: (str) -> dict[str, str]
    found = {}  # type: dict[str, str]
    last = ""
    for line in header.split("\n"):
        keyword, more = KEYWORD.match(line), MORE.match(line)
        if keyword:
            last = keyword.group(1)
            found[last] = keyword.group(2).strip()
        elif more and last == "Description":
            found[last] += " " + more.group(1).strip()
    return found


def _chkconfig(text):
    # type: (str) -> dict[str, str]
    found = dict((match.group(1), match.group(2)) for match in CHKCONFIG.finditer(text))
    described = DESCRIPTION.search(text)
    if described:
        found["Description"] = " ".join(re.sub(r"\\\n#?", " ", described.group(1)).split())
    return found


def _state(host, name, pidfiles):
    # type: (Host, str, list[str]) -> tuple[str, str, str]
    """(active, sub, pid) by the files that a started script leaves behind, as most look at them
    themselves when asked for their status; nothing is known of a script that leaves none."""
    if not host.live:
        return "", "", ""
    for path in pidfiles + ["/var/run/%s.pid" % name, "/var/run/%s/%s.pid" % (name, name)]:
        pid = re.match(r"\s*([1-9][0-9]*)\s", host.text(path) + "\n") if path else None
        if pid and host.exists("/proc/" + pid.group(1)):
            return "active", "running", pid.group(1)
        if pid:
            return "failed", "dead", ""
    if host.exists(LOCKS + "/" + name):
        return "active", "exited", ""
    return ("inactive", "dead", "") if host.names(LOCKS) else ("", "", "")
