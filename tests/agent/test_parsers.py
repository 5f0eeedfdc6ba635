"""What holds for every subject: no bytes make it raise, and no byte is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator import facts
from migrator.agent import facts as agent
from migrator.agent.files import decoded, encoded

# Files that a subject parses; any content of theirs must do.
PARSED = [
    *("etc/crontab", "etc/anacrontab", "var/spool/cron/crontabs/ops", "etc/fstab", "etc/passwd"),
    *("etc/group", "etc/shadow", "etc/sudoers", "etc/security/limits.conf", "etc/sysctl.conf"),
    *("etc/rsyslog.conf", "etc/logrotate.conf", "etc/hosts", "etc/resolv.conf", "etc/os-release"),
    *("var/lib/dpkg/status", "etc/nftables.conf", "home/ops/.ssh/authorized_keys"),
]


@given(st.binary(max_size=200))
def test_every_byte_survives_as_text(data: bytes) -> None:
    assert encoded(decoded(data)) == data


@pytest.mark.parametrize("name", PARSED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(content=st.binary(max_size=300))
def test_no_input_makes_a_subject_fail(tmp_path: Path, name: str, content: bytes) -> None:
    for directory in (tmp_path / "etc", (tmp_path / name).parent):
        directory.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    document = agent.facts({"root": str(tmp_path)})
    assert not [row for row in document["failures"] if row["kind"] == "failed"]
    facts.load(json.loads(json.dumps(document)))
