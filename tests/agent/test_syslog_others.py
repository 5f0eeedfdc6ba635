"""Includes, an older syslogd, and journald."""

from __future__ import annotations

from pathlib import Path

from tests.agent.test_syslog import read, rules


def test_includes_of_directories_and_loops(tmp_path: Path) -> None:
    text = '$IncludeConfig /etc/rsyslog.d/\ninclude(file="/etc/more/[ab].conf")\n'
    files = {
        "etc/rsyslog.d/x": "mail.* /a\n$IncludeConfig /etc/rsyslog.d/x\n",
        "etc/rsyslog.d/.y": "mail.* /hidden\n",
        "etc/more/a.conf": "mail.* /b\n",
        "etc/more/c.conf": "mail.* /c\n",
    }
    said = read(tmp_path, text, **files)
    assert {rule["destination"] for rule in said["rules"]} == {"/a", "/b"}


def test_an_older_syslogd_where_it_is_the_one_installed(tmp_path: Path) -> None:
    files = {"etc/rsyslog.conf": "mail.* /never\n", "sbin/syslogd": ""}
    text = "include /etc/syslog.d/*.conf\nmail.*\t\t-/var/log/maillog\n*.err;kern.debug @loghost\n"
    more = {"etc/syslog.d/x.conf": "!ppp\n*.* /var/log/ppp.log\n"}
    said = read(tmp_path, text, "etc/syslog.conf", **files, **more)
    assert [daemon["flavour"] for daemon in said["daemons"]] == ["sysklogd"]
    assert rules(said) == [
        ("file", "*.*", "/var/log/ppp.log"),
        ("file", "mail.*", "/var/log/maillog"),
        ("remote", "*.err;kern.debug", "loghost:514/udp"),
    ]


def test_journald(tmp_path: Path) -> None:
    files = {
        "etc/systemd/journald.conf.d/90-local.conf": "[Journal]\nStorage=volatile\nodd\n",
        "usr/lib/systemd/journald.conf.d/10-vendor.conf": "[Journal]\nForwardToSyslog=yes\n",
        "usr/lib/systemd/journald.conf.d/90-local.conf": "[Journal]\nStorage=none\n",
        "etc/systemd/journal-upload.conf": "[Upload]\nURL=https://up:hunter2@logs:19532\n",
        "var/log/journal/x": "",
    }
    text = "[Journal]\n#Storage=auto\nStorage = persistent\n"
    said = read(tmp_path, text, "etc/systemd/journald.conf", **files)
    journal = said["journal"]
    assert (journal["storage"], journal["persistent"]) == ("volatile", True)
    assert [(row["key"], row["value"]) for row in journal["settings"]] == [
        ("Storage", "persistent"),
        ("ForwardToSyslog", "yes"),
        ("Storage", "volatile"),
        ("URL", "https://up:<redacted>@logs:19532"),
    ]
    assert said["strange"] == ["odd"]
    assert "hunter2" not in str(said)
