"""What refers to an image: its SBOM and the statement how it was made, as OCI 1.1 artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator import __version__
from migrator.facts import Facts
from migrator.sbom import MEDIA_TYPE as CYCLONEDX
from migrator.sbom import sbom
from migrator.snapshot import Snapshot
from migrator.store import Store
from migrator.store.layout import CREATED, MANIFEST
from migrator.workdir import Workdir, write_json

EMPTY = "application/vnd.oci.empty.v1+json"
STATEMENT = "application/vnd.in-toto+json"


def write(
    work: Workdir, found: Facts, taken: Snapshot, labels: Mapping[str, str], image: dict[str, Any]
) -> list[dict[str, Any]]:
    """Add to the store what refers to ``image``, a descriptor, and write the SBOM beside it.

    ``labels``: what the image says of itself. Returns the descriptors for the store's index.
    """
    created = labels[CREATED]
    parts = sbom(found, work.host, image["digest"], created)
    made = provenance(labels, image["digest"], taken, found.agent)
    write_json(work.sbom, parts)
    store = Store(work.store)
    return [
        _attach(store, image, kind, document, created)
        for kind, document in ((CYCLONEDX, parts), (STATEMENT, made))
    ]


def _attach(
    store: Store, image: dict[str, Any], kind: str, document: dict[str, Any], created: str
) -> dict[str, Any]:
    """A blob of ``document``, of media type ``kind``, and a manifest that names its subject."""
    empty, empty_size = store.add({})
    digest, size = store.add(document)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": kind,
        "config": {"mediaType": EMPTY, "digest": empty, "size": empty_size},
        "layers": [{"mediaType": kind, "digest": digest, "size": size}],
        "subject": image,
        "annotations": {CREATED: created},
    }
    digest, size = store.add(manifest)
    return {"mediaType": MANIFEST, "artifactType": kind, "digest": digest, "size": size}


def provenance(
    labels: Mapping[str, str], manifest: str, taken: Snapshot, agent: str
) -> dict[str, Any]:
    """An in-toto statement with SLSA's provenance: from what the image was made, and by what.

    ``agent``: the SHA-256 of the program that read the host.
    """
    materials = {name: layer.digest for name, layer in taken.layers.items()}
    materials |= {"agent": agent} if agent else {}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": labels["io.migrator.source"], "digest": _sha256(manifest)}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:migrator:build:1",
                "externalParameters": {
                    "source": labels["io.migrator.source"],
                    "plan": labels["io.migrator.plan"],
                },
                "resolvedDependencies": [
                    {"name": name, "digest": _sha256(digest)} for name, digest in materials.items()
                ],
            },
            "runDetails": {
                "builder": {"id": "urn:migrator", "version": {"migrator": __version__}},
                "metadata": {
                    "startedOn": labels["io.migrator.taken"],
                    "finishedOn": labels[CREATED],
                },
            },
        },
    }


def _sha256(digest: str) -> dict[str, str]:
    return {"sha256": digest.removeprefix("sha256:")}
