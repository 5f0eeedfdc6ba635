"""Services below a supervisor of the family of daemontools: a directory for each."""

from __future__ import absolute_import, division, print_function

from migrator.agent.units.record import NAME, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

# What a supervisor watches; the first is of the toolkit's own containers.
PLACES = (
    "/run/migrator.service",
    "/etc/runit/runsvdir/current",
    "/etc/service",
    "/var/service",
    "/service",
)
STATES = {"run": ("active", "running"), "down": ("inactive", "dead")}


def units(host):
    # type: (Host) -> Iterator[Record]
    """Named as systemd would name them; how they are is only known where they run."""
    place = next((place for place in PLACES if host.names(place)), PLACES[0])
    for name in host.names(place):
        directory = place + "/" + name
        if not (NAME.match(name + ".service") and host.exists(directory + "/run")):
            continue
        words = host.text(directory + "/supervise/stat").split() if host.live else []
        active, sub = STATES.get(words[0] if words else "", ("", ""))
        pid = host.text(directory + "/supervise/pid").strip() if host.live else ""
        yield record(
            name + ".service",
            "runit",
            directory + "/run",
            active=active,
            sub=sub,
            enabled="disabled" if host.exists(directory + "/down") else "enabled",
            commands=[directory + "/run"],
            properties={"MainPID": pid} if pid.isdigit() else {},
        )
