"""Log daemons start in a container: kernel inputs are off, all else stays, nothing doubles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.adapt import Change, adapt
from migrator.agent import syslog
from migrator.agent.host import Host
from migrator.decode import decode
from migrator.facts import Facts
from migrator.facts.syslog import Syslog
from migrator.plan import Plan
from tests import builders as make
from tests.agent.test_syslog import NOTHING
from tests.agent.trees import grown
from tests.trees import Directory

RSYSLOG = "etc/rsyslog.conf"
SYSLOG_NG = "etc/syslog-ng/syslog-ng.conf"
LEGACY = """\
$ModLoad imuxsock # provides support for local system logging
$ModLoad imklog   # provides kernel logging support
$KLogPermitNonKernelFacility on
*.*\t@@logs.example.org:514
"""
MODERN = """\
module(load="imuxsock")
module(load="imklog"
       permitnonkernelfacility="on"
)
module(load="imkmsg")
# module(load="imklog")
*.*  action(type="omfwd" target="logs.example.org" port="514" protocol="tcp")
"""
JOURNALD = {"lib/systemd/systemd-journald": ""}
OLD_NG = """\
@version: 3.2
# file("/proc/kmsg") was here once;
source s_sys {
    file ("/proc/kmsg" program_override("kernel: "));
    unix-stream ("/dev/log");
    internal();
};
source s_one { unix-dgram("/dev/log"); file("/proc/kmsg"); internal(); };
destination d_central { tcp("logs.example.org" port(514)); };
log { source(s_sys); source(s_one); destination(d_central); };
"""


def read(tree: str) -> Facts:
    found = decode(Syslog, syslog.read(Host(tree), NOTHING))
    return replace(make.facts(), syslog=found)


def adapted(top: Path, files: dict[str, str], plan: Plan | None = None) -> dict[str, Change]:
    """And that a second time nothing changes."""
    tree = grown(top, files)
    changes = adapt(read(tree), plan or make.plan(), Directory(tree))
    for change in changes:
        path = top / change.path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if change.action == "link":
            path.symlink_to(change.target)
        else:
            path.write_bytes(change.content)
    assert adapt(read(tree), plan or make.plan(), Directory(tree)) == []
    return {change.path: change for change in changes}


def edited(top: Path, path: str, text: str, more: str = "") -> list[str]:
    """The lines that ``path`` has got in place of others."""
    daemon = "usr/sbin/syslog-ng" if "ng" in path else "usr/sbin/rsyslogd"
    made = adapted(top, {path: text, daemon: more})
    after = made[f"/{path}"].content.decode().splitlines()
    return [line for line in after if line not in text.splitlines()]


def test_the_kernels_log_of_a_legacy_rsyslog(tmp_path: Path) -> None:
    assert edited(tmp_path, RSYSLOG, LEGACY) == [
        "# migrator: $ModLoad imklog   # provides kernel logging support",
        "# migrator: $KLogPermitNonKernelFacility on",
    ]


def test_a_module_of_several_lines_is_commented_whole(tmp_path: Path) -> None:
    assert edited(tmp_path, RSYSLOG, MODERN) == [
        '# migrator: module(load="imklog"',
        '# migrator:        permitnonkernelfacility="on"',
        "# migrator: )",
        '# migrator: module(load="imkmsg")',
    ]
    assert read(str(tmp_path)).syslog.remotes == read(grown(tmp_path / "a", {RSYSLOG: MODERN,
        "usr/sbin/rsyslogd": ""})).syslog.remotes  # fmt: skip


def test_syslog_ng_keeps_what_stands_beside_a_kernel_source(tmp_path: Path) -> None:
    assert edited(tmp_path, SYSLOG_NG, OLD_NG) == [
        '    # migrator: file ("/proc/kmsg" program_override("kernel: "));',
        'source s_one { unix-dgram("/dev/log"); ',
        '# migrator: file("/proc/kmsg");',
        " internal(); };",
    ]
    left = {(item.module, item.path) for item in read(str(tmp_path)).syslog.inputs}
    assert left == {("unix-stream", "/dev/log"), ("unix-dgram", "/dev/log"), ("internal", "")}
    assert [remote.host for remote in read(str(tmp_path)).syslog.remotes] == ["logs.example.org"]


@pytest.mark.parametrize("path", [RSYSLOG, SYSLOG_NG])
def test_a_configuration_without_such_inputs_stays(tmp_path: Path, path: str) -> None:
    text = "source s { internal(); };\n" if "ng" in path else 'module(load="imuxsock")\n'
    assert f"/{path}" not in adapted(tmp_path, {path: text})


def test_the_journal_is_shown_by_the_engine_once(tmp_path: Path) -> None:
    made = adapted(tmp_path, JOURNALD)
    journal = made["/etc/systemd/journald.conf.d/50-migrator-console.conf"].content
    assert b"\nForwardToConsole=yes\n" in journal
    manager = made["/etc/systemd/system.conf.d/50-migrator-console.conf"].content
    assert b"\nShowStatus=no\n" in manager, "the journal has it already"
    assert made["/etc/systemd/system/console-getty.service"].target == "/dev/null"
    plan = make.plan()
    silent = replace(plan, adapt={**plan.adapt, "logs": False})
    assert adapted(tmp_path / "b", JOURNALD, silent) == {}


def test_without_journald_rsyslog_writes_to_the_console(tmp_path: Path) -> None:
    plan = replace(make.plan(), init="sbin-init")
    files = {RSYSLOG: "$IncludeConfig /etc/rsyslog.d/*.conf\n", "usr/sbin/rsyslogd": ""}
    made = adapted(tmp_path, {**files, "etc/rsyslog.d/a.conf": "# a\n"}, plan)
    assert made["/etc/rsyslog.d/99-migrator-console.conf"].content.endswith(
        b"*.info\t/dev/console\n"
    )
    own = {"etc/rsyslog.d/a.conf": "*.err /dev/console\n"}
    assert "/etc/rsyslog.d/99-migrator-console.conf" not in adapted(
        tmp_path / "b", {**files, **own}, plan
    )
