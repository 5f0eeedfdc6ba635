"""rsyslog in both of its languages, an older syslogd, and journald."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import syslog
from migrator.agent.host import Host
from migrator.agent.syslog.pieces import pieces
from tests.agent.trees import grown

NOTHING: dict[str, Any] = {"units": [], "processes": []}


def read(top: Path, text: str, name: str = "etc/rsyslog.conf", **files: str) -> dict[str, Any]:
    host = Host(grown(top, {"etc/hostname": "h\n", name: text, **files}))
    said = syslog.read(host, NOTHING)
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]
    return said | {"strange": [row["raw"] for row in host.unparsed]}


def rules(said: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(rule["kind"], rule["selector"], rule["destination"]) for rule in said["rules"]]


def test_both_languages_and_includes_in_their_place(tmp_path: Path) -> None:
    text = (
        'module(load="imklog") # the kernel\n$ModLoad imudp # by network\n'
        "$IncludeConfig /etc/rsyslog.d/*.conf\n"
        "*.=info;*.=notice;\\\n\tauth.none\t-/var/log/messages\n*.emerg :omusrmsg:*\n"
    )
    more = (
        "local3.* /var/log/shop.log\n*.* @@[2001:db8::1]:6514\n*.* @10.0.0.9\n"
        'mail.* action(type="omfwd" target="10.0.0.8"\n  port="1514" protocol="tcp")\n'
    )
    said = read(tmp_path, text, **{"etc/rsyslog.d/a.conf": more, "etc/rsyslog.d/b.off": "x"})
    assert rules(said) == [
        ("input", "imklog", ""),
        ("input", "imudp", ""),
        ("file", "local3.*", "/var/log/shop.log"),
        ("remote", "*.*", "[2001:db8::1]:6514/tcp"),
        ("remote", "*.*", "10.0.0.9:514/udp"),
        ("remote", "mail.*", "10.0.0.8:1514/tcp"),
        ("file", "*.=info;*.=notice;auth.none", "/var/log/messages"),
        ("users", "*.emerg", "*"),
    ]
    assert said["rules"][2]["where"] == "/etc/rsyslog.d/a.conf:1"
    assert said["rules"][6]["where"] == "/etc/rsyslog.conf:4"
    assert said["rules"][6]["raw"] == "*.=info;*.=notice;\\\n\tauth.none\t-/var/log/messages"
    assert said["strange"] == []


LEGACY = """\
$ModLoad imuxsock.so
$ModLoad imtcp
$InputTCPServerRun 10514
$UDPServerAddress 127.0.0.1
$UDPServerRun 514
$InputFileName /var/log/app.log
$InputFileTag app:
$InputRunFileMonitor
$template Where,"/var/log/hosts/%HOSTNAME%.log"
$DefaultNetstreamDriver gtls
$ActionQueueType LinkedList
$ActionQueueFileName fwd
$ActionSendStreamDriverMode 1
*.* @@(o)logs.example.org:6514;RSYSLOG_ForwardFormat
:programname, isequal, "sshd" /var/log/sshd.log
& ~
:msg, contains, "a b" stop
kern.*\t?Where
local5.* |/var/run/pipe
local6.* ^/usr/bin/page;Where
!cron
+web01
*.* /var/log/cron-web01.log
!*
+*
cron.* root,ops
*.* >db.example.org,logs,writer,hunter2
*.* :omrelp:10.0.0.1:2514
mail.* /dev/console
what is this
"""


def test_the_older_language(tmp_path: Path) -> None:
    said = read(tmp_path, LEGACY)
    assert rules(said)[2:] == [
        ("remote", "*.*", "logs.example.org:6514/tcp"),
        ("file", ':programname, isequal, "sshd"', "/var/log/sshd.log"),
        ("discard", ':programname, isequal, "sshd"', ""),
        ("discard", ':msg, contains, "a b"', ""),
        ("dynamic", "kern.*", "Where"),
        ("pipe", "local5.*", "/var/run/pipe"),
        ("program", "local6.*", "/usr/bin/page"),
        ("file", "*.*", "/var/log/cron-web01.log"),
        ("users", "cron.*", "root,ops"),
        ("remote", "*.*", "db.example.org:3306/mysql"),
        ("remote", "*.*", "10.0.0.1:2514/relp"),
        ("other", "mail.*", "/dev/console"),
    ]
    assert said["rules"][2]["parameters"]["$actionqueuetype"] == "LinkedList"
    assert said["rules"][3]["parameters"] == {}
    assert [(rule["program"], rule["host"]) for rule in said["rules"]][8:11] == [
        *(("", ""), ("cron", "web01"), ("", "")),
    ]
    assert [(x["module"], x["address"], x["port"], x["path"]) for x in said["inputs"]] == [
        ("imuxsock", "", "", ""),
        ("imtcp", "", "10514", ""),
        ("imudp", "127.0.0.1", "514", ""),
        ("imfile", "", "", "/var/log/app.log"),
    ]
    assert [(r["driver"], r["host"], r["port"], r["tls"]) for r in said["remotes"]] == [
        ("omfwd", "logs.example.org", "6514", True),
        ("ommysql", "db.example.org", "3306", False),
        ("omrelp", "10.0.0.1", "2514", False),
    ]
    assert [row["name"] for row in said["templates"]] == ["Where"]
    assert said["strange"] == ["what is this"]
    assert "hunter2" not in str(said)


SCRIPT = """\
global(workDirectory="/var/lib/rsyslog")
/* two
   lines */
