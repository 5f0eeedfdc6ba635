"""What each cron passes over."""

from __future__ import annotations

import os
from pathlib import Path

from migrator.agent import cron
from migrator.agent.host import Host
from tests.agent.crons import DEBIAN, NOW, REDHAT, read
from tests.agent.trees import grown


def test_what_debians_cron_passes_over(tmp_path: Path) -> None:
    line = "1 2 * * * root true\n"
    files = {
        "etc/cron.d/good": line,
        "etc/cron.d/with.dot": line,
        "etc/cron.d/theirs": line,
        "etc/cron.d/open": line,
        "etc/cron.d/syntax": line + "61 * * * * root never\n",
        "etc/cron.d/empty": "MAILTO=\n" + line,
        "etc/cron.d/cut": line.strip(),
        "var/spool/cron/crontabs/ops": "1 2 * * * true\n",
        "var/spool/cron/crontabs/root": "1 2 * * * true\n",
        "etc/cron.daily/good": "",
        "etc/cron.daily/script.sh": "",
        "etc/cron.daily/off": "",
    }
    root = Path(grown(tmp_path, DEBIAN | files))
    read(tmp_path, {})  # sets the modes
    os.chown(root / "etc/cron.d/theirs", 1000, 1000)
    (root / "etc/cron.d/open").chmod(0o664)
    (root / "var/spool/cron/crontabs/ops").chmod(0o644)
    (root / "etc/cron.daily/off").chmod(0o644)
    host = Host(str(root))
    said = cron.read(host, {"units": [], "processes": [], "taken_at": NOW})
    assert said["daemons"][0]["flavour"] == "cron"
    assert {(row["where"], row["reason"], row["detail"]) for row in said["ignored"]} == {
        ("/etc/cron.d/with.dot", "name", "with.dot"),
        ("/etc/cron.d/theirs", "owner", "ops"),
        ("/etc/cron.d/open", "mode", "0664"),
        ("/etc/cron.d/syntax", "syntax", "/etc/cron.d/syntax:2"),
        ("/etc/cron.d/empty", "syntax", "/etc/cron.d/empty:1"),
        ("/etc/cron.d/cut", "newline", "/etc/cron.d/cut:1"),
        ("/var/spool/cron/crontabs/ops", "mode", "0644"),
        ("/etc/cron.daily/script.sh", "name", "script.sh"),
        ("/etc/cron.daily/off", "not executable", "0644"),
    }
    assert [job["where"] for job in said["jobs"]] == [
        "/etc/cron.d/good:1",
        "/var/spool/cron/crontabs/root:1",
        "/etc/cron.daily/good",
    ]
    assert len(said["tables"]) == 9


def test_what_cronie_passes_over(tmp_path: Path) -> None:
    line = "1 2 * * * root true\n"
    files = {
        "etc/cron.d/with.dot": line,
        "etc/cron.d/old.rpmsave": line,
        "etc/cron.d/edited~": line,
        "etc/cron.d/script": line,
        "etc/cron.d/cut": line + "3 4 * * * root lost",
        "etc/cron.d/syntax": "61 * * * * root never\n" + line,
        "etc/cron.daily/script.sh": "",
        "etc/cron.daily/script.rpmnew": "",
    }
    root = Path(grown(tmp_path, REDHAT | files))
    read(tmp_path, {})
    (root / "etc/cron.d/script").chmod(0o755)
    said = cron.read(Host(str(root)), {"units": [], "processes": [], "taken_at": NOW})
    assert said["daemons"][0]["flavour"] == "cronie"
    assert {(row["where"], row["reason"]) for row in said["ignored"]} == {
        ("/etc/cron.d/old.rpmsave", "name"),
        ("/etc/cron.d/edited~", "name"),
        ("/etc/cron.d/script", "mode"),
        ("/etc/cron.d/cut:2", "newline"),
        ("/etc/cron.daily/script.rpmnew", "name"),
    }
    assert [job["where"] for job in said["jobs"]] == [
        "/etc/cron.d/cut:1",
        "/etc/cron.d/syntax:2",
        "/etc/cron.d/with.dot:1",
        "/etc/cron.daily/script.sh",
    ]
