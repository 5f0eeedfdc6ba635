from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import cron
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/crontab": (
        "SHELL=/bin/sh\n# m h\n17 *\t* * *\troot\trun-parts /etc/cron.hourly\n@daily bad\n"
    ),
    "etc/cron.d/shop": "*/5 * * * * shop /opt/shop/count --fast\n",
    "etc/cron.d/shop.dpkg-old": "* * * * * root never\n",
    "etc/anacrontab": "START_HOURS_RANGE=3-22\n1\t5\tcron.daily\trun-parts /etc/cron.daily\nodd\n",
    "var/spool/cron/crontabs/ops": "# mine\nMAILTO=ops\n0 4 * * 1 backup\n",
    "var/spool/cron/atjobs/a000010219b7f0": (
        "#!/bin/sh\n# atrun uid=1000 gid=1000\nSECRET=hunter2; export SECRET\n"
        'cd / || {\n\t echo "no" >&2\n\t exit 1\n}\n/opt/shop/note at\n'
    ),
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\nbroken:x\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_cron(host: Host) -> None:
    jobs = {(job["kind"], job["user"], job["command"]): job for job in cron.tables(host)}
    assert set(jobs) == {
        ("crontab", "root", "run-parts /etc/cron.hourly"),
        ("cron.d", "shop", "/opt/shop/count --fast"),
        ("user", "ops", "backup"),
        ("anacron", "root", "run-parts /etc/cron.daily"),
        ("at", "ops", "/opt/shop/note at"),
    }
    user = jobs["user", "ops", "backup"]
    assert user["where"] == "/var/spool/cron/crontabs/ops:3"
    assert (user["schedule"], user["raw"]) == ("0 4 * * 1", "0 4 * * 1 backup")
    assert jobs["at", "ops", "/opt/shop/note at"]["schedule"] == "2037-01-01T04:00Z"
    assert [row["raw"] for row in host.unparsed] == ["@daily bad", "odd"]
    assert "hunter2" not in str(jobs)


@given(st.lists(st.text("ab *@/#0 :=", min_size=1, max_size=20), max_size=8))
def test_no_crontab_line_is_lost(lines: list[str]) -> None:
    """Each line is a job, a comment, a setting, or kept as not understood."""
    with tempfile.TemporaryDirectory() as top:
        host = Host(grown(Path(top), {"etc/crontab": "\n".join(lines)}))
        jobs = cron.tables(host)
    quiet = [x for x in lines if not x.strip() or x.strip()[0] == "#" or cron.SETTING.match(x)]
    assert len(jobs) + len(host.unparsed) + len(quiet) == len(lines)
