"""Where log lines go: the rules of rsyslog, syslog-ng or an older syslogd, and journald."""

from __future__ import absolute_import, division, print_function

from migrator.agent.daemons import daemons
from migrator.agent.host import Host
from migrator.agent.syslog import journal, rsyslog, syslogng

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RSYSLOG = "/etc/rsyslog.conf"
OLDER = "/etc/syslog.conf"
PARTS = ("rules", "remotes", "inputs", "templates", "statements")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    programs = host.part("syslog.daemons", lambda: _daemons(host, found), [])
    said = dict((name, []) for name in PARTS)  # type: dict[str, Any]
    for part in host.part("syslog.rules", lambda: _configurations(host, programs), []):
        for name in PARTS:
            said[name] += part[name]
    said["daemons"] = programs
    said["journal"] = host.part("syslog.journal", lambda: journal.read(host), {})
    return said


def _daemons(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    syslogd = "busybox" if host.link("/sbin/syslogd").endswith("busybox") else "sysklogd"
    journald = ("/lib/systemd/systemd-journald", "/usr/lib/systemd/systemd-journald")
    known = (
        (
            "rsyslog",
            ("/usr/sbin/rsyslogd", "/sbin/rsyslogd"),
            ("rsyslog.service", "syslog.service"),
        ),
        ("syslog-ng", ("/usr/sbin/syslog-ng", "/sbin/syslog-ng"), ("syslog-ng.service",)),
        (syslogd, ("/sbin/syslogd", "/usr/sbin/syslogd"), ("syslog.service", "sysklogd.service")),
        ("journald", journald, ("systemd-journald.service",)),
    )
    return daemons(host, found, known)


def _configurations(host, programs):
    # type: (Host, list[dict[str, Any]]) -> list[dict[str, Any]]
    """Of the daemons that are installed; every one where none is known."""
    flavours = set(daemon["flavour"] for daemon in programs) - set(["journald"])
    found = []
    for path, readers in ((RSYSLOG, ("rsyslog",)), (OLDER, ("sysklogd", "busybox"))):
        if not flavours or flavours.intersection(readers):
            configuration = rsyslog.Configuration(host)
            configuration.read(path)
            found.append(dict(vars(configuration), inputs=configuration.inputs.found))
    if not flavours or "syslog-ng" in flavours:
        found.append(syslogng.read(host))
    for part in found:
        if len(part["statements"]) >= rsyslog.MOST:
            message = "stopped after %d statements" % len(part["statements"])
            host.failed("syslog.rules", "limited", message)
    return found
