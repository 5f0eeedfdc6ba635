"""SELinux: its mode, and what was changed of the policy on this host."""

from __future__ import absolute_import, division, print_function

from migrator.agent.accounts.rights import setting
from migrator.agent.assignments import settings
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONFIG = "/etc/selinux/config"
# Where semanage keeps what is local, newest place first; %s is the policy.
STORES = (
    "/var/lib/selinux/%s/active",
    "/etc/selinux/%s/active",
    "/etc/selinux/%s/modules/active",
)
LOCAL = ("booleans.local", "file_contexts.local", "ports.local", "seusers.local", "seusers")
LOCAL_MODULES = "400"  # the priority that semodule gives to modules of the administrator


def read(host):
    # type: (Host) -> dict[str, Any]
    configured = settings(host, CONFIG)
    policy = configured.get("SELINUXTYPE", "")
    enforcing = host.text("/sys/fs/selinux/enforce").strip()
    if enforcing:
        mode = "enforcing" if enforcing == "1" else "permissive"
    else:
        mode = "disabled" if configured else "absent"
    return {
        "mode": mode,
        "configured": configured.get("SELINUX", ""),
        "policy": policy,
        "changes": _changes(host, policy) if policy else [],
        "modules": _modules(host, policy) if policy else [],
    }


def _changes(host, policy):
    # type: (Host, str) -> list[dict[str, str]]
    found = []
    store = next((path % policy for path in STORES if host.exists(path % policy)), "")
    for name in LOCAL if store else ():
        for where, line in host.numbered(store + "/" + name):
            if line.strip() and line[0] != "#":
                found.append(setting(where, line.replace("=", " ", 1) if "bool" in name else line))
    return found


def _modules(host, policy):
    # type: (Host, str) -> list[str]
    names = host.names("%s/modules/%s" % (STORES[0] % policy, LOCAL_MODULES))
    old = host.names(STORES[2] % policy + "/modules")
    return names + [name[: -len(".pp")] for name in old if name.endswith(".pp") and "local" in name]
