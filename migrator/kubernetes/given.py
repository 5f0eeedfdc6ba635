"""All that the objects are made of, and how names of hosts become names of objects."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrator.assess.dependencies import Dependencies
from migrator.runtime.wanted import Wanted

LONGEST = 63  # characters of a label, which all names are here
ROOM = len("-data-01234567")  # for what is put behind one


@dataclass(frozen=True)
class Claim:
    """A volume. It is filled into a directory of its own beside what is not the container's, so
    that a half-filled one is never taken for whole."""

    name: str
    path: str
    size: int  # bytes of its data


@dataclass(frozen=True)
class Secret:
    key: str  # in the Secret
    path: str
    uid: int
    gid: int
    mode: int


@dataclass(frozen=True)
class Given:
    name: str
    wanted: Wanted
    registry: str  # where the images are; "": Kustomize is told by somebody
    repository: str
    digest: str
    data: str  # digest of the image with the data of the volumes; "" without any
    claims: tuple[Claim, ...]
    secrets: tuple[Secret, ...]
    readiness: Mapping[str, Any]  # a handler of a probe
    links: Dependencies
    files: Mapping[str, str] = field(default_factory=dict)  # of the ConfigMap
    interfaces: bool = False  # a step of prestart sets routes
    skipped: Mapping[str, str] = field(default_factory=dict)  # step -> why no pod runs it

    @property
    def image(self) -> str:
        return self._of(self.repository)

    @property
    def data_image(self) -> str:
        return self._of(f"{self.repository}-data")

    def _of(self, repository: str) -> str:
        return f"{self.registry}/{repository}" if self.registry else repository


def named(text: str) -> str:
    """As a DNS label that begins with a letter, as that of a Service has to."""
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not found[:1].isalpha():
        found = f"host-{found}".rstrip("-")
    if len(found) <= LONGEST - ROOM:
        return found
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{found[: LONGEST - ROOM - 7].rstrip('-')}-{digest}"


def key_of(path: str) -> str:
    """Of a secret: /etc/ssl/private/web.key -> etc.ssl.private.web.key."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", path.strip("/").replace("/", "."))
