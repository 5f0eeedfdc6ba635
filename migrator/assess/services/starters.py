"""What starts services of its own kind: engines of containers, snaps, super-servers, sockets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import described, is_used, services
from migrator.facts import Facts
from migrator.facts.services import Service

SNAP_MOUNT = re.compile(r"snap-(.+)-x?\d+\.mount$")
SNAP_SERVICE = re.compile(r"snap\.([^.]+)\.\S+\.service$")
# What other snaps stand on; alone they do nothing.
SNAP_BASES = re.compile(r"(snapd|core(\d\d)?|bare|gnome-\S+|gtk-common-themes|kde-frameworks\S*)$")
SNAP_GUESTS = ("amazon-ssm-agent", "google-cloud-cli", "oracle-cloud-agent")
SNAP_STARTERS = ("snap.lxd.activate.service",)  # enabled everywhere, it looks for containers
NETWORK_SOCKET = re.compile(r"(?:^|\s)(\S*\d) \((Stream|Datagram)\)")


@rule(
    "SVC-03",
    Level.OVERRIDABLE,
    "An engine of containers runs on the host",
    "Containers in a container need rights that launch does not grant; images and layers below its"
    " directory would swell this one's image. An engine without containers only fails (warning).",
    "Move its containers first, by their own means; then disable the engine in the plan's services"
    " and exclude its directory in the plan's paths.",
)
def engines(found: Facts) -> Iterator[Evidence]:
    inside = {process.container.partition("/")[0] for process in found.processes}
    known = {service.name for _, service in services(found, "containers")}
    for where, service in services(found, "containers"):
        of_other = service.name == "containerd" and "docker" in known
        if service.name != "libvirt" and not of_other:
            names = [part.name for part in service.parts if part.kind == "container"]
            holds = names or service.name in inside or service.name in ("kubelet", "lxd")
            level = Level.OVERRIDABLE if holds else Level.WARNING
            yield where, _engine(service, names, bool(holds)), level


def _engine(service: Service, names: list[str], holds: bool) -> str:
    data = f"; its directory is {service.data[0].path}" if service.data else ""
    if names:
        return f"{described(service)}, with {', '.join(names)}{data}"
    return described(service) + ("" if holds else ", no container was seen") + data


@rule(
    "SVC-15",
    Level.RISK,
    "Software from snaps",
    "A snap is a file system that snapd mounts, which a container may not do: its programs are not"
    " there. A service that runs from one is missing (overridable); what only carries other snaps"
    " is no loss (info).",
    "Install the same as a package of the distribution, move its data, and remove the snap.",
)
def snaps(found: Facts) -> Iterator[Evidence]:
    places: dict[str, str] = {}
    services_of: dict[str, list[str]] = defaultdict(list)
    for unit in found.units:
        mount, service = SNAP_MOUNT.match(unit.name), SNAP_SERVICE.match(unit.name)
        if mount and unit.load == "loaded" and unit.active in ("active", ""):
            places.setdefault(mount[1].replace("\\x2d", "-"), unit.name)
        elif service and is_used(unit) and unit.name not in SNAP_STARTERS:
            services_of[service[1]].append(unit.name)
    for name, place in {**dict.fromkeys(services_of, ""), **places}.items():
        if SNAP_BASES.match(name):
            yield place, name, Level.INFO
        elif name in SNAP_GUESTS:
            yield place or name, f"{name}, which serves the old cloud", Level.WARNING
        elif services_of[name]:
            yield services_of[name][0], f"a service of the snap {name}", Level.OVERRIDABLE
        else:
            yield place, f"the snap {name}"


@rule(
    "SVC-16",
    Level.INFO,
    "A service that is started when somebody connects",
    "No process of it is seen until then: that the port listens does not say that it works.",
    "Connect to its port once before the snapshot and once after the launch.",
    side="target",
)
def on_demand(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if unit.origin in ("xinetd", "inetd") and unit.enabled == "enabled":
            yield unit.name, "; ".join(unit.commands) or "the super-server's own"
        listens = NETWORK_SOCKET.findall(unit.properties.get("Listen", ""))
        if unit.name.endswith(".socket") and listens and is_used(unit):
            yield (
                unit.name,
                f"{unit.description or unit.name} on {', '.join(a for a, _ in listens)}",
            )
