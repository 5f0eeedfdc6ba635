"""Names and identity: hostname, language, machine id, cloud and registrations."""

from __future__ import absolute_import, division, print_function

import json
import re

from migrator.agent.assignments import settings
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOCALES = (
    "/etc/locale.conf",
    "/etc/default/locale",
    "/etc/sysconfig/i18n",
    "/etc/sysconfig/language",  # SUSE's, where LANG is called RC_LANG
    "/etc/environment",
)
KEYBOARDS = (
    ("/etc/vconsole.conf", "KEYMAP"),
    ("/etc/default/keyboard", "XKBLAYOUT"),
    ("/etc/sysconfig/keyboard", "KEYTABLE"),
    ("/etc/sysconfig/keyboard", "LAYOUT"),
)
DBUS_ID = "/var/lib/dbus/machine-id"
REGISTRATIONS = (
    ("rhsm", "/etc/pki/consumer/cert.pem"),
    ("rhn", "/etc/sysconfig/rhn/systemid"),
    ("suse", "/etc/zypp/credentials.d/SCCcredentials"),
    ("suse", "/etc/SUSEConnect"),
    ("ubuntu-pro", "/var/lib/ubuntu-advantage/private/machine-token.json"),
    ("landscape", "/etc/landscape/client.conf"),
    ("insights", "/etc/insights-client/machine-id"),
)
REBOOT = ("/run/reboot-required", "/var/run/reboot-required", "/run/reboot-needed")


def names(host):
    # type: (Host) -> dict[str, Any]
    static = _static(host)
    hostname = host.text("/proc/sys/kernel/hostname").strip() or static
    return {
        "hostname": hostname,
        "static_hostname": static,
        "pretty_hostname": settings(host, "/etc/machine-info").get("PRETTY_HOSTNAME", ""),
        "fqdn": _fqdn(host, hostname),
    }


def _static(host):
    # type: (Host) -> str
    """Debian's and systemd's file, SUSE's, and that of Enterprise Linux before 7."""
    for path in ("/etc/hostname", "/etc/HOSTNAME"):
        lines = [line.strip() for line in host.lines(path)]
        named = [line for line in lines if line and not line.startswith("#")]
        if named:
            return named[0]
    return settings(host, "/etc/sysconfig/network").get("HOSTNAME", "")


def _fqdn(host, hostname):
    # type: (Host, str) -> str
    for line in host.lines("/etc/hosts"):
        known = line.partition("#")[0].split()[1:]
        if hostname in known:
            return next((name for name in known if name.startswith(hostname + ".")), hostname)
    return hostname


def language(host):
    # type: (Host) -> dict[str, Any]
    """Of all files, the first that says a variable."""
    said = {}  # type: dict[str, str]
    for path in LOCALES:
        for name, value in settings(host, path).items():
            key = name[len("RC_") :] if name.startswith("RC_") else name
            if value and (key.startswith("LC_") or key in ("LANG", "LANGUAGE")):
                said.setdefault(key, value)
    keyboards = (settings(host, path).get(key, "") for path, key in KEYBOARDS)
    return {
        "locale": said.pop("LANG", ""),
        "locales": said,
        "keyboard": next((keyboard for keyboard in keyboards if keyboard), ""),
    }


def identity(host):
    # type: (Host) -> dict[str, Any]
    own = DBUS_ID if not host.link(DBUS_ID) else ""
    known = (path for path in REBOOT if host.exists(path))
    packages = host.lines("/run/reboot-required.pkgs") or host.lines(
        "/var/run/reboot-required.pkgs"
    )
    return {
        "machine_id": host.text("/etc/machine-id").strip(),
        "dbus_machine_id": host.text(own).strip() if own else "",
        "cloud": _cloud(host),
        "subscriptions": [
            {"kind": kind, "where": path} for kind, path in REGISTRATIONS if host.exists(path)
        ],
        "reboot_required": any(known),
        "reboot_packages": sorted(set(packages)),
    }


def _cloud(host):
    # type: (Host) -> dict[str, Any]
    """The instance outlives a boot, its other names are those of the last one."""
    instance = host.link("/var/lib/cloud/instance").rpartition("/")[2]
    source = host.text("/var/lib/cloud/instance/datasource")
    named = re.search(r"\b(DataSource\w+)", source)
    return {
        "cloud_init": host.exists("/etc/cloud/cloud.cfg"),
        "id": host.text("/run/cloud-init/cloud-id").strip() or _cloud_name(host),
        "instance": instance,
        "datasource": named.group(1) if named else "",
    }


def _cloud_name(host):
    # type: (Host) -> str
    """As cloud-init says it in its data of the last boot, before it wrote a file of its own."""
    try:
        data = json.loads(host.text("/run/cloud-init/instance-data.json"))
        return str(data["v1"]["cloud_name"])
    except (ValueError, KeyError, TypeError):
        return ""
