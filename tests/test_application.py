"""What an image runs, as the application under an init."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from migrator.application import Application, files, inits, of_image, signal_name
from migrator.application.source import name_of, opened
from migrator.errors import UsageError

HELD = {"shell": "yes", "uid": "33", "gid": "33", "name": "www", "home": "/srv/my www"}
VALUE = "a=b 'c' \"d\" $e `f` %g\nh"
INITS = ("systemd", "sbin-init", "dumb-init")


def test_entrypoint_command_and_environment_are_as_engines_join_them() -> None:
    config = {"Entrypoint": ["run"], "Cmd": ["a"], "Env": ["A=1", "B=x=y"], "StopSignal": "SIGINT"}
    made = of_image(config, HELD, (), {"A": "2"})
    assert made.command == ("run", "a")
    assert made.environment == (("A", "2"), ("B", "x=y"))
    assert (made.user, made.uid, made.directory, made.stop_signal) == ("www", 33, "/", "INT")
    assert of_image(config, HELD, ("b", "c"), {}).command == ("run", "b", "c")
    with pytest.raises(UsageError, match="no command"):
        of_image({}, HELD, (), {})
    with pytest.raises(UsageError, match="shop, whom its"):
        of_image({"User": "shop", "Cmd": ["a"]}, {"shell": "yes"}, (), {})


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("SIGQUIT", "QUIT", 3),
        ("15", "TERM", 15),
        ("sigterm", "TERM", 15),
        ("37", "RTMIN+3", 37),
        ("SIGRTMIN+3", "RTMIN+3", 37),
    ],
)
def test_a_stop_signal_is_named_in_many_ways(text: str, name: str, number: int) -> None:
    assert (signal_name(text), files.number(name)) == (name, number)


def test_the_program_gets_every_word_and_value_exactly(tmp_path: Path) -> None:
    program = Application(("printf", "%s|", "two words", "$HOME"), (("A", VALUE),), "", 0, 0)
    where = Application(("sh", "-c", 'pwd; printf %s "$A"'), program.environment, directory="/tmp")
    for init in INITS:
        made = files.files(init, "image", program, HELD, 9)["run"]
        done = subprocess.run(["sh", "-c", made], capture_output=True, text=True)
        assert done.stdout == "two words|$HOME|", done.stderr
        made = files.files(init, "image", where, HELD, 9)["run"]
        done = subprocess.run(["sh", "-c", made], capture_output=True, text=True)
        assert done.stdout == f"/tmp\n{VALUE}"


def test_the_user_is_the_units_or_is_switched_to() -> None:
    named = Application(("a",), user="www", uid=33, gid=33)
    unnamed = Application(("a",), uid=1000, gid=0)
    setpriv = {**HELD, "setpriv": "yes"}

    def run(init: str, application: Application, held: dict[str, str]) -> str:
        return files.files(init, "image", application, held, 9)["run"].splitlines()[-1]

    unit = files.files("systemd", "image", named, HELD, 9)[files.UNIT]
    assert "User=www\n" in unit and "Group=" not in unit
    assert run("systemd", named, HELD) == "exec a"
    assert run("dumb-init", named, setpriv).startswith("exec setpriv --reuid=33 --regid=33 --init")
    assert run("sbin-init", named, HELD).startswith("exec su -s /bin/sh -c ")
    assert "--reuid=1000 --regid=0 --clear-groups" in run("systemd", unnamed, setpriv)
    with pytest.raises(UsageError, match="neither setpriv nor a name for its user 1000"):
        run("dumb-init", unnamed, HELD)


@pytest.mark.parametrize("init", INITS)
def test_every_script_is_clean(init: str, tmp_path: Path) -> None:
    held = {**HELD, "setpriv": "yes"}
    made = files.files(init, "a\nb", Application(("a",), user="www", uid=33), held, 9)
    for name, text in made.items():
        if text.startswith("#!"):
            (tmp_path / name).write_text(text)
            check = ["shellcheck", "--shell=dash", "--exclude=SC2086", str(tmp_path / name)]
            done = subprocess.run(check, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("init", "held", "words"),
    [
        ("dumb-init", {}, "holds no /bin/sh"),
        ("systemd", {"shell": "yes"}, "holds no systemd"),
        ("systemd", {"shell": "yes", "systemd": "/s", "systemd-version": "systemd 219"}, "219"),
        ("sbin-init", {"shell": "yes"}, "no /sbin/init"),
        ("sbin-init", {"shell": "yes", "init": "/usr/lib/systemd/systemd"}, "is systemd"),
        ("sbin-init", {"shell": "yes", "init": "/bin/busybox", "inittab": "yes"}, "busybox"),
        ("sbin-init", {"shell": "yes", "init": "/sbin/init"}, "not sysvinit"),
        ("dumb-init", {"shell": "yes"}, "no dumb-init"),
    ],
)
def test_an_image_that_lacks_something_is_refused(
    init: str, held: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        inits.command(init, held)
    assert refused.value.hint


def _layout(place: Path, *images: dict[str, Any]) -> Path:
    place.mkdir(parents=True)
    blobs = place / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    entries = []
    for number, about in enumerate(images):
        digest = f"{number:064d}"
        (blobs / digest).write_text(json.dumps({"layers": [{"size": 5}, {"size": 6}]}))
        kind = "application/vnd.oci.image.manifest.v1+json"
        entries.append({"mediaType": kind, "digest": f"sha256:{digest}", **about})
    (place / "index.json").write_text(json.dumps({"manifests": entries}))
    return place


def test_an_image_is_a_layout_an_archive_or_a_reference(tmp_path: Path) -> None:
    layout = _layout(tmp_path / "Shop", {"platform": {"architecture": "amd64"}})
    with tarfile.open(tmp_path / "shop.tar", "w") as archive:
        archive.add(layout, ".")
    archives = (tmp_path / "shop.tar", f"oci-archive:{tmp_path}/shop.tar")
    for image in (layout, f"oci:{layout}", *archives):
        with opened(str(image), "shop") as source:
            assert source.store
            assert source.row["tag"] == "localhost/migrator/shop:000000000000"
            assert source.row["size"] == 11
    with opened("docker://example.org/a/shop:7", "shop") as source:
        assert source.row["tag"] == "example.org/a/shop:7" and source.store is None
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="no OCI layout"), opened(str(tmp_path / "none"), "x"):
        pass
    two = _layout(tmp_path / "two", {}, {})
    with pytest.raises(UsageError, match="holds 2 images"), opened(str(two), "x"):
        pass


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("example.org:5000/a/Shop:7", "shop"),
        ("shop@sha256:00", "shop"),
        ("./My Shop/", "my-shop"),
        ("oci-archive:/x/shop.tar", "shop"),
        ("docker://example.org/shop", "shop"),
    ],
)
def test_a_container_is_named_after_its_image(image: str, name: str) -> None:
    assert name_of(image) == name
