from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import logrotate
from migrator.agent.host import Host
from tests.agent.trees import grown

CONF = """\
# see "man logrotate" for details
weekly
rotate 4
create
dateext
tabooext + .local
include /etc/logrotate.d
compress
/var/log/wtmp "/var/log/my log" {
    monthly
    create 0664 root utmp
    minsize 1M
    rotate 1
}
/var/log/big
{
    nocompress
    nodateext
    size=100k
    rotate -1
    notifempty
    su app adm
    postrotate
        kill -HUP `cat /run/big.pid`
        # told
    endscript
    prerotate
        curl -u up:hunter2 http://x
    endscript
    rotatte 3
}
"""
SHOP = "/var/log/shop.log\n/var/log/shop/*.log { # ours\n  daily\n  copytruncate # open\n}\n"
FILES = {
    "etc/logrotate.conf": CONF,
    "etc/logrotate.d/shop": SHOP,
    "etc/logrotate.d/shop.rpmsave": SHOP,
    "etc/logrotate.d/mine.local": SHOP,
    "etc/logrotate.d/open": SHOP,
    "etc/logrotate.d/theirs": SHOP,
    "var/lib/logrotate/status": (
        'logrotate state -- version 2\n"/var/log/my log" 2026-1-5-6:25:1\n/old 2015-12-31\nodd\n'
    ),
}
JOBS = [
    {"where": "/etc/cron.daily/logrotate", "command": "/etc/cron.daily/logrotate"},
    {"where": "logrotate.timer", "command": "logrotate.service"},
    {"where": "/etc/crontab:3", "command": "/usr/sbin/logrotate -s /x /etc/own.conf"},
    {"where": "/etc/crontab:4", "command": "rotate-all"},
]


def read(top: Path, files: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    root = Path(grown(top, {"etc/hostname": "h\n", **files}))
    for name, mode, uid in (("open", 0o666, 0), ("theirs", 0o644, 1000)):
        if (path := root / "etc/logrotate.d" / name).exists():
            path.chmod(mode)
            os.chown(path, uid, uid)
    host = Host(str(root))
    said = logrotate.read(host, {"cron": {"jobs": JOBS}})
    return said, [row["raw"] for row in host.unparsed]


def test_blocks_and_what_holds_in_them(tmp_path: Path) -> None:
    said, strange = read(tmp_path, FILES)
    shop, wtmp, big = said["rotations"]
    assert (shop["where"], shop["patterns"]) == (
        *("/etc/logrotate.d/shop:2", ["/var/log/shop.log", "/var/log/shop/*.log"]),
    )
    assert (shop["frequency"], shop["keep"]) == ("daily", 4)
    assert shop["options"] == {"rotate": "4", "create": "", "dateext": "", "copytruncate": ""}
    assert (wtmp["patterns"], wtmp["frequency"], wtmp["keep"]) == (
        *(["/var/log/wtmp", "/var/log/my log"], "monthly", 1),
    )
    assert wtmp["options"]["create"] == "0664 root utmp"
    assert "compress" in wtmp["options"] and "compress" not in big["options"]
    assert (big["where"], big["frequency"], big["keep"]) == ("/etc/logrotate.conf:16", "", -1)
    assert big["options"] == {
        "rotate": "-1",
        "create": "",
        "size": "100k",
        "notifempty": "",
        "su": "app adm",
    }
    assert big["scripts"]["postrotate"] == (
        "        kill -HUP `cat /run/big.pid`\n        # told\n"
    )
    assert "hunter2" not in str(said) and "curl" in big["scripts"]["prerotate"]
    assert said["defaults"]["frequency"] == "weekly"
    assert strange == ["rotatte 3", "odd"]


def test_what_is_passed_over_and_who_runs_it(tmp_path: Path) -> None:
    said, _ = read(tmp_path, FILES)
    assert [(row["where"], row["reason"], row["detail"]) for row in said["ignored"]] == [
        ("/etc/logrotate.d/mine.local", "name", "mine.local"),
        ("/etc/logrotate.d/open", "mode", "0666"),
        ("/etc/logrotate.d/shop.rpmsave", "name", "shop.rpmsave"),
        ("/etc/logrotate.d/theirs", "owner", "1000"),
    ]
    assert said["by"] == ["/etc/cron.daily/logrotate", "logrotate.timer", "/etc/crontab:3"]
    assert said["last"] == [
        {"path": "/var/log/my log", "at": "2026-01-05T06:25:01"},
        {"path": "/old", "at": "2015-12-31T00:00:00"},
    ]


def test_an_include_that_leads_to_itself_ends(tmp_path: Path) -> None:
    said, _ = read(tmp_path, {"etc/logrotate.conf": "include /etc/logrotate.conf\n/a {\n}\n"})
    assert {tuple(row["patterns"]) for row in said["rotations"]} == {("/a",)}


words = st.sampled_from(
    [
        *("/var/log/x", '"', "'", "{", "}", "\n", " ", "#", "daily", "postrotate\n", "endscript\n"),
        *(
            "rotate 3",
            "size",
            "=",
            "include /etc/logrotate.conf\n",
            "tabooext +",
            "nocompress",
            "\xff",
        ),
    ]
)


@given(text=st.one_of(st.text(max_size=60), st.lists(words, max_size=20).map("".join)))
def test_no_text_makes_it_fail(text: str, tmp_path_factory: Any) -> None:
    host = Host(grown(tmp_path_factory.mktemp("host"), {"etc/logrotate.conf": text}))
    said = logrotate.read(host, {})
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]
    assert all(isinstance(row["keep"], int) for row in said["rotations"])


@given(st.lists(st.sampled_from(["daily", "rotate 3", "odd", "# c", "", "/a {", "}"]), max_size=9))
def test_no_line_is_lost(lines: list[str]) -> None:
    """Each line is an option that is in force somewhere, a comment, of a block, or strange."""
    with tempfile.TemporaryDirectory() as top:
        host = Host(grown(Path(top), {"etc/logrotate.conf": "\n".join(lines)}))
        said = logrotate.read(host, {})
    assert [row["raw"] for row in host.unparsed if row["where"].count(":")] == _strange(lines)
    assert len(said["rotations"]) == _closed(lines)


def _strange(lines: list[str]) -> list[str]:
    inside, found = False, []
    for line in lines:
        if line == "odd" or (line == "}" and not inside) or (line == "/a {" and inside):
            found.append(line)
        inside = line == "/a {" or (inside and line != "}")
    return found


def _closed(lines: list[str]) -> int:
    inside, count = False, 0
    for line in lines:
        count += inside and line == "}"
        inside = line == "/a {" or (inside and line != "}")
    return count
