"""Whether an image holds the init that it shall be started with, and how process 1 begins."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.errors import UsageError

OLDEST = 232  # the first systemd that boots where there is only cgroup v2, and says how units end
BEGIN = "/run/migrator/begin"
SHELL = "/bin/sh"
ADD = "add it to the image, or choose another --init"
SUPERVISED = "choose --init dumb-init, or add sysvinit (Debian: sysvinit-core) to the image"


def command(init: str, held: Mapping[str, str]) -> list[str]:
    """Process 1 and its arguments; ``held`` is what the image was found to hold. Raises UsageError
    with what is missing."""
    if "shell" not in held:
        raise UsageError(f"the image holds no {SHELL}, which process 1 begins with", ADD)
    return {"systemd": _systemd, "sbin-init": _sbin_init, "dumb-init": _dumb_init}[init](held)


def version(init: str, held: Mapping[str, str]) -> int:
    """Of systemd; 0 when it is unknown, or another init."""
    found = re.search(r"\d+", held.get("systemd-version", "")) if init == "systemd" else None
    return int(found[0]) if found else 0


def _systemd(held: Mapping[str, str]) -> list[str]:
    if "systemd" not in held:
        hint = "add the package systemd to the image, or choose --init dumb-init"
        raise UsageError("the image holds no systemd", hint)
    if 0 < (found := version("systemd", held)) < OLDEST:
        message = f"the image's systemd {found} is older than {OLDEST}"
        raise UsageError(message, "it does not say how a unit ended: choose --init dumb-init")
    return [SHELL, BEGIN, held["systemd"]]


def _sbin_init(held: Mapping[str, str]) -> list[str]:
    """Of sysvinit alone: others know no line for a failing power supply, or read no inittab."""
    init = held.get("init", "")
    name = init.rpartition("/")[2]
    if not init:
        raise UsageError("the image holds no /sbin/init", SUPERVISED)
    if name == "systemd":
        raise UsageError("the image's /sbin/init is systemd", "choose --init systemd")
    if name == "busybox":
        raise UsageError(
            "the image's /sbin/init is busybox's, which is not driven here", SUPERVISED
        )
    if "inittab" not in held:
        raise UsageError(f"the image's {init} has no /etc/inittab: it is not sysvinit", SUPERVISED)
    return [SHELL, BEGIN, "/sbin/init"]


def _dumb_init(held: Mapping[str, str]) -> list[str]:
    if "dumb-init" not in held:
        hint = "add the package dumb-init to the image, or choose another --init"
        raise UsageError("the image holds no dumb-init", hint)
    return [held["dumb-init"], "--", SHELL, BEGIN]
