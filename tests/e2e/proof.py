"""Three hosts of a real kind and how their operators see whether they work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.acceptance import Host
from migrator import jobs
from migrator.carrier import Carrier
from migrator.decode import decode
from migrator.facts import Facts
from migrator.inventory import Inventory
from migrator.jobs import Switched
from migrator.plan import file as plan_file
from migrator.transport import connect
from migrator.workdir import Workdir, read_json
from tests.e2e.conftest import Site

RECIPES = {
    "hosts-web": "web-debian12",
    "hosts-mail": "mail-debian12",
    "hosts-java": "java-debian12",
}
DOCK = "hosts-dock"
SSH = {"hosts-web": 2201, "hosts-mail": 2202, "hosts-java": 2203}
STAGES = "discover,assess,plan,snapshot,build,launch"
SNMP = "snmpget -v2c -c public 127.0.0.1 1.3.6.1.2.1.1.5.0"
NRPE = "/usr/lib/nagios/plugins/check_nrpe -H 127.0.0.1 -c check_procs_master"
BAN = "fail2ban-client set sshd banip 203.0.113.9; sleep 1; nft list ruleset"
ROWS = "SELECT count(*) > 20000, max(at) > now() - interval '5 s' FROM price"
# host, what it is about, command in the container, what its output must hold
ASKED = [
    ("hosts-web", "apache and php-fpm", "curl -s http://localhost/orders.php", r"^3 blue thread$"),
    ("hosts-web", "mariadb", "mariadb-admin ping", r"^mysqld is alive$"),
    ("hosts-web", "its rows", "mariadb -Ne 'SELECT COUNT(*) FROM shop.orders'", r"^3$"),
    ("hosts-mail", "postfix", "exec 3<>/dev/tcp/127.0.0.1/25; head -n1 <&3", r"^220 .* Postfix"),
    ("hosts-mail", "its queue", "postqueue -p", r"queue is empty|Request"),
    ("hosts-mail", "dovecot", "doveadm auth test clerk n0t-a-real-passw0rd", r"auth succeeded"),
    ("hosts-mail", "snmpd", SNMP, r'"hosts-mail"'),
    ("hosts-mail", "monit", "monit status", r"(?s)Process 'cron'.*?status +OK"),
    ("hosts-mail", "nrpe", NRPE, r"^PROCS OK: 1 process"),
    ("hosts-mail", "fail2ban", "fail2ban-client ping", r"pong"),
    ("hosts-mail", "a ban of fail2ban", BAN, r"203\.0\.113\.9 \}"),
    ("hosts-mail", "supervisor", "supervisorctl status", r"^worker +RUNNING"),
    ("hosts-mail", "collectd", "find /var/lib/collectd/csv -name 'load-*' -mmin -1", r"/load-"),
    ("hosts-java", "java", "exec 3<>/dev/tcp/127.0.0.1/8090; printf 'GET / HTTP/1.0\r\n\r\n' >&3;"
     " cat <&3", r"^sell=dear & buy=cheap$"),
    ("hosts-java", "postgresql", "runuser -u postgres -- pg_isready", r"accepting connections"),
    ("hosts-java", "its load", f'cd /; runuser -u postgres -- psql -Atc "{ROWS}" market',
     r"^t\|t$"),
]  # fmt: skip
# host, kind of job; that of the mail server sends a mail
JOBS = [
    *(("hosts-web", kind) for kind in ("cron.d", "user", "timer", "user-timer")),
    *(("hosts-web", kind) for kind in ("persistent", "at", "daily")),
    *(("hosts-java", kind) for kind in ("cron.d", "user")),
]
LOGS = [
    ("hosts-web", "local3.info", "/var/log/shop/app.log"),
    ("hosts-mail", "mail.info", "/var/log/mail.log"),
    ("hosts-java", "user.notice", "/var/log/messages"),
]


@dataclass(frozen=True)
class Dock:
    """The target with all containers, and what the release of their jobs said."""

    site: Site
    target: Host
    held: dict[str, str]  # what of the jobs had run before the release
    released: dict[str, Switched]

    def started(self, name: str) -> int:
        template = "{{.State.StartedAt.Unix}}"
        return int(self.target.run("podman", "inspect", "--format", template, name))

    def inside(self, name: str, command: str) -> str:
        return self.target.run("podman", "exec", name, "bash", "-c", command)


def inventory(known: dict[str, dict[str, object]]) -> dict[str, object]:
    sources = {
        name: {
            **known[name],
            "migrator_target": DOCK,
            "migrator_choices": {"ports": {"22/tcp": {"target": port}}},
        }
        for name, port in SSH.items()
    }
    groups = {"sources": sources, "targets": {DOCK: known[DOCK]}}
    return {"all": {"children": {group: {"hosts": hosts} for group, hosts in groups.items()}}}


def switch(site: Site, name: str, wanted: Literal["held", "released"], since: int = 0) -> Switched:
    work = Workdir(site.work, name)
    found = decode(Facts, read_json(work.facts, "discover"))
    with connect(Inventory((str(site.inventory),)).address(DOCK)) as connection:
        plan = plan_file.load(work.plan, name)
        return jobs.switch(Carrier(connection), name, plan, found, wanted, since)
