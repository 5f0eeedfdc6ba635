"""Ansible tasks that several rules generate. Values may come from facts."""

from __future__ import annotations

import re
from typing import Any

Task = dict[str, Any]
SYSCTLS = "/etc/sysctl.d/60-migrator.conf"
MODULES = "/etc/modules-load.d/migrator.conf"


def set_sysctl(key: str, value: str) -> Task:
    """In force at once and after a reboot."""
    line = {
        "path": SYSCTLS,
        "create": True,
        "mode": "0644",
        "regexp": f"^{re.escape(key)} *=",
        "line": f"{key} = {value}",
    }
    return {
        "name": f"Set {key}",
        "block": [
            {"name": f"Keep {key}", "ansible.builtin.lineinfile": line},
            {
                "name": f"Set {key} now",
                "ansible.builtin.command": {"argv": ["sysctl", "-w", f"{key}={value}"]},
                "changed_when": False,
            },
        ],
    }


def load_module(name: str) -> Task:
    """Now, and when the target boots."""
    line = {"path": MODULES, "create": True, "mode": "0644", "line": name}
    return {
        "name": f"Load the kernel's module {name}",
        "block": [
            {"name": f"Load {name} at boot", "ansible.builtin.lineinfile": line},
            {
                "name": f"Load {name} now",
                "ansible.builtin.command": {"argv": ["modprobe", name]},
                "changed_when": False,
            },
        ],
    }


def set_aside(path: str) -> Task:
    """Nothing reads a file of this name any more, and it is still there to look at."""
    move = {"argv": ["mv", path, f"{path}.off"], "removes": path}
    return {"name": f"Set {path} aside", "ansible.builtin.command": move}


def require(name: str, *command: str) -> Task:
    """A task that fails, and changes nothing, where ``command`` fails."""
    argv = {"argv": list(command)}
    return {"name": name, "ansible.builtin.command": argv, "changed_when": False}
