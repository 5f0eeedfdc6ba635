"""Containers inside the host, from the files of their engines; nothing is asked of a daemon."""

from __future__ import absolute_import, division, print_function

import json
import re

from migrator.agent.host import Host
from migrator.agent.services.record import part
from migrator.agent.services.settings import add_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _json(host, path):
    # type: (Host, str) -> Any
    try:
        return json.loads(host.text(path))
    except ValueError:
        return {}


def _in(value, *keys):
    # type: (Any, str) -> Any
    """What lies below the keys of nested objects, "" for nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return "" if value is None else value


def _text(value):
    # type: (Any) -> str
    """Python 2 has two kinds of text; what is none is ""."""
    return value if hasattr(value, "startswith") else ""


def _list(value):
    # type: (Any) -> list[Any]
    return value if isinstance(value, list) else []


def docker(host, service):
    # type: (Host, dict[str, Any]) -> None
    settings = _json(host, "/etc/docker/daemon.json")
    moved = _in(settings, "data-root") or _in(settings, "graph")
    if _text(moved):
        service["data"] = []
        add_data(service, [_text(moved)])
    for root in [data["path"] for data in service["data"]]:
        for path in host.matching(root + "/containers/*/config.v2.json"):
            container = _json(host, path)
            outside = _json(host, path.rpartition("/")[0] + "/hostconfig.json")
            detail = {
                "image": _in(container, "Config", "Image"),
                "running": "yes" if _in(container, "State", "Running") else "no",
                "restart": _in(outside, "RestartPolicy", "Name"),
                "network": _in(outside, "NetworkMode"),
                "binds": " ".join(_text(bind) for bind in _list(_in(outside, "Binds"))),
                "ports": _ports(_in(outside, "PortBindings")),
            }
            name = _text(_in(container, "Name")).lstrip("/") or path.split("/")[-2]
            service["parts"].append(part("container", name, path, detail))


def _ports(bindings):
    # type: (Any) -> str
    """ "8080->80/tcp", one a binding."""
    found = []
    for inside in sorted(bindings) if isinstance(bindings, dict) else []:
        for outside in _list(bindings[inside]):
            found.append("%s->%s" % (_in(outside, "HostPort"), inside))
    return " ".join(found)


def podman(host, service):
    # type: (Host, dict[str, Any]) -> None
    homes = host.matching("/home/*/.local/share/containers/storage")
    add_data(service, homes)
    for root in [data["path"] for data in service["data"]]:
        for path in host.matching(root + "/*-containers/containers.json"):
            containers = _json(host, path)
            for container in _list(containers):
                metadata = _in(container, "metadata")
                about = _in(json.loads(metadata), "image-name") if _is_json(metadata) else ""
                names = _list(_in(container, "names")) or [_in(container, "id")]
                name = _text(names[0])
                detail = {"image": about or _in(container, "image")}
                service["parts"].append(part("container", name, path, detail))


def _is_json(text):
    # type: (Any) -> bool
    try:
        return isinstance(json.loads(text), dict)
    except (TypeError, ValueError):
        return False


def lxc(host, service):
    # type: (Host, dict[str, Any]) -> None
    for path in host.matching("/var/lib/lxc/*/config"):
        found = dict(re.findall(r"(?m)^\s*(lxc\.[\w.]+)\s*=\s*(.*?)\s*$", host.text(path)))
        detail = {
            "root": found.get("lxc.rootfs.path", found.get("lxc.rootfs", "")),
            "start": found.get("lxc.start.auto", ""),
            "network": found.get("lxc.net.0.link", found.get("lxc.network.link", "")),
        }
        service["parts"].append(part("container", path.split("/")[-2], path, detail))


def containerd(host, service):
    # type: (Host, dict[str, Any]) -> None
    """Its database is binary; what runs has a directory by namespace and id."""
    for path in host.matching("/run/containerd/io.containerd.runtime.v2.task/*/*"):
        namespace, name = path.split("/")[-2:]
        service["parts"].append(part("container", name, path, {"namespace": namespace}))
