"""Which release it is, by files of many ages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.test_system import read

RELEASES = [
    (
        {
            "etc/os-release": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="14.04"\n'
            'PRETTY_NAME="Ubuntu 14.04.6 LTS"\nVERSION="14.04.6 LTS, Trusty Tahr"\n',
            "etc/debian_version": "jessie/sid\n",
            "etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_CODENAME=trusty\n",
        },
        ("ubuntu", "14.04", "Ubuntu 14.04.6 LTS", "trusty", ("debian",)),
    ),
    (
        {"usr/lib/os-release": 'ID="centos"\nVERSION_ID="7"\nVERSION="7 (Core)"\nNAME=CentOS\n'},
        ("centos", "7", "CentOS", "core", ()),
    ),
    (
        {"etc/redhat-release": "CentOS release 6.10 (Final)\n"},
        ("centos", "6.10", "CentOS release 6.10 (Final)", "final", ("rhel", "fedora")),
    ),
    (
        {"etc/redhat-release": "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n"},
        (
            *("rhel", "5.11", "Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "tikanga"),
            ("fedora",),
        ),
    ),
    (
        {
            "etc/redhat-release": "Red Hat Enterprise Linux Server release 6.9 (Santiago)\n",
            "etc/oracle-release": "Oracle Linux Server release 6.9\n",
        },
        ("ol", "6.9", "Oracle Linux Server release 6.9", "", ("rhel", "fedora")),
    ),
    (
        {
            "etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\n"
            "VERSION = 11\nPATCHLEVEL = 4\n"
        },
        ("sles", "11.4", "SUSE Linux Enterprise Server 11 (x86_64)", "", ("suse",)),
    ),
    (
        {"etc/debian_version": "6.0.10\n"},
        ("debian", "6", "Debian GNU/Linux 6.0.10", "squeeze", ()),
    ),
    (
        {
            "etc/debian_version": "wheezy/sid\n",
            "etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\n"
            'DISTRIB_CODENAME=precise\nDISTRIB_DESCRIPTION="Ubuntu 12.04.5 LTS"\n',
        },
        ("ubuntu", "12.04", "Ubuntu 12.04.5 LTS", "precise", ("debian",)),
    ),
    ({}, ("", "", "", "", ())),
]


@pytest.mark.parametrize(("files", "expected"), RELEASES)
def test_releases(tmp_path: Path, files: dict[str, str], expected: tuple[object, ...]) -> None:
    found = read(tmp_path, files)
    assert (
        *(found.os_id, found.os_version, found.os_name, found.os_codename),
        found.os_like,
    ) == expected
    others = {name for name in files if not name.endswith("os-release")}
    assert {path.lstrip("/") for path in found.releases} == others
