"""``python -m lab up|down|ssh|status|inventory|clean``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

import yaml

from lab import container, network, receiver, recipe, rootfs, state, vm
from lab.recipe import LabError
from lab.state import Host

KINDS = {"vm": vm, "container": container}
# Where systemd does not run, the boot is over when no script of the runlevel runs any more.
ASK = """\
if [ -d /run/systemd/system ]; then
    systemctl is-system-running; systemctl --failed --plain --no-legend
elif runlevel | grep -q ' [2-5]$' && ! pgrep -x rc > /dev/null; then echo running; fi
"""
PATIENCE = 240  # seconds: an emulated machine on a busy computer is slow


def main() -> int:
    options = _parser().parse_args()
    if os.geteuid():
        print("lab: bridges, mounts and containers need root; use sudo", file=sys.stderr)
        return 2
    try:
        state.prepare()
        options.run(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


def up(options: argparse.Namespace) -> None:
    found = recipe.load(options.recipe)
    name = options.name or found.hostname
    host = state.find(name)
    if host and KINDS[host.kind].running(host):
        return say(f"{name} is up at {host.address}")
    if host:
        _remove(host)
    begun = time.monotonic()
    root = rootfs.rootfs(found, say)
    network.bridge_up()
    receiver.up()
    host = state.claim(name, found, options.kind)
    say(f"booting {name} ({host.kind}, {host.recipe}) at {host.address}")
    try:
        KINDS[host.kind].up(host, found, root)
        _wait(host)
    except (LabError, KeyboardInterrupt):
        if not options.keep:
            _remove(host)
        raise
    say(f"{name} is running, {time.monotonic() - begun:.0f} s")


def down(options: argparse.Namespace) -> None:
    wanted = [host for host in state.hosts() if options.all or host.name in options.names]
    for host in wanted:
        _remove(host)
        say(f"{host.name} is down, nothing of it is left")


def ssh(options: argparse.Namespace) -> None:
    host = state.find(options.name)
    if host is None:
        raise LabError(f"{options.name} is not up; see 'python -m lab status'")
    sys.exit(subprocess.run([*_ssh(host, options.user), *options.command]).returncode)


def status(_: argparse.Namespace) -> None:
    for host in state.hosts():
        alive = "running" if KINDS[host.kind].running(host) else "dead"
        print(f"{host.name:16} {host.kind:10} {host.address:14} {alive:8} {host.recipe}")


def inventory(options: argparse.Namespace) -> None:
    """Ansible's view of the running hosts, as a file or as an inventory script prints it."""
    known = {
        host.name: {
            "ansible_host": host.address,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(state.KEY),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={state.KNOWN_HOSTS}",
        }
        for host in state.hosts()
    }
    if options.list:
        print(json.dumps({"_meta": {"hostvars": known}, "all": {"hosts": sorted(known)}}))
    else:
        print(yaml.safe_dump({"all": {"hosts": known}}), end="")


def clean(_: argparse.Namespace) -> None:
    down(argparse.Namespace(all=True, names=[]))
    rootfs.remove(rootfs.cache())
    rootfs.remove(state.STATE)


def say(text: str) -> None:
    print(text, flush=True)


def _remove(host: Host) -> None:
    KINDS[host.kind].down(host)
    network.detach(host)
    state.forget(host)
    if not state.hosts():
        receiver.down()
    network.bridge_down()


def _wait(host: Host) -> None:
    """Until ssh answers and the init says that everything runs."""
    end = time.monotonic() + PATIENCE
    words = ""
    while time.monotonic() < end:
        done = subprocess.run([*_ssh(host, "root"), ASK], capture_output=True, text=True)
        words = " ".join((done.stdout or done.stderr).split())
        if words == "running":
            return
        if words.startswith("degraded"):
            raise LabError(f"{host.name} is up with failed units: {words}")
        time.sleep(0.5)
    raise LabError(f"{host.name} did not come up within {PATIENCE} s: {words}")


def _ssh(host: Host, user: str) -> Sequence[str]:
    known, key = f"UserKnownHostsFile={state.KNOWN_HOSTS}", str(state.KEY)
    options = ["-o", known, "-o", "BatchMode=yes", "-o", "ConnectTimeout=3", "-i", key]
    return ["ssh", *options, f"{user}@{host.address}"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Throwaway real hosts.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("up", help="boot a host and wait until it runs")
    verb.add_argument("recipe", help=", ".join(recipe.names()))
    verb.add_argument("--kind", choices=sorted(KINDS), default="container")
    verb.add_argument("--as", dest="name", default="", help="default: the recipe's hostname")
    verb.add_argument("--keep", action="store_true", help="leave a host that failed to boot")
    verb.set_defaults(run=up)
    verb = verbs.add_parser("down", help="remove hosts and all that up made for them")
    verb.add_argument("names", nargs="*")
    verb.add_argument("--all", action="store_true")
    verb.set_defaults(run=down)
    verb = verbs.add_parser("ssh", help="log in, or run a command")
    verb.add_argument("--user", default="root")
    verb.add_argument("name")
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb.set_defaults(run=ssh)
    verb = verbs.add_parser("inventory", help="the running hosts for Ansible, as YAML")
    verb.add_argument("--list", action="store_true", help="as JSON, for inventory scripts")
    verb.set_defaults(run=inventory)
    for function in (status, clean):
        verbs.add_parser(function.__name__).set_defaults(run=function)
    return parser
