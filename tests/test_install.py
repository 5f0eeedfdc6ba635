"""What a user installs: the wheel in an empty environment, and the collection by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_style import tracked

TOP = Path(__file__).resolve().parents[1]
PLAIN = {"HOME": os.environ.get("HOME", "/root"), "LANG": "C.UTF-8"}  # nothing of the clone's


def run(place: Path, *words: object, path: Path | None = None) -> str:
    """What the command says; its failure is the test's."""
    environment = {**PLAIN, "PATH": f"{path}:/usr/bin:/bin" if path else "/usr/bin:/bin"}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it asks for, nothing else."""
    place = tmp_path_factory.mktemp("installed")
    run(place, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", place, TOP)
    run(place, sys.executable, "-m", "venv", place / "venv")
    (wheel,) = place.glob("migrator-*.whl")
    run(place, place / "venv/bin/pip", "install", "-q", wheel, "-c", TOP / "requirements.lock")
    return place / "venv/bin"


def test_a_host_is_read_with_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    run(tmp_path, installed / "migrator", "init", ".", path=installed)
    hosts = "{all: {children: {sources: {hosts: {here: {ansible_connection: local}}}}}}"
    (tmp_path / "inventory/hosts.yml").write_text(hosts)
    said = run(
        tmp_path,
        installed / "ansible-playbook",
        "migrate.yml",
        *("--tags", "discover,assess,plan"),
        path=installed,
    )
    assert "failed=0" in said
    assert {"facts.json", "plan.yml"} <= {path.name for path in (tmp_path / "work/here").iterdir()}
    page = run(tmp_path, installed / "migrator", "assess", "here", "--format", "html")
    assert "<!doctype html>" in page[:20].lower()


@pytest.mark.parametrize("name", ["migrator_stage", "rich_container"])
def test_ansible_explains_the_modules_of_the_wheel(
    installed: Path, tmp_path: Path, name: str
) -> None:
    said = run(tmp_path, installed / "ansible-doc", "-j", f"migrator.toolkit.{name}")
    assert "options" in json.loads(said)[f"migrator.toolkit.{name}"]["doc"]


def test_nothing_of_the_package_stays_behind(installed: Path) -> None:
    (wheel,) = installed.parents[1].glob("migrator-*.whl")
    there = set(zipfile.ZipFile(wheel).namelist())
    collection = "ansible_collections/migrator/toolkit"
    places = {
        "migrator": "migrator",
        "templates": "migrator/_content/templates",
        "roles": f"{collection}/roles",
        "playbooks": f"{collection}/playbooks",
    }
    wanted = {
        str(place / path.relative_to(TOP / top))
        for top, place in ((top, Path(place)) for top, place in places.items())
        for path in tracked(top)
    }
    assert wanted - there == set()


def test_the_collection_can_stand_alone(installed: Path, tmp_path: Path) -> None:
    """Links become files, as for whoever gets it from a server of collections."""
    source = tmp_path / "toolkit"
    shutil.copytree(TOP / "ansible_collections/migrator/toolkit", source)
    galaxy = installed / "ansible-galaxy"
    run(source, galaxy, "collection", "build", "--output-path", tmp_path)
    (archive,) = tmp_path.glob("migrator-toolkit-*.tar.gz")
    place = tmp_path / "collections"
    run(tmp_path, galaxy, "collection", "install", "--offline", "--force", archive, "-p", place)
    names = {path.name for path in (place / "ansible_collections/migrator/toolkit").iterdir()}
    assert {"roles", "playbooks", "plugins", "meta", "README.md", "MANIFEST.json"} <= names
    (tmp_path / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {place}\n")
    said = run(tmp_path, installed / "ansible-doc", "-t", "role", "-l", "migrator.toolkit")
    assert "migrator.toolkit.launch" in said
    where = run(tmp_path, installed / "ansible-doc", "migrator.toolkit.migrator_stage")
    assert str(place) in where
