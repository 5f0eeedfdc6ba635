"""Clusters of PostgreSQL, where Debian and where Red Hat and its builders keep them."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.services.record import part
from migrator.agent.services.settings import add_data, add_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONFIGS = (
    "/etc/postgresql/*/*/postgresql.conf",
    "/var/lib/pgsql/data/postgresql.conf",
    "/var/lib/pgsql/*/data/postgresql.conf",
    "/var/lib/postgres/data/postgresql.conf",
    "/opt/rh/*/root/var/lib/pgsql/data/postgresql.conf",
)
LINE = re.compile(r"\s*([\w.]+)\s*(?:=|\s)\s*(?:'((?:[^']|'')*)'|([^\s#]+))")
WANTED = (
    "listen_addresses max_connections shared_buffers wal_level archive_mode archive_command"
    " hot_standby primary_conninfo shared_preload_libraries ssl ssl_cert_file log_directory"
    " fsync full_page_writes"
).split()


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    for config in [path for pattern in CONFIGS for path in host.matching(pattern)]:
        values = _settings(host, config, 0)
        directory = config.rpartition("/")[0]
        data = values.get("data_directory", directory)
        port = values.get("port", "5432")
        service["configs"].append(config)
        add_data(service, [data])
        add_ports(service, [port])
        detail = dict((key, values.get(key, "")) for key in WANTED)
        detail["port"] = port
        detail["data"] = data
        detail["version"] = host.text(data + "/PG_VERSION").strip()
        detail["start"] = "".join(
            line for line in host.lines(directory + "/start.conf") if line[:1] not in ("#", "")
        )
        service["parts"].append(part("cluster", _name(config), config, detail))


def _name(config):
    # type: (str) -> str
    """ "14/main" as Debian calls it; else the directory of the data."""
    debian = re.match(r"/etc/postgresql/([^/]+/[^/]+)/", config)
    return debian.group(1) if debian else config.rpartition("/")[0]


def _settings(host, path, depth):
    # type: (Host, str, int) -> dict[str, str]
    """The last value of a setting counts, also of what is included."""
    found = {}  # type: dict[str, str]
    directory = path.rpartition("/")[0]
    for line in host.lines(path):
        matched = LINE.match(line)
        if not matched:
            continue
        key, value = matched.group(1).lower(), matched.group(2) or matched.group(3) or ""
        place = value if value[:1] == "/" else directory + "/" + value
        if key == "include_dir" and depth < 4:
            for name in host.matching(place + "/*.conf"):
                found.update(_settings(host, name, depth + 1))
        elif key in ("include", "include_if_exists") and depth < 4:
            found.update(_settings(host, place, depth + 1))
        else:
            found[key] = value
    return found
