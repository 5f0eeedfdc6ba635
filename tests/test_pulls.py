"""Pulls that are cut, and several at once: nothing crosses twice, and nothing half counts."""

from __future__ import annotations

import hashlib
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator import ship
from migrator.runtime import volumes
from migrator.runtime.engines import ENGINES, kept, layers
from migrator.runtime.run import Explained
from migrator.store import Store
from migrator.workdir import Workdir
from tests.storing import BIG, MANY
from tests.test_registry import built

pytestmark = pytest.mark.lab
PARTS = (MANY, (BIG,), MANY[:40])


@pytest.fixture
def image(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """An image of three layers, served."""
    work = Workdir(tmp_path / "work", "web01")
    made = built(work, *PARTS)
    store = Store(work.store)
    with ship.served(store) as (port, prefix):
        blobs = [row["digest"] for row in store.document(made["manifest"])["layers"]]
        tag = "localhost/migrator/web01:0123456789ab"
        yield {**made, "port": port, "prefix": prefix, "tag": tag, "store": store, "layers": blobs}


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "target"
    monkeypatch.setattr(layers, "LAYERS", place / "layers")
    monkeypatch.setattr(layers, "IMAGES", place / "images")
    monkeypatch.setattr(kept, "PLACE", place)
    return place


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The last parts of what is asked for over HTTP."""
    found: list[str] = []
    real = urllib.request.urlopen

    def noted(url: str) -> Any:
        found.append(url.rpartition("/")[2])
        return real(url)

    monkeypatch.setattr(urllib.request, "urlopen", noted)
    return found


def cut(path: Path) -> bytes:
    """Half of it is there, as far as whoever asks now can see."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return whole


def test_a_pull_that_was_cut_asks_only_for_what_it_lacks(
    image: dict[str, Any], target: Path, asked: list[str]
) -> None:
    second = image["store"].blob(image["layers"][1])
    whole = cut(second)
    with pytest.raises((Explained, EOFError)):
        layers.pull(image)
    assert not layers.has(image)
    second.write_bytes(whole)
    asked.clear()
    layers.pull(image)
    assert asked == [image["manifest"], *image["layers"][1:]]
    assert layers.has(image)
    assert (layers.paths(image)[1] / BIG[0]).read_bytes() == BIG[1]


def test_a_volume_that_was_cut_begins_anew(
    image: dict[str, Any], target: Path, asked: list[str]
) -> None:
    engine, marks = ENGINES["runc"], target / "marks"
    volume = {"name": "web01-srv", "blobs": [image["layers"][1]]}
    base = "http://127.0.0.1:{port}/v2/{prefix}/{repository}/blobs/".format(**image)
    blob = image["store"].blob(image["layers"][1])
    whole = cut(blob)

    def there() -> dict[str, Path]:
        place = engine.volume("web01-srv")
        return {"web01-srv": place} if place else {}

    with pytest.raises((Explained, EOFError)):
        volumes.fill(engine, marks, volume, base)
    assert not volumes.is_filled(marks, "web01-srv", there())
    blob.write_bytes(whole)
    volumes.fill(engine, marks, volume, base)
    assert volumes.is_filled(marks, "web01-srv", there())
    assert (target / "volumes/web01-srv" / BIG[0]).read_bytes() == BIG[1]


def test_a_client_goes_on_in_the_middle_of_a_blob(image: dict[str, Any]) -> None:
    """As podman's does by itself when its connection is cut."""
    blob = image["store"].blob(image["layers"][1]).read_bytes()
    url = "http://127.0.0.1:{port}/v2/{prefix}/{repository}/blobs/{0}"
    url = url.format(image["layers"][1], **image)
    wanted = urllib.request.Request(url, headers={"Range": f"bytes={len(blob) - 100}-"})
    with urllib.request.urlopen(wanted) as answer:
        said = f"bytes {len(blob) - 100}-{len(blob) - 1}/{len(blob)}"
        assert (answer.status, answer.headers["Content-Range"]) == (206, said)
        assert answer.read() == blob[-100:]
    for odd in (f"bytes={len(blob)}-", "bytes=-5", "bytes=1-2,4-5", "lines=1-"):
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Range": odd})) as answer:
            assert (answer.status, len(answer.read())) == (200, len(blob))


def test_several_targets_pull_at_once(image: dict[str, Any], tmp_path: Path) -> None:
    source = "docker://127.0.0.1:{port}/{prefix}/{repository}@{manifest}".format(**image)
    copy = ["skopeo", "copy", "--quiet", "--src-tls-verify=false", source]
    places = [tmp_path / f"target{number}" for number in range(3)]
    running = [subprocess.Popen([*copy, f"oci:{place}:web01"]) for place in places]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    for place in places:
        for digest in image["layers"]:
            data = (place / "blobs/sha256" / digest[7:]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest[7:]
