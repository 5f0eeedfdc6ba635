from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.agent import repositories
from migrator.agent.host import Host
from tests.agent.trees import grown

APT = {
    "etc/apt/sources.list": (
        "# deb http://old.example.org old main\n"
        "deb http://deb.debian.org/debian bookworm main contrib # the distribution\n"
        "deb-src [ arch=amd64,i386 signed-by=/etc/apt/keyrings/a.gpg trusted=yes lang+=de ]"
        " https://joe:hunter2@apt.example.org/x ./\n"
        "deb cdrom:[Debian GNU/Linux 12.0 _Bookworm_ #1]/ bookworm main\n"
        "deb http://incomplete.example.org\n"
        "rpm http://example.org a b\n"
    ),
    "etc/apt/sources.list.d/ignored.list.save": "deb http://no.example.org a b\n",
    "etc/apt/sources.list.d/not read.list": "deb http://no.example.org a b\n",
    "etc/apt/sources.list.d/debian.sources": (
        "Types: deb deb-src\nURIs: https://deb.debian.org/debian\n http://mirror.example.org/debian\n"
        "# between\nSuites: bookworm bookworm-updates\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian.gpg\nArchitectures: amd64\n\n"
        "Enabled: no\nTypes: deb\nURIs: https://u:hunter2@x.example.org\nSuites: ./\nSigned-By:\n"
        " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ\n -----END PGP PUBLIC KEY BLOCK-----\n\n"
        "Suites: nothing\n"
    ),
    "etc/apt/preferences": (
        "Explanation: why\nPackage: *\nPin: release a=stable\nPin-Priority: 900\n\n"
        "Package: a\n b\nPin: version 1.2*\nPin-Priority: -1\n\nPackage: c\nPin-Priority: high\n"
    ),
    "etc/apt/preferences.d/two.pref": "Package: d\nPin: origin x\nPin-Priority: never\n",
    "etc/apt/preferences.d/two.txt": "Package: e\nPin: origin x\nPin-Priority: 1001\n",
    "etc/apt/auth.conf.d/x.conf": "machine x login u password hunter2\n",
}
YUM = {
    "etc/yum.conf": "[main]\nexclude=kernel*\nproxy=http://u:hunter2@proxy:3128\n; end\n",
    "etc/yum.repos.d/base.repo": (
        "# CentOS\n[base]\nname=CentOS-$releasever - Base\nmirrorlist=http://mirror.example.org/?a=$b\n"
        "gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/KEY\n\n"
        "[shop]\nname = Shop\nbaseurl=http://a.example.org/\n        http://u:hunter2@b.example.org/\n"
        "enabled=0\ngpgcheck=no\nusername=u\npassword=hunter2\nstray\n"
        "[epel]\nmetalink=https://mirrors.example.org/metalink?repo=epel\n"
    ),
    "etc/yum.repos.d/base.repo.rpmnew": "[no]\nbaseurl=http://no.example.org\n",
    "etc/yum/vars/infra": "stock\n",
    "etc/zypp/zypp.conf": "[main]\nsolver.onlyRequires = true\n",
    "etc/zypp/repos.d/sles.repo": (
        "[SLES15]\nname=SLES\nenabled=1\nautorefresh=1\n"
        "baseurl=https://updates.example.org/x?credentials=SCC\nservice=SUSE\n"
    ),
    "etc/zypp/credentials.d/SCC": "username=u\npassword=hunter2\n",
}


def read(top: Path, files: dict[str, str]) -> tuple[dict[str, Any], Host]:
    host = Host(grown(top, files))
    found = repositories.read(host, {"packages": {}})
    assert not host.failures
    assert "hunter2" not in str(found) + str(host.unparsed)
    return found, host


def test_sources_of_apt(tmp_path: Path) -> None:
    found, host = read(tmp_path, APT)
    first, second, disk, debian, inline = found["sources"]
    assert first == {
        "where": "/etc/apt/sources.list:2",
        "manager": "apt",
        "name": "deb",
        "title": "",
        "enabled": True,
        "addresses": ["http://deb.debian.org/debian"],
        "mirrors": [],
        "suites": ["bookworm"],
        "components": ["main", "contrib"],
        "keys": [],
        "checked": None,
        "options": {},
    }
    assert (second["name"], second["suites"], second["checked"]) == ("deb-src", ["./"], False)
    assert second["addresses"] == ["https://joe:<redacted>@apt.example.org/x"]
    assert second["options"] == {"arch": "amd64,i386", "trusted": "yes", "lang+": "de"}
    assert second["keys"] == ["/etc/apt/keyrings/a.gpg"]
    assert disk["addresses"] == ["cdrom:[Debian GNU/Linux 12.0 _Bookworm_ #1]/"]
    assert debian["where"] == "/etc/apt/sources.list.d/debian.sources:1"
    assert debian["name"] == "deb deb-src"
    assert debian["addresses"][1] == "http://mirror.example.org/debian"
    assert debian["suites"] == ["bookworm", "bookworm-updates"]
    assert debian["options"] == {"architectures": "amd64"}
    assert (inline["enabled"], inline["keys"]) == (False, ["inline"])
    assert [row["raw"] for row in host.unparsed if "list" in row["where"]] == [
        "deb http://incomplete.example.org",
        "rpm http://example.org a b",
        "suites: nothing",
    ]
    assert found["credentials"] == ["/etc/apt/auth.conf.d/x.conf"]


