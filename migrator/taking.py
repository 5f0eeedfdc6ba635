"""One snapshot after its walk: blobs are built, and every path of the walk gets its row."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict

from migrator import known, ledger, local, looked, spill
from migrator.archive import Form
from migrator.blobs import Answer, Built, Making, Opening, build_all, workers
from migrator.carrier import Carrier
from migrator.contents import Content, contents
from migrator.deltas import Division
from migrator.entries import Entry, Unreadable
from migrator.errors import MigratorError, PlanInvalid, ProtocolError
from migrator.layers import Fates
from migrator.looked import Hits
from migrator.progress import Progress
from migrator.rows import Rows, Written, joined
from migrator.search import Search
from migrator.sorting import KEPT, Group, Sorting, Wanted
from migrator.store import Index, Store
from migrator.vault import Secrets
from migrator.workdir import Workdir

LITTLE = 64 << 20  # bytes that come sooner than another agent starts
LARGEST_SECRET = 512_000  # bytes, what the engine's secrets hold


class Taking:
    def __init__(
        self,
        source: Carrier,
        root: str,
        sorting: Sorting,
        division: Division,
        work: Workdir,
        form: Form,
    ) -> None:
        self._source, self._root, self._form = source, root, form
        self._sorting, self._work = sorting, work
        self._files: list[Written] = [sorting.rows.close(), *division.rows]
        self.counts = sorting.counts + division.counts
        self._failure: MigratorError | None = None
        self.known = False  # all contents, to the next snapshot
        self._packing = False
        self._looked: dict[str, Hits] = {}  # by the digests of layers

    def run(self, fates: Fates, progress: Progress) -> tuple[list[Built], Secrets]:
        """All blobs of the snapshot, published, and the contents that go into none."""
        groups = [group for key, group in self._sorting.groups.items() if key[0] in KEPT]
        read = 0

        def tell(count: int) -> None:
            nonlocal read
            read += count
            progress.update(read, self._sorting.size, f"snapshot of {self._work.host}")

        several = self._source.forks and self._sorting.size > LITTLE
        count = workers() if several else 1
        source = self._source.among(count)

        def opening(groups: Sequence[Group]) -> AbstractContextManager[Answer]:
            return _answers(source, self._root, groups)

        store = Store(self._work.store.absolute())  # the working directory of workers is another
        built: list[Built] = []
        gentle = asdict(source.limits) if source.here else {}
        secrets = self._secrets(opening, fates)  # first: they are searched for in all else
        search = Search({p: base64.b64decode(row["data"]) for p, row in secrets.items()})
        self._packing = True
        making = Making(store, opening, self._form, search)
        for done in build_all(groups, making, count, gentle, tell):
            for blob in done.built:
                self._files.append(blob.rows)
                self.counts += blob.counts
                if blob.hits is not None:
                    self._looked[blob.layer.digest] = blob.hits
            built += done.built
            if done.failure:
                self._failure = self._failure or done.failure
        if self._failure:
            raise self._failure
        before = looked.known(self._work, search.bundle)
        looked.keep(self._work, search.bundle, {**before, **self._looked})
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
        """Let the next snapshot know the contents that are in the store now; what it knew already
        stays when that came to nothing before the first of them."""
        if not self._packing:
            return
        with Index(Store(self._work.store)) as index:
            generation = index.generation
        walk = (record for _, _, _, record in spill.records(self._sorting.walk.path))
        rows = joined(self._sorting.count, self._files)
        written = known.write(
            self._work.known,
            self._sorting.newest,
            (
                (row[0], row[1], record) if row else (spill.UNKNOWN, 0, record)
                for row, record in zip(rows, walk, strict=True)
            ),
            generation,
        )
        self.known = written and not self._sorting.lost

    def _lines(self) -> Iterator[bytes]:
        for number, row in enumerate(joined(self._sorting.count, self._files)):
            if row is None:
                raise ProtocolError(f"path {number} of the walk has no row in the ledger")
            yield row[2]

    def _secrets(self, opening: Opening, fates: Fates) -> Secrets:
        """Contents that go to the target as secrets of the engine, never into a layer."""
        found: Secrets = {}
        group = self._sorting.groups.get(("secret", ""))
        if group is None:
            return found
        with opening([group]) as ask, Rows(group.path.with_suffix(".rows")) as rows:
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


@contextlib.contextmanager
def _answers(source: Carrier, root: str, groups: Sequence[Group]) -> Iterator[Answer]:
    """What the groups want read: the files of this machine, or an agent's stream."""
    if source.here:
        with local.reader(root, source.limits) as answer:
            yield answer
        return
    answers = contents(source, root, Wanted(groups))
    yield lambda _: next(answers)
    for _ in answers:  # the stream ends well, or it raises here
        pass


def _small(answer: Content) -> bytes:
    data = b"".join(answer.pieces)
    if len(data) > LARGEST_SECRET:
        hint = "let it be a part of the image or of a volume"
        raise PlanInvalid(f"{answer.entry.text} is too large for a secret", hint)
    return data


def _texts(fates: Fates, entry: Entry) -> tuple[str, str]:
    fate = fates.of(entry)
    return fate.text, fate.rule
