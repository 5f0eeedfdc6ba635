"""Init scripts, jobs of upstart, inittab, rc.local, xinetd and inetd."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.agent import units
from migrator.agent.host import Host
from tests.agent.inits import ETC, LIB, TEXT, link, read, script
from tests.agent.trees import grown

LSB = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides:          legacyd legacy
# Required-Start:    $remote_fs $syslog
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: rates
# Description: longer
#  than that
### END INIT INFO
"""


def test_an_init_script_is_a_unit(tmp_path: Path) -> None:
    script(tmp_path, "etc/init.d/legacyd", LSB)
    script(tmp_path, "etc/init.d/rc", "#!/bin/sh\n")
    grown(
        tmp_path, {"etc/init.d/README": "", "etc/rc2.d/S01legacyd": "", "etc/rc0.d/K09legacyd": ""}
    )
    script(tmp_path, "etc/init.d/not-executable", LSB)
    (tmp_path / "etc/init.d/not-executable").chmod(0o644)
    (unit,) = read(tmp_path, {}, "sysvinit").values()
    assert (unit["name"], unit["origin"], unit["enabled"]) == ("legacyd.service", "sysv", "enabled")
    assert (unit["description"], unit["commands"]) == ("rates", ["/etc/init.d/legacyd start"])
    assert unit["dependencies"]["Required-Start"] == ["$remote_fs", "$syslog"]
    assert unit["properties"] == {"Default-Start": "2 3 4 5"}
    assert unit["runlevels"] == {"0": "K09", "2": "S01"}


def test_a_script_whose_process_lives_is_active(tmp_path: Path) -> None:
    for name in ("web", "once", "off"):
        script(
            tmp_path, f"etc/init.d/{name}", f"# chkconfig: - 1 1\n# pidfile: /var/run/{name}.pid\n"
        )
    tree = {"var/run/web.pid": "77\n", "proc/77/stat": "", "var/lock/subsys/once": ""}
    found = read(tmp_path, tree, "sysvinit", ("true", ""))
    states = {name: (unit["active"], unit["sub"]) for name, unit in found.items()}
    assert states == {
        "web.service": ("active", "running"),
        "once.service": ("active", "exited"),
        "off.service": ("inactive", "dead"),
    }
    assert found["web.service"]["properties"]["MainPID"] == "77"


def test_a_script_behind_a_unit_of_its_name_is_none(tmp_path: Path) -> None:
    script(tmp_path, "etc/init.d/cron.sh", LSB)
    script(tmp_path, "etc/init.d/alias", LSB)
    link(tmp_path, LIB + "alias.service", "cron.service")
    tree = {LIB + "cron.service": "[Service]\nExecStart=/usr/sbin/cron -f\n"}
    (cron,) = read(tmp_path, tree, "systemd").values()
    assert (cron["origin"], cron["commands"]) == ("systemd", ["/usr/sbin/cron -f"])


def test_only_systemd_reads_units_of_the_name_of_a_script(tmp_path: Path) -> None:
    script(tmp_path, "etc/init.d/cron", LSB)
    tree = {LIB + "cron.service": "[Service]\n", LIB + "rsyslog.service": "[Service]\n"}
    origins = {name: unit["origin"] for name, unit in read(tmp_path, tree, "sysvinit").items()}
    assert origins == {"cron.service": "sysv", "rsyslog.service": "systemd"}


@pytest.mark.parametrize(
    ("line", "active"),
    [
        ("PIDFILE=/var/run/webd.pid", "active"),
        ("start-stop-daemon --pidfile /run/sub/web.pid --exec /x", "active"),
        ("PIDFILE=/run/$NAME.pid", ""),
        ("PIDFILE=/run/other.pid", "failed"),
    ],
)
def test_a_script_says_itself_where_its_process_is(tmp_path: Path, line: str, active: str) -> None:
    script(tmp_path, "etc/init.d/web", f"#!/bin/sh\n{line}\n")
    pids = {"var/run/webd.pid": "77\n", "run/sub/web.pid": "77\n", "run/other.pid": "78\n"}
    tree = {"proc/77/stat": "", **pids}
    found = read(tmp_path, tree, "sysvinit", ("true", ""))
    assert found["web.service"]["active"] == active


JOB = """\
description "a \\"job\\""
start on (runlevel [2345]
          and started dbus)   # not before
stop on runlevel [!2345]
env SECRET=x
respawn
respawn limit 10 5
limit nofile 1000 2000
setuid www
pre-start script
  # a comment
  mkdir -p /run/job
end script
exec /usr/bin/job --token=abc
nonsense stanza
"""


