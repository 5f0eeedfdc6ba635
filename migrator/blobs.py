"""The blobs of a snapshot: entries sorted into layers, volumes and secrets as contents come in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from migrator import ledger
from migrator.archive import Archive, Row, firsts
from migrator.carrier import Carrier
from migrator.contents import Content, contents
from migrator.entries import Entry, Unreadable
from migrator.errors import PlanInvalid
from migrator.layers import LAYERS, Fate, mount_point
from migrator.plan import Plan
from migrator.progress import Progress
from migrator.store import Layer, LayerWriter, Store
from migrator.workdir import Workdir, write_json

LARGEST_SECRET = 512_000  # bytes, what the engine's secrets hold
KEPT = ("layer", "volume", "secret")


class Taking:
    """The state of one snapshot while its contents stream in."""

    def __init__(
        self,
        work: Workdir,
        entries: list[Entry],
        decided: list[Fate],
        plan: Plan,
        progress: Progress,
        total: int,
    ) -> None:
        self._work, self._entries, self._fates = work, entries, decided
        self._progress, self._total, self._done = progress, total, 0
        self._store = Store(work.store)
        self._present: set[bytes] = set()  # directories in the current layer
        self._parents = {entry.path: entry for entry in entries if entry.kind == "d"}
        self.rows: dict[int, Row] = {}
        self._points: dict[tuple[str, str], list[tuple[Entry, Fate]]] = {}
        for number, (entry, fate) in enumerate(zip(entries, decided, strict=True)):
            if fate.kind not in KEPT:
                self.rows[number] = ledger.row(entry, fate.text, fate.rule)
            at = mount_point(entry, fate, plan)
            if at:
                self._points.setdefault((at.kind, at.name), []).append((entry, fate))

    def run(self, source: Carrier, root: str) -> tuple[dict[str, Layer], dict[str, Layer]]:
        volumes = sorted({fate.name for fate in self._fates if fate.kind == "volume"})
        groups = [Fate("layer", name) for name in LAYERS] + [Fate("volume", v) for v in volumes]
        numbers = {group: self._numbers(group) for group in (*groups, Fate("secret"))}
        asked = {group: firsts([self._entries[n] for n in numbers[group]]) for group in numbers}
        wanted = [
            self._entries[number]
            for group in numbers
            for number, first in zip(numbers[group], asked[group], strict=True)
            if first
        ]
        answers = contents(source, root, wanted)
        blobs = {
            group: self._blob(group, numbers[group], asked[group], answers) for group in groups
        }
        self._secrets(numbers[Fate("secret")], answers)
        for _ in answers:  # the stream ends well, or it raises here
            pass
        self.rows = dict(sorted(self.rows.items()))
        return (
            {group.name: blobs[group] for group in groups if group.kind == "layer"},
            {group.name: blobs[group] for group in groups if group.kind == "volume"},
        )

    def _numbers(self, group: Fate) -> list[int]:
        named = group.kind == "secret"
        return [
            number
            for number, fate in enumerate(self._fates)
            if fate.kind == group.kind and (named or fate.name == group.name)
        ]

    def _blob(
        self,
        group: Fate,
        numbers: list[int],
        asked: list[bool],
        answers: Iterator[Content | Unreadable],
    ) -> Layer:
        top = group.name.encode().lstrip(b"/") if group.kind == "volume" else b""
        self._present = set()
        with self._store.temporary() as handle:
            writer = LayerWriter(handle)
            archive = Archive(writer, top, self._tell)
            for number, first in zip(numbers, asked, strict=True):
                entry = self._entries[number]
                if group.kind == "layer":
                    self._complete(archive, entry)
                answer = next(answers) if first else None
                row = archive.add(entry, self._fates[number], answer)
                self.rows[number] = row
            self._mount_points(archive, group)
            made = writer.close()
            self._store.publish(handle, made.digest)
        return made

    def _complete(self, archive: Archive, entry: Entry) -> None:
        """Write the parents first: engines invent those that a layer lacks."""
        missing = []
        above = entry.path
        while above:
            above = above.rpartition(b"/")[0]
            if above in self._present or above not in self._parents:
                break
            missing.append(above)
        for path in reversed(missing):
            archive.write(self._parents[path])
            self._present.add(path)
        if entry.kind == "d":
            self._present.add(entry.path)

    def _mount_points(self, archive: Archive, group: Fate) -> None:
        for entry, fate in self._points.get((group.kind, group.name), ()):
            if group.kind == "layer":
                self._complete(archive, entry)
            kind = "f" if fate.kind == "secret" else "d"
            bare = replace(entry, kind=kind, mode=entry.mode or 0o755, size=0, segments=None)
            archive.write(bare)

    def _secrets(self, numbers: list[int], answers: Iterator[Content | Unreadable]) -> None:
        """Contents that go to the target as secrets of the engine, never into a layer."""
        found = {}
        for number in numbers:
            entry, fate = self._entries[number], self._fates[number]
            answer = next(answers)
            row = ledger.row(entry, fate.text, fate.rule)
            if isinstance(answer, Unreadable):
                self.rows[number] = {**row, "fate": "unreadable", "rule": answer.reason}
                continue
            data = b"".join(answer.pieces)
            if len(data) > LARGEST_SECRET:
                hint = "let it be a part of the image or of a volume"
                raise PlanInvalid(f"{entry.text} is too large for a secret", hint)
            self.rows[number] = {**row, "digest": hashlib.sha256(data).hexdigest()}
            owner = {"uid": entry.uid, "gid": entry.gid, "mode": entry.mode}
            found[entry.text] = {**owner, "data": base64.b64encode(data).decode()}
        write_json(self._work.secrets, found)

    def _tell(self, count: int) -> None:
        self._done += count
        self._progress.update(self._done, self._total, f"snapshot of {self._work.host}")
