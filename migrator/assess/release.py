"""Rules about the release of the host and the state of its packages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

# The last day of security updates that cost nothing extra: id -> version, or its first number.
ENDS = {
    "debian": {
        **{"6": "2016-02-29", "7": "2018-05-31", "8": "2020-06-30", "9": "2022-06-30"},
        **{"10": "2024-06-30", "11": "2026-08-31", "12": "2028-06-30", "13": "2030-06-30"},
    },
    "ubuntu": {
        **{"10.04": "2015-04-30", "12.04": "2017-04-28", "14.04": "2019-04-30"},
        **{"16.04": "2021-04-30", "18.04": "2023-05-31", "20.04": "2025-05-31"},
        **{"22.04": "2027-05-31", "24.04": "2029-05-31"},
    },
    "centos": {
        **{"5": "2017-03-31", "6": "2020-11-30", "7": "2024-06-30"},
        **{"8": "2024-05-31", "9": "2027-05-31"},
    },
    "rhel": {
        **{"5": "2017-03-31", "6": "2020-11-30", "7": "2024-06-30"},
        **{"8": "2029-05-31", "9": "2032-05-31"},
    },
    "ol": {"5": "2017-06-30", "6": "2021-03-31", "7": "2024-12-31", "8": "2029-07-31"},
    "scientific": {"6": "2020-11-30", "7": "2024-06-30"},
    "rocky": {"8": "2029-05-31", "9": "2032-05-31"},
    "almalinux": {"8": "2029-03-01", "9": "2032-05-31"},
    "amzn": {"2018": "2023-12-31", "2": "2026-06-30"},
    "sles": {
        **{"11": "2019-03-31", "12": "2024-10-31", "15": "2019-12-31", "15.1": "2021-01-31"},
        **{"15.2": "2021-12-31", "15.3": "2022-12-31", "15.4": "2023-12-31"},
        **{"15.5": "2024-12-31", "15.6": "2025-12-31", "15.7": "2031-07-31"},
    },
    "opensuse-leap": {
        **{"42": "2019-07-01", "15": "2019-12-03", "15.1": "2021-02-02", "15.2": "2022-01-04"},
        **{"15.3": "2022-12-31", "15.4": "2023-12-07", "15.5": "2024-12-31", "15.6": "2026-04-30"},
    },
}
FAMILIES = ("debian", "ubuntu", "rhel", "centos", "fedora", "suse", "sles", "opensuse")
# Broken for dpkg, the worst first.
UNFINISHED = ("half-installed", "unpacked", "half-configured", "triggers-awaited")
PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")
# Of these, several versions are there on purpose.
SIDE_BY_SIDE = re.compile(r"(kernel|kmod-|gpg-pubkey$|nvidia-|dkms)")
HOST = re.compile(r"[a-z+]+://(?:[^/@]*@)?([\w.-]+)", re.IGNORECASE)
OWN_HOSTS = re.compile(
    r"(.*\.)?(debian\.(org|net)|ubuntu\.com|centos\.org|redhat\.com|fedoraproject\.org|oracle\.com"
    r"|rockylinux\.org|almalinux\.org|suse\.(com|de)|opensuse\.org|amazonaws\.com|kernel\.org)$"
)


def ended(found: Facts) -> str:
    """The day on which the free security updates ended, by the source's clock; "" while they go
    on, and for a release that is not known."""
    system = found.system
    known = ENDS.get(system.os_id, {})
    short = ".".join(system.os_version.split(".")[:2])
    major = system.os_version.partition(".")[0]
    end = system.os_support_end or known.get(short) or known.get(major, "")
    return end if end < datetime.fromtimestamp(found.taken_at, UTC).date().isoformat() else ""


@rule(
    "OSR-01",
    Level.WARNING,
    "The release gets no more security updates",
    "The move keeps the old userland; only the kernel is the target's and current.",
    "Plan an upgrade of the release; until then keep its ports behind a firewall.",
)
def old_release(found: Facts) -> Iterator[Evidence]:
    end = ended(found)
    if end:
        system = found.system
        paid = [row.kind for row in system.subscriptions if row.kind == "ubuntu-pro"]
        extended = f", extended by {paid[0]}" if paid else ""
        evidence = f"{system.os_name}: until {end}{extended}"
        yield system.os_where or "os-release", evidence, Level.INFO if paid else Level.WARNING


@rule(
    "OSR-02",
    Level.WARNING,
    "A distribution that is not known",
    "The rules that know a distribution's defaults, names and dates say nothing of this host.",
    "Read the facts with more care, and try the container before you plan the cutover.",
)
def unknown_release(found: Facts) -> Iterator[Evidence]:
    system = found.system
    lost = any(failure.subject in ("system", "system.release") for failure in found.failures)
    if not system.os_id and not lost:
        yield "/etc/os-release", "there is none, and no other file of a release that is known"
    elif system.os_id and not _is_known(system.os_id, *system.os_like):
        yield system.os_where, f"{system.os_id} {system.os_version}".rstrip()


def _is_known(*ids: str) -> bool:
    return any(id in ENDS or id.startswith(FAMILIES) for id in ids)


def _configure(finding: Finding) -> dict[str, Any] | None:
    """dpkg alone: what is half installed must come from a repository again."""
    name = finding.where.partition(" ")[0].partition(":")[0]
    if "half-installed" in finding.evidence or not PLAIN_NAME.fullmatch(name):
        return None
    command = f"DEBIAN_FRONTEND=noninteractive dpkg --configure {name}"
    return {"name": f"Finish the configuration of {name}", "ansible.builtin.raw": command}


@rule(
    "OSR-03",
    Level.WARNING,
    "A package that is not installed to its end",
    "The container gets it in this state: its service may not start, and apt refuses to install"
    " anything until it is mended.",
    "Run dpkg --configure -a on the source; install again what is half installed.",
    task=_configure,
)
def unfinished(found: Facts) -> Iterator[Evidence]:
    for package in found.packages.installed:
        again = ", to be installed again" if package.reinstall else ""
        if package.status in UNFINISHED or again:
            yield package.name, f"{package.version}: {package.status}{again}"


@rule(
    "OSR-04",
    Level.INFO,
    "A package that is held, or is there twice",
    "A hold moves along and goes on. Of an rpm package two versions remain when an update was cut"
    " off: its files are of either (warning).",
    "Take the hold away when its reason is gone; remove the older one with package-cleanup"
    " --cleandupes or dnf remove --duplicates.",
)
def held(found: Facts) -> Iterator[Evidence]:
    for package in found.packages.installed:
        if package.held:
            yield package.name, f"held at {package.version}"
    # An rpm package names the file of its source, one of dpkg does not.
    rpms = [p for p in found.packages.installed if p.source.endswith(".rpm")]
    counts = Counter((p.name, p.architecture) for p in rpms)
    for (name, architecture), count in counts.items():
        if count > 1 and not SIDE_BY_SIDE.match(name):
            versions = [p.version for p in rpms if (p.name, p.architecture) == (name, architecture)]
            yield f"{name}.{architecture}", " and ".join(versions), Level.WARNING


@rule(
    "OSR-05",
    Level.INFO,
    "A repository beside the distribution's own",
    "It moves along; the container asks for it from the target's network.",
    "Let the target reach it, or its updates will stay away without a word.",
)
def third_party(found: Facts) -> Iterator[Evidence]:
    for source in found.repositories.sources:
        if source.enabled:
            hosts = {_host(url) for url in (*source.addresses, *source.mirrors)}
            foreign = sorted(host for host in hosts if host and not OWN_HOSTS.match(host))
            if foreign:
                yield source.where, ", ".join(foreign)


def _host(address: str) -> str:
    """Of an address of the network; "" for a medium, and where a variable stands for it."""
    named = HOST.match(address)
    return named[1].lower() if named else ""


@rule(
    "OSR-06",
    Level.INFO,
    "dpkg was told to do otherwise",
    "A policy-rc.d that refuses keeps packages from starting and restarting their services, in the"
    " container as on the host; a diverted file stays the administrator's when its package is"
    " upgraded.",
    "Remove what nobody remembers; dpkg-divert --list shows diversions.",
)
def diverted(found: Facts) -> Iterator[Evidence]:
    if found.packages.policy:
        yield found.packages.policy, "it decides which services packages may start"
    for diversion in found.packages.diversions:
        yield diversion.path, f"the package's file is {diversion.to}"


@rule(
    "OSR-07",
    Level.INFO,
    "A timezone of the host's own",
    "The container keeps it, and its jobs run by it; the target's journal and its own jobs may go"
    " by another one.",
    "Mind the difference when you compare times of both.",
)
def timezone(found: Facts) -> Iterator[Evidence]:
    zone = found.system.timezone
    if zone and zone.rpartition("/")[2] not in ("UTC", "UCT", "Universal", "Zulu", "GMT"):
        yield "/etc/localtime", zone
