"""Units as systemd prints them, and init scripts where there is no systemd."""

from __future__ import absolute_import, division, print_function

import re
import shlex

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEPT = (
    "Type Restart KillSignal TimeoutStopUSec RemainAfterExit Result Nice LimitNOFILE LimitNPROC"
    " LimitMEMLOCK LimitCORE CapabilityBoundingSet AmbientCapabilities NoNewPrivileges DynamicUser"
    " PrivateTmp PrivateDevices PrivateNetwork PrivateUsers ProtectSystem ProtectHome ProtectClock"
    " ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups"
    " ProtectHostname RestrictNamespaces RestrictAddressFamilies RestrictRealtime LockPersonality"
    " MemoryDenyWriteExecute SystemCallFilter RootDirectory ReadWritePaths WorkingDirectory"
    " CPUSchedulingPolicy OOMScoreAdjust EnvironmentFiles SourcePath PIDFile Unit"
    " TimersCalendar TimersMonotonic Where What Listen ConditionResult"
).split()
SHOWN = (
    "Id LoadState ActiveState SubState UnitFileState FragmentPath DropInPaths Description User"
    " ExecStart Environment"
).split()
UNSET = ("", "no", "0", "[not set]", "infinity", "18446744073709551615")
ALL_CAPABILITIES = 30  # a bounding set with more of them is not bounded


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """Every unit that systemd has loaded or has a file of; device units are the kernel's."""
    if host.live and host.exists("/run/systemd/system"):
        return _systemd(host)
    return _scripts(host)


def _systemd(host):
    # type: (Host) -> list[dict[str, Any]]
    command = ["systemctl", "--no-legend", "--no-pager", "--full", "--plain"]
    listed = host.output(command + ["list-unit-files"]) + host.output(
        command + ["list-units", "--all"]
    )
    names = set(line.split()[0] for line in listed.splitlines() if line.strip())
    wanted = sorted(name for name in names if "@." not in name and not name.endswith(".device"))
    show = ["systemctl", "show", "--no-pager", "--property", ",".join(SHOWN + KEPT), "--"]
    found = {}  # type: dict[str, dict[str, Any]]
    for block in host.output(show + wanted).split("\n\n"):
        unit = _unit(_properties(block))
        if unit["name"]:
            found[unit["name"]] = unit  # aliases name the same unit
    return [found[name] for name in sorted(found)]


def _properties(block):
    # type: (str) -> dict[str, list[str]]
    found = {}  # type: dict[str, list[str]]
    for line in block.splitlines():
        key, _, value = line.partition("=")
        found.setdefault(key, []).append(value)
    return found


def _unit(shown):
    # type: (dict[str, list[str]]) -> dict[str, Any]
    def first(key):
        # type: (str) -> str
        return shown.get(key, [""])[0]

    script = first("SourcePath").startswith(("/etc/init.d/", "/etc/rc.d/"))
    return {
        "name": first("Id"),
        "load": first("LoadState"),
        "active": first("ActiveState"),
        "sub": first("SubState"),
        "enabled": first("UnitFileState"),
        "origin": "sysv" if script else "systemd",
        "fragment": first("SourcePath") if script else first("FragmentPath"),
        "drop_ins": first("DropInPaths").split(),
        "description": first("Description"),
        "user": first("User"),
        "commands": [_command(value) for value in shown.get("ExecStart", []) if value],
        "environment_names": _names(first("Environment")),
        "properties": dict((key, "\n".join(shown[key])) for key in KEPT if _is_set(key, shown)),
    }


def _is_set(key, shown):
    # type: (str, dict[str, list[str]]) -> bool
    values = shown.get(key, [""])
    if key == "CapabilityBoundingSet" and len(values[0].split()) > ALL_CAPABILITIES:
        return False
    if key == "CapabilityBoundingSet" and shown.get("ExecStart"):
        return True  # an empty set is a decision
    return values[0] not in UNSET


def _command(value):
    # type: (str) -> str
    found = re.search(r"argv\[\]=(.*?) ; ignore_errors=", value)
    return found.group(1) if found else value


def _names(environment):
    # type: (str) -> list[str]
    """Names only: the values may be secrets."""
    try:
        words = shlex.split(environment)
    except ValueError:
        words = environment.split()
    return [word.partition("=")[0] for word in words]


def _scripts(host):
    # type: (Host) -> list[dict[str, Any]]
    started = set()  # type: set[str]
    for directory in ("/etc/rc2.d", "/etc/rc3.d", "/etc/rc.d/rc3.d"):
        started.update(name[3:] for name in host.names(directory) if re.match(r"S\d\d", name))
    found = []  # type: list[dict[str, Any]]
    for path in host.files("/etc/init.d"):
        name = path.rpartition("/")[2]
        header = re.search(r"(?m)^# Short-Description:\s*(.*)$", host.text(path))
        found.append(
            {
                "name": name + ".service",
                "load": "loaded",
                "active": "",
                "sub": "",
                "enabled": "enabled" if name in started else "disabled",
                "origin": "sysv",
                "fragment": path,
                "drop_ins": [],
                "description": header.group(1) if header else "",
                "user": "",
                "commands": [path + " start"],
                "environment_names": [],
                "properties": {},
            }
        )
    return found
