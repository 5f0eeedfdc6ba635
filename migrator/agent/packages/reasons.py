"""Why an rpm was installed, where yum or zypper note it in files."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

YUM = "/var/lib/yum/yumdb"  # <first letter>/<package id>-<name>-<version>-<arch>/reason
ZYPPER = "/var/lib/zypp/AutoInstalled"
WORDS = {"user": "manual", "dep": "automatic"}


def reasons(host):
    # type: (Host) -> Callable[[str, str, str], str]
    """A function of name, version with epoch, and architecture: manual, automatic or unknown."""
    zypper = set(line.strip() for line in host.lines(ZYPPER) if line[:1] not in ("", "#"))
    notes = {}  # type: dict[str, str]
    for letter in host.names(YUM):
        for name in host.names(YUM + "/" + letter):
            word = host.text("%s/%s/%s/reason" % (YUM, letter, name)).strip()
            notes[name.partition("-")[2]] = WORDS.get(word, "unknown")

    def reason(name, version, architecture):
        # type: (str, str, str) -> str
        if host.exists(ZYPPER):
            return "automatic" if name in zypper else "manual"
        plain = version.rpartition(":")[2]
        return notes.get("%s-%s-%s" % (name, plain, architecture), "unknown")

    return reason
