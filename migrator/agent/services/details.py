"""What only a service's own files tell: sites, clusters, pools, programs, containers, shares."""

from __future__ import absolute_import, division, print_function

from migrator.agent import walk
from migrator.agent.host import Host
from migrator.agent.services import (
    apache,
    engines,
    haproxy,
    jvm,
    mysql,
    nginx,
    postgresql,
    sections,
    settings,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

READERS = {
    "apache": apache.add,
    "bind": sections.bind,
    "caddy": sections.caddy,
    "containerd": engines.containerd,
    "docker": engines.docker,
    "drbd": sections.drbd,
    "haproxy": haproxy.add,
    "lxc": engines.lxc,
    "monit": sections.monit,
    "mysql": mysql.add,
    "nginx": nginx.add,
    "oracle": sections.oracle,
    "php-fpm": sections.php_fpm,
    "pm2": sections.pm2,
    "podman": engines.podman,
    "postgresql": postgresql.add,
    "rsyncd": sections.rsyncd,
    "samba": sections.samba,
    "supervisor": sections.supervisor,
    "tomcat": jvm.tomcat,
}
MOST = 20000  # files that are counted to tell how large a directory is


def add(host, service, found):
    # type: (Host, dict[str, Any], dict[str, Any]) -> None
    reader = READERS.get(service["name"])
    if reader:
        reader(host, service)
    settings.add(host, service)
    jvm.add(service, found.get("processes") or [])
    for data in service["data"]:
        data["size"] = _size(host, data["path"])


def _size(host, path):
    # type: (Host, str) -> int | None
    """Bytes of the files below ``path``; None when there are too many, or there is no path."""
    if not host.exists(path):
        return None
    size = 0
    for count, (_, status) in enumerate(walk.files(host, "services", [path])):
        if count == MOST:
            return None
        size += status.st_size
    return size
