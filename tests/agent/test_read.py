"""Contents: exact, and honest about what happened to a file while it was read."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrator.agent.source import SMALL, Source
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from tests.agent.wire import contents_of, walked


def files(top: Path) -> list[Entry]:
    return [item for item in walked(top) if isinstance(item, Entry) and item.kind == "f"]


def disturb(monkeypatch: pytest.MonkeyPatch, changes: list[Callable[[], object]]) -> None:
    """Make one of the changes at each reading, after its first piece."""
    original = Source.pieces

    def pieces(self: Source) -> Iterator[bytes]:
        for number, piece in enumerate(original(self)):
            if number == 0 and changes:
                changes.pop(0)()
            yield piece

    monkeypatch.setattr(Source, "pieces", pieces)


def only(top: Path) -> tuple[Content, bytes]:
    ((answer, data),) = contents_of(top, files(top))
    assert isinstance(answer, Content)
    return answer, data


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, SMALL, SMALL + 1, 3 * SMALL])
def test_any_size_arrives(tmp_path: Path, size: int) -> None:
    wanted = os.urandom(size)
    (tmp_path / "file").write_bytes(wanted)
    answer, data = only(tmp_path)
    assert data == wanted
    assert not answer.changed
    assert answer.entry == files(tmp_path)[0]


def test_contents_come_in_the_order_of_asking_whatever_their_size(tmp_path: Path) -> None:
    for number in range(300):
        place = tmp_path / f"d{number % 7}/e"
        place.mkdir(parents=True, exist_ok=True)
        size = SMALL + 5 if number % 50 == 3 else number * 3
        (place / str(number)).write_bytes(bytes([number % 251]) * size)
    wanted = files(tmp_path)[::-1]
    answers = contents_of(tmp_path, wanted)
    assert [data for _, data in answers] == [
        (tmp_path / os.fsdecode(entry.path)).read_bytes() for entry in wanted
    ]


def test_more_than_four_gigabytes_of_which_little_is_data(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as handle:
        handle.seek(5 << 30)
        handle.write(b"end")
        handle.truncate(9 << 30)
    answer, data = only(tmp_path)
    assert answer.entry.size == 9 << 30
    assert answer.entry.segments == ((5 << 30, 4096),)
    assert data.rstrip(b"\0") == b"end"


def test_a_small_file_that_is_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"before")
    disturb(monkeypatch, [lambda: path.write_bytes(b"after it")])
    answer, data = only(tmp_path)
    assert (data, answer.changed, answer.entry.size) == (b"after it", False, 8)


def test_a_small_file_that_is_replaced_comes_with_its_new_attributes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "config", tmp_path / "other"
    path.write_bytes(b"before")
    wanted = files(tmp_path)
    other.write_bytes(b"new")
    other.chmod(0o600)
    os.setxattr(other, "user.origin", b"x")
    disturb(monkeypatch, [lambda: other.rename(path)])
    ((answer, data),) = contents_of(tmp_path, wanted)
    assert isinstance(answer, Content)
    assert (data, answer.changed, answer.entry.mode) == (b"new", False, 0o600)
    assert answer.entry.xattrs == ((b"user.origin", b"x"),)


def test_a_file_that_never_rests_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    changes = [lambda n=n: path.write_bytes(b"x" * n) for n in range(2, 9)]
    disturb(monkeypatch, list(changes))
    answer, data = only(tmp_path)
    assert answer.changed
    assert data == b"x" * answer.entry.size


@pytest.mark.parametrize("size", [5, 2 * SMALL])
def test_a_large_file_that_is_written_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "database"
    path.write_bytes(b"x" * (2 * SMALL - 5))
    disturb(monkeypatch, [lambda: os.truncate(path, size)])
    answer, data = only(tmp_path)
    assert (data, answer.changed) == (path.read_bytes(), False)


def test_a_large_file_that_never_rests_has_the_announced_size_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "database"
    path.write_bytes(b"x" * (2 * SMALL - 5))
    grown = b"x" * 3 * SMALL

    def grow() -> None:
        path.write_bytes(grown)

    disturb(monkeypatch, [grow, grow, lambda: os.truncate(path, 5)])
    answer, data = only(tmp_path)
    assert answer.changed
    assert len(data) == 3 * SMALL
    assert set(data) <= {0, ord("x")}


def test_a_large_file_that_vanished_while_it_changed_is_kept_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (SMALL + 1))
    disturb(monkeypatch, [path.unlink])
    answer, data = only(tmp_path)
    assert (data, answer.changed) == (b"x" * (SMALL + 1), True)


@pytest.mark.parametrize("size", [0, 7, SMALL + 1])
def test_what_the_controller_has_is_not_sent(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    wanted = files(tmp_path)
    digest = hashlib.sha256(content).digest()
    ((known, data),) = contents_of(tmp_path, wanted, digest)
    assert isinstance(known, Content)
    assert (known.entry, known.digest, data) == (wanted[0], digest, b"")
    ((other, data),) = contents_of(tmp_path, wanted, b"?" * 32)
    assert isinstance(other, Content)
    assert (other.digest, data) == (b"", content)


def test_a_disk_error_is_the_files_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad").write_bytes(b"x" * (SMALL + 1))
    (tmp_path / "good").write_bytes(b"y")

    def broken() -> None:
        raise OSError(5, "Input/output error")

    disturb(monkeypatch, [broken])
    (bad, _), (good, data) = contents_of(tmp_path, files(tmp_path))
    assert isinstance(bad, Content)
    assert bad.failure == "Input/output error"
    assert isinstance(good, Content)
    assert (data, good.failure) == (b"y", "")


def test_what_vanished_or_is_something_else_is_named(tmp_path: Path) -> None:
    for name in ("gone", "directory", "link", "fifo", "device", "kept", "in/side"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    wanted = files(tmp_path)
    for entry in wanted:
        if entry.path != b"kept":
            (tmp_path / os.fsdecode(entry.path)).unlink()
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to("kept")
    os.mkfifo(tmp_path / "fifo")
    os.mknod(tmp_path / "device", 0o020600, os.makedev(1, 3))
    (tmp_path / "in").rmdir()
    (tmp_path / "in").symlink_to(tmp_path)
    reasons = {
        answer.path: answer.reason
        for answer, _ in contents_of(tmp_path, wanted)
        if isinstance(answer, Unreadable)
    }
    assert reasons == {
        b"gone": "No such file or directory",
        b"directory": "it is no regular file any more",
        b"link": "Too many levels of symbolic links",
        b"fifo": "it is no regular file any more",
        b"device": "it is no regular file any more",
        b"in/side": "Not a directory",
    }


def test_access_times_stay_and_flags_are_known(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    os.utime(path, ns=(1, 1))
    subprocess.run(["chattr", "+i", path], check=True)
    try:
        answer, _ = only(tmp_path)
        assert answer.entry.inode_flags == 0x10
        assert path.stat().st_atime_ns == 1
    finally:
        subprocess.run(["chattr", "-i", path], check=True)
