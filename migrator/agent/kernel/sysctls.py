"""Sysctls: what files set, and what is in force."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

# A file hides those of its name in the places after it.
PLACES = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)
MAIN = "/etc/sysctl.conf"
# What services depend on. Reading is free of effects, and none of these is a secret.
DIRECTORIES = ("vm", "net/core", "net/unix", "fs/inotify", "fs/mqueue", "fs/epoll")
KEYS = re.compile(
    r"net/ipv4/(tcp|udp|ip_(forward|local|nonlocal|unprivileged|default_ttl)|ping_group|icmp_echo)"
    r"|net/ipv[46]/neigh/default/gc_thresh"
    r"|net/ipv[46]/conf/(all|default)/(forwarding|rp_filter|arp_|accept_|send_redirects|disable_)"
    r"|net/netfilter/nf_conntrack_(max|buckets|tcp_timeout_established)"
    r"|kernel/(shm|sem|msg|pid_max|threads-max|core_|randomize_va|panic|numa_bal|perf_event_par"
    r"|dmesg_restrict|kptr_|yama|unprivileged_|keys/max|hung_task_timeout|sched_rt|sysrq|modules_d)"
    r"|fs/(file-max|nr_open|aio-max-nr|suid_dumpable|protected_|pipe-|leases-enable|mount-max)"
)
BELOW = (
    "net/ipv4",
    "net/ipv4/neigh/default",
    "net/ipv6/neigh/default",
    "net/ipv4/conf/all",
    "net/ipv4/conf/default",
    "net/ipv6/conf/all",
    "net/ipv6/conf/default",
    "net/netfilter",
    "kernel",
    "kernel/yama",
    "kernel/keys",
    "fs",
)
PLAIN = re.compile(r"[^./*?\[]+([./][^./*?\[]+)*$")  # neither a pattern nor a way out of /proc/sys
SECRET = re.compile(r"(fastopen_key|stable_secret)$")
NOISE = ("vm/stat_refresh", "vm/compact_memory", "vm/drop_caches")
TREE = "/proc/sys/"


def sysctls(host):
    # type: (Host) -> list[dict[str, str]]
    """In the order in which they are applied: a later one wins."""
    found = []
    for path in _files(host):
        for where, line in host.numbered(path):
            text = line.strip()
            if not text or text[0] in "#;":
                continue
            key, equals, value = text.partition("=")
            if not equals and not key.startswith("-"):  # "-key" alone leaves a key out of a pattern
                host.strange("kernel", where, line)
                continue
            name, value = canonical(key.lstrip("-").strip()), value.strip()
            shown = redacted_value(name, value)
            raw = line if shown == value else line.replace(value, shown)
            found.append({"where": where, "key": name, "value": shown, "raw": raw})
    return found


def _files(host):
    # type: (Host) -> list[str]
    """By name whatever the directory, and the main file last unless a link named it before."""
    chosen = {}  # type: dict[str, str]
    for place in PLACES:
        for name in host.names(place):
            if name.endswith(".conf"):
                chosen.setdefault(name, place + "/" + name)
    seen = set()  # type: set[str]
    files = []
    for path in [chosen[name] for name in sorted(chosen)] + [MAIN]:
        real = os.path.realpath(host.at(path))
        if real not in seen:  # 99-sysctl.conf is /etc/sysctl.conf on many hosts
            seen.add(real)
            files.append(path)
    return files


def canonical(key):
    # type: (str) -> str
    """Both a.b/c and a/b.c become a.b/c: the first separator is the one that divides."""
    first = re.search(r"[./]", key)
    return key if first is None or first.group() == "." else _swapped(key)


def _swapped(key):
    # type: (str) -> str
    """From dots to slashes and back; an interface may be called eth0.100."""
    return "".join({".": "/", "/": "."}.get(letter, letter) for letter in key)


def running(host, settings):
    # type: (Host, Sequence[dict[str, str]]) -> dict[str, str]
    """The values in force of what ``settings`` name and of the keys above."""
    host.only_live()
    names = set(_swapped(row["key"]) for row in settings if PLAIN.match(row["key"]))
    for directory in DIRECTORIES:
        names.update(directory + "/" + name for name in host.names(TREE + directory))
    for directory in BELOW:
        inside = (directory + "/" + name for name in host.names(TREE + directory))
        names.update(name for name in inside if KEYS.match(name))
    found = {}
    for name in names:
        value = "" if SECRET.search(name) or name in NOISE else host.text(TREE + name).strip()
        if value:
            found[_swapped(name)] = re.sub(r"[\t ]+", " ", value)
    return found
