"""File capabilities, as libcap writes them and as the kernel keeps them, made comparable."""

from __future__ import absolute_import, division, print_function

import re
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    Capabilities = frozenset[tuple[str, int]]

XATTR = b"security.capability"
# In the kernel's order.
NAMES = (
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable"
    " net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio"
    " sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time"
    " sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog"
    " wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split()
NUMBERS = dict((name, number) for number, name in enumerate(NAMES))
EFFECTIVE = 1


def from_text(text):
    # type: (str) -> Capabilities | None
    """(set of "eip", capability) of such as "= cap_net_raw+ep" or "cap_net_raw=ep"; None when it is
    not understood."""
    found = set()  # type: set[tuple[str, int]]
    for clause in text.split():
        match = re.match(r"([a-z0-9_,]*)((?:[-+=][eip]*)+)$", clause)
        if not match:
            return None
        names = match.group(1)
        every = names in ("", "all")
        some = NAMES if every else [name.replace("cap_", "", 1) for name in names.split(",")]
        numbers = [NUMBERS[name] for name in some if name in NUMBERS]
        if len(numbers) < len(some):
            return None
        for operator, sets in re.findall(r"([-+=])([eip]*)", match.group(2)):
            named = set((letter, number) for letter in sets for number in numbers)
            if operator == "=":
                found = set(pair for pair in found if pair[1] not in numbers)
            found = found - named if operator == "-" else found | named
    return frozenset(found)


def from_xattr(value):
    # type: (bytes) -> Capabilities
    """The same of the extended attribute; b"" is a file without capabilities."""
    if len(value) < 12:
        return frozenset()
    (magic,) = struct.unpack_from("<I", value)
    found = set()  # type: set[tuple[str, int]]
    for word in range(2 if len(value) >= 20 else 1):
        permitted, inheritable = struct.unpack_from("<II", value, 4 + 8 * word)
        for bit in range(32):
            sets = "p" * (permitted >> bit & 1) + "i" * (inheritable >> bit & 1)
            sets += "e" if sets and magic & EFFECTIVE else ""
            found.update((letter, 32 * word + bit) for letter in sets)
    return frozenset(found)
