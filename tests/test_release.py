"""What is released: the lock is fresh, versions agree, and the same commit gives the same bytes."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from migrator import __version__
from tests.test_style import BIN, TOP, tracked

GALAXY = TOP / "ansible_collections/migrator/toolkit/galaxy.yml"


def locked() -> dict[str, str]:
    """Version by name."""
    lines = (TOP / "requirements.lock").read_text().splitlines()
    rows = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in rows}


def test_the_lock_has_what_is_asked_for() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, asked):
        version = locked().get(canonicalize_name(requirement.name), "")
        assert version in requirement.specifier, requirement


def test_the_lock_is_complete() -> None:
    """No package of it asks for one that it lacks: what is tested is what the lock says."""
    names = locked().keys()
    for name in names:
        for needed in map(Requirement, importlib.metadata.requires(name) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in names, f"{name} needs {needed}"


def test_package_and_collection_have_one_version() -> None:
    assert yaml.safe_load(GALAXY.read_text())["version"] == __version__


def release(place: Path) -> dict[str, str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    command = [place / ".ci/release"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    made = (place / "dist/release").iterdir()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made}


def test_the_same_commit_gives_the_same_bytes(tmp_path: Path) -> None:
    """In a directory of its own, a second time with other times and a stricter umask."""
    for path in tracked():
        copy = tmp_path / path.relative_to(TOP)
        if {"tests", "lab", "bench"} & set(copy.relative_to(tmp_path).parts[:1]):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy, follow_symlinks=False)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    first = release(tmp_path)
    assert {Path(name).suffix for name in first} == {".whl", ".gz", ".json", ".md"}
    (tmp_path / "roles/launch/tasks/main.yml").touch()
    before = os.umask(0o077)
    try:
        assert release(tmp_path) == first
    finally:
        os.umask(before)
