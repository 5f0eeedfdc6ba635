"""A host with an agent that reports, and everything that may go wrong with its container at once.

A comparison that cannot fail proves nothing: each of these must be found, with its own name.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.acceptance import Host
from lab.state import GATEWAY

# An agent of operations, as far as anyone can see: it holds a connection to its server.
REPORT = (
    "import socket, time\n"
    "while True:\n"
    "    try:\n"
    "        connection = socket.create_connection(('{address}', {port}), 5)\n"
    "        connection.settimeout(None)\n"
    "        connection.recv(1)\n"
    "    except OSError:\n"
    "        pass\n"
    "    time.sleep(0.5)\n"
)
UNIT = """\
[Service]
ExecStart=/usr/bin/python3 /usr/local/sbin/telegraf
Environment=REPORT_TO=central
LimitNOFILE=900
[Install]
WantedBy=multi-user.target
"""
DROP_IN = "[Service]\\nEnvironment=REPORT_TO=elsewhere\\nLimitNOFILE=400\\n"
# What is done in the container -> points that must be different then
BREAKS: dict[str, tuple[str, ...]] = {
    "systemctl stop inventory.service": (
        "unit inventory.service",
        "http http://127.0.0.1:8080/",
        "tasks application",
    ),
    "echo changed >> /var/www/html/index.html": ("http http://127.0.0.1:80/ body",),
    r"sed -i 's/^local3/#&/; s/^\*\.\*.*@/#&/' /etc/rsyslog.d/30-inventory.conf;"
    " systemctl restart rsyslog": (
        "log /var/log/inventory/app.log",
        f"log {GATEWAY}:5514/udp",
    ),
    "mkdir -p /etc/systemd/system/telegraf.service.d;"
    f" printf '{DROP_IN}' > /etc/systemd/system/telegraf.service.d/a.conf;"
    " systemctl daemon-reload; systemctl restart telegraf": (
        "environment telegraf.service REPORT_TO",
        "unit limit telegraf.service nofile",
    ),
    "echo 'export PAGER=more' > /etc/profile.d/a.sh": ("check session environment of root",),
    "echo 'root soft nofile 64' > /etc/security/limits.d/a.conf": (
        "check session limits of root",
        "limit /etc/security/limits.d/a.conf:1",
    ),
    "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/other; printf"
    r" 'HostKey /etc/ssh/other\nPubkeyAuthentication no\n' > /etc/ssh/sshd_config.d/0.conf;"
    " systemctl restart ssh": ("check sshd", "check ssh host keys", "login ops"),
    "sed -i 's|^SHELL=.*|SHELL=/bin/bash|' /etc/cron.d/inventory": (
        "job settings cron.d /etc/cron.d/inventory:3 root * * * * *",
    ),
    "ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime; echo Asia/Tokyo > /etc/timezone": (
        "system timezone",
        "next run cron.d /etc/cron.d/inventory:3 root * * * * *",
    ),
    "sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf": ("resolver nsswitch hosts",),
    "echo '/var/log/a {' > /etc/logrotate.d/a": ("check logrotate",),
    "userdel auditor": ("user auditor",),
    "dpkg --force-depends --remove attr >/dev/null": ("package attr 1:2.4.48-6 amd64",),
    "chmod 0700 /usr/share": ("file /usr/share",),
}


@dataclass(frozen=True)
class Reports:
    """``points`` differ once the agent's server has come to its ``end``."""

    points: tuple[str, ...]
    end: Callable[[], None]


@contextlib.contextmanager
def reporting(source: Host) -> Iterator[Reports]:
    """The source with its agent, which is connected when this begins."""
    kept: list[socket.socket] = []
    connected = threading.Event()
    with socket.create_server((GATEWAY, 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])
                    connected.set()

        def end() -> None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            for connection in kept:
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        put(source, "/usr/local/sbin/telegraf", REPORT.format(address=GATEWAY, port=port))
        put(source, "/etc/systemd/system/telegraf.service", UNIT)
        source.run("systemctl", "enable", "--now", "telegraf.service")
        assert connected.wait(20), "the agent does not report"
        place = f"{GATEWAY}:{port}"
        try:
            yield Reports((f"peer {place}", f"agent telegraf to {place}"), end)
        finally:
            end()


def put(host: Host, path: str, text: str) -> None:
    host.run("sh", "-c", 'printf %s "$1" > "$0"', path, text)
