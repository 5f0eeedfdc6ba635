"""What a container is given, with what needs it; and how a trial without it is compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrator import dropping
from migrator.cli import main
from migrator.facts.security import Privileged
from migrator.plan import Plan, Reason
from migrator.plan import file as plan_file
from migrator.plan.granted import Granted, granted
from migrator.plan.grants import ENGINE
from migrator.runtime.drop import Boot, _lost
from migrator.wanted import wanted
from migrator.workdir import Workdir
from tests import builders as make
from tests import hosts

IMAGE = {"repository": "old", "manifest": "sha256:" + "0" * 64, "tag": "localhost/x:1", "size": 1}
PLAN = make.plan(
    capabilities={"NET_ADMIN": Reason("fail2ban.service bans"), "SYS_TIME": Reason("ntp")},
    devices={"/dev/net/tun": Reason("openvpn")},
)
FACTS = make.facts(
    units=(
        make.unit("nftables.service"),
        make.unit("vpn.service", properties={"DeviceAllow": "/dev/net/tun rw"}),
        make.unit("ntp.service", properties={"AmbientCapabilities": "cap_sys_time"}),
        make.unit("db.service", user="postgres"),
        make.unit("old.service", active="inactive", user="nobody"),
        make.unit("web.service", properties={"CapabilityBoundingSet": "cap_net_admin cap_chown"}),
    ),
    processes=(
        replace(make.process(7, "/usr/sbin/vpn"), devices=("/dev/net/tun",)),
        replace(make.process(8, "/usr/bin/dumpcap"), capabilities=("CAP_NET_ADMIN",)),
        replace(make.process(9, "/usr/sbin/all"), capabilities=("ALL",)),
    ),
    security={
        "privileged": (
            Privileged("/usr/bin/tool", "755", 0, 0, "cap_net_admin=ep"),
            Privileged("/usr/bin/sudo", "4755", 0, 0, ""),
        )
    },
)


def of(name: str, plan: Plan = PLAN) -> Granted:
    (row,) = (row for row in granted(FACTS, plan) if row.name == name)
    return row


def test_each_grant_of_the_plan_has_its_units_files_and_processes() -> None:
    assert of("NET_ADMIN").evidence == (
        "fail2ban.service bans",
        "nftables.service: it loads firewall rules",
        "web.service keeps it (CapabilityBoundingSet)",
        "process 8 /usr/bin/dumpcap of web.service has it",
        "/usr/bin/tool has it (cap_net_admin=ep)",
    )
    assert "ntp.service asks for it (AmbientCapabilities)" in of("SYS_TIME").evidence
    assert of("/dev/net/tun").evidence == (
        "openvpn",
        "process 7 /usr/sbin/vpn of web.service has it open",
        "vpn.service is allowed it (DeviceAllow)",
    )
    assert of("clock_settime settimeofday").kind == "seccomp"


def test_what_every_container_has_is_explained_where_it_can_be() -> None:
    rows = granted(FACTS, PLAN)
    assert {row.name for row in rows if row.by == "every container"} == set(ENGINE)
    setuid = of("SETUID").evidence
    assert "db.service runs as postgres" in setuid and "/usr/bin/sudo is 4755" in setuid
    assert not any("old.service" in text for row in rows for text in row.evidence)
    assert "web.service drops capabilities" in of("SETPCAP").evidence


def test_a_trial_is_beside_its_container_and_without_traffic() -> None:
    volume = {"name": "v", "path": "/srv"}
    secret = {"name": "s", "path": "/etc/key", "uid": 0, "gid": 5, "mode": "0640"}
    own = wanted(PLAN, "old", IMAGE, [volume], [secret])
    trial = dropping._trial(own)
    assert (trial.name, trial.network["mode"], trial.ports) == ("old-trial", "none", [])
    assert trial.volumes[0]["name"] == "v-trial" and trial.secrets[0]["name"] == "s-trial"
    assert trial.jobs == "held" and trial.capabilities == own.capabilities
    less = dropping._less(trial, of("NET_ADMIN"))
    assert set(less.capabilities) == {"SYS_TIME"} and less.devices == trial.devices
    assert dropping._less(trial, of("/dev/net/tun")).devices == {}


WHOLE = Boot("", {"a.service": "active", "b.service": "failed", "c.service": "inactive"}, {}, "")


@pytest.mark.parametrize(
    ("less", "seen"),
    [
        (WHOLE, []),
        (Boot("no init", {}, {}, ""), ["it does not come up: no init"]),
        (
            WHOLE._replace(units={**WHOLE.units, "a.service": "failed"}, words={"a.service": "x"}),
            ["a.service fails: x"],
        ),
        (WHOLE._replace(units={**WHOLE.units, "a.service": "inactive"}), ["a.service is inactive"]),
        (WHOLE._replace(units={**WHOLE.units, "d.service": "failed"}), ["d.service fails"]),
        (WHOLE._replace(units={**WHOLE.units, "b.service": "active"}), []),
        (WHOLE._replace(health="no answer"), ["it is not healthy: no answer"]),
    ],
)
def test_what_is_lost_is_named(less: Boot, seen: list[str]) -> None:
    assert _lost(WHOLE, less) == seen


def test_the_command_line_explains_without_a_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = Workdir(tmp_path / "work", "el7")
    work.plan.parent.mkdir(parents=True)
    work.facts.write_text(json.dumps(hosts.document("el7", tmp_path)))
    plan = make.plan(host="el7", capabilities={"NET_ADMIN": Reason("a firewall")})
    plan_file.save(work.plan, plan_file.dump(plan))
    words = ["launch", "el7", "--explain", "-i", "el7,", "--work", str(tmp_path / "work")]
    assert main([*words, "--json"]) == 0
    ((host),) = json.loads(capsys.readouterr().out)
    first = host["granted"][0]
    assert (host["host"], first["name"], first["evidence"][0]) == ("el7", "NET_ADMIN", "a firewall")
    assert main(words) == 0
    assert "every container" in capsys.readouterr().out
