"""The host's own literals in configuration, from small trees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import literals
from migrator.agent.host import Host
from migrator.agent.literals import Search, known, places
from tests.agent.trees import grown

UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
CARD = {"kind": "ether", "mac": "52:54:00:AA:bb:01", "permanent_mac": ""}
FOUND: dict[str, Any] = {
    "system": {"hostname": "erp01", "fqdn": "erp01.corp.example"},
    "network": {
        "addresses": [
            {"address": "10.1.2.3/24", "scope": "global"},
            {"address": "127.0.0.1/8", "scope": "host"},
            {"address": "fe80::1/64", "scope": "link"},
            {"address": "2001:db8::5/64", "scope": "global"},
        ],
        "interfaces": [CARD, {**CARD, "kind": "veth", "mac": "52:54:00:00:00:99"}],
        "names": [],
        "hosts": [
            {"address": "127.0.0.1", "names": ["localhost", "localhost.localdomain"]},
            {"address": "10.1.2.3", "names": ["erp01.corp.example", "erp01", "orders"]},
            {"address": "10.1.2.4", "names": ["other"]},
        ],
        "config": [{"kind": "ifcfg", "settings": [{"key": "IPADDR", "value": "10.7.7.7"}]}],
    },
    "accounts": {"users": [{"name": "oracle"}], "groups": []},
    "packages": {"installed": [{"name": "nginx"}]},
    "units": [{"name": "billing.service"}],
}


def read(top: Path, tree: dict[str, str], found: dict[str, Any] = FOUND) -> list[dict[str, str]]:
    return literals.read(Host(grown(top, tree)), found)


def short(records: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(one["where"], one["literal"], one["place"]) for one in records]


def test_everything_of_the_own_is_found_where_it_stands(tmp_path: Path) -> None:
    tree = {
        "etc/fstab": f"UUID={UUID} /data xfs defaults 0 0\n",
        "etc/hosts": "10.1.2.3 erp01.corp.example erp01\n",
        "etc/network/interfaces": "iface eth0 inet static\n  address 10.1.2.3\n",
        "opt/app/app.conf": "# app\nlisten=10.1.2.3:8080\nurl=http://ERP01/\nmac=52-54-00-aa-bb-01\n",
        "srv/x/y.xml": "<jdbc>jdbc:oracle:thin:@orders:1521</jdbc>",
        "var/spool/cron/root": "0 1 * * * rsync /data erp01.corp.example:/backup\n",
        "root/.ssh/known_hosts": "2001:db8::5 ssh-ed25519 AAAA\n",
        "home/me/.profile": "export DB=10.7.7.7\n",
        "home/me/notes": "10.1.2.3\n",
        "usr/local/etc/raid.sh": f"mount /dev/disk/by-uuid/{UUID.upper()} /mnt\n",
    }
    assert short(read(tmp_path, tree)) == [
        ("/etc/fstab:1", UUID, "storage"),
        ("/etc/hosts:1", "10.1.2.3", "name"),
        ("/etc/hosts:1", "erp01.corp.example", "name"),
        ("/etc/hosts:1", "erp01", "name"),
        ("/etc/network/interfaces:2", "10.1.2.3", "network"),
        ("/opt/app/app.conf:2", "10.1.2.3", "application"),
        ("/opt/app/app.conf:3", "erp01", "application"),
        ("/opt/app/app.conf:4", "52:54:00:aa:bb:01", "application"),
        ("/srv/x/y.xml:1", "orders", "application"),
        ("/usr/local/etc/raid.sh:1", UUID, "application"),
        ("/var/spool/cron/root:1", "erp01.corp.example", "application"),
        ("/root/.ssh/known_hosts:1", "2001:db8::5", "key"),
        ("/home/me/.profile:1", "10.7.7.7", "application"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        *("110.1.2.3", "10.1.2.30", "10.1.2.3.4", "1.10.1.2.3"),
        *("erp011", "my-erp01", "erp01-old", "erp01.other.example", "www.erp01.corp.example"),
        *("merp01", "erp01_db", "12001:db8::5", "2001:db8::5:1", "52:54:00:aa:bb:01:02"),
        *(f"{UUID}0", "localhost", "other", "52:54:00:00:00:99", "fe80::1"),
    ],
)
def test_what_only_looks_alike_is_left(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, {"etc/fstab.d/a": f"UUID={UUID[:-1]}\n", "opt/a": f"x {line} y\n"}) == []


@pytest.mark.parametrize(
    "line",
    ["10.1.2.3.", "10.1.2.3:80", "(erp01)", "root@erp01:", "erp01.", "/srv/erp01/x", "=erp01"],
)
def test_what_stands_beside_it_may_end_it(tmp_path: Path, line: str) -> None:
    assert len(read(tmp_path, {"opt/a": f"{line}\n"})) == 1


def test_names_that_are_words_are_not_looked_for(tmp_path: Path) -> None:
    for name in ("db", "mail", "oracle", "nginx", "billing"):
        system = {"hostname": name, "fqdn": f"{name}.corp.example"}
        network = {**FOUND["network"], "hosts": []}
        host = Host(grown(tmp_path / name, {"opt/a": f"{name} {name}.corp.example\n"}))
        found = literals.read(host, {**FOUND, "system": system, "network": network})
        assert [one["literal"] for one in found] == [f"{name}.corp.example"]
        assert [one["message"] for one in host.failures] == [
            f"the host name {name} is too common a word to look for"
        ]


def test_secrets_of_a_line_are_hidden(tmp_path: Path) -> None:
    found = read(tmp_path, {"opt/a": "mysql -h erp01 --password hunter2\r\n"})
    assert found[0]["raw"] == "mysql -h erp01 --password <redacted>"


def test_noise_data_and_long_lines_are_not_shown(tmp_path: Path) -> None:
    tree = {
        "etc/ssl/certs/ca": "erp01\n",
        "opt/app/logs/a": "erp01\n",
        "opt/app/a.log": "erp01\n",
        "opt/app/.git/config": "erp01\n",
        "opt/binary": "\0\0erp01\n",
        "opt/large": "erp01\n" + "x" * places.LARGEST,
        "opt/long": "x " * 600 + "erp01\n",
        "etc/shadow": "erp01:x\n",
    }
    found = read(tmp_path, tree)
    assert [(one["where"], one["raw"]) for one in found] == [("/opt/long:1", "")]


def test_limits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(grown(tmp_path, {"opt/a": "erp01\n" * 30, "opt/b": "erp01\n", "opt/c": "erp01\n"}))
    monkeypatch.setattr(literals, "MOST_READ", 2)
    assert len(literals.read(host, FOUND)) == literals.MOST_IN_FILE + 1
    assert [one["message"] for one in host.failures] == [
        "only the first 20 lines of /opt/a",
        "stopped after 2 files, at /opt/c",
    ]
    monkeypatch.setattr(literals, "MOST", 5)
    assert len(literals.read(host, FOUND)) == 5
    assert host.failures[-1]["message"] == "stopped after 5 lines, at /opt/a"


def test_disks_are_known_by_every_identifier(tmp_path: Path) -> None:
    tree = {
        "etc/crypttab": f'data UUID="{UUID}" none luks\n',
        "dev/disk/by-id/wwn-0x5000c500a1b2c3d4-part1": "",
        "dev/disk/by-partuuid/1234abcd-01": "",
        "dev/mapper/control": "",
        "dev/mapper/vg0-data": "",
    }
    host = Host(grown(tmp_path, tree))
    assert [literal for kind, literal in known.own(host, FOUND) if kind == "disk"] == [
        "/dev/mapper/vg0-data",
        UUID,
        "1234abcd-01",
        "wwn-0x5000c500a1b2c3d4",
    ]


LITERAL = st.sampled_from(["10.1.2.3", "10.1.2.4", "abc", "abcdefgh-1", "abcdefgh-2", "\u00e9x"])


@given(st.lists(st.tuples(st.sampled_from(sorted(literals.AROUND)), LITERAL)), st.binary())
def test_the_quick_look_misses_nothing(pairs: list[tuple[str, str]], data: bytes) -> None:
    search = Search(pairs)
    for _, literal in pairs:
        text = b"\n" + literal.encode().upper() + b"\n"
        assert search.matches(data.replace(b"\xc3", b"") + text)
    assert (
        len(search.matches(data)) == len(list(search.pattern.finditer(data.lower()))) or not pairs
    )


@given(data=st.lists(st.sampled_from([b"erp01", b"10.1.2.3", b"\n", b"\xff", b"\0", b" ", b"a:"])))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, data: list[bytes]) -> None:
    top = tmp_path_factory.mktemp("host")
    (top / "opt").mkdir()
    content = b"".join(data)
    (top / "opt/a").write_bytes(content)
    for one in literals.read(Host(str(top)), FOUND):
        line = content.split(b"\n")[int(one["where"].rpartition(":")[2]) - 1]
        assert one["literal"].encode() in line
