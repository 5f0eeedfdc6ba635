"""How snapshots of the local file systems could be taken."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def snapshots(host, said):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    host.only_live()
    volumes = _volumes(said)
    found = []  # type: list[dict[str, Any]]
    for mount in said["mounts"]:
        if mount["kind"] != "local" or mount["bind"]:
            continue
        methods = [volumes[mount["device"]]] if mount["device"] in volumes else []
        if mount["fstype"] in ("btrfs", "zfs"):
            methods.append((mount["fstype"], mount["available"]))
        if mount["fstype"] == "xfs" and _reflink(host, mount["path"]):
            methods.append(("xfs-reflink", mount["available"]))
        found.extend({"path": mount["path"], "method": name, "free": n} for name, n in methods)
    return found


def _volumes(said):
    # type: (dict[str, Any]) -> dict[str, tuple[str, int]]
    """(method, free bytes) by device number, of logical volumes that a snapshot has room for."""
    numbers = dict((row["mapper"], row["device"]) for row in said["devices"])
    free = dict((group["name"], group["free"]) for group in said["lvm"].get("groups", []))
    found = {}
    for volume in said["lvm"].get("logical", []):
        parts = (volume[key].replace("-", "--") for key in ("group", "name"))
        number = numbers.get("-".join(parts), "")
        if volume["kind"] == "thin":
            found[number] = ("lvm-thin", 0)
        elif free.get(volume["group"], 0):
            found[number] = ("lvm", free[volume["group"]])
    return found


def _reflink(host, path):
    # type: (Host, str) -> bool
    """Only the file system itself knows; a release without the word has no reflinks."""
    return host.has("xfs_info") and "reflink=1" in host.output(["xfs_info", path])
