from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.agent import processes
from migrator.agent.files import decoded
from migrator.agent.host import Host, Missing
from migrator.agent.processes import cgroup, mapped, status
from tests.agent.inits import link
from tests.agent.trees import grown

ID = "3f" * 32
INIT = "0::/init.scope\n"
STATUS = """\
Name:\tapp
State:\tS (sleeping)
PPid:\t{parent}
Uid:\t{uid}\t{euid}\t0\t0
CapPrm:\t{caps}
CapEff:\t{caps}
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
VmRSS:\t    2048 kB
Threads:\t3
NSpid:\t{ns}
"""
LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            {soft}                 4096                 files
"""


def process(pid: int, command: str = "app", **given: Any) -> dict[str, str]:
    """The files of a process below /proc."""
    values = {
        **{"parent": 1, "uid": 0, "euid": 0, "caps": "000001ffffffffff", "ns": pid, "soft": 1024},
        **{"flags": 4194560, "cgroup": "0::/system.slice/app.service\n" if pid > 1 else INIT},
        "environ": "A=1\0B=2\0",
        **given,
    }
    numbers = f"{pid} (a) b) S 1 1 1 0 -1 {values['flags']} " + "0 " * 9 + "-5 3 0 123456 0 0"
    return {
        f"proc/{pid}/status": STATUS.format(**values),
        f"proc/{pid}/stat": numbers,
        f"proc/{pid}/cmdline": command.replace(" ", "\0") + "\0" if command else "",
        f"proc/{pid}/cgroup": values["cgroup"],
        f"proc/{pid}/environ": values["environ"],
        f"proc/{pid}/limits": LIMITS.format(**values),
        f"proc/{pid}/maps": "7f00-7f01 r-xp 0 08:01 9      /usr/lib/libssl.so (deleted)\n"
        "7f02-7f03 rw-s 0 00:05 9      /dev/zero (deleted)\n",
    }


def read(top: Path, *files: dict[str, str], units: Any = ()) -> list[dict[str, Any]]:
    tree = {"etc/passwd": "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/:/bin/sh\n"}
    for some in files:
        tree.update(some)
    return processes.read(Host(grown(top, tree), []), {"units": list(units)})


def test_this_host_has_a_first_process_and_not_the_agent() -> None:
    running = processes.read(Host("/"), {})
    assert any(process["pid"] == 1 for process in running)
    assert not any(process["pid"] == os.getpid() for process in running)


def test_all_that_a_process_is(tmp_path: Path) -> None:
    link(tmp_path, "proc/7/exe", "/usr/bin/app (deleted)")
    link(tmp_path, "proc/7/cwd", "/srv")
    for number, target in enumerate(["/dev/null", "/dev/ttyS0", "socket:[99]", "/dev/ttyS0"]):
        link(tmp_path, f"proc/7/fd/{number}", target)
    app = process(7, "app --password geheim", uid=33, caps="0000000000000400", soft=9000)
    kernel = process(2, "", flags=0x208040)
    first, found = read(tmp_path, process(1, "/sbin/init"), kernel, app)
    assert (first["pid"], first["unit"], first["capabilities"]) == (1, "init.scope", ["ALL"])
    assert found == {
        "pid": 7,
        "parent": 1,
        "user": "root",
        "real_user": "web",
        "command": ["app", "--password", "<redacted>"],
        "exe": "/usr/bin/app",
        "cwd": "/srv",
        "unit": "app.service",
        "container": "",
        "nested": False,
        "capabilities": ["CAP_NET_BIND_SERVICE"],
        "permitted": [],
        "ambient": [],
        "limits": {"nofile": "9000:4096"},
        "rss": 2 << 20,
        "threads": 3,
        "started": 1234,
        "nice": -5,
        "devices": ["/dev/ttyS0"],
        "deleted": ["/usr/bin/app", "/usr/lib/libssl.so"],
        "environment_names": ["A", "B"],
        "environment": {},
    }


def test_what_is_open_is_read_once_for_all_subjects(tmp_path: Path) -> None:
    link(tmp_path, "proc/7/fd/3", "socket:[99]")
    host = Host(grown(tmp_path, {**process(1), **process(7)}), [])
    processes.read(host, {})
    (tmp_path / "proc/7/fd/3").unlink()
    assert list(processes.sockets(host)) == [("99", 7)]
    assert processes.unit(host, 7) == "app.service"


def test_one_that_is_gone_or_dead_is_left_out(tmp_path: Path) -> None:
    dead = process(8)
    dead["proc/8/status"] = dead["proc/8/status"].replace("S (sleeping)", "Z (zombie)")
    gone = {"proc/9/cmdline": "", "proc/10/status": "Name:\tx\n"}
    assert [row["pid"] for row in read(tmp_path, process(1), dead, gone)] == [1]


def test_without_systemd_a_process_belongs_to_the_script_that_started_it(tmp_path: Path) -> None:
    script = {"name": "web.service", "origin": "sysv", "properties": {"MainPID": "5"}}
    tree = [
        process(1, cgroup=""),
        process(5, cgroup=""),
        process(6, cgroup="", parent=5),
        process(7, cgroup=""),
    ]
    found = read(tmp_path, *tree, units=[script])
    assert [row["unit"] for row in found] == ["", "web.service", "web.service", ""]


def test_a_process_that_is_not_understood_hides_no_other(tmp_path: Path) -> None:
    broken = process(7)
    broken["proc/7/status"] = broken["proc/7/status"].replace("CapEff:\t0", "CapEff:\t~")
    host = Host(grown(tmp_path, {**process(1), **broken, **process(8)}), [])
    assert [row["pid"] for row in processes.read(host, {})] == [1, 8]
    assert [row["where"] for row in host.unparsed] == ["/proc/7"]


USER = "user.slice/user-1000.slice/user@1000.service"


@pytest.mark.parametrize(
    ("path", "unit", "container"),
    [
        ("/system.slice/ssh.service", "ssh.service", ""),
        ("/user.slice/user-0.slice/session-3.scope", "session-3.scope", ""),
        (f"/{USER}/init.scope", "user@1000.service", ""),
        (f"/{USER}/app.slice/app.service", "user@1000.service/app.service", ""),
        (f"/docker/{ID}", "", f"docker/{ID}"),
        (f"/system.slice/docker-{ID}.scope", f"docker-{ID}.scope", f"docker/{ID}"),
        (
            f"/machine.slice/libpod-{ID}.scope/container/system.slice/nginx.service",
            f"libpod-{ID}.scope",
            f"podman/{ID}",
        ),
        (f"/machine.slice/libpod-conmon-{ID}.scope", f"libpod-conmon-{ID}.scope", ""),
        (f"/libpod_parent/libpod-{ID}", "", f"podman/{ID}"),
        (
            f"/kubepods.slice/kubepods-pod{'1' * 36}.slice/cri-containerd-{ID}.scope",
            f"cri-containerd-{ID}.scope",
            f"containerd/{ID}",
        ),
        (f"/kubepods/burstable/pod{'1' * 36}/{ID}", "", f"kubernetes/{ID}"),
        ("/lxc/web/system.slice/a.service", "", "lxc/web"),
        ("/lxc.payload.web/a.service", "", "lxc/web"),
        ("/lxc.monitor.web", "", ""),
        ("/machine.slice/machine-web.scope/x", "machine-web.scope", "nspawn/web"),
        ("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "machine-qemu\\x2d1\\x2dvm.scope", ""),
        ("/", "", ""),
    ],
)
def test_unit_and_container_of_a_control_group(path: str, unit: str, container: str) -> None:
    version_1 = f"3:cpu,cpuacct:/\n1:name=systemd:{path}\n"
    for text in (version_1, f"0::{path}\n", f"1:name=systemd:{path}\n0::{path}\n"):
        assert cgroup.place(text, []) == (unit, container)
    inside = f"/machine.slice/libpod-{ID}.scope"
    above = cgroup.top(f"0::{inside}/init.scope\n")
    assert cgroup.place(f"0::{inside}{path}\n", above) == (unit, container)


def test_what_other_users_hide_is_said_once(tmp_path: Path) -> None:
    """As nobody, on this machine."""
    program = (
        "import json, os\n"
        "from migrator.agent import processes\n"
        "from migrator.agent.host import Host\n"
        "os.setgid(65534); os.setuid(65534); host = Host('/'); processes.read(host, {})\n"
        "print(json.dumps([host.failures, sorted(host.denied)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.count('"processes.details"') == 1
    assert not re.search(r"/proc/\d", done.stdout)


def test_a_disk_has_no_processes(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        processes.read(Host(str(tmp_path)), {})


def test_names_of_variables_only() -> None:
    assert status.variable_names(b"A=1=2\0\0rubbish\0=x\0B=\0") == ["A", "B"]


@given(st.binary(max_size=200))
def test_no_bytes_of_a_process_make_it_fail(data: bytes) -> None:
    text = decoded(data)
    cgroup.place(text, cgroup.top(text))
    mapped.deleted(text, data)
    status.variable_names(data)
    status.limits(text, {})
    status.numbers(text)


@settings(max_examples=40)
@given(
    name=st.sampled_from(["status", "stat", "cgroup", "limits", "cmdline", "environ", "maps"]),
    text=st.text("0 :/\n\t(SZ)Uid=x\0" + "²é", max_size=60),
)
def test_a_file_of_a_process_may_hold_anything(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str
) -> None:
    files = process(7)
    files[f"proc/7/{name}"] += text
    assert {row["pid"] for row in read(tmp_path_factory.mktemp("host"), process(1), files)} >= {1}


def test_variables_of_a_process_in_no_unit_are_shown_unless_they_may_be_secrets(
    tmp_path: Path,
) -> None:
    environ = (
        "PATH=/bin\0APP_HOME=/opt/app\0API_TOKEN=5ecr3t\0DB_OPTS=--password=5ecr3t\0MOTD=hello\0"
        "JAVA_OPTS=-Xmx1g\0"
    )
    login = "0::/user.slice/user-0.slice/session-3.scope\n"
    (apart,) = read(tmp_path / "a", process(7, environ=environ, cgroup=login))
    assert apart["environment"] == {
        "PATH": "/bin",
        "APP_HOME": "/opt/app",
        "JAVA_OPTS": "-Xmx1g",
    }
    (inside,) = read(tmp_path / "b", process(7, environ=environ))
    assert inside["environment"] == {}
