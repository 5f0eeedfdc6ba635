"""Upstart of EL6 and Ubuntu 14.04, statically: no system of that age boots where this is tested."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pytest

from migrator import facts
from migrator.adapt import Change, adapt
from migrator.plan.propose import propose
from tests import hosts
from tests.trees import Directory

JOBS = "etc/init"
STANZA = re.compile(
    r"(description|author|version|usage|emits|export|env|task|respawn|respawn limit|expect|instance"
    r"|start on|stop on|exec|manual|kill|console|umask|limit|nice|oom|chdir|chroot|normal exit"
    r"|setuid|setgid|reload|apparmor|cgroup)\b"
)
BLOCK = re.compile(r"(pre-start|post-start|pre-stop|post-stop)?\s*(script|exec)\b")
OF_JOBS = re.compile(r"\b(?:starting|started|stopping|stopped)\s+([\w-]+)")
# Events that init itself emits, or that stand for the power supply of a container.
OF_INIT = re.compile(r"start on (\(?(startup|runlevel|power-status-changed|control-alt-delete))\b")


@pytest.fixture(scope="module", params=("el6", "ubuntu1404"))
def host(request: pytest.FixtureRequest) -> tuple[Directory, list[Change], set[str]]:
    """The tree with its changes, those, and the jobs that were waited for in vain before them."""
    top = Path(tempfile.mkdtemp(prefix="upstart-"))
    found = facts.load(hosts.document(request.param, top))
    tree = Directory(str(top / request.param))
    plan = propose(found, request.param)
    assert plan.init == "sbin-init"
    before = dangling(tree)
    changes = adapt(found, plan, tree)
    tree.apply(changes)
    request.addfinalizer(lambda: shutil.rmtree(top))
    return tree, changes, before


def jobs(tree: Directory) -> dict[str, str]:
    """Name -> text, with what an override says after it, as upstart reads it."""
    place = Path(tree.root, JOBS)
    made = {path.stem: path.read_text() for path in sorted(place.glob("*.conf"))}
    for path in sorted(place.glob("*.override")):
        made[path.stem] += path.read_text()
    return made


def dangling(tree: Directory) -> set[str]:
    """Jobs that another one waits for and that are not there."""
    known = jobs(tree)
    waited = {
        name
        for text in known.values()
        for line in text.splitlines()
        if line.startswith("start on")
        for name in OF_JOBS.findall(line)
    }
    return waited - set(known)


def test_every_job_waits_for_one_that_is_there(
    host: tuple[Directory, list[Change], set[str]],
) -> None:
    tree, _, before = host
    assert dangling(tree) <= before


def test_every_job_of_ours_is_one_that_upstart_reads(
    host: tuple[Directory, list[Change], set[str]],
) -> None:
    """Its stanzas are known, its events are of init or of jobs, its programs of ours are there."""
    tree, changes, _ = host
    ours = [change for change in changes if change.path.startswith(f"/{JOBS}/")]
    assert {"migrator-stop.conf", "migrator-halt.conf"} <= {Path(one.path).name for one in ours}
    for change in ours:
        script = False
        for line in change.content.decode().splitlines():
            script = script and line.strip() != "end script"
            if script or not line.strip() or line.lstrip().startswith(("#", "end script")):
                continue
            assert STANZA.match(line) or BLOCK.match(line) or line[0].isspace(), (change.path, line)
            script = bool(re.match(r"(\S+ )?script\b", line))
            program = re.match(r"exec (/usr/lib/migrator/\S+)", line)
            assert not program or tree.exists(program[1]), (change.path, line)
            if "migrator-" in change.path and line.startswith("start on"):
                assert OF_INIT.match(line) or OF_JOBS.search(line), (change.path, line)


def test_an_override_has_a_job_to_override(
    host: tuple[Directory, list[Change], set[str]],
) -> None:
    tree, *_ = host
    place = Path(tree.root, JOBS)
    lone = [path for path in place.glob("*.override") if not path.with_suffix(".conf").exists()]
    assert lone == []
