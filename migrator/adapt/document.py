"""Write what the adaptations are into docs/.

``python -m migrator.adapt.document > docs/adaptations.md``
"""

from __future__ import annotations

import inspect
import sys

from migrator.adapt import SUBJECTS
from migrator.plan.services import KINDS

HEAD = """\
# Adaptations

Written by `python -m migrator.adapt.document`; change the modules in `migrator/adapt/`, not this
file.

What `migrator build` changes in the tree of a host so that it boots as a container. Each change is
a file of the image's top layer, and stands in `work/<host>/image.json` with its reason and the
SHA-256 of before and after. `migrator build --diff <host>` shows all of them as a patch, with
`--check` without building anything; Ansible's `--diff` shows the same.

The plan switches off a subject, or a single change by the name that the patch gives it:

```yaml
adapt:
  upgrades: false
  "fstab:/etc/fstab": false
```

A name that changes nothing on that host is refused, with the nearest one that does.

"""
SERVICES = """\
## Services that the plan masks

Only those that a host uses, and that no condition of their own rules out in a container. Each is
an entry of the plan's `services`; `decision: keep` lets it run.

| because | services |
|---|---|
"""
ALONE = """
## What is left alone

systemd passes over these by conditions of their own, or they do no harm; a mask would only hide
what an administrator looks for.

- **systemd-remount-fs, systemd-fsck@**: they act on lines of fstab, and there are none.
- **systemd-udevd and its sockets, systemd-udev-trigger**: /sys is read-only.
- **getty@tty1 and other virtual consoles**: /dev/tty0 is missing.
- **dev-hugepages.mount, sys-kernel-debug.mount and their like**: they want SYS_ADMIN. When the plan
  grants it, they are masked, see sandbox.
- **systemd-timesyncd, chrony, systemd-networkd, journald's audit socket**: they want SYS_TIME,
  NET_ADMIN or AUDIT_READ. Older versions have no such condition; there the plan masks them.
- **open-vm-tools, irqbalance, smartd**: their units rule out a container. Where they do not, the
  plan masks them.
- **swap.target, cryptsetup.target, remote-fs.target**: names that only order others.
- **logind**: there is no seat and no virtual terminal to give; sessions and linger work.
- **Limits of dbus, and of units above the container's**: each goes on with the highest that it may
  have, and says so in the journal.
- **PrivateTmp, ProtectSystem, ProtectHome and their like**: systemd leaves them out where it may
  not make mounts.
- **Init scripts, with an LSB header or without, rc.local, xinetd, sockets**: they start as on the
  host.
- **Kernel, initrd, modules, firmware, boot loader**: they are in no layer.
"""


def page() -> str:
    parts = [HEAD]
    for name, subject in SUBJECTS.items():
        module = inspect.getmodule(subject)
        said = (inspect.getdoc(module) or "").replace("``", "`")
        parts.append(f"## {name}\n\n{said}\n\n")
    parts.append(SERVICES)
    for kind in KINDS.values():
        names = ", ".join(f"`{name}`" for name in kind.names)
        parts.append(f"| {kind.reason} | {names} |\n")
    return "".join([*parts, ALONE])


if __name__ == "__main__":
    sys.stdout.write(page())
