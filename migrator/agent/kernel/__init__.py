"""What the kernel is told, and what it has: sysctls, limits, modules, memory and its features."""

from __future__ import absolute_import, division, print_function

import functools

from migrator.agent.host import Host
from migrator.agent.kernel.features import control_groups, crash_dump, namespaces, security_modules
from migrator.agent.kernel.limits import limits, manager
from migrator.agent.kernel.memory import huge_pages, segments, shared_files, transparent_huge_pages
from migrator.agent.kernel.modules import modprobe, modules, modules_load, taints
from migrator.agent.kernel.setup import binary_formats, boot_options, udev_rules
from migrator.agent.kernel.sysctls import running, sysctls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

PARTS = (
    ("sysctls", sysctls, []),
    ("limits", limits, []),
    ("manager", manager, []),
    ("modules", modules, []),
    ("modules_load", modules_load, []),
    ("modprobe", modprobe, []),
    ("taints", taints, []),
    ("boot_options", boot_options, []),
    ("huge_pages", huge_pages, []),
    ("transparent_huge_pages", transparent_huge_pages, ""),
    ("segments", segments, []),
    ("shared_files", shared_files, {}),
    ("control_groups", control_groups, {}),
    ("namespaces", namespaces, []),
    ("security_modules", security_modules, []),
    ("crash_dump", crash_dump, {}),
    ("udev_rules", udev_rules, []),
    ("binary_formats", binary_formats, []),
)  # type: tuple[tuple[str, Callable[[Host], Any], Any], ...]


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    said = {}  # type: dict[str, Any]
    for name, part, empty in PARTS:
        said[name] = host.part("kernel." + name, functools.partial(part, host), empty)
    settings = said["sysctls"]
    said["running"] = host.part("kernel.running", lambda: running(host, settings), {})
    return said
