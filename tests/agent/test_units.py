"""Units of a running systemd and of users; see test_inits.py and test_unit_files.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given

from migrator.agent import units
from migrator.agent.host import Host
from migrator.agent.units import systemd
from migrator.agent.units.properties import kept
from migrator.agent.units.systemd import MOST
from tests.agent.inits import LIB, TEXT, link, read, script
from tests.agent.trees import grown

SHOWN = """\
ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c first

PATH=/x second ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 }
ExecReload={ path=/bin/kill ; argv[]=/bin/kill -HUP $MAINPID ; ignore_errors=no ; start_time=[n/a] }
Environment=A=1 "B=two words"
Id=a.service
Names=a.service b.service
After=c.service d.service
LoadState=loaded
ActiveState=active
SubState=running
MemoryCurrent=1048576
MemoryMax=infinity

Id=old.service
LoadState=loaded
SourcePath=/etc/init.d/old

"""
LISTED = "* a.service loaded failed failed A\nold.service loaded active running\n-.mount loaded\n"


def test_a_running_systemd_is_asked_twice(tmp_path: Path) -> None:
    tree = {
        "run/systemd/system/x": "",
        LIB + "a.service": "[Unit]\nConditionHost=x\n",
        LIB + "idle.service": "[Service]\nExecStart=/bin/idle\n[Install]\nWantedBy=x.target\n",
        "run/systemd/generator.late/off.service": "[Unit]\nSourcePath=/etc/init.d/off\n",
    }
    script(tmp_path, "etc/init.d/old", "# chkconfig: 35 80 20\n# description: old \\\n# one\n")
    link(tmp_path, "etc/rc3.d/S80old", "../init.d/old")
    said = (("systemctl list-units", LISTED), ("systemctl show", SHOWN))
    found = read(tmp_path, tree, "systemd", *said)
    a, old, idle = found["a.service"], found["old.service"], found["idle.service"]
    assert (idle["active"], idle["sub"], idle["enabled"]) == ("inactive", "dead", "disabled")
    off = found["off.service"]
    assert (off["origin"], off["fragment"], off["enabled"]) == (
        *("sysv", "/etc/init.d/off", "generated"),
    )
    assert a["commands"] == ["/bin/sh -c first\n\nPATH=/x second"]
    assert a["other_commands"] == [{"when": "ExecReload", "command": "/bin/kill -HUP $MAINPID"}]
    assert (a["aliases"], a["environment_names"]) == (["b.service"], ["A", "B"])
    assert (a["dependencies"], a["conditions"]) == (
        {"After": ["c.service", "d.service"]},
        ["ConditionHost=x"],
    )
    assert a["properties"] == {"MemoryCurrent": "1048576"}
    assert (old["origin"], old["fragment"]) == ("sysv", "/etc/init.d/old")
    assert (old["runlevels"], old["properties"]["chkconfig"]) == ({"3": "S80"}, "35 80 20")


def test_two_thousand_units_fit_into_an_argument_list(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    class Asked(Host):
        def output(self, command: Any) -> str:
            asked.append(list(command))
            return "".join(f"{'n' * 240}{number}.service loaded\n" for number in range(2000))

    (tmp_path / "run/systemd/system").mkdir(parents=True)
    systemd.units(Asked(str(tmp_path), []))
    names = [word for call in asked[1:] for word in call if word.endswith(".service")]
    assert len(names) == len(set(names)) == 2000
    assert max(sum(len(word) + 1 for word in call) for call in asked) < 1 << 17
    assert len(asked) == 1 + 2000 // MOST


def test_what_says_nothing_is_left_out() -> None:
    same = {"LimitNPROC": ["100"], "LimitNPROCSoft": ["100"], "KillSignal": ["15"]}
    assert kept({**same, "SystemCallFilter": ["~"], "MemoryMax": ["infinity"]}) == {
        "LimitNPROC": "100"
    }
    assert kept({"ConditionResult": ["no"], "ConditionTimestamp": [""]}) == {}
    assert kept({"CapabilityBoundingSet": [""], "ExecStart": ["x"]}) == {
        "CapabilityBoundingSet": ""
    }
    assert kept({"CapabilityBoundingSet": ["18446744073709551615"]}) == {}
    assert kept({"CapabilityBoundingSet": ["1025"]}) == {
        "CapabilityBoundingSet": "cap_chown cap_net_bind_service"
    }
    assert kept({"TimeoutStopUSec": ["infinity"]}) == {"TimeoutStopUSec": "infinity"}


def test_units_of_a_user_and_who_lingers(tmp_path: Path) -> None:
    tree = {
        "etc/passwd": "ops:x:1000:1000::/home/ops:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n",
        "var/lib/systemd/linger/ops": "",
        "home/ops/.config/systemd/user/app.service": "[Service]\nExecStart=/opt/app\n",
        "usr/lib/systemd/user/shipped.service": "[Service]\nExecStart=/bin/shipped\n",
        "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/app.service/x": "",
    }
    want = "home/ops/.config/systemd/user/default.target.wants/app.service"
    link(tmp_path, want, "../app.service")
    found = read(tmp_path, tree, "systemd", ("true", ""))
    assert sorted(found) == ["user@1000.service", "user@1000.service/app.service"]
    app = found["user@1000.service/app.service"]
    assert (app["origin"], app["user"], app["enabled"], app["active"]) == (
        *("user", "ops", "enabled", "active"),
    )
    assert found["user@1000.service"]["properties"] == {"Linger": "yes"}


def test_a_disk_says_that_no_state_is_known(tmp_path: Path) -> None:
    host = Host(grown(tmp_path, {LIB + "a.service": "[Service]\nExecStart=/bin/a\n"}))
    (unit,) = units.read(host, {"system": {"init": "systemd"}})
    assert (unit["active"], unit["sub"]) == ("", "")
    assert [(f["subject"], f["kind"]) for f in host.failures] == [("units.state", "absent")]


def test_passwords_of_commands_and_mounts_are_hidden(tmp_path: Path) -> None:
    tree = {LIB + "srv.mount": "[Mount]\nWhat=//s/x\nOptions=user=a,password=geheim\n"}
    unit = read(tmp_path, tree, "systemd")["srv.mount"]
    assert "geheim" not in str(unit) and unit["properties"]["What"] == "//s/x"


@given(TEXT)
def test_no_output_of_systemctl_makes_it_fail(text: str) -> None:
    for shown in systemd._shown("Id=a.service\n" + text):
        systemd._unit(shown)
