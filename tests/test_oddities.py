"""The odd corners of a file system: on a volume, and in an image that umoci unpacks."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from migrator import image, ledger, snapshot
from migrator.plan import PathChoice, Plan
from migrator.progress import Silent
from migrator.runtime import unpack
from migrator.store import Store
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus
from tests.test_snapshot import walk

pytestmark = pytest.mark.lab
NAMES = (
    *(b"a\tb", b"-rf", b" lead", b"trail ", b"x" * 255, b"back\\slash", b"\xe9\xff", b"A", b"a"),
    *(
        b"{{ x }}",
        b"$(id)",
        b"\x1b[31mred",
        "\N{GRINNING FACE}".encode(),
        b"...",
        b"#a",
        b"%s",
        b"*",
    ),
    *(unicodedata.normalize(form, "é").encode() for form in ("NFC", "NFD")),
)
SIZES = (0, 1, 511, 512, 513, 65_535, 65_536, (1 << 20) + 1)
TIMES = (-1, 0, 1_999_999_999, 4_300_000_000 * 10**9 + 5, 9_000_000_000 * 10**9)  # ns
OWNERS = (0, 2_097_152, 0o7777777 + 1, (1 << 32) - 2)
V3 = bytes.fromhex("010000030020000000000000000000000000000010270000")  # for the root of user 10000
ACL = bytes.fromhex(
    "0200000001000700ffffffff02000600d204000004000500ffffffff10000700ffffffff20000500ffffffff"
)


def make(top: Path) -> None:
    top.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        (top / os.fsdecode(name)).write_bytes(b"%d" % number)
    for size in SIZES:
        (top / f"size-{size}").write_bytes(os.urandom(size))
    for number, owner in enumerate(OWNERS):
        (top / f"owner-{number}").touch()
        os.chown(top / f"owner-{number}", owner, OWNERS[-1 - number])
    for number, mode in enumerate((0o000, 0o4711, 0o2755, 0o1777, 0o7777)):
        (top / f"mode-{number}").mkdir()
        (top / f"mode-{number}").chmod(mode)
    for number, target in enumerate(("none", "/etc", "loop-4", "../../../..", "t" * 4095)):
        (top / f"link-{number}").symlink_to(target)
    (top / "loop-4").symlink_to("loop-4")
    os.link(top / "link-0", top / "link-again", follow_symlinks=False)
    (top / "sub").mkdir()
    os.link(top / "size-512", top / "sub/size-too")
    special(top)


def special(top: Path) -> None:
    """Devices, holes, attributes, depth and times."""
    os.mkfifo(top / "fifo")
    os.mknod(top / "block", 0o060640, os.makedev(7, 300))
    for name, parts in {"end": [(0, 9)], "many": [(n << 17, 7) for n in range(300)]}.items():
        with (top / f"holes-{name}").open("wb") as handle:
            for at, size in parts:
                handle.seek(at)
                handle.write(b"\1" * size)
            handle.truncate(1 << 26)
    with (top / "huge").open("wb") as handle:
        handle.truncate(9 << 30)
    for name, value in (("user.nul", b"a\0b\0"), ("user.large", bytes(3000)), ("trusted.t", b"1")):
        os.setxattr(top / "size-1", name, value)
    os.setxattr(top / "size-513", "security.capability", V3)
    os.setxattr(top / "sub", "system.posix_acl_default", ACL)
    os.setxattr(top / "sub", "system.posix_acl_access", ACL)
    here = os.open(top, os.O_RDONLY)
    for _ in range(30):  # 3,630 bytes: with its place in front it must stay below 4,096
        os.mkdir("d" * 120, dir_fd=here)
        here, above = os.open("d" * 120, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    for number, moment in enumerate(TIMES):
        (top / f"time-{number}").touch()
        os.utime(top / f"time-{number}", ns=(moment, moment))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("odd")
    make(place / "source/opt/odd")
    return place / "source"


def take(root: Path, place: Path, plan: Plan) -> Workdir:
    work = Workdir(place / "work", "old")
    make_private(work.path)
    with corpus.here() as carrier:
        snapshot.take(carrier, plan, build.facts(root=str(root)), work, Silent())
    return work


def assert_same(left: Path, right: Path) -> None:
    wanted, found = walk(left), walk(right)
    assert list(wanted) == list(found)
    for path, entry in wanted.items():
        rows = [ledger.row(item, "", "") for item in (entry, found[path])]
        groups = [row.pop("group", None) for row in rows]
        assert rows[0] == rows[1]
        assert entry.kind != "f" or bool(groups[0]) == bool(groups[1])
        if entry.kind == "f" and entry.size < 1 << 30:
            assert (left / path[1:]).read_bytes() == (right / path[1:]).read_bytes(), path


def test_a_volume_has_all_of_it(root: Path, tmp_path: Path) -> None:
    work = take(root, tmp_path, build.plan(paths={"/opt/odd": PathChoice("volume")}))
    blob = snapshot.load(work).volumes["/opt/odd"]
    (tmp_path / "there").mkdir()
    with Store(work.store).blob(blob.digest).open("rb") as handle:
        unpack.extract(unpack.Checked(handle, blob.digest), tmp_path / "there")
    assert_same(root / "opt/odd", tmp_path / "there")
    assert (tmp_path / "there/huge").stat().st_blocks == 0


def test_umoci_finds_all_of_it_in_an_image(root: Path, tmp_path: Path) -> None:
    """What engines cannot write is left out: zeros for the holes of nine gigabytes."""
    huge = {"/opt/odd/huge": PathChoice("exclude")}
    work = take(root, tmp_path, build.plan(paths=huge))
    image.build(work, build.plan(), build.facts(), ())
    command = ["umoci", "unpack", "--image", f"{work.store}:old", tmp_path / "bundle"]
    subprocess.run(command, check=True, capture_output=True)
    found = walk(tmp_path / "bundle/rootfs/opt/odd")
    wanted = walk(root / "opt/odd")
    wanted.pop("/huge")
    assert list(found) == list(wanted)
    for path, entry in wanted.items():
        rows = [ledger.row(item, "", "") for item in (entry, found[path])]
        for row in rows:
            row.pop("group", None), row.pop("sparse", None)
        assert rows[0] == rows[1]
