"""syslog-ng: its log paths, from source to destination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import syslog
from migrator.agent.host import Host
from migrator.agent.syslog.blocks import statements
from tests.agent.test_syslog import NOTHING, rules
from tests.agent.trees import grown

TEXT = """\
@version: 3.35
@include "scl.conf"
options { chain_hostnames(off); flush_lines(0); };
source s_sys { system(); internal(); };
source s_net {
    network(ip("10.0.0.1") port(1514) transport("tls")
            tls(key-file("/etc/key.pem") peer-verify(optional-untrusted)));
    udp(); # the old way
};
destination d_mesg { file("/var/log/messages" perm(0640)); };
destination d_hosts { file("/var/log/$HOST.log" create-dirs(yes)); };
destination d_central {
    syslog("logs.example.org" port(6514) transport("tls") tls(ca-dir("/etc/ca")));
    tcp("10.0.0.2");
};
destination d_search {
    elasticsearch-http(url("https://es:9200/_bulk") user("up") password("hunter2"));
};
destination d_page { program("/usr/bin/page" template("$MSG\\n")); usertty("root"); };
filter f_mail { facility(mail) and not match("a)b" value("MSG")); };
template t_short { template("$MSG\\n"); };
log { source(s_sys); filter(f_mail); destination(d_mesg); destination(d_central); flags(final); };
log { source(s_net); destination(d_hosts); };
log { source(s_sys); destination { pipe("/dev/xconsole"); };
      log { filter { level(err); }; destination(d_search); destination(d_page); }; };
@include "/etc/syslog-ng/conf.d/*.conf"
stray text
"""
MORE = """\
destination d_more { network('10.0.0.3' port(514) transport(udp)); };
log { source(s_sys); destination(d_more); };
"""


def read(top: Path, text: str, more: str = "") -> dict[str, Any]:
    files = {"etc/syslog-ng/syslog-ng.conf": text, "usr/sbin/syslog-ng": ""}
    host = Host(grown(top, {**files, "etc/syslog-ng/conf.d/more.conf": more}))
    said = syslog.read(host, NOTHING)
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]
    return said | {"strange": [row["raw"] for row in host.unparsed]}


def test_log_paths(tmp_path: Path) -> None:
    said = read(tmp_path, TEXT, MORE)
    mail, system = "source(s_sys) filter(f_mail)", "source(s_sys)"
    assert sorted(rules(said)) == sorted(
        [
            ("file", mail, "/var/log/messages"),
            ("remote", mail, "logs.example.org:6514/tcp"),
            ("remote", mail, "10.0.0.2:514/tcp"),
            ("dynamic", "source(s_net)", "/var/log/$HOST.log"),
            ("pipe", system, "/dev/xconsole"),
            ("remote", system + " filter { level(err); }", "es:9200/http"),
            ("program", system + " filter { level(err); }", "/usr/bin/page"),
            ("users", system + " filter { level(err); }", "root"),
            ("remote", system, "10.0.0.3:514/udp"),
        ]
    )
    assert [(r["driver"], r["host"], r["port"], r["tls"]) for r in said["remotes"]] == [
        ("syslog", "logs.example.org", "6514", True),
        ("tcp", "10.0.0.2", "514", False),
        ("elasticsearch-http", "es", "9200", True),
        ("network", "10.0.0.3", "514", False),
    ]
    assert [(x["module"], x["address"], x["port"]) for x in said["inputs"]] == [
        *(
            ("system", "", ""),
            ("internal", "", ""),
            ("network", "10.0.0.1", "1514"),
            ("udp", "", ""),
        ),
    ]
    assert said["inputs"][2]["parameters"]["peer-verify"] == "optional-untrusted"
    assert [row["name"] for row in said["templates"]] == ["t_short"]
    assert said["strange"] == ["stray text"]
    assert "hunter2" not in str(said)


words = st.sampled_from(
    ["log", "source", "destination", " x ", "{", "}", "(", ")", ";", '"', "'", "#", "\n", "/*", "@"]
)
texts = st.one_of(st.text(max_size=60), st.lists(words, max_size=25).map("".join))


@given(texts)
def test_the_statements_are_the_text(text: str) -> None:
    assert "".join(piece for _, _, _, piece in statements(text)) == text


@given(text=texts)
def test_no_statement_is_lost(text: str, tmp_path_factory: Any) -> None:
    said = read(tmp_path_factory.mktemp("host"), text)
    unparsed = [row for row in said["statements"] if row["kind"] in ("unparsed", "call")]
    assert len(unparsed) == len(said["strange"])
