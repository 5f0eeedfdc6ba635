"""The proof that no secret is in a finished image: every byte of its layers is looked at.

The snapshot looks at most of them while it writes them. What a layer was found to hold is
remembered: only those are read again that were not looked at for just these secrets.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import multiprocessing
import re
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from migrator import ledger, looked
from migrator.blobs import workers
from migrator.errors import SecretLeft
from migrator.plan import Plan
from migrator.search import A_KEY, FEWEST, SHORTEST, Search
from migrator.store import Store
from migrator.store.codec import plain
from migrator.vault import Secrets
from migrator.workdir import Workdir, write_json

LINE = 24  # the same of one line
WORTH = 1 << 26  # bytes of layers for which it is worth to start processes
PIECE = 1 << 22  # bytes that are searched at once
# Where dependencies bring keys for their own tests, which everybody has.
PUBLIC = re.compile(
    r"/(?:node_modules|site-packages|dist-packages|vendor|gems|tests?|testdata|fixtures|docs?"
    r"|examples?)/"
)


@dataclass(frozen=True)
class Left:
    """Something secret in the image. ``layer``: its name, or the document that has it."""

    layer: str
    path: str
    what: str


@dataclass(frozen=True)
class Scan:
    secrets: int  # of the host, that must not be in the image
    layers: int
    read: int  # layers that nobody had looked at for these secrets
    left: tuple[Left, ...] = ()
    kept: tuple[Left, ...] = ()  # the plan says that they are a part of the image
    public: int = 0  # keys for tests, and keys that packages bring to every host

    def __str__(self) -> str:
        found = {item.what for item in self.left} - {A_KEY}
        keys = sum(item.what == A_KEY for item in self.left)
        more = f", {len(self.kept)} kept by the plan" if self.kept else ""
        public = f", {self.public} public ones" if self.public else ""
        return (
            f"{len(found)} of {self.secrets} secrets and {keys} private keys in"
            f" {self.layers} layers{more}{public}"
        )


def scan(
    work: Workdir, plan: Plan, layers: dict[str, str], secrets: Secrets, documents: Iterable[Path]
) -> Scan:
    """Scan ``layers`` (name -> digest) and ``documents`` of the image; scan.json has the account.

    Raises SecretLeft when something is found that the plan does not say.
    """
    contents = {path: base64.b64decode(row["data"]) for path, row in secrets.items()}
    search = Search(contents)
    known = looked.known(work, search.bundle)
    store = Store(work.store)
    new = [name for name, digest in layers.items() if digest not in known]
    found = _all_hits([store.blob(layers[name]) for name in new], search)
    known |= {layers[name]: hits for name, hits in zip(new, found, strict=True)}
    hits = [Left(name, *hit) for name, digest in layers.items() for hit in known[digest]]
    hits += _in_documents(documents, contents)
    hits += _short(ledger.lines(work.ledger), contents)
    done = _judged(hits, plan, Scan(len(secrets), len(layers), len(new)))
    looked.keep(work, search.bundle, {digest: known[digest] for digest in layers.values()})
    write_json(work.scan, asdict(done))
    if done.left:
        first = done.left[0]
        raise SecretLeft(
            f"{first.what} is in {first.path} of the image ({done})",
            f"let {work.plan} say of that path: secret, exclude or volume, then take a snapshot;"
            " or image, if it may be there. All of them are in " + str(work.scan),
        )
    return done


def _short(lines: Iterable[bytes], contents: dict[str, bytes]) -> Iterator[Left]:
    """What is too short to be searched for can still be the whole of a file. ``lines``: of the
    ledger."""
    short = {
        hashlib.sha256(data).hexdigest(): path
        for path, data in contents.items()
        if FEWEST <= len(data.strip()) < SHORTEST
    }
    for line in lines if short else ():
        if not any(digest.encode() in line for digest in short):
            continue
        row = json.loads(line)
        if row["fate"].startswith("layer") and row.get("digest") in short:
            layer = row["fate"].partition(" ")[2]
            yield Left(layer, row["path"], f"the content of {short[row['digest']]}")


def _judged(hits: Iterable[Left], plan: Plan, base: Scan) -> Scan:
    left, kept, public = [], [], 0
    for hit in hits:
        decided = plan.path_decision(hit.path) if hit.path.startswith("/") else None
        if decided and decided[1].decision == "image":
            kept.append(hit)
        elif hit.what == A_KEY and (hit.layer.startswith("packages") or PUBLIC.search(hit.path)):
            public += 1
        else:
            left.append(hit)
    return Scan(base.secrets, base.layers, base.read, tuple(left), tuple(kept), public)


def _all_hits(blobs: Sequence[Path], search: Search) -> list[list[tuple[str, str]]]:
    """Of each blob; of many bytes by several processes, which begin with the largest."""
    look = functools.partial(_hits, search=search)
    sizes = {blob: blob.stat().st_size for blob in blobs}
    if sum(sizes.values()) < WORTH:
        return list(map(look, blobs))
    order = sorted(sizes, key=lambda blob: -sizes[blob])
    with ProcessPoolExecutor(workers(), multiprocessing.get_context("fork")) as pool:
        found = dict(zip(order, pool.map(look, order), strict=True))
    return [found[blob] for blob in blobs]


def _hits(blob: Path, search: Search) -> list[tuple[str, str]]:
    """(path in the layer, what it is), once for each."""
    along = search.along(_gathered(plain(blob)))
    found = dict.fromkeys(hit for _, hits in along for hit in hits)
    return list(dict.fromkeys(_named(blob, found))) if found else []


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _named(blob: Path, found: Iterable[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """The same with the path whose content it is in; a header's own words are its path's."""
    waiting = sorted(found)
    stream = cast(Any, _Stream(plain(blob)))
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            end = member.offset_data + member.size
            while waiting and waiting[0][0] < end:
                yield "/" + member.name.removeprefix("./"), waiting.pop(0)[1]


class _Stream:
    """What tarfile reads from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int) -> bytes:
        parts = [self._rest]
        have = len(self._rest)
        while have < size and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]


def _in_documents(documents: Iterable[Path], contents: dict[str, bytes]) -> Iterator[Left]:
    """Documents are JSON and scripts, so a content would be there line by line."""
    lines = {
        line.strip(): path
        for path, data in contents.items()
        for line in data.splitlines()
        if len(line.strip()) >= LINE
    }
    for document in documents:
        text = document.read_bytes()
        for line, path in lines.items():
            if line in text or json.dumps(line.decode("latin-1"))[1:-1].encode() in text:
                yield Left(document.name, str(document), f"the content of {path}")
                break
