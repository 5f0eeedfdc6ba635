"""Scripts and jobs that set a machine up, where the init is not systemd.

rc.sysinit of RHEL 6 starts udev, which would hide the devices that the engine gives, and checks
disks; ``/fastboot`` and ``/.nolvm`` make such scripts leave that out. Jobs of upstart that wait for
devices, the splash screen or an emergency shell no longer start. systemd passes over what it has of
this kind by its own conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, comment, edit, write
from migrator.adapt.units import upstart
from migrator.facts import Facts
from migrator.plan import Plan

SETUP = "/etc/rc.d/rc.sysinit"
UDEV = r"\s*(\[[^\]]*\]\s*&&\s*)?(/sbin/)?start_udev\b"
DEVICES = "udev would hide the devices that the engine gives"
LVM = "/.nolvm"  # RHEL's alone
FLAGS = {
    "/fastboot": "disks are the target's to check",
    LVM: "volume groups are the target's to find",
}
# Jobs of upstart that wait for hardware, or for an answer on the console.
WAITING = re.compile(
    r"(rcS-sulogin|plymouth.*|upstart-udev-bridge|udev|udevtrigger|udevmonitor|udev-\w+|ureadahead.*"
    r"|hwclock.*|console-(setup|font)|setvtrgb|failsafe|network-interface.*|networking)\.conf"
)
WAITED = "it waits for devices, for a console or for the network to be set up"
EMERGENCY = "/etc/init/rcS-emergency.conf"
SHELL = "nobody could answer the shell that it opens, and the boot would wait for it"
EMERGENCY_TEXT = "task\nexec /bin/true\n"


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    if found.system.init not in ("sysvinit", "upstart"):
        return []
    return [
        *edit("boot", tree, SETUP, comment(UDEV), DEVICES),
        *_flags(tree),
        *(_upstart(found, tree) if found.system.init == "upstart" else ()),
    ]


def _flags(tree: Tree) -> Iterator[Change]:
    for path, reason in FLAGS.items():
        read = path != LVM or tree.exists("/etc/rc.d/init.d")
        if read and not tree.exists(path):
            yield from write("boot", tree, path, "", reason)


def _upstart(found: Facts, tree: Tree) -> Iterator[Change]:
    for name in tree.names("/etc/init"):
        if WAITING.fullmatch(name):
            yield from upstart.disable("boot", found, tree, f"/etc/init/{name}", WAITED)
    if tree.exists(EMERGENCY):
        yield from write("boot", tree, EMERGENCY, EMERGENCY_TEXT, SHELL)
