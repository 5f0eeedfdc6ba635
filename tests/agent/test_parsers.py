"""Each subject on small trees: what it finds, and that no input makes it raise or lose a line."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import (
    accounts,
    cron,
    kernel,
    logrotate,
    network,
    packages,
    secrets,
    storage,
    syslog,
    system,
)
from migrator.agent.files import Root, decoded, encoded
from migrator.agent.notes import Notes

TREE = {
    "etc/os-release": 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11"\n',
    "etc/hostname": "old\n",
    "etc/hosts": "127.0.0.1 localhost\n10.0.0.5 old.example.org old # here\n",
    "etc/machine-id": "0123\n",
    "etc/crontab": (
        "SHELL=/bin/sh\n# m h\n17 *\t* * *\troot\trun-parts /etc/cron.hourly\n@daily bad\n"
    ),
    "etc/cron.d/shop": "*/5 * * * * shop /opt/shop/count --fast\n",
    "etc/cron.d/shop.dpkg-old": "* * * * * root never\n",
    "etc/anacrontab": "START_HOURS_RANGE=3-22\n1\t5\tcron.daily\trun-parts /etc/cron.daily\nodd\n",
    "var/spool/cron/crontabs/ops": "# mine\nMAILTO=ops\n0 4 * * 1 backup\n",
    "var/spool/cron/atjobs/a000010219b7f0": (
        "#!/bin/sh\n# atrun uid=1000 gid=1000\nSECRET=hunter2; export SECRET\n"
        'cd / || {\n\t echo "no" >&2\n\t exit 1\n}\n/opt/shop/note at\n'
    ),
    "etc/rsyslog.conf": (
        'module(load="imklog")\n$ModLoad imudp\n$IncludeConfig /etc/rsyslog.d/*.conf\n'
        "*.=info;*.=notice;\\\n\tauth.none\t-/var/log/messages\n*.emerg :omusrmsg:*\n"
    ),
    "etc/rsyslog.d/a.conf": (
        "local3.* /var/log/shop.log\n*.* @@[2001:db8::1]:6514\n*.* @10.0.0.9\n"
        'mail.* action(type="omfwd" target="10.0.0.8"\n  port="1514" protocol="tcp")\n'
    ),
    "etc/logrotate.d/shop": "/var/log/shop.log\n/var/log/shop/*.log {\n  weekly\n}\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\nbroken:x\n",
    "etc/shadow": "root:*:1::::::\nops:$6$salt$hash:1::::::\n",
    "etc/group": "root:x:0:\nadm:x:4:ops,root\n",
    "etc/sudoers": "# top\nDefaults\tenv_reset\n@includedir /etc/sudoers.d\n%sudo ALL=(ALL) ALL\n",
    "etc/sudoers.d/ops": "ops ALL=(ALL) NOPASSWD: ALL\n",
    "home/ops/.ssh/authorized_keys": "# laptop\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ops\n",
    "home/ops/.pgpass": "db:5432:*:ops:secret\n",
    "etc/fstab": "# disks\nUUID=1 / ext4 defaults 0 1\n/dev/vdb /srv/my\\040data ext4\nhalf line\n",
    "etc/sysctl.d/a.conf": "net.core.somaxconn = 1024\n; no\n-vm/swappiness=10\nodd\n",
    "etc/security/limits.d/shop.conf": "shop hard nofile 16384 # files\nshop odd\n",
    "etc/nftables.conf": "#!/usr/sbin/nft -f\nflush ruleset\n",
    "etc/resolv.conf": "nameserver 10.0.0.1\nsearch example.org\n",
    "etc/app/tls.key": "-----BEGIN PRIVATE KEY-----\nx\n",
    "etc/app/notes.key": "no key at all\n",
    "etc/app/env": "API_TOKEN=x\nPORT=1\n",
    "etc/ssh/ssh_host_rsa_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
    "var/lib/dpkg/status": (
        "Package: cron\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0\n"
        "Description: jobs\n more: words\n\nPackage: old\nStatus: deinstall ok config-files\n"
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    top = tmp_path_factory.mktemp("root")
    for name, text in TREE.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    return Root(str(top))


@pytest.fixture
def notes() -> Notes:
    return Notes()


def test_system(root: Root) -> None:
    found = system.read(root)
    assert (found["hostname"], found["fqdn"]) == ("old", "old.example.org")
    assert (found["os_id"], found["os_version"]) == ("debian", "11")


def test_cron(root: Root, notes: Notes) -> None:
    jobs = {(job["kind"], job["user"], job["command"]): job for job in cron.read(root, notes)}
    assert set(jobs) == {
        ("crontab", "root", "run-parts /etc/cron.hourly"),
        ("cron.d", "shop", "/opt/shop/count --fast"),
        ("user", "ops", "backup"),
        ("anacron", "root", "run-parts /etc/cron.daily"),
        ("at", "ops", "/opt/shop/note at"),
    }
    user = jobs["user", "ops", "backup"]
    assert user["where"] == "/var/spool/cron/crontabs/ops:3"
    assert (user["schedule"], user["raw"]) == ("0 4 * * 1", "0 4 * * 1 backup")
    assert jobs["at", "ops", "/opt/shop/note at"]["schedule"] == "2037-01-01T04:00Z"
    assert [row["raw"] for row in notes.unparsed] == ["@daily bad", "odd"]
    assert "hunter2" not in str(jobs)


def test_syslog(root: Root) -> None:
    rules = [(rule["kind"], rule["selector"], rule["destination"]) for rule in syslog.read(root)]
    assert rules == [
        ("input", "imklog", ""),
        ("input", "imudp", ""),
        ("file", "local3.*", "/var/log/shop.log"),
        ("remote", "*.*", "[2001:db8::1]:6514/tcp"),
        ("remote", "*.*", "10.0.0.9:514/udp"),
        ("remote", "mail.*", "10.0.0.8:1514/tcp"),
        ("file", "*.=info;*.=notice;auth.none", "/var/log/messages"),
        ("other", "*.emerg", ""),
    ]


def test_logrotate(root: Root) -> None:
    (found,) = logrotate.read(root)
    assert found["patterns"] == ["/var/log/shop.log", "/var/log/shop/*.log"]


def test_accounts(root: Root, notes: Notes) -> None:
    users = {user["name"]: user for user in accounts.users(root, notes)}
    assert {name: user["password"] for name, user in users.items()} == {
        "root": "locked",
        "ops": "set",
    }
    assert users["ops"]["key_fingerprints"][0].startswith("SHA256:")
    assert "hash" not in str(users)
    assert [row["raw"] for row in notes.unparsed] == ["broken:x"]
    assert accounts.groups(root, notes)[1]["members"] == ["ops", "root"]
    assert [row["key"] for row in accounts.sudo(root)] == ["Defaults", "%sudo", "ops"]


def test_storage(root: Root, notes: Notes) -> None:
    lines = storage.fstab(root, notes)
    assert [(line["source"], line["path"]) for line in lines] == [
        ("UUID=1", "/"),
        ("/dev/vdb", "/srv/my data"),
    ]
    assert [row["raw"] for row in notes.unparsed] == ["half line"]


def test_state_directories_are_those_of_other_users(tmp_path: Path) -> None:
    for name in ("opt/shop/bin", "opt/shop/var/inner", "var/lib/mysql"):
        (tmp_path / name).mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(tmp_path / "opt/shop/var", 999, 999)
        found = storage.state(Root(str(tmp_path)), {999: "shop"})
        assert found == [{"path": "/opt/shop/var", "user": "shop"}]


def test_kernel(root: Root, notes: Notes) -> None:
    assert [(row["key"], row["value"]) for row in kernel.sysctls(root, notes)] == [
        ("net.core.somaxconn", "1024"),
        ("vm.swappiness", "10"),
    ]
    assert [(row["key"], row["value"]) for row in kernel.limits(root, notes)] == [
        ("shop hard nofile", "16384")
    ]
    assert [row["raw"] for row in notes.unparsed] == ["odd", "shop odd"]


def test_network_files(root: Root) -> None:
    assert network.nameservers(root) == ["10.0.0.1"]
    assert network.search(root) == ["example.org"]
    assert network.hosts(root)[1] == {"address": "10.0.0.5", "names": ["old.example.org", "old"]}
    assert [row["raw"] for row in network.firewall(root)] == ["flush ruleset"]


def test_addresses_of_the_kernel_are_read() -> None:
    assert network._address("0100007F") == "127.0.0.1"
    assert network._address("B80D0120000000000000000001000000") == "2001:db8::1"


def test_packages(root: Root) -> None:
    assert packages.read(root) == [
        {
            "name": "cron",
            "version": "3.0",
            "architecture": "amd64",
            "status": "install ok installed",
        },
        {
            "name": "old",
            "version": "",
            "architecture": "",
            "status": "deinstall ok config-files",
        },
    ]


def test_secrets_are_named_and_never_shown(root: Root, notes: Notes) -> None:
    unit = {
        "name": "shop.service",
        "fragment": "/etc/systemd/system/shop.service",
        "environment_names": ["DB_PASSWORD", "LANG"],
        "properties": {"EnvironmentFiles": "/etc/app/env (ignore_errors=no)"},
    }
    found = {(row["kind"], row["path"]) for row in secrets.read(root, [unit], notes)}
    assert found == {
        ("shadow", "/etc/shadow"),
        ("private-key", "/etc/app/tls.key"),
        ("ssh-host-key", "/etc/ssh/ssh_host_rsa_key"),
        ("password-file", "/home/ops/.pgpass"),
        ("token", "/etc/systemd/system/shop.service"),
        ("token", "/etc/app/env"),
    }


@given(st.binary(max_size=200))
def test_every_byte_survives_as_text(data: bytes) -> None:
    assert encoded(decoded(data)) == data


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("etc/crontab", lambda root, notes: cron.read(root, notes)),
        ("etc/fstab", lambda root, notes: storage.fstab(root, notes)),
        ("etc/passwd", lambda root, notes: accounts.users(root, notes)),
        ("etc/group", lambda root, notes: accounts.groups(root, notes)),
        ("etc/security/limits.conf", lambda root, notes: kernel.limits(root, notes)),
        ("etc/sysctl.conf", lambda root, notes: kernel.sysctls(root, notes)),
        ("etc/rsyslog.conf", lambda root, notes: syslog.read(root)),
        ("etc/logrotate.conf", lambda root, notes: logrotate.read(root)),
    ],
)
@given(text=st.text(max_size=120))
def test_no_input_makes_a_parser_raise(
    tmp_path_factory: pytest.TempPathFactory, name: str, subject: object, text: str
) -> None:
    top = tmp_path_factory.mktemp("any")
    (top / name).parent.mkdir(parents=True, exist_ok=True)
    (top / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    subject(Root(str(top)), Notes())  # type: ignore[operator]


@given(st.lists(st.text("ab *@/#0 :=", min_size=1, max_size=20), max_size=8))
def test_no_crontab_line_is_lost(lines: list[str]) -> None:
    """Each line is a job, a comment, a setting, or kept as not understood."""
    with tempfile.TemporaryDirectory() as top:
        (Path(top) / "etc").mkdir()
        (Path(top) / "etc/crontab").write_text("\n".join(lines))
        notes = Notes()
        jobs = cron.read(Root(top), notes)
    quiet = [x for x in lines if not x.strip() or x.strip()[0] == "#" or cron.SETTING.match(x)]
    assert len(jobs) + len(notes.unparsed) + len(quiet) == len(lines)
