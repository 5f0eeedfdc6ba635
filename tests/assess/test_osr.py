"""Rules about the release and its packages."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts import Failure
from migrator.facts.packages import Diversion, Package
from migrator.facts.repositories import Repository
from migrator.facts.system import Subscription
from tests import builders as make
from tests.assess import Cases, check, seen


def release(id: str, version: str, **given: Any) -> dict[str, Any]:
    return {"system": {"os_id": id, "os_version": version, **given}}


def package(name: str = "web", status: str = "installed", **given: Any) -> Package:
    return Package(name, "1.2-3", "x86_64", status, **given)


def repository(address: str, *, enabled: bool = True) -> dict[str, Any]:
    where = "/etc/apt/sources.list:1"
    row = Repository(where, "apt", "deb", "", enabled=enabled, addresses=(address,))
    return {"repositories": {"sources": (row,)}}


CASES: Cases = {
    "OSR-01": (release("debian", "9"), release("debian", "12")),
    "OSR-02": (release("hannahmontana", "1"), release("linuxmint", "21", os_like=("ubuntu",))),
    "OSR-03": (
        {"installed": (package(status="half-configured"),)},
        {"installed": (package(status="config-files"), package(status="triggers-pending"))},
    ),
    "OSR-04": ({"installed": (package(held=True),)}, {"installed": (package(), package("b"))}),
    "OSR-05": (
        repository("https://download.docker.com/linux/debian"),
        repository("http://security.debian.org/debian-security"),
    ),
    "OSR-06": (
        {"packages": {"diversions": (Diversion("/usr/bin/man", "/usr/bin/man.distrib"),)}},
        {},
    ),
    "OSR-07": ({"system": {"timezone": "Europe/Berlin"}}, {"system": {"timezone": "Etc/UTC"}}),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize(
    ("id", "version", "end"),
    [
        ("ubuntu", "18.04", "2023-05-31"),
        ("ubuntu", "18.04.6", "2023-05-31"),
        ("ubuntu", "22.04", ""),
        ("centos", "6.10", "2020-11-30"),
        ("sles", "15.4", ""),
        ("sles", "15.3", "2022-12-31"),
        ("arch", "", ""),
    ],
)
def test_the_end_is_a_matter_of_the_day(id: str, version: str, end: str) -> None:
    """The host was read on 2023-11-14."""
    found = seen("OSR-01", **release(id, version))
    assert [finding.evidence.rpartition(" ")[2] for finding in found] == ([end] if end else [])


def test_os_release_may_say_the_end_itself() -> None:
    assert seen("OSR-01", **release("fedora", "36", os_support_end="2023-05-16"))


def test_updates_that_somebody_pays_for_go_on() -> None:
    paid = (Subscription("ubuntu-pro", "/var/lib/ubuntu-advantage"),)
    (finding,) = seen("OSR-01", **release("ubuntu", "18.04", subscriptions=paid))
    assert finding.level == Level.INFO


def test_what_could_not_be_read_is_not_unknown() -> None:
    for subject, levels in (("system", [Level.NOT_CHECKED]), ("system.release", [])):
        lost = make.facts(**release("", ""), failures=(Failure(subject, "failed", "x"),))
        assert [finding.level for finding in RULES["OSR-02"].findings(lost)] == levels


def test_a_package_is_finished_by_its_name_and_only_where_dpkg_can() -> None:
    task = RULES["OSR-03"].task
    packages = (
        package(status="unpacked"),
        package("x", "half-installed"),
        package("a;b", "unpacked"),
    )
    found = seen("OSR-03", installed=packages)
    assert task and [bool(task(finding)) for finding in found] == [True, False, False]


def test_two_versions_of_an_rpm_package_are_half_an_update() -> None:
    twice = (package(source="web-1.2-3.src.rpm"), package(source="web-1.2-3.src.rpm"))
    (finding,) = seen("OSR-04", installed=twice)
    assert (finding.where, finding.level) == ("web.x86_64", Level.WARNING)
    kernels = tuple(package("kernel-core", source="kernel.src.rpm") for _ in range(3))
    assert seen("OSR-04", installed=kernels) == []


@pytest.mark.parametrize("address", ["cdrom:[Debian 12]/", "http://[::1/x", "$mirror/x", ""])
def test_an_address_without_a_host_is_nobodys(address: str) -> None:
    assert seen("OSR-05", **repository(address)) == []
    assert seen("OSR-05", **repository("http://x.example.org", enabled=False)) == []


def test_a_policy_of_starts_is_named() -> None:
    assert seen("OSR-06", packages={"policy": "/usr/sbin/policy-rc.d"})
