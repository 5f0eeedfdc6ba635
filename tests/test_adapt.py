"""Adaptations change what must change, and no byte else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.adapt import Change, adapt
from migrator.adapt.difference import differences, unified
from migrator.errors import PlanInvalid
from migrator.facts.daemon import Daemon
from migrator.plan import PathChoice, Plan, Service
from tests import builders as make
from tests.trees import Files

FSTAB = "# disks\n\nUUID=1 / ext4 defaults 0 1\n/dev/vdb /srv\text4\n"
INTERFACES = """\
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.0.0.5/24
source /etc/network/interfaces.d/*
"""
CRON = (
    "@include common-auth\nsession    required     pam_loginuid.so\nsession required pam_env.so\n"
)


def changes(files: dict[str, str], plan: Plan | None = None, **found: object) -> dict[str, Change]:
    texts = {path: text.encode() for path, text in files.items()}
    made = adapt(make.facts(**found), plan or make.plan(), Files(texts))
    assert [change.path for change in made] == sorted(change.path for change in made)
    assert all(change.reason for change in made)
    return {change.path: change for change in made}


def test_fstab_is_commented_and_stays_readable() -> None:
    change = changes({"/etc/fstab": FSTAB})["/etc/fstab"]
    assert change.content.decode() == (
        "# disks\n\n"
        "# migrator: the container's root is the image\n# migrator: UUID=1 / ext4 defaults 0 1\n"
        "# migrator: /srv is a part of the image\n# migrator: /dev/vdb /srv\text4\n"
    )
    assert (change.mode, change.uid, change.gid) == (0o600, 3, 4)


def test_adapting_twice_changes_nothing_more() -> None:
    files = {"/etc/fstab": FSTAB, "/etc/network/interfaces": INTERFACES, "/etc/pam.d/cron": CRON}
    once = {path: change.content.decode() for path, change in changes(files).items()}
    assert set(once) == set(files)
    assert changes(once) == {}


def test_only_the_loopback_interface_remains() -> None:
    text = changes({"/etc/network/interfaces": INTERFACES})["/etc/network/interfaces"]
    lines = text.content.decode().splitlines()
    assert lines[:3] == ["auto lo", "iface lo inet loopback", ""]
    assert lines[3:6] == [
        "# migrator: auto eth0",
        "# migrator: iface eth0 inet static",
        "# migrator:     address 10.0.0.5/24",
    ]
    assert lines[6] == "source /etc/network/interfaces.d/*"


def test_login_uid_is_optional_and_other_modules_are_not() -> None:
    text = changes({"/etc/pam.d/cron": CRON})["/etc/pam.d/cron"].content.decode()
    assert text == CRON.replace("required     pam_loginuid", "optional     pam_loginuid")


def test_units_are_masked_and_disabled_by_plan() -> None:
    services = {"a.service": Service("mask", "x"), "b.service": Service("disable", "y")}
    link = "/etc/systemd/system/multi-user.target.wants/b.service"
    made = changes({link: ""}, make.plan(services=services))
    assert made["/etc/systemd/system/a.service"].target == "/dev/null"
    assert made[link].action == "remove"


def test_jobs_wait_for_their_release() -> None:
    units = tuple(
        make.unit(name)
        for name in ("cron.service", "shop.timer", "systemd-tmpfiles-clean.timer", "shop.service")
    )
    made = changes({}, units=units)
    assert sorted(made) == [
        f"/etc/systemd/system/{name}.d/50-migrator-hold.conf"
        for name in ("cron.service", "shop.timer")
    ]
    assert all(b"ConditionPathExists=/run/migrator/released" in c.content for c in made.values())


def test_timers_of_users_and_of_translated_crontabs_wait_too() -> None:
    units = (
        make.unit("user@1000.service/till.timer", origin="user"),
        make.unit("cron-shop-www-data-0.timer", enabled="generated"),
    )
    cron = {"daemons": (Daemon("systemd-cron", "/lib/systemd-cron"),)}
    assert sorted(changes({}, units=units, cron=cron)) == [
        "/etc/systemd/system/cron-.timer.d/50-migrator-hold.conf",
        "/etc/systemd/user/till.timer.d/50-migrator-hold.conf",
    ]


def sysv(files: dict[str, str]) -> dict[str, bytes]:
    plan = replace(make.plan(), init="sbin-init")
    texts = {path: text.encode() for path, text in files.items()}
    made = adapt(make.facts(), plan, Files(texts))
    return {change.path: change.content for change in made if change.subject == "jobs"}


def test_an_init_script_gets_one_line_and_obeys_it(tmp_path: Path) -> None:
    script = "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: cron\n### END INIT INFO\necho did $1\n"
    path = "/etc/init.d/cron"
    text = sysv({path: script, "/etc/init.d/ssh": script})[path].decode()
    assert sysv({path: text}) == {}
    lines = text.splitlines(keepends=True)
    assert "".join([lines[0], *lines[2:]]) == script
    program = tmp_path / "cron"
    flag = tmp_path / "released"
    program.write_text(text.replace("/run/migrator/released", str(flag)))

    def does(action: str) -> str:
        return subprocess.run(["sh", program, action], capture_output=True, text=True).stdout

    assert [does(a) for a in ("start", "restart", "stop", "status")] == [
        "",
        "",
        "did stop\n",
        "did status\n",
    ]
    flag.touch()
    assert does("start") == "did start\n"


def test_an_upstart_job_gets_an_override_behind_what_is_there() -> None:
    files = {"/etc/init/cron.conf": "exec cron\n", "/etc/init/cron.override": "nice 5\n"}
    made = sysv(files)
    assert list(made) == ["/etc/init/cron.override"]
    assert made["/etc/init/cron.override"].startswith(b"nice 5\n# Nothing runs twice")
    assert (
        sysv({**files, "/etc/init/cron.override": made["/etc/init/cron.override"].decode()}) == {}
    )


def test_a_subject_can_be_switched_off() -> None:
    plan = make.plan()
    off = replace(plan, adapt={**plan.adapt, "fstab": False})
    assert changes({"/etc/fstab": FSTAB}, off) == {}


def test_bytes_that_are_no_text_survive() -> None:
    files = Files({"/etc/fstab": b"# caf\xe9\n/dev/a /x ext4\n"})
    (change,) = adapt(make.facts(), make.plan(), files)
    assert change.content == (
        b"# caf\xe9\n# migrator: /x is a part of the image\n# migrator: /dev/a /x ext4\n"
    )


def test_a_single_change_can_be_switched_off() -> None:
    plan = make.plan()
    off = replace(plan, adapt={**plan.adapt, "pam:/etc/pam.d/cron": False})
    assert list(changes({"/etc/pam.d/cron": CRON, "/etc/pam.d/login": CRON}, off)) == [
        "/etc/pam.d/login"
    ]


def test_a_change_that_is_misspelt_is_refused() -> None:
    """It would be made, although somebody believes that it is not."""
    plan = make.plan()
    files = {"/etc/pam.d/cron": CRON, "/etc/pam.d/login": CRON}
    wrong = replace(plan, adapt={**plan.adapt, "pam:/etc/pam.d/crond": False})
    with pytest.raises(PlanInvalid, match=r"'pam:/etc/pam\.d/crond'") as refused:
        changes(files, wrong)
    assert "did you mean 'pam:/etc/pam.d/cron'?" in (refused.value.hint or "")
    off = replace(wrong, adapt={**wrong.adapt, "pam": False})
    assert changes(files, off) == {}


def test_a_change_goes_where_links_lead() -> None:
    """A layer with a file below a link would put a directory in the link's place."""
    files = Files({"/etc/pam.d": "pam-stuff", "/etc/pam-stuff/cron": CRON.encode()})
    assert [change.path for change in adapt(make.facts(), make.plan(), files)] == [
        "/etc/pam-stuff/cron"
    ]


def test_a_change_below_a_volume_says_that_it_has_no_effect() -> None:
    plan = make.plan(paths={"/etc/pam.d": PathChoice("volume")})
    made = changes({"/etc/pam.d/cron": CRON, "/etc/fstab": FSTAB}, plan)
    assert "since /etc/pam.d is a volume" in made["/etc/pam.d/cron"].reason
    assert "volume" not in made["/etc/fstab"].reason


def test_changes_are_shown_as_a_patch_without_secrets() -> None:
    before = Files({"/etc/x": b"user=a\npassword=5ecr3t-word\nold\n", "/etc/l": "there"})
    made = [
        Change("a", "link", "/etc/l", "elsewhere", target="here"),
        Change("a", "write", "/etc/x", "first", b"user=a\npassword=5ecr3t-word\nmid\n"),
        Change("b", "write", "/etc/x", "second", b"user=a\npassword=5ecr3t-word\nnew\n"),
    ]
    shown = "\n".join(unified(differences(made, before)))
    assert shown == (
        "--- /etc/l\n+++ /etc/l\ta:/etc/l (elsewhere)\n@@ -1 +1 @@\n--> there\n+-> here\n"
        "--- /etc/x\n+++ /etc/x\ta:/etc/x (first); b:/etc/x (second)\n@@ -1,3 +1,3 @@\n"
        " user=a\n password=<redacted>\n-old\n+new"
    )
