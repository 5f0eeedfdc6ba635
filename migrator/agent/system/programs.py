"""Kernel, architecture and C library: what programs are made for and what they run on."""

from __future__ import absolute_import, division, print_function

import platform
import re
import struct

from migrator.agent.files import decoded
from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHELLS = ("/bin/sh", "/usr/bin/env", "/sbin/init", "/bin/busybox")
# e_machine of an ELF header -> (its name as 32-bit, as 64-bit).
MACHINES = {
    3: ("i686", "i686"),
    8: ("mips", "mips64"),
    20: ("ppc", "ppc"),
    21: ("ppc64", "ppc64"),
    22: ("s390", "s390x"),
    40: ("armv7l", "armv7l"),
    62: ("x32", "x86_64"),
    183: ("aarch64", "aarch64"),
    243: ("riscv32", "riscv64"),
    258: ("loongarch32", "loongarch64"),
}
HEADER = 20  # bytes of an ELF file up to its machine
PPC64 = 21
LITTLE = 1
LIBRARIES = ("/lib64", "/lib", "/usr/lib64", "/usr/lib")


def programs(host):
    # type: (Host) -> dict[str, Any]
    cmdline = host.text("/proc/cmdline").strip("\n\0 ")
    return {
        "kernel": host.text("/proc/sys/kernel/osrelease").strip(),
        "kernel_version": host.text("/proc/sys/kernel/version").strip(),
        "architecture": _architecture(host),
        "kernel_architecture": platform.machine() if host.real else _recorded(host),
        "libc": host.part("system.libc", lambda: _libc(host), ""),
        "cmdline": redacted(cmdline),
        "vsyscall": _vsyscall(host, cmdline),
    }


def _recorded(host):
    # type: (Host) -> str
    """A file since Linux 6.1; before it only the system call says it."""
    said = host.text("/proc/sys/kernel/arch").strip()
    return said or (host.output(["uname", "-m"]).strip() if host.has("uname") else "")


def _architecture(host):
    # type: (Host) -> str
    for path in SHELLS:
        found = elf_machine(host.raw(path, HEADER))
        if found:
            return found
    return ""


def elf_machine(head):
    # type: (bytes) -> str
    """What a program is made for, by the first bytes of its file; "" for what is none."""
    if len(head) < HEADER or head[:4] != b"\x7fELF":
        return ""
    kind, order = bytearray(head[4:6])
    (machine,) = struct.unpack("<H" if order == LITTLE else ">H", head[18:HEADER])
    names = MACHINES.get(machine, ("machine %d" % machine,) * 2)
    little = "le" if machine == PPC64 and order == LITTLE else ""
    return names[kind == 2] + little


def _libc(host):
    # type: (Host) -> str
    """By the name that libc.so.6 points to, or by what the library says of itself."""
    for place in LIBRARIES:
        for directory in [place] + [place + "/" + n for n in host.names(place) if "linux-gnu" in n]:
            path = directory + "/libc.so.6"
            named = re.search(r"libc-(\d[\d.]*\d)\.so$", host.link(path))
            if named:
                return "glibc " + named.group(1)
            text = re.search(b"GNU C Library [^\n]{0,80}? version (\\d[\\d.]*\\d)", host.raw(path))
            if text:
                return "glibc " + decoded(text.group(1))
    return "musl" if any(name.startswith("ld-musl") for name in host.names("/lib")) else ""


def _vsyscall(host, cmdline):
    # type: (Host, str) -> str
    """By the page in the map of our own process; two modes look alike but for the boot option."""
    maps = host.text("/proc/self/maps")
    asked = re.search(r"(?:^|\s)vsyscall=(\w+)", cmdline)
    page = re.search(r"(?m)^\S+ (\S+) .*\[vsyscall\]$", maps)
    if not maps or page is None:
        return "none" if maps else ""
    if page.group(1) == "--xp":
        return "xonly"
    return "native" if asked and asked.group(1) == "native" else "emulate"
