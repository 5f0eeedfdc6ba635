"""What this host offers to others: by NFS, by Samba, and as iSCSI targets."""

from __future__ import absolute_import, division, print_function

import json
import re

from migrator.agent.continued import continued
from migrator.agent.host import Host
from migrator.agent.mounts import unescaped
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

NFS = "/etc/exports"
NFS_LINE = re.compile(r'\s*(?:"([^"]+)"|(\S+))(.*)$')
SAMBA = "/etc/samba/smb.conf"
LIO = ("/etc/target/saveconfig.json", "/etc/rtslib-fb-target/saveconfig.json")
TGT = ("/etc/tgt/targets.conf", "/etc/tgt/conf.d")


def exports(host):
    # type: (Host) -> list[dict[str, Any]]
    return _nfs(host) + _samba(host) + _lio(host) + _tgt(host)


def _export(protocol, where, name, path, options, raw):
    # type: (str, str, str, str, Sequence[str], str) -> dict[str, Any]
    return {
        "protocol": protocol,
        "where": where,
        "name": name,
        "path": path,
        "options": list(options),
        "raw": raw,
    }


def _nfs(host):
    # type: (Host) -> list[dict[str, Any]]
    """``path client(options) ...``; without a client everybody may mount it."""
    found = []
    more = [path for path in host.files(NFS + ".d") if path.endswith(".exports")]
    for file in [NFS] + more:
        for where, text, raw in continued(host, file):
            match = NFS_LINE.match(text.partition(" #")[0])
            path = unescaped((match.group(1) or match.group(2)) if match else "")
            if match is None or not path.startswith("/"):
                host.strange("storage", where, raw)
                continue
            found.append(_export("nfs", where, path, path, match.group(3).split(), raw))
    return found


def _samba(host):
    # type: (Host) -> list[dict[str, Any]]
    """A section is a share, but for [global]. Names of settings ignore case."""
    found = []  # type: list[dict[str, Any]]
    for where, text, raw in continued(host, SAMBA):
        text = text.strip()
        section = re.match(r"\[(.*)\]", text)
        key, equals, value = (part.strip() for part in text.partition("="))
        if text.startswith(";"):
            continue
        if section:
            found.append(_export("smb", where, section.group(1), "", [], raw))
        elif equals and found:
            shown = "%s = %s" % (key, redacted_value(key, value))
            found[-1]["options"].append(shown)
            found[-1]["raw"] += "\n" + (raw if shown.endswith(value) else shown)
            if key.lower() in ("path", "directory"):
                found[-1]["path"] = value
        else:
            host.strange("storage", where, redacted(raw))
    return found


def _lio(host):
    # type: (Host) -> list[dict[str, Any]]
    """The kernel's own target. The file also has passwords, so none of it is kept raw."""
    found = []
    for path in LIO:
        text = host.text(path)
        if not text:
            continue
        try:
            said = json.loads(text)
            devices = dict((row["name"], row.get("dev", "")) for row in said["storage_objects"])
            for target in said["targets"]:
                luns = [lun for group in target["tpgs"] for lun in group["luns"]]
                names = [lun["storage_object"].rpartition("/")[2] for lun in luns]
                options = ["%s=%s" % (name, devices.get(name, "")) for name in names]
                first = devices.get(names[0], "") if names else ""
                found.append(_export("iscsi", path, target["wwn"], first, options, ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            host.strange("storage", path, "its content, which may have passwords, is not kept")
    return found


def _tgt(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []  # type: list[dict[str, Any]]
    main, more = TGT
    for path in [main] + [path for path in host.files(more) if path.endswith(".conf")]:
        for where, line in host.numbered(path):
            target = re.match(r"\s*<target\s+(\S+)>", line)
            store = re.match(r"\s*<?((?:backing|direct)-store)\s+([^\s>]+)", line)
            if target:
                found.append(_export("iscsi", where, target.group(1), "", [], line))
            elif store and found:
                found[-1]["path"] = found[-1]["path"] or store.group(2)
                found[-1]["options"].append("%s=%s" % store.groups())
    return found
