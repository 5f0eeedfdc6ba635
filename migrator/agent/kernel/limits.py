"""Limits of processes: those of logins by PAM, and those that systemd gives to services."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.redact import redacted

MANAGER = "systemd/system.conf"
PLACES = ("/usr/lib", "/lib", "/usr/local/lib", "/run", "/etc")  # a later one wins


def limits(host):
    # type: (Host) -> list[dict[str, str]]
    """pam_limits: key is "domain type item", or "domain -" for a domain without any limit."""
    found = []
    more = [path for path in host.files("/etc/security/limits.d") if path.endswith(".conf")]
    for path in ["/etc/security/limits.conf"] + more:
        for where, line in host.numbered(path):
            words = line.partition("#")[0].split()
            if len(words) == 4 or (len(words) == 2 and words[1] == "-"):
                key, value = (words[:3], words[3]) if len(words) == 4 else (words, "")
                found.append({"where": where, "key": " ".join(key), "value": value, "raw": line})
            elif words:
                host.strange("kernel", where, line)
    return found


def manager(host):
    # type: (Host) -> list[dict[str, str]]
    """The main file, then the files beside it by name; all in order, a later one wins."""
    mains = [place + "/" + MANAGER for place in PLACES]
    paths = [path for path in mains if host.exists(path)][-1:]
    chosen = {}  # type: dict[str, str]
    for main in mains:
        chosen.update((path.rpartition("/")[2], path) for path in host.files(main + ".d"))
    found = []
    for path in paths + [chosen[name] for name in sorted(chosen) if name.endswith(".conf")]:
        for where, line in host.numbered(path):
            key, equals, value = line.partition("=")
            if equals and key.strip()[:1] not in ("#", ";"):
                row = {"where": where, "key": key.strip(), "value": redacted(value.strip())}
                found.append(dict(row, raw=redacted(line)))
            elif line.strip() and line.strip()[0] not in "#;[":
                host.strange("kernel", where, line)
    return found
