"""Golden hosts adapted as a whole, checked without a boot: most of them cannot boot here.

What is changed of each stands in ``golden/<host>``; ``python -m tests.adapt.test_golden`` writes it
anew: read the difference before you commit it.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from migrator import facts
from migrator.adapt import Change, adapt
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.plan.propose import propose
from tests import hosts
from tests.trees import Directory

GOLDEN = Path(__file__).parent / "golden"
# Their changes follow from other tests.
APART = ("jobs", "rsyslog", "syslogng", "logs", "inits")
HOSTS = [name for name in hosts.HOSTS if name != "lamp"]
SYSTEMD = [name for name in HOSTS if name not in ("el6", "sles11", "ubuntu1404")]
# The trees are cut: systemd's own units are not in them, nor are most programs.
LACKING = re.compile(r"Unit \S+\.(target|slice) not found|No such file or directory$|is masked")
UNITS = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")


@functools.cache
def adapted(name: str) -> tuple[Facts, Plan, Directory, list[Change], set[str], str]:
    """The tree with its changes; what dangled in it before, and what systemd said of it."""
    top = Path(tempfile.mkdtemp(prefix=f"golden-{name}-"))
    found = facts.load(hosts.document(name, top))
    plan = propose(found, name)
    plan = replace(plan, adapt={**plan.adapt, **dict.fromkeys(APART, False)})
    tree = Directory(str(top / name))
    dangling, said = dangles(tree), verified(tree)
    changes = adapt(found, plan, tree)
    tree.apply(changes)
    return found, plan, tree, changes, dangling, said


@pytest.fixture(scope="module", autouse=True)
def _clean() -> object:
    yield
    for name in HOSTS:
        shutil.rmtree(Path(adapted(name)[2].root).parent, ignore_errors=True)
    adapted.cache_clear()


def listed(name: str) -> str:
    changes = adapted(name)[3]
    return "".join(f"{one.subject:9} {one.action:6} {one.path}\n" for one in changes)


def dangles(tree: Directory) -> set[str]:
    """Links of units that lead nowhere inside the tree, but for masks."""
    found = set()
    for place in UNITS:
        for path in Path(tree.root, place).rglob("*"):
            inside = "/" + str(path.relative_to(tree.root))
            leads = path.is_symlink() and str(path.readlink()) != "/dev/null"
            if leads and not tree.at(inside).exists():
                found.add(inside)
    return found


def verified(tree: Directory) -> str:
    """What systemd says of all service units that are files of the administrator."""
    place = Path(tree.root, UNITS[0])
    names = sorted(
        path.name
        for path in place.glob("*.service")
        if path.is_file() and not path.is_symlink() and "@" not in path.name
    )
    if not names or not shutil.which("systemd-analyze"):
        return ""
    command = ["systemd-analyze", "verify", "--man=no", f"--root={tree.root}", *names]
    return subprocess.run(command, capture_output=True, text=True).stderr


@pytest.mark.parametrize("name", HOSTS)
def test_what_changes_of_a_host_is_known(name: str) -> None:
    assert listed(name) == (GOLDEN / name).read_text()


@pytest.mark.parametrize("name", HOSTS)
def test_adapting_again_changes_nothing(name: str) -> None:
    found, plan, tree, *_ = adapted(name)
    assert adapt(found, plan, tree) == []


@pytest.mark.parametrize("name", HOSTS)
def test_no_link_of_a_unit_is_left_dangling(name: str) -> None:
    """Statically: every link that starts a unit leads to one, or did not before either."""
    _, _, tree, changes, dangling, _ = adapted(name)
    assert dangles(tree) <= dangling
    for change in changes:
        if change.action == "link" and ".wants/" in change.path:
            assert tree.at(change.path).exists(), change.path


@pytest.mark.parametrize("name", SYSTEMD)
def test_systemd_says_nothing_new(name: str) -> None:
    """Statically, by the systemd that is here."""
    _, _, tree, _, _, before = adapted(name)
    known = set(before.splitlines())
    fresh = [line for line in verified(tree).splitlines() if line not in known]
    assert [line for line in fresh if not LACKING.search(line)] == []


@pytest.mark.parametrize("name", HOSTS)
def test_nothing_that_serves_is_masked(name: str) -> None:
    """Each mask is of a service of the machine, and of one that the host has."""
    found, plan, _, changes, _, _ = adapted(name)
    for change in changes:
        if change.target == "/dev/null":
            unit = change.path.rpartition("/")[2]
            assert found.unit(unit) is not None
            assert plan.services[unit].decision == "mask"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for host in sys.argv[1:] or HOSTS:
        (GOLDEN / host).write_text(listed(host))
        shutil.rmtree(Path(adapted(host)[2].root).parent)
