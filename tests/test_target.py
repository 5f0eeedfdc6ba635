"""What a target is asked, what its program answers, and what assess makes of it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from migrator import facts, stages
from migrator.assess.target import wishes
from migrator.errors import ProtocolError
from migrator.facts.network import Peer
from migrator.facts.syslog import LogRemote
from migrator.facts.target import load
from migrator.plan.propose import propose
from migrator.progress import Silent
from migrator.runtime import claims, engine, examine, reach, trial
from migrator.runtime.run import Explained
from migrator.stages import assess
from migrator.target import examine as ask
from migrator.workdir import Workdir
from tests import builders as make
from tests import hosts

ASKED: dict[str, Any] = {
    "name": "old",
    "ports": [],
    "volumes": [],
    "peers": [],
    "names": ["localhost"],
    "modules": [],
    "profile": "",
    "init": "systemd",
    "engine": "auto",
    "init_version": 0,
    "ulimits": {},
    "limits": {},
    "capabilities": {},
}


class Target:
    """Answers as a target does, and remembers what it was asked."""

    name = "box1"

    def __init__(self, **answer: Any) -> None:
        self.answer = {"taken_at": 0.0, "failures": [], **answer}
        self.asked: list[dict[str, Any]] = []

    def call(self, program: str, verb: str, params: dict[str, Any]) -> dict[str, Any]:
        assert (program, verb) == ("runtime", "examine")
        self.asked.append(params)
        return self.answer


def test_this_machine_answers_in_the_form_of_the_facts() -> None:
    answer = examine.examine(ASKED)
    found = load({**answer, "schema": 1, "name": "here", "skew": 0.0})
    assert found.system.architecture == os.uname().machine
    assert found.cgroups.mode and found.names["localhost"] in ("127.0.0.1", "::1")
    assert found.boot is None and "system" not in {lost.subject for lost in found.failures}


def test_a_part_that_fails_is_named_and_the_others_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(path: str) -> None:
        raise Explained("podman says nothing", "mend it", 15)

    monkeypatch.setattr(engine, "storage", fails)
    answer = examine.examine(ASKED)
    lost = {"subject": "storage", "kind": "failed", "message": "podman says nothing"}
    assert lost in answer["failures"]
    assert "storage" not in answer and answer["cgroups"]


@pytest.mark.parametrize("wrong", [None, {}, {"schema": 1}, {"schema": 2, "name": "a"}])
def test_another_document_is_refused(wrong: object) -> None:
    with pytest.raises(ProtocolError, match="assess --target"):
        load(wrong)


def test_connections_are_tried_without_sending_anything() -> None:
    with socket.socket() as open_, socket.socket() as closed:
        open_.bind(("127.0.0.1", 0))
        open_.listen()
        closed.bind(("127.0.0.1", 0))  # nobody listens
        ports = [one.getsockname()[1] for one in (open_, closed)]
        peers = [*(["127.0.0.1", port] for port in ports), ["nowhere.invalid", 1], ["::1", 70000]]
        found = reach.connections(peers)
        accepted = open_.accept()[0]
        assert accepted.recv(1) == b""
        accepted.close()
    assert [row["result"] for row in found[:2]] == ["open", "refused"]
    assert all(row["result"] not in ("open", "") for row in found[1:])


def test_ports_that_are_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("0.0.0.0", 0))
        port = holder.getsockname()[1]
        (taken,) = claims.taken([[port, "udp"], [0, "tcp"]])
    assert (taken["port"], taken["protocol"]) == (port, "udp")


def test_modules_by_the_kernels_own_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = tmp_path / os.uname().release
    release.mkdir()
    monkeypatch.setattr(examine, "MODULES", tmp_path)
    wanted = ["nf_conntrack_zzz", "ip-zzz", "ext_no_such", "cramfs_builtin"]
    assert examine.modules(wanted) == dict.fromkeys(wanted, "")
    (release / "modules.builtin").write_text("kernel/fs/cramfs-builtin.ko\n")
    (release / "modules.dep").write_text(
        "kernel/net/nf_conntrack_zzz.ko.xz: kernel/net/nf_conntrack.ko.xz\nkernel/ip_zzz.ko:\n"
    )
    states = examine.modules(wanted)
    assert states["cramfs_builtin"] == "builtin" and states["ext_no_such"] == "absent"
    assert states["nf_conntrack_zzz"] == states["ip-zzz"] == "available"


def test_attributes_of_files_are_tried_and_nothing_is_left(tmp_path: Path) -> None:
    kinds = [kind for kind in engine.ATTRIBUTES if engine._takes(str(tmp_path), kind)]
    assert "user" in kinds and not list(tmp_path.iterdir())
    assert not engine._takes("/proc", "user")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (["Starting x.service - Dry boot...", 'Error: "CAP_X": unknown capability'], "CAP_X"),
        (
            [
                "\x1b[0;1;31mFailed to mount tmpfs\x1b[0m",
                "",
                "Exiting PID 1...",
                "x.service: Failed",
            ],
            "Failed to mount tmpfs / Exiting PID 1...",
        ),
        (["Started x.service - Dry boot.", "f" * 64], "otherwise"),
    ],
)
def test_the_reason_is_what_the_engine_or_the_init_said_last(
    said: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Done:
        stdout = "\n".join(said).encode()

    monkeypatch.setattr(trial, "attempt", lambda _: Done)
    assert reason in trial._reason("x", "otherwise")


def test_a_host_asks_for_what_it_has(tmp_path: Path) -> None:
    found = facts.load(hosts.document("el7", tmp_path))
    peers = (
        *(Peer("out", "tcp", "10.0.0.9", 5432, "web", "web.service", 3),) * 2,
        Peer("out", "tcp", "::ffff:10.0.0.8", 80, "web", "web.service", 1),
        Peer("in", "tcp", "10.0.0.7", 443, "web", "web.service", 1),
        Peer("out", "udp", "10.0.0.53", 53, "web", "web.service", 1),
        Peer("out", "tcp", "127.0.0.1", 5432, "web", "web.service", 1),
        Peer("out", "tcp", "fe80::1", 80, "web", "web.service", 1),
    )
    talking = make.facts(network={"peers": peers})
    assert wishes.peers(talking) == [("10.0.0.9", 5432), ("10.0.0.8", 80)]
    assert wishes.datagrams(talking) == [("10.0.0.53", 53)]
    target = Target()
    plan = propose(found, "el7")
    ask(target, found, plan, "el7", boot=True)  # type: ignore[arg-type]
    (asked,) = target.asked
    assert asked["ports"] and asked["volumes"] and json.dumps(asked)
    assert "PodmanArgs=--systemd=always" in asked["profile"]
    assert set(asked) == set(ASKED)


def test_only_what_can_be_asked_is_asked() -> None:
    odd = ("-oProxy", "a b", "x\0y", "{{ x }}", "../../etc", "")
    hostile = make.facts(
        network={"peers": tuple(Peer("out", "tcp", name, 80, "x", "x", 1) for name in odd)},
        syslog={"remotes": tuple(LogRemote("", "", "", n, "", "", tls=False) for n in odd)},
        jobs=(make.job("cron.d", "/etc/cron.d/a:1", "modprobe ../../etc"),),
    )
    assert wishes.peers(hostile) == [] and wishes.modules(hostile) == {}
    assert wishes.names(hostile) == []
    crowd = [Peer("out", "tcp", f"10.9.{n >> 8}.{n & 255}", 80, "x", "x", 1) for n in range(999)]
    assert len(wishes.peers(make.facts(network={"peers": tuple(crowd)}))) == wishes.MOST


def run(work: Path, asked: Target | None, **given: Any) -> stages.Outcome:
    base: dict[str, Any] = {"check": False, "refresh": False, "progress": Silent()}
    context = stages.Context(Workdir(work, "el7"), **{**base, **given})
    return assess.run(context, asked)  # type: ignore[arg-type]


def test_what_a_target_said_counts_until_it_is_another_one(tmp_path: Path) -> None:
    document = hosts.document("el7", tmp_path)
    (tmp_path / "el7/facts.json").write_text(json.dumps(document))
    target = Target(engine={"name": ""})
    rehearsed = run(tmp_path, target, check=True)
    assert target.asked[0]["profile"] == "", "a check boots nothing"
    assert "TGT-01" in rehearsed.result["findings"]
    assert not (tmp_path / "el7/target.json").exists()
    assert "TGT-01" in run(tmp_path, target).result["findings"]
    assert target.asked[1]["profile"]
    assert "TGT-01" in run(tmp_path, None).result["findings"]
    assert "TGT-01" in run(tmp_path, None, target="box1").result["findings"]
    assert "TGT-01" not in run(tmp_path, None, target="box2").result["findings"]
