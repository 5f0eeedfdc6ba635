"""Lines of inittab: what init itself starts, and the runlevel that it enters by itself."""

from __future__ import absolute_import, division, print_function

from migrator.agent.redact import redacted
from migrator.agent.units.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

PATH = "/etc/inittab"
ACTIONS = (
    "respawn wait once boot bootwait off ondemand initdefault sysinit powerwait powerfail"
    " powerokwait powerfailnow ctrlaltdel kbrequest"
).split()


def units(host):
    # type: (Host) -> list[Record]
    """``id:runlevels:action:process``; under upstart only the one with initdefault counts."""
    found = []
    for where, line in host.numbered(PATH):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = line.strip().split(":", 3)
        if len(fields) < 3 or fields[2] not in ACTIONS:
            host.strange("units", where, redacted(line))
            continue
        name, levels, action = fields[:3]
        found.append(
            record(
                "inittab/" + name,
                "inittab",
                PATH,
                enabled="disabled" if action == "off" else "enabled",
                commands=[command for command in fields[3:] if command],
                runlevels=dict((level, action) for level in levels),
                properties={"action": action},
            )
        )
    return found
