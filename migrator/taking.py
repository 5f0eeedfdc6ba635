"""One snapshot after its walk: blobs are built, and every path of the walk gets its row."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from migrator import known, ledger, local, spill
from migrator.blobs import Answer, Built, build, read_here
from migrator.carrier import Carrier
from migrator.contents import Content, contents
from migrator.entries import Entry, Unreadable
from migrator.errors import PlanInvalid, ProtocolError
from migrator.layers import Fates
from migrator.progress import Progress
from migrator.rows import Rows, Written, joined
from migrator.sorting import KEPT, Group, Sorting, Wanted
from migrator.store import Store
from migrator.workdir import Workdir

LARGEST_SECRET = 512_000  # bytes, what the engine's secrets hold
Secrets = dict[str, dict[str, Any]]


class Taking:
    def __init__(self, source: Carrier, root: str, sorting: Sorting, work: Workdir) -> None:
        self._source, self._root = source, root
        self._sorting, self._work = sorting, work
        self._files: list[Written] = [sorting.rows.close()]
        self.counts = Counter(sorting.counts)

    def run(self, fates: Fates, progress: Progress) -> tuple[list[Built], Secrets]:
        """All blobs of the snapshot, published, and the contents that go into none."""
        groups = [group for key, group in self._sorting.groups.items() if key[0] in KEPT]
        secret = self._sorting.groups.get(("secret", ""))
        read = 0

        def tell(count: int) -> None:
            nonlocal read
            read += count
            progress.update(read, self._sorting.size, f"snapshot of {self._work.host}")

        store = Store(self._work.store)
        if self._source.here:
            built = self._noted(read_here(groups, store, self._root, tell))
            secrets = self._secrets(secret, local.reader(self._root), fates)
            return built, secrets
        asked = [*groups, secret] if secret else groups
        answers = contents(self._source, self._root, Wanted(asked))

        def answer(_: Entry) -> Content | Unreadable:
            return next(answers)

        built = self._noted(build(group, store, answer, tell) for group in groups)
        secrets = self._secrets(secret, answer, fates)
        for _ in answers:  # the stream ends well, or it raises here
            pass
        return built, secrets

    def account(self) -> None:
        """Write the ledger. Raises ProtocolError unless every path of the walk has its row."""
        lost = [
            {"path": item.text, "fate": "unreadable", "rule": item.reason}
            for item in self._sorting.lost
        ]
        ledger.write(self._work.ledger, self._lines(), lost)
        self.counts["unreadable"] += len(lost)

    def remember(self) -> None:
        """Let the next snapshot know the contents that are in the store now."""
        walk = (record for _, _, record in spill.records(self._sorting.walk.path))
        rows = joined(self._sorting.count, self._files)
        digests = (row[0] if row else spill.UNKNOWN for row in rows)
        known.write(self._work.known, self._sorting.newest, zip(digests, walk, strict=True))

    def _lines(self) -> Iterator[bytes]:
        for number, row in enumerate(joined(self._sorting.count, self._files)):
            if row is None:
                raise ProtocolError(f"path {number} of the walk has no row in the ledger")
            yield row[1]

    def _noted(self, blobs: Iterable[Built]) -> list[Built]:
        found = []
        for blob in blobs:
            self._files.append(blob.rows)
            self.counts += blob.counts
            if blob.failure:
                raise blob.failure
            found.append(blob)
        return found

    def _secrets(self, group: Group | None, ask: Answer, fates: Fates) -> Secrets:
        """Contents that go to the target as secrets of the engine, never into a layer."""
        found: Secrets = {}
        if group is None:
            return found
        with Rows(group.path.with_suffix(".rows")) as rows:
            for number, _, entry, _ in group.records():
                answer = ask(entry)
                row = ledger.row(entry, *_texts(fates, entry))
                if isinstance(answer, Unreadable):
                    row |= {"fate": "unreadable", "rule": answer.reason}
                else:
                    data = _small(answer)
                    row |= {"digest": hashlib.sha256(data).hexdigest()}
                    owner = {"uid": entry.uid, "gid": entry.gid, "mode": entry.mode}
                    found[entry.text] = {**owner, "data": base64.b64encode(data).decode()}
                rows.add(number, row)
                self.counts[row["fate"].partition(" ")[0]] += 1
        self._files.append(rows.close())
        return found


def _small(answer: Content) -> bytes:
    data = b"".join(answer.pieces)
    if len(data) > LARGEST_SECRET:
        hint = "let it be a part of the image or of a volume"
        raise PlanInvalid(f"{answer.entry.text} is too large for a secret", hint)
    return data


def _texts(fates: Fates, entry: Entry) -> tuple[str, str]:
    fate = fates.of(entry)
    return fate.text, fate.rule
