"""From launch to `running`, beside podman run by hand; and what crosses to a target, and how long
an upgrade takes. The target's own network counter says what was sent to it."""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.hosts import TOP, lab, timed
from lab import state

SOURCES = {"bench-first": "plain-debian12", "bench-second": "web-debian12"}
TARGET = "bench-box"
GOAL = 1.15
ASKED = "podman exec {} systemctl is-system-running 2>/dev/null | grep -q running"
READY = f"until {ASKED}; do sleep 0.2; done"
COUNTER = "cat /sys/class/net/*/statistics/rx_bytes | sort -n | tail -n 1"
CHANGE = "mkdir -p /opt/small && date >/opt/small/change"


@dataclass(frozen=True)
class Site:
    place: Path

    def migrator(self, verb: str, host: str, *more: str) -> str:
        given = ["-i", str(self.place / "inventory.yml"), "--work", str(self.place / "work"), *more]
        command = [sys.executable, "-m", "migrator.cli", verb, host, *given]
        return subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True).stdout

    def on(self, name: str, command: str) -> str:
        host = state.find(name)
        assert host
        known, key = f"UserKnownHostsFile={state.KNOWN_HOSTS}", str(state.KEY)
        words = ["ssh", "-o", known, "-o", "BatchMode=yes", "-i", key, f"root@{host.address}"]
        done = subprocess.run([*words, command], check=True, capture_output=True, text=True)
        return done.stdout

    def size(self, host: str) -> int:
        """Bytes of its image's layers, as they are sent."""
        built = json.loads((self.place / "work" / host / "image.json").read_text())
        blobs = self.place / "work/store/blobs/sha256"
        return sum((blobs / digest[7:]).stat().st_size for digest in built["layers"])

    def sent(self, work: Callable[[], object]) -> tuple[float, int]:
        """(seconds, bytes that the target received)."""
        before = int(self.on(TARGET, COUNTER))
        took = timed(lambda: (work(), None)[1])
        return took, int(self.on(TARGET, COUNTER)) - before


def measure(rounds: int) -> None:
    with _site() as site:
        first, second = SOURCES
        rows = {"first host, launch": site.sent(lambda: site.migrator("launch", first))}
        rows["second host, launch"] = site.sent(lambda: site.migrator("launch", second))
        site.migrator("stop", second)
        _compare(site, first, rounds)
        site.migrator("launch", first)
        site.on(first, CHANGE)
        for stage in ("discover", "snapshot", "build"):
            site.migrator(stage, first)
        rows["upgrade after a change"] = site.sent(lambda: site.migrator("upgrade", first))
        for name, (took, size) in rows.items():
            print(f"{name:26} {took:6.1f} s {size / 1e6:10.3f} MB")
        share = rows["second host, launch"][1] / site.size(second)
        print(f"second host, sent of its own image {share:6.2f}")


def _compare(site: Site, host: str, rounds: int) -> None:
    """Both find the image there and start the same init, with the same volumes and capabilities."""
    by_hand = _by_hand(site, host)
    found: dict[str, list[float]] = {"podman run by hand": [], "migrator launch": []}
    for _ in range(rounds):
        site.migrator("stop", host)
        found["podman run by hand"].append(timed(lambda: _silent(site.on(TARGET, by_hand))))
        site.on(TARGET, "podman rm --force --time 20 plain")
        found["migrator launch"].append(timed(lambda: _silent(site.migrator("launch", host))))
    for name, seconds in found.items():
        shown = "  ".join(f"{one:5.2f}" for one in seconds)
        print(f"{name:26} {min(seconds):6.2f} s   (each round: {shown})")
    best = {name: min(seconds) for name, seconds in found.items()}
    ratio = best["migrator launch"] / best["podman run by hand"]
    print(f"launch against podman run  {ratio:6.2f}   (goal: at most {GOAL})")


def _by_hand(site: Site, host: str) -> str:
    """What an engineer would write for it, and wait until the init says that all runs."""
    image = site.on(TARGET, f"podman inspect --format '{{{{.ImageName}}}}' {host}").strip()
    mounts = "{{range .Mounts}}{{if .Name}}--volume {{.Name}}:{{.Destination}} {{end}}{{end}}"
    volumes = site.on(TARGET, f"podman inspect --format {shlex.quote(mounts)} {host}").strip()
    run = f"podman run --detach --rm --name plain --systemd=always --cap-add=AUDIT_WRITE {volumes}"
    return f"{run} {image} /sbin/init >/dev/null && {READY.format('plain')}"


def _silent(_: str) -> None:
    return


@contextlib.contextmanager
def _site() -> Iterator[Site]:
    """Both hosts built; their sshd stays on the source, so that both fit on one target."""
    hosts = {**SOURCES, TARGET: "target-debian13"}
    with tempfile.TemporaryDirectory() as path:
        site = Site(Path(path))
        try:
            for name, recipe in hosts.items():
                lab("up", recipe, "--as", name)
            known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
            for name in SOURCES:
                known[name]["migrator_target"] = TARGET
            inventory = {"all": {"hosts": {name: known[name] for name in hosts}}}
            (site.place / "inventory.yml").write_text(yaml.safe_dump(inventory))
            for name in SOURCES:
                site.migrator("discover", name)
            for name in SOURCES:
                _build(site, name)
            yield site
        finally:
            lab("down", *hosts)


def _build(site: Site, name: str) -> None:
    for stage in ("assess", "plan"):
        site.migrator(stage, name)
    path = site.place / "work" / name / "plan.yml"
    plan = yaml.safe_load(path.read_text())
    plan["services"]["ssh.service"] = {"decision": "disable", "reason": "the target has one"}
    plan["ports"] = {}
    path.write_text(yaml.safe_dump(plan, sort_keys=False))
    for stage in ("snapshot", "build"):
        site.migrator(stage, name)
