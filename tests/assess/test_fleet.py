"""Many hosts: who is connected with whom, in which order they can move, what they share."""

from __future__ import annotations

import json

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from migrator.assess import assess, document, waves
from migrator.assess.diff import compare
from migrator.assess.fleet import Fleet
from migrator.assess.gathering import Gathering
from migrator.facts.network import Address, Listener, Peer
from migrator.plan import Waiver
from tests import builders as make

GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=4), max_size=8
)


def network(address: str, *listeners: Listener, peers: tuple[Peer, ...] = ()) -> dict[str, object]:
    own = Address("eth0", f"{address}/24", "", "", "global", "", "", (), "")
    return {"addresses": (own,), "listeners": listeners, "peers": peers}


def fleet(**networks: dict[str, object]) -> Fleet:
    gathering = Gathering()
    for host, given_network in networks.items():
        gathering.add(assess(make.facts(network=given_network), host=host))
    gathering.failed("lost", "unreachable")
    return gathering.fleet()


def out(address: str, port: int, count: int = 1) -> Peer:
    return Peer("out", "tcp", address, port, "java", "shop.service", count)


DATABASE = make.listener(5432, "postgresql.service", address="10.0.0.2")


def test_connections_are_matched_with_who_listens() -> None:
    client = Peer("in", "tcp", "10.0.0.1", 5432, "postgres", "postgresql.service", 3)
    found = fleet(
        web=network("10.0.0.1", peers=(out("10.0.0.2", 5432, 2), out("192.0.2.9", 443))),
        db=network("10.0.0.2", DATABASE, peers=(client,)),
    )
    (edge,) = found.edges
    assert (edge.source, edge.target, edge.port) == ("web", "db", 5432)
    assert (edge.client, edge.service) == ("shop.service", "postgresql.service")
    assert edge.connections == 3, "both saw them; more of them came later"
    (other,) = found.outside
    assert (other.address, other.port, other.hosts) == ("192.0.2.9", 443, ("web",))
    assert [[group.hosts for group in wave.groups] for wave in found.waves] == [
        [("db",)],
        [("web",)],
    ]


def test_one_side_is_enough() -> None:
    client = Peer("in", "tcp", "10.0.0.1", 5432, "postgres", "postgresql.service", 3)
    found = fleet(web=network("10.0.0.1"), db=network("10.0.0.2", peers=(client,)))
    assert [(edge.source, edge.target) for edge in found.edges] == [("web", "db")]


def test_an_address_of_several_hosts_is_that_of_the_one_that_listens() -> None:
    twice = network("10.0.2.15"), network("10.0.2.15", DATABASE)
    found = fleet(a=twice[0], b=twice[1], web=network("10.0.0.1", peers=(out("10.0.2.15", 5432),)))
    assert [(edge.source, edge.target) for edge in found.edges] == [("web", "b")]
    none = fleet(a=twice[0], b=twice[0], web=network("10.0.0.1", peers=(out("10.0.2.15", 5432),)))
    assert none.edges == () and len(none.outside) == 1


def test_hosts_that_stay_or_failed_are_rows_and_in_no_wave() -> None:
    gathering = Gathering()
    gathering.add(assess(make.facts(units=(make.unit("libvirtd.service"),)), host="vm"))
    gathering.add(assess(make.facts(system={"machine_id": ""}), host="web"))
    gathering.failed("lost", "unreachable")
    found = gathering.fleet()
    assert [(row.host, row.fit) for row in found.hosts] == [
        ("lost", "failed"),
        ("vm", "keep-as-vm"),
        ("web", "ready"),
    ]
    assert [group.hosts for wave in found.waves for group in wave.groups] == [("web",)]


def test_findings_and_minutes_are_summed() -> None:
    job = make.job("cron.d", "/etc/cron.d/a:1")
    gathering = Gathering()
    waiver = {"CRN-03": Waiver("known", "ops", "2999-01-01")}
    gathering.add(assess(make.facts(jobs=(job,)), host="a"))
    gathering.add(assess(make.facts(jobs=(job, job)), host="b", waivers=waiver, today="2026-01-01"))
    gathering.add(assess(make.facts(), host="c"))
    found = gathering.fleet()
    (twice,) = [row for row in found.findings if row.id == "CRN-03"]
    assert (twice.hosts, twice.waived) == (("a",), ("b",))
    assert found.minutes.daily == (3,) * 1440
    schema = json.loads(document.fleet_schema())
    jsonschema.validate(json.loads(json.dumps(found.to_json())), schema)


def test_who_needs_each_other_moves_together() -> None:
    needs = {"web": ["app"], "app": ["db", "queue"], "queue": ["app"], "db": ["outside"]}
    made = waves.plan(["web", "app", "db", "queue", "alone"], needs)
    assert [[group.hosts for group in wave.groups] for wave in made] == [
        [("alone",), ("db",)],
        [("app", "queue")],
        [("web",)],
    ]


@given(GRAPHS)
def test_nobody_moves_before_what_it_needs(needs: dict[str, list[str]]) -> None:
    hosts = list("abcdefgh")
    made = waves.plan(hosts, needs)
    order = {
        h: (n, group) for n, wave in enumerate(made) for group in wave.groups for h in group.hosts
    }
    assert sorted(order) == hosts
    for host, others in needs.items():
        for other in others:
            same = order[host][1] == order[other][1]
            assert same or order[other][0] < order[host][0]


def test_what_changed_between_two_assessments() -> None:
    before = assess(make.facts(jobs=(make.job("at", "/at/1"), make.job("at", "/at/2", "a"))))
    after = assess(make.facts(jobs=(make.job("at", "/at/2", "b"), make.job("at", "/at/3"))))
    found = compare(before, after)
    assert [f.where for f in found.new] == ["/at/3"]
    assert [f.where for f in found.gone] == ["/at/1"]
    assert [pair.after.evidence[-1] for pair in found.changed] == ["b"]
    assert compare(after, after).empty