def test_pins(tmp_path: Path) -> None:
    found, host = read(tmp_path, APT)
    assert [(pin["packages"], pin["pin"], pin["priority"]) for pin in found["pins"]] == [
        ("*", "release a=stable", 900),
        ("a b", "version 1.2*", -1),
        ("d", "origin x", -32768),
    ]
    assert "package: c\npin-priority: high" in [row["raw"] for row in host.unparsed]


def test_repositories_of_yum_and_zypper(tmp_path: Path) -> None:
    found, host = read(tmp_path, YUM)
    base, shop, epel, sles = found["sources"]
    assert base == {
        "where": "/etc/yum.repos.d/base.repo:2",
        "manager": "yum",
        "name": "base",
        "title": "CentOS-$releasever - Base",
        "enabled": True,
        "addresses": [],
        "mirrors": ["http://mirror.example.org/?a=$b"],
        "suites": [],
        "components": [],
        "keys": ["file:///etc/pki/rpm-gpg/KEY"],
        "checked": True,
        "options": {},
    }
    assert (shop["enabled"], shop["checked"], shop["title"]) == (False, False, "Shop")
    assert shop["addresses"] == ["http://a.example.org/", "http://u:<redacted>@b.example.org/"]
    assert shop["options"] == {"username": "u", "password": "<redacted>"}
    assert epel["mirrors"] == ["https://mirrors.example.org/metalink?repo=epel"]
    assert (sles["manager"], sles["options"]["service"]) == ("zypper", "SUSE")
    assert [(row["where"], row["raw"]) for row in host.unparsed] == [
        ("/etc/yum.repos.d/base.repo:16", "stray")
    ]
    settings = [(row["where"], row["key"], row["value"]) for row in found["settings"]]
    assert settings == [
        ("/etc/yum.conf:2", "exclude", "kernel*"),
        ("/etc/yum.conf:3", "proxy", "http://u:<redacted>@proxy:3128"),
        ("/etc/zypp/zypp.conf:2", "solver.onlyRequires", "true"),
    ]
    assert found["variables"] == {"infra": "stock"}
    assert found["credentials"] == ["/etc/zypp/credentials.d/SCC"]


TEXT = st.text('deb-src []="#:/a.\n', max_size=60)


@given(st.lists(TEXT, max_size=5).map("\n".join))
@example("deb [ a=b c")
@example('deb "x y" z')
def test_no_line_of_a_list_is_lost(text: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        host = Host(grown(Path(top), {"etc/apt/sources.list": text}))
        found = repositories.read(host, {"packages": {}})["sources"]
        assert not host.failures
    said = [line for line in text.split("\n") if line.strip() and line.strip()[0] != "#"]
    assert len(found) + len(host.unparsed) == len(said)


NAMES = st.text("abcXYZ09_-. é", min_size=1, max_size=8).filter(lambda text: text == text.strip())


@given(st.dictionaries(NAMES, st.dictionaries(st.sampled_from("abcd"), NAMES), max_size=4))
def test_every_section_is_a_repository(sections: dict[str, dict[str, str]]) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
        for name, options in sections.items()
    )
    with tempfile.TemporaryDirectory() as top:
        host = Host(grown(Path(top), {"etc/yum.repos.d/a.repo": text}))
        found = repositories.read(host, {"packages": {}})["sources"]
        assert not host.failures and not host.unparsed
    assert {row["name"]: row["options"] for row in found} == sections


@pytest.mark.parametrize(
    "name",
    [
        *("etc/apt/sources.list", "etc/apt/sources.list.d/a.sources", "etc/apt/preferences"),
        *("etc/yum.repos.d/a.repo", "etc/yum.conf", "etc/yum/vars/a", "etc/pki/rpm-gpg/a"),
    ],
)
@given(content=st.binary(max_size=200))
def test_no_bytes_make_it_fail(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Path(top) / name
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        host = Host(top)
        repositories.read(host, {"packages": {}})
    assert not host.failures
