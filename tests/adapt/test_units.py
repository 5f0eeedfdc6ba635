"""Services are masked and disabled wherever they are started, under each init."""

from __future__ import annotations

from migrator.plan import Plan, Service
from tests import builders as make
from tests.adapt import changes, text

WHY = "it serves the old hypervisor"
LINK = "/etc/systemd/system/multi-user.target.wants/a.service"
JOB = """\
description "worker"
start on (runlevel [2345]
          and net-device-up IFACE=eth0)
stop on runlevel [!2345]
exec /opt/worker
"""
XINETD = "service rsync\n{\n\tdisable\t= no\n\tserver = /usr/bin/rsync\n}\n"


def plan(name: str, decision: str) -> Plan:
    return make.plan(services={name: Service(decision, WHY)})  # type: ignore[arg-type]


def test_a_mask_is_a_link_to_nothing_even_over_a_file_of_the_administrator() -> None:
    place = "/etc/systemd/system/a.service"
    made = changes("units", {place: b"[Service]\n"}, plan("a.service", "mask"))
    assert (made[place].action, made[place].target, made[place].reason) == (
        *("link", "/dev/null"),
        WHY,
    )


def test_what_is_kept_is_left_alone() -> None:
    assert changes("units", {LINK: "../a.service"}, plan("a.service", "keep")) == {}


def test_disabling_removes_links_of_the_package_and_aliases_too() -> None:
    files = {
        "/lib": "usr/lib",
        LINK: "/lib/systemd/system/a.service",
        "/usr/lib/systemd/system/a.service": b"",
        "/usr/lib/systemd/system/sysinit.target.wants/a.service": "../a.service",
        "/etc/systemd/system/x.service.requires/a.service": "/lib/systemd/system/a.service",
        "/etc/systemd/system/alias.service": "/lib/systemd/system/a.service",
        "/etc/systemd/system/other.service": "/lib/systemd/system/b.service",
    }
    made = changes("units", files, plan("a.service", "disable"))
    assert sorted(made) == [
        "/etc/systemd/system/alias.service",
        LINK,
        "/etc/systemd/system/x.service.requires/a.service",
        "/usr/lib/systemd/system/sysinit.target.wants/a.service",
    ]
    assert {change.action for change in made.values()} == {"remove"}


def test_a_script_keeps_links_that_stop_it() -> None:
    files = {
        "/etc/init.d/a": b"",
        "/etc/rc2.d/S20a": "../init.d/a",
        "/etc/rc2.d/S20ab": "../init.d/ab",
        "/etc/rc0.d/K80a": "../init.d/a",
        "/etc/rcS.d/S05a": "../init.d/a",
    }
    unit = make.unit("a.service", origin="sysv", fragment="/etc/init.d/a")
    made = changes("units", files, plan("a.service", "disable"), units=(unit,))
    assert {path: change.action for path, change in made.items()} == {
        "/etc/rc2.d/S20a": "remove",
        "/etc/rc2.d/K79a": "link",
        "/etc/rcS.d/S05a": "remove",
    }
    assert made["/etc/rc2.d/K79a"].target == "../init.d/a"


def test_links_that_are_named_twice_are_changed_once() -> None:
    """RHEL 6: /etc/rc3.d is a link to /etc/rc.d/rc3.d."""
    files = {"/etc/rc3.d": "rc.d/rc3.d", "/etc/rc.d/rc3.d/S90a": "../init.d/a"}
    unit = make.unit("a.service", origin="sysv", fragment="/etc/init.d/a")
    old = {"init": "upstart"}
    made = changes("units", files, plan("a.service", "mask"), units=(unit,), system=old)
    assert sorted(made) == ["/etc/rc.d/rc3.d/K09a", "/etc/rc.d/rc3.d/S90a"]


def test_a_script_under_systemd_is_masked_by_name() -> None:
    unit = make.unit("a.service", origin="sysv", fragment="/etc/init.d/a")
    made = changes("units", {}, plan("a.service", "mask"), units=(unit,))
    assert list(made) == ["/etc/systemd/system/a.service"]


def test_a_job_of_rhel_6_loses_its_start_and_one_of_ubuntu_gets_a_word() -> None:
    path = "/etc/init/worker.conf"
    given = {"units": (make.unit("worker.service", origin="upstart", fragment=path),)}
    decided = plan("worker.service", "disable")
    rhel = {"init": "upstart", "os_id": "centos", "os_version": "6.10"}
    made = changes("units", {path: JOB.encode()}, decided, system=rhel, **given)
    assert text(made[path]).splitlines()[1:4] == [
        "# migrator: start on (runlevel [2345]",
        "# migrator:           and net-device-up IFACE=eth0)",
        "stop on runlevel [!2345]",
    ]
    ubuntu = {"init": "upstart", "os_id": "ubuntu", "os_version": "14.04"}
    files = {path: JOB.encode(), "/etc/init/worker.override": b"env A=1"}
    made = changes("units", files, decided, system=ubuntu, **given)
    assert {name: text(change) for name, change in made.items()} == {
        "/etc/init/worker.override": "env A=1\nmanual\n"
    }


def test_lines_of_inittab_inetd_and_xinetd() -> None:
    old = {"system": {"init": "sysvinit"}}
    unit = make.unit("inittab/w1", origin="inittab", fragment="/etc/inittab")
    files = {"/etc/inittab": b"w1:23:respawn:/opt/w\nw12:23:respawn:/opt/x\n"}
    made = changes("units", files, plan(unit.name, "disable"), units=(unit,), **old)
    assert text(made["/etc/inittab"]).startswith("# migrator: w1:23:respawn:/opt/w\nw12:")

    unit = make.unit("inetd/git/tcp", origin="inetd", fragment="/etc/inetd.conf")
    files = {"/etc/inetd.conf": b"git stream tcp nowait nobody /x\ngit2 stream tcp nowait n /y\n"}
    made = changes("units", files, plan(unit.name, "disable"), units=(unit,), **old)
    assert text(made["/etc/inetd.conf"]).startswith("# migrator: git stream")
    assert text(made["/etc/inetd.conf"]).count("migrator") == 1

    path = "/etc/xinetd.d/rsync"
    unit = make.unit("xinetd/rsync", origin="xinetd", fragment=path)
    made = changes("units", {path: XINETD.encode()}, plan(unit.name, "disable"), units=(unit,))
    assert text(made[path]) == (
        "service rsync\n{\n# migrator: \tdisable\t= no\n\tserver = /usr/bin/rsync\n"
        "\tdisable = yes\n}\n"
    )


def test_rc_local_is_no_longer_executable() -> None:
    path = "/etc/rc.local"
    unit = make.unit("rc-local.service", origin="rc.local", fragment=path)
    made = changes("units", {path: b"#!/bin/sh\nx\n"}, plan(unit.name, "disable"), units=(unit,))
    assert (made[path].mode, text(made[path])) == (0o600, "#!/bin/sh\nx\n")


def test_a_unit_of_a_user() -> None:
    place = "/home/ops/.config/systemd/user"
    name = "user@1000.service/tunnel.service"
    unit = make.unit(name, origin="user", fragment=f"{place}/tunnel.service")
    files = {f"{place}/default.target.wants/tunnel.service": "../tunnel.service"}
    made = changes("units", files, plan(name, "disable"), units=(unit,))
    assert list(made) == [f"{place}/default.target.wants/tunnel.service"]
