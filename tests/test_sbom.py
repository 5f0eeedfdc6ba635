"""The SBOM and the statement of an image: true, valid, alike each time, found by its image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from migrator import facts, image
from migrator.facts.packages import Package
from migrator.facts.software import LanguageModule
from migrator.sbom import sbom
from migrator.store import Store
from migrator.store.collect import collect
from migrator.workdir import Workdir
from tests import builders as make
from tests import hosts
from tests.test_image import of_layers

DIGEST = "sha256:" + "a" * 64
CREATED = "2023-11-14T22:13:20Z"


def said(packages: tuple[Package, ...] = (), **system: str) -> dict[str, Any]:
    found = make.facts(system=dict(system), packages={"installed": packages})
    return sbom(found, "web01", DIGEST, CREATED)


def purls(document: dict[str, Any]) -> list[str]:
    return [part["purl"] for part in document["components"] if "purl" in part]


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_it_is_valid_and_names_each_package_of_a_golden_host(name: str, tmp_path: Path) -> None:
    found = facts.load(hosts.document(name, tmp_path))
    document = sbom(found, name, DIGEST, CREATED)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document)) is None
    there = [
        (package.name, package.version)
        for package in found.packages.installed
        if package.status not in ("config-files", "not-installed") and package.name != "gpg-pubkey"
    ]
    named = [(part["name"], part.get("version")) for part in document["components"]]
    assert sorted(set(there) - set(named)) == []
    assert document == sbom(found, name, DIGEST, CREATED)


def test_package_urls_are_those_that_scanners_know() -> None:
    deb = Package("libc6", "1:2.31-13", "amd64", "installed")
    assert purls(said((deb,), os_id="debian", os_version="11")) == [
        "pkg:deb/debian/libc6@1:2.31-13?arch=amd64&distro=debian-11"
    ]
    rpm = Package("bind", "32:9.11.4-26.el7", "x86_64", "installed")
    assert purls(said((rpm,), os_id="centos", os_version="7")) == [
        "pkg:rpm/centos/bind@9.11.4-26.el7?arch=x86_64&distro=centos-7&epoch=32"
    ]


def test_what_has_no_files_is_not_in_it() -> None:
    gone = Package("exim4", "4.94", "amd64", "config-files")
    key = Package("gpg-pubkey", "f4a80eb5-53a7ff4b", "", "installed")
    assert purls(said((gone, key), os_id="debian", os_version="11")) == []


def test_modules_of_languages_are_in_it_each_time_they_lie_somewhere() -> None:
    modules = tuple(
        LanguageModule(manager, name, "1.0", place, f"{place}/description")
        for manager, name, place in (
            ("pip", "Flask", "/opt/a"),
            ("pip", "Flask", "/opt/b"),
            ("npm", "@scope/left-pad", "/opt/c"),
            ("gem", "rake\x1b[31m\n{{ x }}", "/opt/d"),
            ("gem", "rake\udcff", "/opt/\udcff"),
        )
    )
    document = sbom(make.facts(software={"modules": modules}), "web01", DIGEST, CREATED)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document)) is None
    assert sorted(purls(document)) == [
        "pkg:gem/rake%1B%5B31m%0A%7B%7B%20x%20%7D%7D@1.0",
        "pkg:gem/rake%5Cudcff@1.0",
        "pkg:npm/%40scope/left-pad@1.0",
        "pkg:pypi/flask@1.0",
        "pkg:pypi/flask@1.0",
    ]


def of_store(work: Workdir) -> dict[str, dict[str, Any]]:
    """Media type -> document of what refers to the image, found the way that OCI says."""
    store = Store(work.store)
    index = json.loads((store.path / "index.json").read_text())["manifests"]
    (tagged,) = store.manifests()
    found = {}
    for entry in index:
        manifest = store.document(entry["digest"])
        if "subject" in manifest:
            assert manifest["subject"]["digest"] == tagged["digest"]
            (blob,) = manifest["layers"]
            assert blob["mediaType"] == manifest["artifactType"] == entry["artifactType"]
            found[blob["mediaType"]] = store.document(blob["digest"])
    return found


def test_the_image_is_the_subject_of_both(tmp_path: Path) -> None:
    work = Workdir(tmp_path / "work", "web01")
    taken = of_layers(work, 2)
    made = image.build(work, make.plan(), make.facts(agent="b" * 64), ())
    about = of_store(work)
    parts = about["application/vnd.cyclonedx+json"]
    assert parts == json.loads(work.sbom.read_text())
    assert parts["metadata"]["component"]["version"] == made["manifest"]
    statement = about["application/vnd.in-toto+json"]
    (subject,) = statement["subject"]
    assert "sha256:" + subject["digest"]["sha256"] == made["manifest"]
    came_from = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    digests = {"sha256:" + part["digest"]["sha256"] for part in came_from}
    assert digests == {layer.digest for layer in taken.layers.values()} | {"sha256:" + "b" * 64}


def test_a_new_image_leaves_nothing_that_is_about_the_old_one(tmp_path: Path) -> None:
    work = Workdir(tmp_path / "work", "web01")
    of_layers(work, 1)
    image.build(work, make.plan(), make.facts(), ())
    before = Store(work.store).sizes()
    image.build(work, make.plan(stop_timeout=7), make.facts(), ())
    assert len(of_store(work)) == 2
    gone = collect(Store(work.store), check=False).blobs
    assert set(gone) <= set(before)
    assert len(gone) == 6, "manifest, config, and both documents with their manifests"
    assert len(of_store(work)) == 2, "what is about the image that is there stays"
