"""What each known service says of itself, asked of the host and of its container."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from migrator.facts import Facts
from migrator.plan.comparison import Check

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
    # Agents of operations, each by its own word for whether it works and reaches its server.
    "zabbix-agent": Check(
        "zabbix_agentd -t agent.ping || zabbix_agent2 -t agent.ping", "output", "whether it answers"
    ),
    "check_mk": Check("check_mk_agent", "status", "whether it collects"),
    "collectd": Check("collectd -t", "status", "its configuration"),
    "datadog": Check("datadog-agent health", "status", "what it says of itself"),
    "filebeat": Check("filebeat test output", "status", "whether it reaches its server"),
    "puppet": Check("puppet ssl verify", "status", "whether its server knows its certificate"),
    "salt": Check("salt-call --local test.ping", "status", "whether it works"),
    "rhsm": Check("subscription-manager identity", "output", "who it is"),
    "ossec": Check(
        "cd /var/ossec/bin && { ./wazuh-control status || ./ossec-control status; } | sort",
        "output",
        "which of its parts run",
    ),
    "crowdstrike": Check("/opt/CrowdStrike/falconctl -g --aid", "output", "who it is"),
    "mdatp": Check("mdatp health --field healthy", "output", "what it says of itself"),
    "bacula-fd": Check("bacula-fd -t", "status", "its configuration"),
    "splunk": Check("/opt/splunkforwarder/bin/splunk status", "status", "whether it runs"),
}
ROTATION = Check("logrotate --debug /etc/logrotate.conf", "status", "a dry run of all rotations")
SSHD = Check("sshd -T | sort", "output", "what its server of ssh lets in, and how")
HOST_KEYS = "ssh host keys"
KEYS_SHOWN = "ssh-keyscan -p {port} {address} 2>/dev/null | awk '{{print $2, $3}}' | sort"
# What a login has, by PAM; without what is another one for each.
SESSION = 'cd / && env -i PATH="$PATH" su -l -s /bin/sh {user} -c {command} </dev/null'
OWN = "grep -v -e ^XDG_ -e ^DBUS_ -e ^_="
SOFT = "for each in n c s f v; do ulimit -S -$each; done"  # portable names of those that matter
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
MOST = 10  # users whose sessions are tried


def checks(found: Facts) -> dict[str, Check]:
    return dict(sorted(_checks(found)))


def _checks(found: Facts) -> Iterator[tuple[str, Check]]:
    for service in found.services:
        if service.state == "running" and service.name in KNOWN:
            yield service.name, KNOWN[service.name]
    if found.logrotate.rotations:
        yield "logrotate", ROTATION
    yield from _sshd(found)
    for user in _users(found):
        environment = f"{SESSION.format(user=user, command='env')} | {OWN} | sort"
        yield (
            f"session environment of {user}",
            Check(environment, "output", "what a login is given"),
        )
        limits = SESSION.format(user=user, command=shlex.quote(SOFT))
        yield f"session limits of {user}", Check(limits, "output", "what a login may use")


def _sshd(found: Facts) -> Iterator[tuple[str, Check]]:
    places = [(x.address, x.port) for x in found.network.listeners if x.process == "sshd"]
    if places:
        yield "sshd", SSHD
    for address, port in places[:1]:
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
        shown = KEYS_SHOWN.format(port=port, address=local)
        yield HOST_KEYS, Check(shown, "output", "who it says it is")


def _users(found: Facts) -> list[str]:
    """root, and those that limits are set for by name."""
    named = {setting.key.split()[0] for setting in found.kernel.limits if setting.key.split()}
    known = [x.name for x in found.accounts.users if x.name in named and NAME.fullmatch(x.name)]
    return list(dict.fromkeys(["root", *known]))[:MOST]
