"""Unit files, where no systemd runs."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migrator.agent.units import unitfile, words
from tests.agent.inits import ETC, LIB, link, read


def test_a_unit_file_is_read_with_its_drop_ins_and_links(tmp_path: Path) -> None:
    tree = {
        LIB + "web.service": "[Unit]\nDescription=Web\nAfter=network.target \\\n  db.service\n"
        "ConditionPathExists=/etc/web\n[Service]\nExecStart=-/bin/web --password s3cret\n"
        "ExecStop=/bin/stop\nUser=www\nEnvironment=A=1 'B=2 3'\nTimeoutStopSec=200\n"
        "EnvironmentFile=-/etc/default/web\nPrivateTmp=true\n[Install]\nWantedBy=multi-user.target\n",
        ETC + "web.service.d/10-a.conf": "[Service]\nExecStart=\nExecStart=/bin/web2\n",
        LIB + "web.service.d/10-a.conf": "[Service]\nUser=hidden\n",
        LIB + "service.d/all.conf": "[Service]\nNice=5\n",
    }
    link(
        tmp_path, ETC + "multi-user.target.wants/web.service", "/usr/lib/systemd/system/web.service"
    )
    web = read(tmp_path, tree, "systemd")["web.service"]
    assert (web["description"], web["user"], web["enabled"]) == ("Web", "www", "enabled")
    assert web["commands"] == ["/bin/web2"]
    assert web["other_commands"] == [{"when": "ExecStop", "command": "/bin/stop"}]
    assert web["environment_names"] == ["A", "B"]
    assert web["conditions"] == ["ConditionPathExists=/etc/web"]
    assert web["dependencies"]["After"] == ["network.target", "db.service"]
    assert web["dependencies"]["WantedBy"] == ["multi-user.target"]
    assert web["drop_ins"] == [
        "/" + ETC + "web.service.d/10-a.conf",
        "/" + LIB + "service.d/all.conf",
    ]
    assert web["properties"] == {
        "EnvironmentFiles": "/etc/default/web (ignore_errors=yes)",
        "Nice": "5",
        "PrivateTmp": "yes",
        "TimeoutStopUSec": "200s",
    }


def test_masks_aliases_templates_and_missing_units(tmp_path: Path) -> None:
    tree = {
        LIB + "a.service": "[Service]\nExecStart=/bin/a\n",
        LIB + "t@.service": "[Service]\nExecStart=/bin/t %i %I %%\n[Install]\nWantedBy=x.target\n",
        LIB + "m.service": "[Service]\nExecStart=/bin/m\n",
        LIB + "empty.service": "",
    }
    link(tmp_path, ETC + "m.service", "/dev/null")
    link(tmp_path, ETC + "b.service", "/usr/lib/systemd/system/a.service")
    link(tmp_path, ETC + "x.target.wants/t@a-b.service", "/usr/lib/systemd/system/t@.service")
    link(tmp_path, ETC + "x.target.wants/gone.service", "/usr/lib/systemd/system/gone.service")
    found = read(tmp_path, tree, "systemd")
    states = {name: (unit["load"], unit["enabled"]) for name, unit in found.items()}
    assert states == {
        "a.service": ("loaded", "static"),
        "empty.service": ("masked", "masked"),
        "gone.service": ("not-found", ""),
        "m.service": ("masked", "masked"),
        "t@.service": ("loaded", "enabled"),
        "t@a-b.service": ("loaded", "enabled"),
    }
    assert found["a.service"]["aliases"] == ["b.service"]
    assert found["t@a-b.service"]["commands"] == ["/bin/t a-b a/b %"]
    assert found["t@.service"]["commands"] == ["/bin/t %i %I %"]


def test_sockets_timers_and_paths_read_as_systemctl_prints_them(tmp_path: Path) -> None:
    tree = {
        LIB + "a.socket": "[Socket]\nListenStream=/run/a\nListenDatagram=[::]:53\nAccept=yes\n",
        LIB + "a.timer": "[Timer]\nOnCalendar=daily\nOnBootSec=5min\nPersistent=true\n",
        LIB + "a.path": "[Path]\nPathExists=/srv/in\nUnit=b.service\n",
    }
    found = {name: unit["properties"] for name, unit in read(tmp_path, tree, "systemd").items()}
    assert found["a.socket"] == {"Accept": "yes", "Listen": "/run/a (Stream)\n[::]:53 (Datagram)"}
    assert found["a.timer"] == {
        "Persistent": "yes",
        "TimersCalendar": "{ OnCalendar=daily ; next_elapse=n/a }",
        "TimersMonotonic": "{ OnBootUSec=5min ; next_elapse=n/a }",
    }
    assert found["a.path"] == {"Paths": "/srv/in (PathExists)", "Unit": "b.service"}


@given(
    st.lists(st.text(st.characters(codec="ascii", exclude_characters=" \t\n\r\"'\\"), min_size=1))
)
def test_words_without_quotes_are_as_they_were(given: list[str]) -> None:
    assert words.words(" ".join(given)) == given
    assert words.words(" ".join(f'"{word} {word}"' for word in given)) == [
        f"{w} {w}" for w in given
    ]


@given(st.text(max_size=80))
def test_a_specifier_never_fails(text: str) -> None:
    assert unitfile.expanded(text.replace("%", "%%"), "a@b.service") == text
