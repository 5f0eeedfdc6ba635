"""What each known service says of itself, asked of the host and of its container."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.facts import Facts
from migrator.plan import Check

# Of services that run, by name. None of these writes anything.
KNOWN = {
    "mysql": Check("mysqladmin ping", "status", "whether it answers"),
    "postgresql": Check("pg_isready", "output", "whether it takes connections"),
    "redis": Check("redis-cli ping", "output", "whether it answers"),
    "postfix": Check("postqueue -p | tail -n 1", "output", "how much mail is queued"),
    "exim": Check("exim -bpc || exim4 -bpc", "output", "how much mail is queued"),
    "apache": Check("apachectl configtest", "status", "its configuration"),
    "haproxy": Check("haproxy -c -q -f /etc/haproxy/haproxy.cfg", "status", "its configuration"),
    "bind": Check("named-checkconf", "status", "its configuration"),
    "dovecot": Check("doveconf -n", "output", "its configuration"),
    "fail2ban": Check("fail2ban-client ping", "output", "whether it answers"),
    "supervisor": Check("supervisorctl status | awk '{print $1, $2}'", "output", "its programs"),
    "monit": Check("monit -t", "status", "its configuration"),
}
ROTATION = Check("logrotate --debug /etc/logrotate.conf", "status", "a dry run of all rotations")
LOGIN = Check(
    "cd / && env -i HOME=/root USER=root LOGNAME=root sh -lc env | sort",
    "output",
    "what a login shell is given",
)


def checks(found: Facts) -> dict[str, Check]:
    return dict(sorted(_checks(found)))


def _checks(found: Facts) -> Iterator[tuple[str, Check]]:
    for service in found.services:
        if service.state == "running" and service.name in KNOWN:
            yield service.name, KNOWN[service.name]
    if found.logrotate.rotations:
        yield "logrotate", ROTATION
    yield "login environment", LOGIN
