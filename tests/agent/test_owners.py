from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent.files import Root
from migrator.agent.owners import owners, unaliased
from tests.agent import rpms
from tests.agent.trees import grown

INFO = "var/lib/dpkg/info"
LISTS = {
    f"{INFO}/bash.list": "/.\n/bin\n/bin/bash\n/usr/share/doc/b\udcff\n",
    f"{INFO}/libc6:amd64.list": "/lib/x86_64-linux-gnu/libc.so.6\n/usr/sbin/ldconfig\n",
    f"{INFO}/bash.md5sums": "not a list\n",
}


def test_owners_of_dpkg(tmp_path: Path) -> None:
    assert owners(Root(grown(tmp_path, LISTS))) == {
        b".": b"bash",
        b"bin": b"bash",
        b"bin/bash": b"bash",
        b"usr/share/doc/b\xff": b"bash",
        b"lib/x86_64-linux-gnu/libc.so.6": b"libc6",
        b"usr/sbin/ldconfig": b"libc6",
    }


def test_a_merged_usr_is_named_once(tmp_path: Path) -> None:
    for name in ("bin", "lib"):
        (tmp_path / name).symlink_to(f"usr/{name}")
    (tmp_path / "sbin").symlink_to("/usr/sbin")
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr/sbin").symlink_to("bin")
    found = owners(Root(grown(tmp_path, LISTS)))
    assert {b"usr/bin/bash", b"usr/lib/x86_64-linux-gnu/libc.so.6", b"usr/bin/ldconfig"} < {*found}
    assert unaliased(Root(str(tmp_path)))(b"sbin/init") == b"usr/bin/init"


def test_a_diverted_path_belongs_to_its_diverter(tmp_path: Path) -> None:
    lists = {
        f"{INFO}/dash.list": "/bin/sh\n",
        f"{INFO}/mksh.list": "/bin/sh\n/bin/other\n",
        f"{INFO}/a.list": "/bin/other\n",
        "var/lib/dpkg/diversions": (
            "/bin/sh\n/bin/sh.distrib\ndash\n/bin/other\n/bin/other.local\n:\n"
        ),
    }
    assert owners(Root(grown(tmp_path, lists))) == {
        b"bin/sh": b"dash",
        b"bin/sh.distrib": b"mksh",
        b"bin/other.local": b"mksh",
    }


def test_the_database_is_the_one_that_dpkg_divert_writes(tmp_path: Path) -> None:
    grown(tmp_path, {f"{INFO}/tool.list": "/usr/bin/tool\n", "var/lib/dpkg/status": ""})
    divert = ["dpkg-divert", "--admindir", tmp_path / "var/lib/dpkg", "--local", "--no-rename"]
    subprocess.run([*divert, "--add", "/usr/bin/tool"], check=True, capture_output=True)
    assert owners(Root(str(tmp_path))) == {b"usr/bin/tool.distrib": b"tool"}


def test_only_some_paths_can_be_asked_for(tmp_path: Path) -> None:
    found = owners(Root(grown(tmp_path, LISTS)), re.compile(rb"usr/"))
    assert set(found) == {b"usr/share/doc/b\xff", b"usr/sbin/ldconfig"}


def test_owners_of_rpm(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.fail("this test installs packages in a directory: run it as root")
    found = owners(Root(str(rpms.install(tmp_path))))
    assert (found[b"usr/bin/app"], found[b"var/log/app.log"]) == (b"app", b"app")
    assert len(found) == 10


def test_a_database_that_cannot_be_read_has_no_owners(tmp_path: Path) -> None:
    files = {"var/lib/rpm/Packages.db": "RpmP", **LISTS}
    assert len(owners(Root(grown(tmp_path, files)))) == 6


@given(st.lists(st.binary(min_size=1, max_size=9).filter(lambda name: b"\n" not in name)))
def test_names_of_any_bytes_have_an_owner(names: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Path(top) / INFO
        place.mkdir(parents=True)
        (place / "p.list").write_bytes(b"".join(b"/usr/" + name + b"\n" for name in names))
        assert owners(Root(top)) == {b"usr/" + name: b"p" for name in names}