def test_jobs_of_upstart_and_their_states(tmp_path: Path) -> None:
    tree = {
        "etc/init/job.conf": JOB,
        "etc/init/tty.conf": "instance $TTY\nexec /sbin/mingetty $TTY\n",
        "etc/init/off.conf": "start on startup\nscript\n  exec /bin/off\nend script\n",
        "etc/init/off.override": "manual\n",
    }
    states = (
        "job start/running, process 12\ntty (tty1) start/running, process 9\noff stop/waiting\n"
    )
    host = Host(grown(tmp_path, tree), [(["initctl"], states)])
    found = {u["name"]: u for u in units.read(host, {"system": {"init": "upstart"}})}
    job, off = found["job.service"], found["off.service"]
    assert (job["user"], job["enabled"], job["active"], job["sub"]) == (
        *("www", "enabled", "active", "running"),
    )
    assert job["commands"] == ["/usr/bin/job --token=<redacted>"]
    assert job["other_commands"] == [{"when": "pre-start", "command": "mkdir -p /run/job"}]
    assert job["environment_names"] == ["SECRET"]
    assert job["properties"] == {
        "MainPID": "12",
        "limit": "nofile 1000 2000",
        "respawn": "yes",
        "respawn limit": "10 5",
        "start on": "(runlevel [2345] and started dbus)",
        "stop on": "runlevel [!2345]",
    }
    assert (off["enabled"], off["active"], off["drop_ins"]) == (
        *("disabled", "inactive"),
        ["/etc/init/off.override"],
    )
    assert off["commands"] == ["exec /bin/off"]
    assert found["tty@tty1.service"]["active"] == "active"
    assert found["tty.service"]["enabled"] == "static"
    assert [row["raw"] for row in host.unparsed] == ["nonsense stanza"]


def test_lines_of_inittab(tmp_path: Path) -> None:
    text = "# c\nid:3:initdefault:\n1:2345:respawn:/sbin/getty 38400 tty1\nx:5:off:/bin/x\nbroken\n"
    host = Host(grown(tmp_path, {"etc/inittab": text}))
    found = {u["name"]: u for u in units.read(host, {"system": {"init": "sysvinit"}})}
    assert found["inittab/id"]["runlevels"] == {"3": "initdefault"}
    assert found["inittab/1"]["commands"] == ["/sbin/getty 38400 tty1"]
    assert found["inittab/x"]["enabled"] == "disabled"
    assert [row["where"] for row in host.unparsed] == ["/etc/inittab:5"]


@pytest.mark.parametrize(("body", "there"), [("exit 0\n", False), ("/opt/x &\nexit 0\n", True)])
def test_rc_local_counts_when_it_does_something(tmp_path: Path, body: str, there: bool) -> None:
    script(tmp_path, "etc/rc.local", "#!/bin/sh -e\n# comment\n" + body)
    tree = {LIB + "rc-local.service": "[Service]\nExecStart=/etc/rc.local start\n"}
    unit = read(tmp_path, tree, "systemd")["rc-local.service"]
    assert unit["origin"] == ("rc.local" if there else "systemd")
    assert unit["commands"] == (["/opt/x &"] if there else ["/etc/rc.local start"])
    (tmp_path / "etc/rc.local").chmod(0o644)
    assert read(tmp_path, {}, "systemd")["rc-local.service"]["origin"] == "systemd"


def test_services_of_xinetd_and_inetd(tmp_path: Path) -> None:
    tree = {
        "etc/xinetd.conf": "defaults\n{\n\tdisabled = echo\n}\nincludedir /etc/xinetd.d\n",
        "etc/xinetd.d/rsync": "service rsync\n{\n disable = no\n server = /usr/bin/rsync\n"
        " server_args = --daemon\n user = nobody\n env = KEY=1\n port = 873\n"
        " only_from = 10.0.0.0\n only_from += 10.1.0.0\n}\n",
        "etc/xinetd.d/echo": "service echo\n{\n type = INTERNAL\n id = echo\n}\nrubbish\n",
        "etc/xinetd.d/x.rpmsave": "service x\n{\n}\n",
        "etc/inetd.conf": "#comment\nftp stream tcp nowait root.ftp /usr/sbin/tcpd in.ftpd -l\n"
        "#<off># time stream tcp nowait root internal\nbad line\n",
    }
    host = Host(grown(tmp_path, tree))
    found = {u["name"]: u for u in units.read(host, {"system": {"init": "sysvinit"}})}
    rsync, ftp = found["xinetd/rsync"], found["inetd/ftp/tcp"]
    assert (rsync["enabled"], rsync["user"], rsync["environment_names"]) == (
        *("enabled", "nobody", ["KEY"]),
    )
    assert rsync["commands"] == ["/usr/bin/rsync --daemon"]
    assert rsync["properties"]["only_from"] == "10.0.0.0 10.1.0.0"
    assert found["xinetd/echo"]["enabled"] == "disabled"
    assert (ftp["user"], ftp["group"], ftp["commands"]) == (
        *("root", "ftp"),
        ["/usr/sbin/tcpd in.ftpd -l"],
    )
    assert found["inetd/time/tcp"]["enabled"] == "disabled"
    assert "xinetd/x" not in found
    assert [row["raw"] for row in host.unparsed] == ["rubbish", "bad line"]


PLACES = {
    "systemd": [LIB + "a@b.service", ETC + "a@b.service.d/x.conf"],
    "upstart": ["etc/init/a.conf", "etc/init/a.override"],
    "sysvinit": ["etc/init.d/a", "etc/inittab", "etc/xinetd.conf", "etc/inetd.conf"],
    "unknown": ["etc/rc.local", "home/a/.config/systemd/user/a.service"],
}


@settings(max_examples=60)
@given(init=st.sampled_from(sorted(PLACES)), text=TEXT, data=st.data())
def test_no_file_makes_it_fail(
    tmp_path_factory: pytest.TempPathFactory, init: str, text: str, data: st.DataObject
) -> None:
    top = tmp_path_factory.mktemp("host")
    path = data.draw(st.sampled_from(PLACES[init]))
    script(top, path, text)
    grown(top, {"etc/passwd": "a:x:1:1::/home/a:/bin/sh\n"})
    if path.endswith("override"):
        script(top, "etc/init/a.conf", "exec /bin/a\n")
    read(top, {}, init)
