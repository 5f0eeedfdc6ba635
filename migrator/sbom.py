"""What an image consists of, as CycloneDX: packages, language modules, trees of nobody's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, cast

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from migrator import __version__
from migrator.facts import Facts
from migrator.facts.packages import Package
from migrator.facts.software import LanguageModule, Tree
from migrator.facts.system import System

MEDIA_TYPE = "application/vnd.cyclonedx+json"
MODULES = {"pip": "pypi", "npm": "npm", "gem": "gem"}  # manager -> type of package URL
FILES_OF_DPKG = {"debian", "ubuntu"}
ABSENT = {"config-files", "not-installed"}  # states of dpkg without the package's files
Record = TypeVar("Record", Package, LanguageModule, Tree)
KEY = "gpg-pubkey"  # what rpm calls a public key, which it keeps as a package


def sbom(found: Facts, host: str, manifest: str, created: str) -> dict[str, Any]:
    """A CycloneDX 1.6 document about the image of this manifest digest. The same image has the
    same document; ``created``: the time that the image says of its making, ISO 8601."""
    image = Component(
        type=ComponentType.CONTAINER,
        name=host,
        version=manifest,
        bom_ref=manifest,
        purl=PackageURL("oci", name=host.lower(), version=manifest),
    )
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, manifest),
        metadata=BomMetaData(timestamp=datetime.fromisoformat(created), component=image),
    )
    bom.metadata.tools.components.add(_tool())
    bom.components.update(_components(found))
    parts = [Dependency(part.bom_ref) for part in bom.components]
    bom.dependencies.add(Dependency(image.bom_ref, parts))
    return cast(dict[str, Any], json.loads(JsonV1Dot6(bom).output_as_string()))


def _tool() -> Component:
    return Component(type=ComponentType.APPLICATION, name="migrator", version=__version__)


def _components(found: Facts) -> Iterator[Component]:
    system = found.system
    yield Component(
        type=ComponentType.OPERATING_SYSTEM,
        name=system.os_id or "linux",
        version=system.os_version or None,
        description=system.os_name or None,
        bom_ref="os",
    )
    for package in found.packages.installed:
        if package.status not in ABSENT and package.name != KEY:
            yield _package(_readable(package), system)
    for module in found.software.modules:
        if module.name:
            yield _module(_readable(module))
    for tree in found.software.trees:
        yield _tree(_readable(tree))


def _readable(record: Record) -> Record:
    """Bytes that are no UTF-8, which a package URL cannot hold, as text such as \\udcff."""
    escaped: dict[str, Any] = {
        key: value.encode(errors="backslashreplace").decode()
        for key, value in vars(record).items()
        if isinstance(value, str)
    }
    return replace(record, **escaped)


def _package(package: Package, system: System) -> Component:
    """purl-spec's types deb and rpm; rpm's epoch is a qualifier, no part of the version."""
    qualifiers = {"distro": f"{system.os_id}-{system.os_version}"}
    if package.architecture:
        qualifiers["arch"] = package.architecture
    version = package.version
    kind = "deb" if FILES_OF_DPKG & {system.os_id, *system.os_like} else "rpm"
    epoch, colon, rest = version.partition(":")
    if kind == "rpm" and colon:
        version, qualifiers["epoch"] = rest, epoch
    purl = PackageURL(kind, system.os_id, package.name, version, qualifiers)
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        publisher=package.vendor or None,
        purl=purl,
        bom_ref=str(purl),
    )


def _module(module: LanguageModule) -> Component:
    namespace, _, name = module.name.rpartition("/")
    purl = PackageURL(MODULES[module.manager], namespace or None, name, module.version or None)
    return Component(
        type=ComponentType.LIBRARY,
        name=module.name,
        version=module.version or None,
        purl=purl,
        bom_ref=f"{purl}#{module.where}",  # one may lie in several places
        properties=[Property(name="migrator:where", value=module.where)],
    )


def _tree(tree: Tree) -> Component:
    return Component(
        type=ComponentType.APPLICATION,
        name=tree.path,
        bom_ref=f"file:{tree.path}",
        properties=[
            Property(name="migrator:files", value=str(tree.files)),
            Property(name="migrator:bytes", value=str(tree.bytes)),
        ],
    )
