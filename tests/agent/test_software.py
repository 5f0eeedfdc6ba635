from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import software
from migrator.agent.host import Host
from migrator.agent.software import modules, trees
from tests.agent.trees import grown

SITE = "usr/lib/python3/dist-packages"
VENV = "opt/shop/venv/lib/python3.9/site-packages"
TREE = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\nshop:x:1000:1000::/:/bin/sh\n",
    "etc/group": "root:x:0:\nshop:x:1000:\n",
    "var/lib/dpkg/info/python3-yaml.list": (
        f"/{SITE}/PyYAML-6.0.egg-info\n/{SITE}/six-1.16.dist-info/METADATA\n/opt/vendor/bin/tool\n"
    ),
    f"{SITE}/PyYAML-6.0.egg-info": "Metadata-Version: 1.2\nName: PyYAML\nVersion: 6.0\n",
    f"{SITE}/six-1.16.dist-info/METADATA": "Name: six\nVersion: 1.16\n",
    "usr/local/lib/python3.9/dist-packages/requests-2.31.dist-info/METADATA": (
        "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n\nName: not a header\n"
    ),
    "usr/lib/python2.7/site-packages/old_tool-0.1-py2.7.egg-info/PKG-INFO": "Name: old-tool\n",
    "usr/lib/python2.7/site-packages/bare-1.2-py2.7.egg-info": "",
    f"{VENV}/Flask-2.0.dist-info/METADATA": "Name: Flask\nVersion: 2.0\n",
    f"{VENV}/easy-3-py3.9.egg/EGG-INFO/PKG-INFO": "Name: easy\nVersion: 3\n",
    f"{VENV}/flask/app.py": "print()\n",
    "usr/lib/node_modules/pm2/package.json": '{"name": "pm2", "version": "5.3.0"}',
    "usr/lib/node_modules/pm2/node_modules/dep/package.json": '{"name": "dep"}',
    "usr/local/lib/node_modules/@scope/tool/package.json": '{"name": "@scope/tool"}',
    "usr/local/lib/node_modules/broken/package.json": "{",
    "srv/app/node_modules/private/package.json": '{"name": "private"}',
    "var/lib/gems/2.7.0/specifications/puma-5.6.4.gemspec": "Gem::Specification.new\n",
    "opt/vendor/bin/tool": "#!/bin/sh\n",
    "opt/shop/bin/shop": "#!/bin/sh\n",
    "opt/readme": "loose\n",
}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    grown(tmp_path, TREE)
    (tmp_path / "opt/shop/bin/shop").chmod(0o755)
    os.chown(tmp_path / "opt/shop", 1000, 1000)
    os.chown(tmp_path / "srv/app", 4242, 0)
    return tmp_path


def read(top: Path) -> tuple[dict[str, Any], Host]:
    host = Host(str(top))
    found = software.read(host, {})
    assert not host.failures
    return found, host


def test_modules_are_those_that_no_package_owns(top: Path) -> None:
    found, host = read(top)
    rows = [(row["manager"], row["name"], row["version"], row["place"]) for row in found["modules"]]
    assert sorted(rows) == [
        ("gem", "puma", "5.6.4", "/var/lib/gems/2.7.0"),
        ("npm", "@scope/tool", "", "/usr/local/lib/node_modules"),
        ("npm", "broken", "", "/usr/local/lib/node_modules"),
        ("npm", "pm2", "5.3.0", "/usr/lib/node_modules"),
        ("pip", "Flask", "2.0", f"/{VENV}"),
        ("pip", "bare", "1.2", "/usr/lib/python2.7/site-packages"),
        ("pip", "easy", "3", f"/{VENV}"),
        ("pip", "old-tool", "0.1", "/usr/lib/python2.7/site-packages"),
        ("pip", "requests", "2.31.0", "/usr/local/lib/python3.9/dist-packages"),
    ]
    assert [row["raw"] for row in host.unparsed] == ["{"]
    flask = next(row for row in found["modules"] if row["name"] == "Flask")
    assert flask["where"] == f"/{VENV}/Flask-2.0.dist-info/METADATA"


def test_trees_count_what_no_package_owns(top: Path) -> None:
    found, _ = read(top)
    assert [(row["path"], row["files"], row["user"]) for row in found["trees"]] == [
        ("/opt", 1, "root"),
        ("/opt/shop", 4, "shop"),
        ("/srv/app", 1, "4242"),
        ("/usr/local/lib", 3, "root"),
    ]
    shop = found["trees"][1]
    sizes = [len(text) for name, text in TREE.items() if name.startswith("opt/shop")]
    assert (shop["group"], shop["bytes"], shop["limited"]) == ("shop", sum(sizes), False)
    assert shop["programs"] == ["/opt/shop/bin/shop"]


def test_a_large_tree_is_left_and_the_next_one_read(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MOST_FILES", 2)
    for number in range(9):
        grown(top, {f"opt/large/{number}/file": ""})
    found, _ = read(top)
    rows = {row["path"]: (row["files"], row["limited"]) for row in found["trees"]}
    assert rows["/opt/large"] == (2, True)
    assert rows["/srv/app"] == (1, False)


def test_programs_of_note_are_few_and_near_the_top(top: Path) -> None:
    for number in range(40):
        name = f"opt/many/deep/down/{number:02}"
        grown(top, {name: "", f"opt/many/{number:02}.so": ""})
        (top / name).chmod(0o755)
        (top / f"opt/many/{number:02}.so").chmod(0o755)
    grown(top, {"opt/many/start": ""})
    (top / "opt/many/start").chmod(0o755)
    found, _ = read(top)
    many = next(row for row in found["trees"] if row["path"] == "/opt/many")
    assert len(many["programs"]) == 8
    assert many["programs"][:2] == ["/opt/many/start", "/opt/many/deep/down/00"]


def test_the_number_of_modules_is_bounded(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modules, "MOST", 2)
    host = Host(str(top))
    assert len(software.read(host, {})["modules"]) == 2
    assert [row["kind"] for row in host.failures] == ["limited"]


PLACES = [
    "usr/lib/python3/dist-packages/a-1.dist-info/METADATA",
    "usr/lib/python3/dist-packages/a-1.egg-info",
    "usr/lib/node_modules/a/package.json",
    "srv/gems/specifications/a-1.gemspec",
]


@pytest.mark.parametrize("name", PLACES)
@given(content=st.binary(max_size=200))
def test_any_description_is_a_module(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Path(top) / name
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        host = Host(top)
        found = software.read(host, {})["modules"]
    assert not host.failures
    assert len(found) == 1 and found[0]["name"]


WORD = st.text("abcXYZ-_.09é", min_size=1, max_size=9)


@given(WORD, WORD)
def test_names_and_versions_come_from_the_description(name: str, version: str) -> None:
    said = {"name": name, "version": version}
    files = {
        PLACES[
            0
        ]: f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: x\n\nName: y",
        PLACES[2]: json.dumps(said),
    }
    with tempfile.TemporaryDirectory() as top:
        found = software.read(Host(grown(Path(top), files)), {})["modules"]
    assert [{key: row[key] for key in said} for row in found] == [said, said]