module(load="imjournal" StateFile="imjournal.state")
module(load="imtcp" StreamDriver.Mode="1")
input(type="imtcp" port="6514" ruleset="remote")
input(type="imfile" File="/var/log/app/*.log" Tag="app")
template(name="json" type="list") { constant(value="}") property(name="msg" format="jsonf") }
ruleset(name="remote" queue.type="LinkedList") {
  if $fromhost-ip == '10.0.0.1' then {
    -/var/log/gateway.log
    stop
  } else if ($msg contains "}") then {
    action(type="omfile" dynaFile="json")
  } else
    call other
  action(type="omrelp" target="relay" port="2514" tls="on" queue.type="Disk")
}
if $programname == 'app' and not ($msg contains 'then') then /var/log/app.log
& stop
mail.* { action(type="omelasticsearch" server="es1" serverport="9200" uid="logs" pwd="hunter2")
  action(type="omkafka" broker=["k1:9092","k2:9092"] topic="logs") }
set $.x = "a;b";
include(file="/etc/rsyslog.d/none.conf" mode="optional")
action(name="out" type="omfwd" target="logs" protocol="tcp"
       StreamDriver="gtls" StreamDriverMode="1")
"""


def test_the_newer_language(tmp_path: Path) -> None:
    said = read(tmp_path, SCRIPT)
    gateway = "$fromhost-ip == '10.0.0.1'"
    app = "$programname == 'app' and not ($msg contains 'then')"
    assert rules(said)[2:] == [
        ("file", gateway, "/var/log/gateway.log"),
        ("discard", gateway, ""),
        ("dynamic", f'not ({gateway}) and ($msg contains "}}")', "json"),
        ("remote", "", "relay:2514/relp"),
        ("file", app, "/var/log/app.log"),
        ("discard", app, ""),
        ("remote", "mail.*", "es1:9200/http"),
        ("remote", "mail.*", "k1:9092/kafka"),
        ("remote", "", "logs:514/tcp"),
    ]
    assert [rule["ruleset"] for rule in said["rules"]] == ["", "", *["remote"] * 4, *[""] * 5]
    assert [(r["host"], r["port"], r["protocol"], r["tls"]) for r in said["remotes"]] == [
        ("relay", "2514", "relp", True),
        ("es1", "9200", "http", False),
        ("k1", "9092", "kafka", False),
        ("logs", "514", "tcp", True),
    ]
    assert [(x["module"], x["port"], x["path"]) for x in said["inputs"]] == [
        ("imjournal", "", ""),
        ("imtcp", "6514", ""),
        ("imfile", "", "/var/log/app/*.log"),
    ]
    assert said["inputs"][0]["parameters"] == {"statefile": "imjournal.state"}
    assert [row["name"] for row in said["templates"]] == ["json"]
    kinds = [row["kind"] for row in said["statements"]]
    assert kinds.count("open") == kinds.count("close") == 4
    assert said["strange"] == []
    assert "hunter2" not in str(said)


words = st.sampled_from(
    [
        *("*.*", " ", "\n", "/var/log/x", "{", "}", "(", ")", '"', "'", "\\", "\\\n", "#"),
        *("/*", "*/", "if ", " then ", "else ", "action(", "template(", "stop", "set ", ";"),
        *("$ModLoad im", "&", ":msg, contains,", "@@h", "!p", "+h", 'file="x"'),
        "$IncludeConfig /etc/rsyslog.conf\n",
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(words, max_size=25).map("".join))


@given(texts)
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece for _, piece in pieces(text)) == text


@pytest.mark.parametrize("name", ["etc/rsyslog.conf", "etc/systemd/journald.conf"])
@given(text=texts)
def test_no_statement_is_lost(
    name: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is not understood is a statement all the same, and is named."""
    said = read(tmp_path_factory.mktemp("host"), text, name)
    unparsed = [row for row in said["statements"] if row["kind"] == "unparsed"]
    assert name != "etc/rsyslog.conf" or len(unparsed) == len(said["strange"])
