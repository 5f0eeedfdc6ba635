"""Crontabs, line by line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import cron
from migrator.agent.cron.crontab import percent
from migrator.agent.files import encoded
from migrator.agent.host import Host
from migrator.agent.redact import redacted
from tests.agent.crons import DEBIAN, NOW, PASSWD, REDHAT, by_command, clocks, read, zone_file
from tests.agent.trees import grown


def test_a_crontab_is_its_lines(tmp_path: Path) -> None:
    text = (
        "# m h dom mon dow\nSHELL=/bin/bash\n\n17 *\t* * *\troot  run-parts /etc/cron.hourly\n"
        '@daily bad\nDB_PASSWORD = "h\'x"\n*/30 4 * * 1 ops dump --password=hunter2 %a%b\\%c\n'
    )
    host, said = read(tmp_path, {"etc/crontab": text, "etc/passwd": PASSWD})
    (table,) = said["tables"]
    assert [line["kind"] for line in table["lines"]] == [
        *("comment", "setting", "blank", "job", "unparsed", "setting", "job")
    ]
    assert (table["where"], table["owner"], table["mode"], table["newline"]) == (
        *("/etc/crontab", "root", "0644", True),
    )
    hourly, dump = said["jobs"]
    assert (hourly["where"], hourly["user"], hourly["schedule"]) == (
        *("/etc/crontab:4", "root", "17 * * * *"),
    )
    assert hourly["settings"] == {"SHELL": "/bin/bash"}
    assert hourly["raw"] == "17 *\t* * *\troot  run-parts /etc/cron.hourly"
    assert clocks(hourly) == ["2026-01-15T13:17", "2026-01-15T14:17", "2026-01-15T15:17"]
    assert (dump["user"], dump["stdin"]) == ("ops", "a\nb%c")
    assert dump["command"] == "dump --password=<redacted> "
    assert dump["settings"]["DB_PASSWORD"] == "<redacted>"
    assert dump["next"][0] == {"at": 1768791600, "local": "2026-01-19T04:00:00+01:00"}
    assert "hunter2" not in str(said) and "h'x" not in str(said)
    assert [row["raw"] for row in host.unparsed] == ["@daily bad"]


def test_options_before_the_time_and_the_command(tmp_path: Path) -> None:
    text = "-*/15 * * * * root -n test -x /usr/lib/cron/run-crons\n"
    _, said = read(tmp_path, {"etc/crontab": text})
    assert said["jobs"][0]["options"] == ["-", "-n"]
    assert said["jobs"][0]["command"] == "test -x /usr/lib/cron/run-crons"


@pytest.mark.parametrize(
    ("text", "command", "stdin"),
    [
        ("date +\\%F", "date +%F", ""),
        ("mail ops%Hello%%bye", "mail ops", "Hello\n\nbye"),
        ("a\\\\%b", "a\\\\", "b"),
        ("a%b\\%c", "a", "b%c"),
        ("tail\\", "tail\\", ""),
    ],
)
def test_percent(text: str, command: str, stdin: str) -> None:
    assert percent(text) == (command, stdin)


def test_settings_are_in_force_below_them(tmp_path: Path) -> None:
    text = "0 0 * * * a\nMAILTO=ops\n0 0 * * * b\nMAILTO=\"\"\n'MY VAR' = x  \n0 0 * * * c\n"
    _, said = read(tmp_path, {"var/spool/cron/crontabs/ops": text})
    settings = [job["settings"] for job in said["jobs"]]
    assert settings == [{}, {"MAILTO": "ops"}, {"MAILTO": "", "MY VAR": "x"}]
    assert {job["user"] for job in said["jobs"]} == {"ops"}


def test_a_time_zone_of_its_own(tmp_path: Path) -> None:
    text = "CRON_TZ=America/New_York\n0 9 * * * root a\nCRON_TZ=Mars/Base\n0 9 * * * root b\n"
    for system, first in ((REDHAT, "2026-01-15T15:00"), (DEBIAN, "2026-01-16T09:00")):
        top = tmp_path / first
        files = {**system, "etc/cron.d/x": text}
        grown(top, files)
        path = top / "usr/share/zoneinfo/America/New_York"
        path.parent.mkdir(parents=True)
        path.write_bytes(zone_file("America/New_York"))
        jobs = by_command(read(top, {})[1])
        assert clocks(jobs["a"])[0] == first
        assert bool(jobs["b"]["next"]) == (system is DEBIAN)


PARSED = [
    *("etc/crontab", "var/spool/cron/crontabs/ops", "etc/anacrontab", "var/spool/fcron/ops.orig")
]
lines = st.one_of(
    st.binary(max_size=40),
    st.lists(
        st.sampled_from(
            [
                *(
                    b"*",
                    b"*/5",
                    b"@daily",
                    b"#",
                    b"=",
                    b" ",
                    b"\t",
                    b"%",
                    b"\\",
                    b'"',
                    b"'",
                    b"root",
                ),
                *(b"1-3", b"x", b"-", b"\xff", b"\r", b"!", b"&", b"PASSWORD=", b"0 0 * * * "),
            ]
        ),
        max_size=12,
    ).map(b"".join),
)


@pytest.mark.parametrize("name", PARSED)
@given(rows=st.lists(lines, max_size=8), end=st.sampled_from([b"", b"\n"]))
def test_no_crontab_line_is_lost(name: str, rows: list[bytes], end: bytes) -> None:
    """The table, joined, is the file, but for secrets; each line that is not understood is kept
    as such; each job is a line of its own."""
    data = b"\n".join(row.replace(b"\n", b"") for row in rows) + end
    with tempfile.TemporaryDirectory() as top:
        path = Path(top) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        host = Host(top)
        said = cron.read(host, {"units": [], "processes": [], "taken_at": NOW})
    assert not host.failures
    if not said["tables"]:
        assert not data
        return
    (table,) = said["tables"]
    text = "\n".join(line["text"] for line in table["lines"]) + "\n" * table["newline"]
    whole = data.decode("utf-8", "surrogateescape")
    expected = "\n".join(redacted(row) for row in _logical(whole, name))
    assert encoded(text) == encoded(expected)
    kinds = [line["kind"] for line in table["lines"]]
    assert len(said["jobs"]) == kinds.count("job")
    assert len(host.unparsed) == kinds.count("unparsed")


def _logical(text: str, name: str) -> list[str]:
    rows = text.split("\n")
    joined: list[str] = []
    for index, row in enumerate(rows):
        goes_on = index and name == "etc/anacrontab" and rows[index - 1].endswith("\\")
        if goes_on and (row or index < len(rows) - 1):
            joined[-1] += "\n" + row
        else:
            joined.append(row)
    return joined
