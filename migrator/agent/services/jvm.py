"""Java: what each machine runs, how large it may grow, and what Tomcat serves."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted
from migrator.agent.services.record import part, site
from migrator.agent.services.settings import add_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Sequence

OPTIONS = (
    ("heap", r"-Xmx(\S+)"),
    ("start_heap", r"-Xms(\S+)"),
    ("base", r"-Dcatalina\.base=(\S+)"),
    ("home", r"-D(?:catalina|jboss|jetty)\.home(?:\.dir)?=(\S+)"),
    ("collector", r"-XX:\+Use(\w+GC)"),
    ("debug", r"-agentlib:jdwp=(\S+)"),
    ("jmx", r"-Dcom\.sun\.management\.jmxremote\.port=(\d+)"),
)
WITH_VALUE = ("-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules")


def is_java(process):
    # type: (dict[str, Any]) -> bool
    names = [process["exe"].replace(" (deleted)", "")] + list(process["command"][:1])
    return any(name.rpartition("/")[2] in ("java", "jsvc") for name in names)


def described(command):
    # type: (Sequence[str]) -> dict[str, str]
    """The options that matter, and the class or archive that is run."""
    text = " ".join(command[1:])
    found = dict(
        (name, m.group(1)) for name, m in ((n, re.search(p, text)) for n, p in OPTIONS) if m
    )
    found["main"] = _main(command)
    return dict((key, redacted(value)) for key, value in found.items() if value)


def _main(command):
    # type: (Sequence[str]) -> str
    words = list(command[1:])  # type: list[str]
    while words:
        word = words.pop(0)
        if word == "-jar":
            return words[0] if words else ""
        if word in WITH_VALUE:
            words = words[1:]
        elif not word.startswith(("-", "@")):
            return word
    return ""


def add(service, processes):
    # type: (dict[str, Any], Iterable[dict[str, Any]]) -> None
    """What a service that is recognised otherwise runs in Java."""
    for process in processes:
        if process["pid"] in service["pids"] and is_java(process):
            name = str(process["pid"])
            service["parts"].append(part("jvm", name, "", described(process["command"])))


def others(processes, services):
    # type: (Sequence[dict[str, Any]], Sequence[dict[str, Any]]) -> list[dict[str, Any]]
    """A service for each machine that runs something unknown."""
    known = set(pid for service in services for pid in service["pids"])
    found = []
    for process in processes:
        if process["pid"] in known or not is_java(process):
            continue
        detail = described(process["command"])
        found.append(
            {
                "kind": "java",
                "name": detail.get("main", "java").rpartition("/")[2],
                "state": "running",
                "version": "",
                "packages": [],
                "units": [process["unit"]] if process["unit"] else [],
                "pids": [process["pid"]],
                "ports": [],
                "configs": [],
                "data": [],
                "detail": detail,
                "sites": [],
                "parts": [],
                "certificates": [],
            }
        )
    return found


def tomcat(host, service):
    # type: (Host, dict[str, Any]) -> None
    """Connectors and applications of each server.xml."""
    for path in service["configs"]:
        text = re.sub(r"(?s)<!--.*?-->", "", host.text(path))
        ports = re.findall(r'(?s)<Connector\b[^>]*?\bport="(\d+)"', text)
        add_ports(service, ports)
        names = re.findall(r'(?s)<(?:Host|Alias)\b[^>]*?\bname="([^"]*)"', text)
        base = path.rpartition("/conf/")[0] or path.rpartition("/")[0].replace("/etc/", "/var/lib/")
        webapps = base + "/webapps"
        certificates = re.findall(r'\bcertificateFile="(/[^"]*)"', text)
        service["sites"].append(site(path, names, ports, [webapps], certificates))
        for name in host.names(webapps):
            if not name.endswith(".war") or name[:-4] not in host.names(webapps):
                service["parts"].append(part("application", name, webapps + "/" + name, {}))
