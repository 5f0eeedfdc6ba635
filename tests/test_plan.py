"""Plans: what is proposed, how edits survive, and what a wrong file is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import PlanInvalid
from migrator.facts.network import Address, HostsLine
from migrator.facts.storage import StateDirectory
from migrator.plan import PathChoice, file
from migrator.plan.merge import merge, overlay
from migrator.plan.propose import propose
from tests import builders as make

PLANS = st.recursive(
    st.integers(0, 3), lambda child: st.dictionaries(st.sampled_from("abcd"), child, max_size=3)
)
MAPPINGS = st.dictionaries(st.sampled_from("abcd"), PLANS, max_size=4)


def test_data_and_state_become_volumes() -> None:
    storage = {
        "mounts": (make.mount("/"), make.mount("/srv/data"), make.mount("/boot")),
        "state": (
            StateDirectory("/opt/shop/var", "shop"),
            StateDirectory("/var/lib/mysql/mysql", "mysql"),
            StateDirectory("/var/lib/apt/lists/partial", "_apt"),
        ),
    }
    paths = propose(make.facts(storage=storage), "old").paths
    volumes = {path for path, choice in paths.items() if choice.decision == "volume"}
    assert {"/srv/data", "/opt/shop/var", "/var/lib/mysql", "/var/log", "/home"} <= volumes
    assert volumes.isdisjoint({"/", "/boot", "/var/lib/apt"})


def test_keys_and_password_files_become_secrets() -> None:
    found = make.facts(secrets=(make.secret("private-key", "/etc/tls.key"),))
    plan = propose(found, "old")
    assert plan.paths["/etc/tls.key"].decision == "secret"
    assert plan.path_decision("/home/a/b") == ("/home", plan.paths["/home"])


def test_ports_are_those_that_others_can_reach() -> None:
    listeners = (
        make.listener(22, "ssh.service"),
        make.listener(80),
        make.listener(80, protocol="tcp6", address="::"),
        make.listener(5432, address="127.0.0.1"),
        make.listener(4444, unit=""),
        make.listener(40000, protocol="udp"),
    )
    ports = propose(make.facts(network={"listeners": listeners}), "old").ports
    assert {key: port.target for key, port in ports.items()} == {"22/tcp": 2222, "80/tcp": 80}


def test_only_what_needs_a_capability_gets_one() -> None:
    units = (make.unit("nftables.service"), make.unit("keepalived.service", active="inactive"))
    granted = propose(make.facts(units=units), "old").capabilities
    assert list(granted) == ["NET_ADMIN"]
    assert "nftables.service" in granted["NET_ADMIN"].reason


def test_settings_of_the_host_are_split() -> None:
    sysctls = (
        make.setting("/etc/sysctl.d/a.conf:1", "net.core.somaxconn", "1024"),
        make.setting("/etc/sysctl.d/a.conf:2", "vm.swappiness", "10"),
        make.setting("/etc/sysctl.d/b.conf:1", "net.core.somaxconn", "2048"),
        make.setting("/etc/sysctl.d/b.conf:2", "net.ipv4.conf.*.rp_filter", "1"),
        make.setting("/etc/sysctl.d/b.conf:3", "net.ipv4.conf.all.rp_filter", ""),
        make.setting("/etc/sysctl.d/b.conf:4", "net.ipv4.tcp_fastopen_key", "<redacted>"),
    )
    chosen = propose(make.facts(sysctls=sysctls), "old").sysctls
    assert {key: value.value for key, value in chosen.items()} == {"net.core.somaxconn": "2048"}


def test_network_services_are_masked_and_the_application_is_not() -> None:
    units = (make.unit("networking.service"), make.unit("shop.service"))
    assert list(propose(make.facts(units=units), "old").services) == ["networking.service"]


def test_stop_timeout_waits_for_the_slowest_unit() -> None:
    slow = make.unit("db.service", properties={"TimeoutStopUSec": "5min 30s"})
    assert propose(make.facts(units=(slow,)), "old").stop_timeout == 340
    assert propose(make.facts(), "old").stop_timeout == 100


def test_names_of_other_hosts_are_kept() -> None:
    lines = (HostsLine("127.0.0.1", ("localhost",)), HostsLine("10.0.0.7", ("db", "db.example")))
    network = propose(make.facts(network={"hosts": lines}), "old").network
    assert network.hosts == {"db": "10.0.0.7", "db.example": "10.0.0.7"}


def test_other_names_of_the_host_itself_mean_the_container() -> None:
    own = Address("eth0", "10.0.0.5/24", "", "eth0", "global", "", "permanent", (), "")
    lines = (HostsLine("10.0.0.5", ("old", "shop")), HostsLine("127.0.1.1", ("api",)))
    network = propose(make.facts(network={"hosts": lines, "addresses": (own,)}), "old").network
    assert network.hosts["shop"] == "127.0.0.1"
    assert network.hosts["api"] == "127.0.1.1"


def test_keys_that_something_renews_lie_on_a_volume() -> None:
    """Who renames over a mount of a file is refused."""
    keys = ("/etc/letsencrypt/archive/a/privkey1.pem", "/etc/tls.key")
    given = {"secrets": tuple(make.secret("private-key", key) for key in keys)}
    job = make.job("cron.d", "/etc/cron.d/certbot:3", "/usr/bin/certbot -q renew")
    chosen = propose(make.facts(cron={"jobs": (job,)}, **given), "old").paths
    assert chosen["/etc/letsencrypt"].decision == "volume"
    assert "certbot renames" in chosen["/etc/letsencrypt"].reason
    assert chosen["/etc/tls.key"].decision == "secret" and keys[0] not in chosen
    alone = propose(make.facts(**given), "old").paths
    assert alone[keys[0]].decision == "secret" and "/etc/letsencrypt" not in alone


def test_probes_ask_what_speaks_http() -> None:
    listeners = (
        make.listener(80, process="nginx"),
        make.listener(8080, pid=20, process="server"),
        make.listener(7070, pid=21, process="python2.7"),
    )
    processes = (make.process(20, "/usr/bin/python3 server"), make.process(21, "python2.7 rates"))
    found = make.facts(network={"listeners": listeners}, processes=processes)
    assert list(propose(found, "old").probes) == [
        "http://127.0.0.1:80/",
        "http://127.0.0.1:8080/",
    ]


def test_an_edit_survives_and_the_rest_follows() -> None:
    last = {"a": 1, "b": 2, "c": {"x": 1, "y": 2}}
    edited = {"a": 9, "b": 2, "c": {"x": 1}}
    proposed = {"a": 1, "b": 3, "c": {"x": 5, "y": 2, "z": 7}}
    assert merge(last, edited, proposed) == {"a": 9, "b": 3, "c": {"x": 5, "z": 7}}


@given(MAPPINGS, MAPPINGS)
def test_without_edits_the_proposal_counts(last: dict[str, Any], proposed: dict[str, Any]) -> None:
    assert merge(last, last, proposed) == proposed


@given(MAPPINGS, MAPPINGS)
def test_without_a_new_proposal_the_edits_count(
    last: dict[str, Any], edited: dict[str, Any]
) -> None:
    assert merge(last, edited, last) == edited


@given(MAPPINGS)
def test_nothing_laid_over_changes_nothing(base: dict[str, Any]) -> None:
    assert overlay(base, {}) == base


def test_file_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = make.plan(paths={"/srv": PathChoice("volume", 'data: of "services"\n#')})
    file.save(tmp_path / "plan.yml", file.dump(plan))
    assert file.load(tmp_path / "plan.yml", "old") == plan


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"servces": {}}, "unknown key 'servces'"),
        ({"jobs": "later"}, "jobs: 'later' is not one of held, released"),
        ({"schema": 7}, "schema 7"),
        ({"host": "other"}, "plan of 'other'"),
        ({"adapt": {"fstb": True}}, "unknown subject 'fstb'"),
        ({"stop_timeout": "soon"}, "stop_timeout: 'soon' is not of type int"),
    ],
)
def test_a_wrong_plan_is_told_what_is_wrong(change: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanInvalid, match=words):
        file.check({**file.dump(make.plan()), **change}, "plan.yml", "old")


def test_broken_yaml_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text("a: [")
    with pytest.raises(PlanInvalid, match="not valid YAML"):
        file.read(tmp_path / "plan.yml")
