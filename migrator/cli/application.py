"""``migrator run IMAGE TARGET``: start any OCI image as a rich container."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from migrator.application.run import Wish
from migrator.application.run import run as run_image
from migrator.application.source import NAME, name_of
from migrator.carrier import Carrier
from migrator.cli.verb import from_inventory, verb
from migrator.errors import UsageError
from migrator.inventory import Inventory
from migrator.plan import Container
from migrator.runtime.engines import AUTO, ENGINES
from migrator.runtime.inits import INITS
from migrator.transport import connect

SUMMARY = "start any OCI image as a rich container: its program runs under an init"
EPILOG = """\
examples:
  migrator run registry.example.org/shop:7 box1 --init systemd --publish 8080:80
  migrator run ./shop-layout box1 --init sbin-init --env DEBUG=1
  migrator run shop.tar box1 --init dumb-init --restart no --command /opt/shop/bin/report --once

The status of the program becomes that of the container. 'migrator status|logs|stop|remove NAME
--target TARGET' go on from there.
"""


def add(verbs: Any) -> None:
    made = verb(verbs, "run", SUMMARY, EPILOG)
    image = "an OCI layout or archive here, or a name that the target's engine knows or pulls"
    made.add_argument("image", metavar="IMAGE", help=image)
    made.add_argument("target", metavar="TARGET", help="a host of the inventory")
    inits = "what process 1 is; the image has to hold it"
    made.add_argument("--init", required=True, choices=list(INITS), help=inits)
    made.add_argument("--name", default="", help="of the container; default: the image's")
    many: dict[str, Any] = {"action": "append", "default": []}
    made.add_argument("--publish", **many, metavar="PORT:PORT", help="of the target: of the image")
    made.add_argument("--volume", **many, metavar="NAME:PATH", help="that outlives the container")
    made.add_argument("--env", **many, metavar="NAME=VALUE", help="of the program")
    network = "default: bridge"
    made.add_argument("--network", default="bridge", choices=("bridge", "host"), help=network)
    made.add_argument("--engine", default=AUTO, choices=(AUTO, *ENGINES), help="default: auto")
    restart = "when it ends by itself; default: on-failure"
    choices = ("no", "on-failure", "always")
    made.add_argument("--restart", default="on-failure", choices=choices, help=restart)
    patience = "seconds that the program has to end when it is stopped; default: 90"
    made.add_argument("--stop-timeout", type=int, default=90, metavar="SECONDS", help=patience)
    words = "in place of the image's CMD; all that follows belongs to it"
    made.add_argument("--command", nargs=argparse.REMAINDER, default=[], metavar="WORD", help=words)
    from_inventory(made)
    made.add_argument("--check", action="store_true", help="change nothing, say what would be")
    made.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace, messages: Console) -> int:
    inventory = Inventory(tuple(options.inventory or ()))
    wish = _wish(options)
    with connect(inventory.address(options.target)) as connection:
        done = run_image(Carrier(connection), wish, options.check)
    if options.json:
        print(json.dumps(done, indent=1, sort_keys=True))
        return 0
    actions = "; ".join(done["actions"]) or "already as wanted"
    would = "would start" if options.check else "runs"
    print(f"{wish.name} {would} on {options.target} under {wish.init}: {actions}")
    return 0


def _wish(options: argparse.Namespace) -> Wish:
    name = options.name or name_of(options.image)
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be the name of a container", "use a-z, 0-9, '-', '.'")
    return Wish(
        image=options.image,
        name=name,
        init=options.init,
        command=tuple(options.command),
        ports=dict(map(_port, options.publish)),
        volumes={path: name for name, path in _pairs(options.volume, ":", "--volume")},
        stop_timeout=options.stop_timeout,
        container=Container(
            engine=options.engine,
            network=options.network,
            restart=options.restart,
            env=dict(_pairs(options.env, "=", "--env")),
        ),
    )


def _pairs(texts: Sequence[str], sign: str, option: str) -> list[tuple[str, str]]:
    split = [text.partition(sign) for text in texts]
    for first, found, _ in split:
        if not (first and found):
            raise UsageError(f"{option} {first!r} has no {sign!r}", "see 'migrator run --help'")
    return [(first, second) for first, _, second in split]


def _port(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\d+):(\d+)(/tcp|/udp)?", text)
    if not found:
        raise UsageError(f"--publish {text!r} names no ports", "write 8080:80 or 5353:53/udp")
    return f"{found[2]}{found[3] or '/tcp'}", int(found[1])
