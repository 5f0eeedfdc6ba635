"""Prove by commands that a migrated lab host does in its container what it did on its own.

This knows the recipe legacy-debian11: what it serves, which jobs it runs, which files carry odd
attributes. It asks over ssh and HTTP only, as a user of the host would, and uses none of the
toolkit's code.

    python -m lab.acceptance record 10.89.77.11              before: what the source has
    python -m lab.acceptance check 10.89.77.11 10.89.77.20   after: everything, in one table
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
STATE = Path(__file__).resolve().parent.parent / ".lab"
JOB_KINDS = ("cron.d", "user", "daily", "at", "timer")
JOB_PATIENCE = 180  # seconds: the slowest job starts two minutes after the boot
# Everything of the source but what a running host writes by itself.
FINGERPRINT = (
    "find / -xdev"
    " ( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log"
    " -o -path /var/spool -o -path /var/lib/systemd -o -path /var/tmp"
    " -o -path /var/lib/monit -o -path /var/lib/logrotate -o -path /opt/inventory/var ) -prune"
    r" -o -printf %p\t%y\t%m\t%U\t%G\t%s\t%T@\t%C@\n"
)
ODD_FILES = (
    "getcap /opt/inventory/bin/portcheck",
    "getfacl --absolute-names --numeric /opt/inventory/etc/acl.conf",
    "getfattr --absolute-names --dump /opt/inventory/etc/xattr.conf",
    "stat --format=%a:%u:%g:%h:%s /opt/inventory/etc/link-a /opt/inventory/etc/link-b",
    "stat --format=%a:%u:%g:%s:%Y:%N /opt/inventory/bin/portcheck /srv/data/items.json",
    "stat --format=%a:%u:%g:%s:%N /etc/inventory/tls.key /home/ops/.pgpass",
    "sha256sum /opt/inventory/var/index.db /srv/data/items.json /etc/inventory/env"
    " /etc/inventory/tls.key /home/ops/.pgpass",
)


@dataclass(frozen=True)
class Host:
    """A way in: ``alias`` is the name under which known_hosts keeps the key to expect."""

    address: str
    port: int = 22
    user: str = "root"
    alias: str = ""

    def run(self, *command: str) -> str:
        """What ``command`` prints; raises CalledProcessError with its words when it fails."""
        options = {
            "IdentityFile": str(STATE / "id_ed25519"),
            "UserKnownHostsFile": str(STATE / "known_hosts"),
            "HostKeyAlias": self.alias or self.address,
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": "10",
        }
        flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
        line = " ".join("'" + word.replace("'", "'\\''") + "'" for word in command)
        ssh = ["ssh", *flags, "-p", str(self.port), f"{self.user}@{self.address}", line]
        return subprocess.run(ssh, check=True, capture_output=True, text=True, timeout=60).stdout


@dataclass(frozen=True)
class Pair:
    """The source, its target, and the container's name on the target."""

    source: Host
    target: Host
    container: str

    def inside(self, *command: str) -> str:
        return self.target.run("podman", "exec", self.container, *command)


def unit_is_active(pair: Pair) -> str:
    return expect(pair.target.run("systemctl", "is-active", pair.container).strip(), "active")


def init_is_running(pair: Pair) -> str:
    failed = pair.inside("systemctl", "--failed", "--no-legend", "--plain")
    expect(failed.strip(), "")
    return expect(pair.inside("systemctl", "is-system-running").strip(), "running")


def no_privileges(pair: Pair) -> str:
    template = "{{.HostConfig.Privileged}} {{.EffectiveCaps}}"
    said = pair.target.run("podman", "inspect", "--format", template, pair.container).strip()
    expect(said.split()[0], "false")
    expect("SYS_ADMIN" in said, False)
    return said


def same_answer(path: str, port: int) -> Callable[[Pair], str]:
    def check(pair: Pair) -> str:
        answers = [
            get(f"http://{host.address}:{port}{path}") for host in (pair.source, pair.target)
        ]
        expect(answers[1], answers[0])
        return f"{len(answers[1])} bytes, the source's"

    return check


def sysv_service(pair: Pair) -> str:
    answers = []
    for host in (pair.source, pair.target):
        with socket.create_connection((host.address, 7070), timeout=10) as connection:
            answers.append(connection.makefile("rb").readline())
    return repr(expect(answers[1], answers[0]))


