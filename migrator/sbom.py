"""What an image consists of, as CycloneDX: packages, language modules, trees of nobody's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from packageurl import PackageURL

from migrator import __version__
from migrator.facts import Facts
from migrator.facts.packages import Package
from migrator.facts.software import LanguageModule, Tree
from migrator.facts.system import System

MEDIA_TYPE = "application/vnd.cyclonedx+json"
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
MODULES = {"pip": "pypi", "npm": "npm", "gem": "gem"}  # manager -> type of package URL
WITH_DPKG = {"debian", "ubuntu"}
ABSENT = {"config-files", "not-installed"}  # states of dpkg without the package's files
KEY = "gpg-pubkey"  # what rpm calls a public key, which it keeps as a package
Component = dict[str, Any]


def sbom(found: Facts, host: str, manifest: str, created: str) -> dict[str, Any]:
    """A CycloneDX 1.6 document about the image of this manifest digest. The same image has the
    same document; ``created``: the time that the image says of its making, ISO 8601."""
    image = {
        "type": "container",
        "name": host,
        "version": manifest,
        "bom-ref": manifest,
        "purl": str(PackageURL("oci", name=host.lower(), version=manifest)),
    }
    parts = {part["bom-ref"]: part for part in _components(found)}  # a database may repeat itself
    tool = {"type": "application", "name": "migrator", "version": __version__}
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, manifest).urn,
        "version": 1,
        "metadata": {"timestamp": created, "tools": {"components": [tool]}, "component": image},
        "components": [parts[ref] for ref in sorted(parts)],
        "dependencies": [{"ref": manifest, "dependsOn": sorted(parts)}],
    }


def _components(found: Facts) -> Iterator[Component]:
    yield _system(found.system)
    for package in found.packages.installed:
        if package.status not in ABSENT and package.name != KEY:
            yield _package(package, found.system)
    for module in found.software.modules:
        if module.name:
            yield _module(module)
    for tree in found.software.trees:
        yield _tree(tree)


def _system(system: System) -> Component:
    return {
        "type": "operating-system",
        "name": system.os_id or "linux",
        "version": system.os_version,
        "description": system.os_name,
        "bom-ref": "os",
    }


def _package(package: Package, system: System) -> Component:
    """purl-spec's types deb and rpm; rpm's epoch is a qualifier, no part of the version."""
    qualifiers = {"distro": f"{system.os_id}-{system.os_version}"}
    if package.architecture:
        qualifiers["arch"] = package.architecture
    name, version = _text(package.name), _text(package.version)
    kind = "deb" if WITH_DPKG & {system.os_id, *system.os_like} else "rpm"
    epoch, colon, rest = version.partition(":")
    if kind == "rpm" and colon:
        qualifiers["epoch"] = epoch
        version = rest
    purl = str(PackageURL(kind, system.os_id, name, version, qualifiers))
    publisher = {"publisher": _text(package.vendor)} if package.vendor else {}
    known = {"name": name, "version": _text(package.version), "purl": purl, "bom-ref": purl}
    return {"type": "library", **known, **publisher}


def _module(module: LanguageModule) -> Component:
    namespace, _, name = _text(module.name).rpartition("/")
    version, where = _text(module.version), _text(module.where)
    purl = str(PackageURL(MODULES[module.manager], namespace or None, name, version or None))
    return {
        "type": "library",
        "name": _text(module.name),
        "version": version,
        "purl": purl,
        "bom-ref": f"{purl}#{where}",  # one may lie in several places
        "properties": [{"name": "migrator:where", "value": where}],
    }


def _tree(tree: Tree) -> Component:
    counts = {"migrator:files": tree.files, "migrator:bytes": tree.bytes}
    return {
        "type": "application",
        "name": _text(tree.path),
        "bom-ref": f"file:{_text(tree.path)}",
        "properties": [{"name": name, "value": str(count)} for name, count in counts.items()],
    }


def _text(value: str) -> str:
    """Bytes that are no UTF-8, which a package URL cannot hold, become text such as \\udcff."""
    return value.encode(errors="backslashreplace").decode()
