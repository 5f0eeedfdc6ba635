"""Numbers, capabilities, limits and variable names of a process, as /proc prints them."""

from __future__ import absolute_import, division, print_function

import collections
import os
import re

from migrator.agent.files import decoded
from migrator.agent.redact import redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.host import Host

    Limits = dict[str, str]

CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
    " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO"
    " SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME"
    " SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG"
    " WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
ALL = "ALL"
DEAD = ("Z", "X", "x")  # states of a process that only waits to be forgotten
KERNEL = 0x200000  # the flag of a kernel's thread
TICKS = os.sysconf("SC_CLK_TCK")  # a second, 100 on every Linux that matters
LIMIT = re.compile(r"(?m)^Max ([a-z ]+?) {2,}(\S+) +(\S+)")
# The kernel's words to those of limits.conf
LIMITS = {
    "cpu time": "cpu",
    "file size": "fsize",
    "data size": "data",
    "stack size": "stack",
    "core file size": "core",
    "resident set": "rss",
    "processes": "nproc",
    "open files": "nofile",
    "locked memory": "memlock",
    "address space": "as",
    "file locks": "locks",
    "pending signals": "sigpending",
    "msgqueue size": "msgqueue",
    "nice priority": "nice",
    "realtime priority": "rtprio",
    "realtime timeout": "rttime",
}
KTHREADD = 2  # the first of the kernel's threads: what nobody changed

Numbers = collections.namedtuple("Numbers", "known is_kernel nice started")


def fields(text):
    # type: (str) -> dict[str, str]
    """Of /proc/<pid>/status; empty without those that every kernel prints."""
    found = dict(re.findall(r"(?m)^([A-Za-z_]+):[ \t]*(.*)$", text))
    complete = all(name in found for name in ("State", "PPid", "Uid"))
    return found if complete else {}


def numbers(text):
    # type: (str) -> Numbers
    """Of /proc/<pid>/stat, after the name, which may hold blanks and parentheses."""
    words = text.rpartition(")")[2].split()
    if len(words) < 20:
        return Numbers(False, False, 0, 0)
    return Numbers(True, bool(int(words[6]) & KERNEL), int(words[16]), int(words[19]) // TICKS)


def every_capability(text):
    # type: (str) -> int
    """What the first process may have at most: all that its host has."""
    return int(fields(text).get("CapBnd", "0"), 16)


def capabilities(mask, every):
    # type: (int, int) -> list[str]
    if mask and mask == every:
        return [ALL]
    return [_name(bit) for bit in range(mask.bit_length()) if mask >> bit & 1]


def _name(bit):
    # type: (int) -> str
    return "CAP_" + (CAPABILITIES[bit] if bit < len(CAPABILITIES) else str(bit))


def default_limits(host):
    # type: (Host) -> Limits
    """Those of the kernel's threads; in a container, where there are none, of its init."""
    is_thread = numbers(host.text("/proc/%d/stat" % KTHREADD)).is_kernel
    return limits(host.text("/proc/%d/limits" % (KTHREADD if is_thread else 1)), {})


def limits(text, default):
    # type: (str, Limits) -> Limits
    """Those that differ from ``default``, as soft:hard."""
    found = {}
    for words, soft, hard in LIMIT.findall(text):
        name = LIMITS.get(words, words)
        if default.get(name) != soft + ":" + hard:
            found[name] = soft + ":" + hard
    return found


def memory(text):
    # type: (str) -> int
    """Bytes of "1234 kB"."""
    words = text.split()
    return int(words[0]) * 1024 if words else 0


# Variables that say where things are and how they speak; what they hold is no secret.
PLAIN = re.compile(
    r"(PATH|LANG|LANGUAGE|TZ|UMASK|LC_[A-Z]+|PYTHONUNBUFFERED|LD_LIBRARY_PATH|CLASSPATH"
    r"|[A-Z][A-Z0-9_]*_(HOME|BASE|DIR|PATH|ROOT|PORT|HOST|BIND|ENV|CONFIG|CONF|FILE|LEVEL|OPTS"
    r"|OPTIONS|WORKERS|THREADS|LOG|NAME|MODE))\Z"
)
LONGEST = 4096  # bytes of a value


def plain_variables(content):
    # type: (bytes) -> dict[str, str]
    """Those of /proc/<pid>/environ by whose name they hold no secret, unless they look like one."""
    found = {}
    for word in content.split(b"\0"):
        name, equals, value = decoded(word).partition("=")
        if equals and PLAIN.match(name) and len(value) <= LONGEST:
            if redacted_value(name, value) == value and "\n" not in value:
                found[name] = value
    return found


def variable_names(content):
    # type: (bytes) -> list[str]
    """Of /proc/<pid>/environ; a process may have written anything over it."""
    words = [word.partition(b"=") for word in content.split(b"\0")]
    return [decoded(name) for name, equals, _ in words if name and equals]
