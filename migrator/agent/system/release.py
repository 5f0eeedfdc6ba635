"""Which release of which distribution it is, by os-release or by the files before it."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.assignments import settings
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
LSB = "/etc/lsb-release"
OTHERS = (
    "/etc/redhat-release",
    "/etc/centos-release",
    "/etc/oracle-release",
    "/etc/fedora-release",
    "/etc/system-release",
    "/etc/SuSE-release",
    "/etc/debian_version",
    LSB,
    "/etc/alpine-release",
    "/etc/gentoo-release",
    "/etc/slackware-version",
    "/etc/arch-release",
)
# (beginning of the line, id, ids that it is like), for the releases without os-release.
NAMES = (
    ("Red Hat", "rhel", ["fedora"]),
    ("CentOS", "centos", ["rhel", "fedora"]),
    ("Scientific Linux", "scientific", ["rhel", "centos", "fedora"]),
    ("Oracle Linux", "ol", ["rhel", "fedora"]),
    ("Enterprise Linux", "ol", ["rhel", "fedora"]),
    ("Amazon Linux", "amzn", ["rhel", "fedora"]),
    ("CloudLinux", "cloudlinux", ["rhel", "centos", "fedora"]),
    ("XenServer", "xenenterprise", ["rhel", "fedora"]),
    ("Fedora", "fedora", []),
    ("SUSE Linux Enterprise Desktop", "sled", ["suse"]),
    ("SUSE Linux Enterprise", "sles", ["suse"]),
    ("openSUSE", "opensuse", ["suse"]),
)  # type: tuple[tuple[str, str, list[str]], ...]
DEBIAN = {"4": "etch", "5": "lenny", "6": "squeeze", "7": "wheezy"}


def release(host):
    # type: (Host) -> dict[str, Any]
    found = _os_release(host) or _by_line(host) or _suse(host) or _debian(host) or _lsb(host)
    texts = ((path, host.text(path).strip()) for path in OTHERS)
    return dict(found, releases=dict((path, text) for path, text in texts if text))


def _os_release(host):
    # type: (Host) -> dict[str, Any]
    for path in OS_RELEASE:
        said = settings(host, path)
        if "ID" in said:
            codename = said.get("VERSION_CODENAME") or _quoted(said.get("VERSION", ""))
            return {
                "os_id": said["ID"],
                "os_version": said.get("VERSION_ID", ""),
                "os_name": said.get("PRETTY_NAME", "") or said.get("NAME", ""),
                "os_like": said.get("ID_LIKE", "").split(),
                "os_codename": codename or settings(host, LSB).get("DISTRIB_CODENAME", ""),
                "os_variant": said.get("VARIANT_ID", ""),
                "os_support_end": said.get("SUPPORT_END", ""),
                "os_where": path,
            }
    return {}


def _quoted(version):
    # type: (str) -> str
    """The code name in "7 (wheezy)", where it is one word."""
    match = re.search(r"\((\w+)\)$", version)
    return match.group(1).lower() if match else ""


def _by_line(host):
    # type: (Host) -> dict[str, Any]
    """One line such as "CentOS release 6.10 (Final)". Of clones the own file says more."""
    for path in ("/etc/oracle-release", "/etc/redhat-release", "/etc/system-release"):
        line = "".join(host.lines(path)[:1]).strip()
        for beginning, name, like in NAMES:
            if line.startswith(beginning):
                version = re.search(r"release (\d[\d.]*)", line)
                return _told(path, name, version.group(1) if version else "", line, like)
    return {}


def _suse(host):
    # type: (Host) -> dict[str, Any]
    """ "SUSE Linux Enterprise Server 11 (x86_64)", then VERSION = 11 and PATCHLEVEL = 4."""
    path = "/etc/SuSE-release"
    line = "".join(host.lines(path)[:1]).strip()
    said = settings(host, path)
    parts = [said.get("VERSION", ""), said.get("PATCHLEVEL", "0")]
    version = ".".join(part for part in parts if part not in ("", "0"))
    for beginning, name, like in NAMES:
        if line.startswith(beginning):
            found = _told(path, name, version, line, like)
            return dict(found, os_codename=said.get("CODENAME", ""))
    return {}


def _debian(host):
    # type: (Host) -> dict[str, Any]
    """ "6.0.10" of a release, "squeeze/sid" of what is to become one; Ubuntu has that file too."""
    path = "/etc/debian_version"
    text = host.text(path).strip()
    if not text or settings(host, LSB).get("DISTRIB_ID", "Debian") != "Debian":
        return {}
    major = text.partition(".")[0] if text[0].isdigit() else ""
    codename = DEBIAN.get(major, "") if major else text.partition("/")[0]
    found = _told(path, "debian", major, "Debian GNU/Linux " + text, [])
    return dict(found, os_codename=codename)


def _lsb(host):
    # type: (Host) -> dict[str, Any]
    said = settings(host, LSB)
    if "DISTRIB_ID" not in said:
        return {}
    name = said["DISTRIB_ID"].lower()
    version = said.get("DISTRIB_RELEASE", "")
    described = said.get("DISTRIB_DESCRIPTION", "")
    found = _told(LSB, name, version, described, ["debian"] if name == "ubuntu" else [])
    return dict(found, os_codename=said.get("DISTRIB_CODENAME", ""))


def _told(path, name, version, described, like):
    # type: (str, str, str, str, list[str]) -> dict[str, Any]
    return {
        "os_id": name,
        "os_version": version,
        "os_name": described,
        "os_like": like,
        "os_codename": _quoted(described),
        "os_where": path,
    }
