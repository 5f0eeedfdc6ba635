"""Where every stage leaves its result: ``work/<host>/`` and the shared ``work/store``.

Files are 0600 in directories of 0700 and are replaced atomically, so that a killed run leaves the
previous result and never half of a new one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from migrator.errors import Locked, NoSpace, StoreDamaged, UsageError

_held: set[Path] = set()  # directories of hosts that this process holds
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}\Z")


@dataclass(frozen=True)
class Workdir:
    """The files of one host. ``root`` is the ``work`` directory that all hosts share."""

    root: Path
    host: str

    def __post_init__(self) -> None:
        if not SAFE_NAME.match(self.host) or self.host == "store":
            raise UsageError(
                f"host name {self.host!r} cannot be a directory name",
                "use letters, digits, '.', '_' and '-' for the inventory name",
            )

    @property
    def path(self) -> Path:
        return self.root / self.host

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def facts(self) -> Path:
        return self.path / "facts.json"

    @property
    def assessment(self) -> Path:
        return self.path / "assessment.json"

    @property
    def assessment_before(self) -> Path:
        """The last one that said something else."""
        return self.path / "assessment.before.json"

    @property
    def target(self) -> Path:
        """What the target was and had when it was last asked for this host."""
        return self.path / "target.json"

    @property
    def remediation(self) -> Path:
        """The tasks of the findings as a playbook, to be reviewed and run."""
        return self.path / "remediate.yml"

    @property
    def plan(self) -> Path:
        return self.path / "plan.yml"

    @property
    def plan_defaults(self) -> Path:
        """What the toolkit proposed last; the difference to plan.yml is what people chose."""
        return self.path / "plan.defaults.yml"

    @property
    def plan_draft(self) -> Path:
        """Decisions of the interactive report that were not saved yet."""
        return self.path / "plan.draft.yml"

    @property
    def snapshot(self) -> Path:
        return self.path / "snapshot.json"

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.jsonl.gz"

    @property
    def bases(self) -> Path:
        """What is in each layer of the last snapshot, by the digest of the layer."""
        return self.path / "bases"

    @property
    def known(self) -> Path:
        """The last walk with digests, by which the next snapshot sees what did not change."""
        return self.path / "known.gz"

    @property
    def secrets(self) -> Path:
        """Contents that never enter a layer, encrypted; see migrator/vault.py."""
        return self.path / "secrets.vault"

    @property
    def vault_key(self) -> Path:
        """Opens the secrets of all hosts where the user has no vault password."""
        return self.root / "vault.key"

    @property
    def patches(self) -> Path:
        """Changes of the host's own addresses and names, to be reviewed; and a person's own."""
        return self.path / "patches"

    @property
    def probes(self) -> Path:
        """How the source answered when its snapshot was taken."""
        return self.path / "probes.json"

    @property
    def image(self) -> Path:
        return self.path / "image.json"

    @property
    def scan(self) -> Path:
        """Secrets that were looked for in the image, and what was found."""
        return self.path / "scan.json"

    @property
    def sbom(self) -> Path:
        return self.path / "sbom.cdx.json"  # an ending that scanners know

    @property
    def hooks(self) -> Path:
        return self.path / "hooks"

    @property
    def launch(self) -> Path:
        return self.path / "launch.json"

    @property
    def verify(self) -> Path:
        return self.path / "verify.json"

    @property
    def journal(self) -> Path:
        """Each step of the cutover as it begins and ends, and as it is taken back."""
        return self.path / "cutover.jsonl"

    @property
    def passes(self) -> Path:
        """What each warm pass brought, and how long its parts took."""
        return self.path / "sync.json"

    def neighbours(self) -> list[Workdir]:
        """The other hosts of the same work directory."""
        names = sorted(path.name for path in self.root.iterdir() if path.is_dir())
        mine = (self.host, self.store.name)
        return [Workdir(self.root, n) for n in names if SAFE_NAME.match(n) and n not in mine]

    @contextlib.contextmanager
    def lock(self, stage: str) -> Iterator[None]:
        """Hold the host for one stage. Raises Locked with the holder's stage and pid. A stage that
        consists of others holds it throughout."""
        if self.path in _held:
            yield
            return
        make_private(self.path)
        with open(self.path / "lock", "a+", opener=private) as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                handle.seek(0)
                holder = handle.read().strip() or "another run"
                raise Locked(f"{self.host} is in use by {holder}", "wait until it ends") from error
            handle.truncate(0)
            handle.write(f"{stage} (pid {os.getpid()})\n")
            handle.flush()
            _held.add(self.path)
            try:
                yield
            finally:
                _held.remove(self.path)


def private(path: str, flags: int) -> int:
    """An opener that makes files for their owner alone."""
    return os.open(path, flags, 0o600)


def make_private(path: Path) -> None:
    """Create ``path`` and its missing parents with mode 0700."""
    try:
        for place in (*reversed(path.parents), path):
            if not place.exists():
                place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise explained(error, path) from error


@contextlib.contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[TextIO]:
    """A file that takes the place of ``path`` when all is written; raises NoSpace when the disk is
    full."""
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        raise explained(error, path) from error
    finally:  # also of Ctrl-C; after it took its place it is not there
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_text(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace ``path`` atomically."""
    with replacing(path, mode) as handle:
        handle.write(text)


def write_json(path: Path, document: Any, indent: int | None = 1) -> None:
    """``indent`` None is much quicker."""
    write_text(path, json.dumps(document, indent=indent, sort_keys=True) + "\n")


def read_json(path: Path, made_by: str) -> Any:
    """The document in ``path``; ``made_by`` is the stage that writes it, named in errors."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UsageError(f"{path} does not exist", f"run 'migrator {made_by}' first") from error
    except OSError as error:
        hint = "see who owns it, and run the same command as that user"
        raise UsageError(f"cannot read {path} ({error.strerror})", hint) from error
    except (ValueError, RecursionError) as error:
        raise StoreDamaged(
            f"{path} is damaged ({error})", f"run 'migrator {made_by}' again"
        ) from error


def need_space(path: Path, size: int) -> None:
    """Raise NoSpace unless ``size`` more bytes fit on the file system of ``path``."""
    make_private(path)
    free = shutil.disk_usage(path).free
    if free < size:
        raise NoSpace(
            f"{path} has {free >> 20} MB free, {size >> 20} MB are needed",
            "free some space or choose another directory with --work",
        )


def explained(error: OSError, path: Path) -> Exception:
    """A full or unwritable disk as a MigratorError; anything else as it is."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(
            f"no space left for {path}", "free some space and run the same command again"
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return UsageError(
            f"cannot write {path} ({error.strerror})", "choose another directory with --work"
        )
    return error
