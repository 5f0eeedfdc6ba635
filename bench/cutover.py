"""The downtime of a cutover under load, beside what others do: the same host and clients.

Each way is warmed up first, as far as it can be; its downtime is the longest time in which no
client was answered. After each the old host serves again.
"""

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

from bench.hosts import TOP, lab
from lab import state
from lab.clients import Clients, numbers

SOURCE, TARGET = "bench-ledger", "bench-dock"
UNITS = "front ledger nginx cron atd note.timer"
LEFT_OUT = ("/proc", "/sys", "/dev", "/run", "/tmp")
ROOT = "/var/lib/containers/plain"  # on the target, where it lies on this machine's disk
ENOUGH = 20  # answers after which a way counts as done
RUN = (
    "podman run --detach --rm --name plain --systemd=always --publish 80:80 --publish 8080:8080"
    " --cap-add AUDIT_WRITE"
)


@dataclass(frozen=True)
class Site:
    place: Path
    source: state.Host
    target: state.Host

    def on(self, host: state.Host, command: str) -> None:
        subprocess.run([*_ssh(host), command], check=True, stdout=subprocess.DEVNULL)

    def migrator(self, verb: str, *more: str) -> str:
        given = ["-i", str(self.place / "inventory.yml"), "--work", str(self.place / "work"), *more]
        command = [sys.executable, "-m", "migrator.cli", verb, SOURCE, *given]
        return subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True).stdout


def measure(rounds: int, kind: str) -> None:
    with _site(kind) as site:
        ways = {"rsync, then start": _rsync, "stop, tar, import, start": _tar, "migrator": _ours}
        _warm(site)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                found[name].append(_down(site, way))
        for name, gaps in found.items():
            shown = "  ".join(f"{gap:6.1f}" for gap in gaps)
            print(f"{name:26} {min(gaps):6.1f} s   (each round: {shown})")
        best = {name: min(gaps) for name, gaps in found.items()}
        for name in list(ways)[:2]:
            print(f"migrator against {name:26} {best['migrator'] / best[name]:.2f}")
        print("predicted / measured:", ", ".join(_predictions))


_predictions: list[str] = []


def _down(site: Site, way: Callable[[Site], Callable[[], None]]) -> float:
    """Seconds without an answer; raises when a number that was acknowledged is missing."""
    clients = Clients([site.source.address, site.target.address])
    with clients.writing():
        back = way(site)
        clients.wait(ENOUGH)
    missing = set(clients.kept) - numbers(site.target.address)
    assert not missing, f"{len(missing)} numbers were acknowledged and are lost"
    back()
    return clients.gap


def _warm(site: Site) -> None:
    for verb in ("discover", "assess", "plan", "sync"):
        site.migrator(verb)
    _pull(site)


def _ours(site: Site) -> Callable[[], None]:
    said = json.loads(site.migrator("cutover", "--json"))
    _predictions.append(f"{said['predicted'] / said['downtime']:.2f}")
    return lambda: _silent(site.migrator("rollback"))


def _rsync(site: Site) -> Callable[[], None]:
    """A pass while the source serves, one after it has stopped, and a start on what came of it."""
    _pull(site)
    site.on(site.source, f"systemctl stop {UNITS}")
    _pull(site)
    site.on(site.target, f"{RUN} --rootfs {ROOT} /sbin/init")
    return lambda: _back(site)


def _tar(site: Site) -> Callable[[], None]:
    site.on(site.source, f"systemctl stop {UNITS}")
    left_out = " ".join(f"--exclude=.{path}/*" for path in LEFT_OUT)
    remote = f"tar -C / --xattrs --acls --numeric-owner {left_out} -cf - ."
    take = shlex.join([*_ssh(site.source), remote])
    give = shlex.join([*_ssh(site.target), "podman import --quiet - plain"])
    subprocess.run(f"{take} | {give}", shell=True, check=True, stdout=subprocess.DEVNULL)
    site.on(site.target, f"{RUN} plain /sbin/init")
    return lambda: _back(site)


def _pull(site: Site) -> None:
    """The target's disk is this machine's: one way over the network, as from source to target."""
    left_out = [f"--exclude={path}/*" for path in LEFT_OUT]
    place = site.target.path / "containers" / Path(ROOT).name
    shell = shlex.join(_ssh(site.source)[:-1])
    address = f"root@{site.source.address}:/"
    words = ["rsync", "-aHAX", "--numeric-ids", "--delete", *left_out, "-e", shell]
    subprocess.run([*words, address, f"{place}/"], check=True)


def _back(site: Site) -> None:
    site.on(site.target, "podman rm --force --time 20 plain")
    site.on(site.source, f"systemctl start {UNITS}")


def _ssh(host: state.Host) -> list[str]:
    known, key = f"UserKnownHostsFile={state.KNOWN_HOSTS}", str(state.KEY)
    return ["ssh", "-o", known, "-o", "BatchMode=yes", "-i", key, f"root@{host.address}"]


def _silent(_: str) -> None:
    return


@contextlib.contextmanager
def _site(kind: str) -> Iterator[Site]:
    """The source is of that kind; the target is a container, whose disk is this machine's."""
    hosts = {SOURCE: "ledger-debian12", TARGET: "target-debian13"}
    with tempfile.TemporaryDirectory() as path:
        try:
            for name, recipe in hosts.items():
                chosen = kind if name == SOURCE else "container"
                lab("up", recipe, "--kind", chosen, "--as", name)
            known = yaml.safe_load(lab("inventory"))["all"]["hosts"]
            choices = {"probes": {"http://127.0.0.1:8080/": {"body": False}}}
            known[SOURCE] |= {"migrator_target": TARGET, "migrator_choices": choices}
            inventory = {"all": {"hosts": {name: known[name] for name in hosts}}}
            (Path(path) / "inventory.yml").write_text(yaml.safe_dump(inventory))
            source, target = (state.find(name) for name in hosts)
            assert source and target
            yield Site(Path(path), source, target)
        finally:
            lab("down", *hosts)