def job_ran(kind: str) -> Callable[[Pair], str]:
    def check(pair: Pair) -> str:
        if kind == "daily":  # anacron remembers that it ran today, on the source
            pair.inside("rm", "--force", "/var/spool/anacron/cron.daily")
            pair.inside("systemctl", "restart", "anacron.service")
        since = pair.inside("stat", "--format=%Y", "/proc/1").strip()
        recent = ["find", f"/var/log/jobs/{kind}.log", "-newermt", f"@{since}"]
        wait_for(lambda: pair.inside(*recent).strip(), JOB_PATIENCE)
        return pair.inside("tail", "-n1", f"/var/log/jobs/{kind}.log").strip()

    return check


def log_arrives(pair: Pair) -> str:
    token = uuid.uuid4().hex
    pair.inside("logger", "-p", "local3.info", token)
    grep = ("grep", "--count", token, "/var/log/inventory/app.log")
    wait_for(lambda: pair.inside(*grep).strip(), 10)
    wait_for(lambda: token in (STATE / "remote.log").read_text(errors="replace"), 10)
    return "in /var/log/inventory/app.log and at the remote receiver"


def login_by_key(pair: Pair) -> str:
    host = Host(pair.target.address, 2222, "ops", alias=pair.source.address)
    expect(host.run("id", "-un").strip(), "ops")
    return "ops, by key, with the source's host key"


def agent_answers(pair: Pair) -> str:
    metrics = get(f"http://{pair.target.address}:9100/metrics").decode()
    return next(line for line in metrics.splitlines() if line.startswith("node_uname_info"))[:60]


def same_files(pair: Pair) -> str:
    for command in ODD_FILES:
        expect(pair.inside(*command.split()), pair.source.run(*command.split()))
    sparse = ["stat", "--format=%b:%s", "/opt/inventory/var/index.db"]
    blocks, size = pair.inside(*sparse).strip().split(":")
    expect(int(blocks) * 512 < int(size) // 8, True)
    return "capability, ACL, xattr, hardlink, sparse file, owners and times"


def source_untouched(pair: Pair) -> str:
    before = set(json.loads(record_of(pair.source).read_text()))
    after = set(fingerprint(pair.source))
    different = sorted(line.split("\t")[0] for line in before ^ after)
    expect(different, [])
    return f"{len(after)} paths as before"


CHECKS: dict[str, Callable[[Pair], str]] = {
    "unit active on the target": unit_is_active,
    "init running, no failed unit": init_is_running,
    "not privileged": no_privileges,
    "nginx": same_answer("/", 80),
    "application with its data": same_answer("/items", 8080),
    "SysV service": sysv_service,
    "operations agent": agent_answers,
    "sshd": login_by_key,
    "syslog, local and remote": log_arrives,
    "files with odd attributes": same_files,
    "source untouched": source_untouched,
    **{f"job {kind}": job_ran(kind) for kind in JOB_KINDS},
}


def fingerprint(host: Host) -> list[str]:
    return host.run(*FINGERPRINT.split(" ")).splitlines()


def record(host: Host) -> None:
    """Keep the fingerprint of ``host`` for the check that it was only read."""
    record_of(host).write_text(json.dumps(fingerprint(host)))


def record_of(host: Host) -> Path:
    return STATE / f"before-{host.address}.json"


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def expect(found: T, wanted: T) -> T:
    if found != wanted:
        raise AssertionError(f"found {found!r}, expected {wanted!r}")
    return found


def wait_for(condition: Callable[[], object], patience: int) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            if condition():
                return
        except subprocess.CalledProcessError:
            pass  # the file is not there yet
        if time.monotonic() > end:
            raise AssertionError(f"did not happen within {patience} s")
        time.sleep(2)


def check(pair: Pair) -> bool:
    """Print one line per check; True when all hold."""
    good = True
    for name, prove in CHECKS.items():
        try:
            mark, words = "ok ", prove(pair)
        except subprocess.CalledProcessError as error:
            mark, words = "BAD", (error.stderr or error.stdout).strip()
        except (AssertionError, OSError, StopIteration) as error:
            mark, words = "BAD", str(error)
        good = good and mark == "ok "
        print(f"{mark} {name:32} {words}", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["record", "check"])
    parser.add_argument("source")
    parser.add_argument("target", nargs="?", default="")
    parser.add_argument("--container", default="legacy")
    options = parser.parse_args()
    source = Host(options.source)
    if options.verb == "record":
        record(source)
        return 0
    return 0 if check(Pair(source, Host(options.target), options.container)) else 1


if __name__ == "__main__":
    sys.exit(main())
