"""Unpack an archive of a layer or volume with every attribute, and never outside of its place."""

import contextlib
import gzip
import hashlib
import os
import tarfile
from pathlib import Path
from typing import IO, Any, Callable, Iterator, cast

from migrator.runtime.run import REMOTE_FAILED, Explained, filtered

CHUNK = 1 << 20
XATTR = "SCHILY.xattr."
ZSTD = b"\x28\xb5\x2f\xfd"  # what begins a frame of it
LABEL = "security.selinux"  # the target's own, unless the archive has one
Takes = Callable[[tarfile.TarInfo, Path], bool]


class Checked:
    """A stream that fails at its end unless it had the expected digest."""

    def __init__(self, stream: IO[bytes], digest: str) -> None:
        self._stream = stream
        self._digest = digest
        self._seen = hashlib.sha256()
        self._ahead = b""

    def read(self, size: int = -1) -> bytes:
        if self._ahead and size >= 0:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        data = self._stream.read(size)
        self._seen.update(data)
        ahead, self._ahead = self._ahead, b""
        return ahead + data

    def begins(self, magic: bytes) -> bool:
        """Asked before anything is read."""
        self._ahead = self.read(len(magic))
        return self._ahead == magic

    def finish(self) -> None:
        while self.read(CHUNK):
            pass
        if f"sha256:{self._seen.hexdigest()}" != self._digest:
            message = f"blob {self._digest} arrived damaged"
            raise Explained(message, "launch again", REMOTE_FAILED)


def _creates(member: tarfile.TarInfo, target: Path) -> bool:
    return False


def extract(stream: Checked, place: Path, takes: Takes = _creates) -> None:
    """Directories get their times last, after what is put into them. What ``takes`` has taken is
    not created."""
    directories = []
    with _plain(stream) as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
        for member in archive:
            target = _inside(place, member.name)
            if takes(member, target):
                continue
            _create(archive, member, target, place)
            _dress(member, target)
            if member.isdir():
                directories.append((target, member))
    stream.finish()
    for target, member in reversed(directories):
        _set_times(member, target)


@contextlib.contextmanager
def _plain(stream: Checked) -> Iterator[IO[bytes]]:
    """Python reads zstd from 3.14 on; the program does it on every target that has it."""
    if stream.begins(ZSTD):
        with filtered(["zstd", "--decompress", "--quiet", "--stdout"], stream) as plain:
            yield plain
            while plain.read(CHUNK):  # what pads the archive
                pass
        return
    yield cast(IO[bytes], gzip.GzipFile(fileobj=cast(Any, stream)))  # of all members


def _inside(place: Path, name: str) -> Path:
    """Never outside of the volume, and never through a symbolic link in it."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    target = place
    for part in parts:
        if part == ".." or target.is_symlink():
            raise Explained(
                f"the volume's blob names {name!r}", "take a new snapshot", REMOTE_FAILED
            )
        target = target / part
    return target


def _create(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, place: Path) -> None:
    if member.isdir():
        target.mkdir(exist_ok=True)
    elif member.issym():
        target.symlink_to(member.linkname)
    elif member.islnk():
        os.link(str(_inside(place, member.linkname)), str(target), follow_symlinks=False)
    elif member.isfifo():
        os.mkfifo(str(target))
    elif member.ischr() or member.isblk():
        kind = 0o020000 if member.ischr() else 0o060000
        os.mknod(str(target), kind, os.makedev(member.devmajor, member.devminor))
    else:
        _write(archive, member, target)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Only the parts that hold data are there and are written, so that holes stay holes."""
    source = archive.fileobj
    source.seek(member.offset_data)
    parts = getattr(member, "sparse", None) or [(0, member.size)]
    with target.open("wb") as handle:
        for offset, size in parts:
            handle.seek(offset)
            _copy(source, handle, size)
        handle.truncate(member.size)


def _copy(source: Any, handle: IO[bytes], size: int) -> None:
    while size:
        data = source.read(min(size, CHUNK))
        if not data:
            raise Explained("a volume's blob ends early", "launch again", REMOTE_FAILED)
        handle.write(data)
        size -= len(data)


def _dress(member: tarfile.TarInfo, target: Path) -> None:
    """Owner, mode, attributes, times: in this order, since a change of owner drops capabilities."""
    if member.islnk():
        return
    _strip(member, target)
    os.lchown(str(target), member.uid, member.gid)
    if not member.issym():
        target.chmod(member.mode)
    for key, value in member.pax_headers.items():
        if key.startswith(XATTR):
            data = value.encode("utf-8", "surrogateescape")
            os.setxattr(str(target), key[len(XATTR) :], data, follow_symlinks=False)
    _set_times(member, target)


def _strip(member: tarfile.TarInfo, target: Path) -> None:
    """What is new inherits the default ACL of its directory; a directory may be there already."""
    for name in os.listxattr(str(target), follow_symlinks=False):
        if name != LABEL and XATTR + name not in member.pax_headers:
            os.removexattr(str(target), name, follow_symlinks=False)


def _set_times(member: tarfile.TarInfo, target: Path) -> None:
    text = member.pax_headers.get("mtime", str(int(member.mtime)))
    seconds, _, rest = text.lstrip("-").partition(".")
    moment = int(seconds) * 10**9 + int(rest.ljust(9, "0")[:9] or 0)
    moment = -moment if text.startswith("-") else moment
    os.utime(str(target), ns=(moment, moment), follow_symlinks=False)
