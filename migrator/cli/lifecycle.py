"""``migrator status|stop|start|restart|upgrade|remove|logs|exec|shell``: a container's life."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from migrator import launch
from migrator.carrier import Carrier
from migrator.cli import hosts
from migrator.cli.verb import about_hosts, from_inventory, in_work, verb
from migrator.errors import UsageError
from migrator.inventory import Inventory
from migrator.plan import file as plan_file
from migrator.transport import Host, connect
from migrator.workdir import Workdir

SHELL = ("sh", "-c", 'exec "$(command -v bash || echo sh)" -l')


@dataclass(frozen=True)
class Lifecycle:
    """One verb of the table below."""

    name: str
    summary: str
    done: str = ""  # the word for what was done
    inside: bool = False  # it is one command in the container, whose output is passed on

    def add(self, verbs: Any) -> None:
        made = verb(verbs, self.name, self.summary)
        about_hosts(made, 1 if self.inside else "+")
        from_inventory(made)
        in_work(made)
        made.add_argument("--target", default="", help="default: the host's migrator_target")
        if self.name == "logs":
            made.add_argument("--lines", type=int, default=100, help="how many; default: 100")
            made.add_argument("--follow", action="store_true", help="go on as they come")
        elif self.name == "exec":
            made.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
        elif not self.inside:
            made.add_argument("--check", action="store_true", help="change nothing")
            made.add_argument("--json", action="store_true", help="print the result as JSON")

    def run(self, options: argparse.Namespace, messages: Console) -> int:
        inventory = Inventory(tuple(options.inventory or ()))
        status = 0
        for name in hosts.containers(options, inventory):
            known = hosts.variables(inventory, hosts.Host(name))
            place = hosts.target_of(options, name, known)
            with connect(inventory.address(place)) as connection:
                if self.name == "shell":
                    return _shell(name, connection)
                if self.name in ("logs", "exec"):
                    status = self._pass(options, name, connection)
                    continue
                target = Carrier(connection)
                answer = self._ask(options, target, inventory, name)
            self._print(options, answer, name, place)
        return status

    def _ask(
        self, options: argparse.Namespace, target: Carrier, inventory: Inventory, name: str
    ) -> dict[str, Any]:
        if self.name == "upgrade":
            work = Workdir(options.work, name)
            plan = plan_file.load(work.plan, name)
            with work.lock("launch"):
                passwords = inventory.passwords
                return launch.launch(target, work, plan, passwords, options.check, "upgrade")
        asked = {"name": name, "check": options.check}
        runtime = "show" if self.name == "status" else self.name
        answer: dict[str, Any] = target.call("runtime", runtime, asked)
        return answer

    def _pass(self, options: argparse.Namespace, name: str, connection: Host) -> int:
        """Its output is ours, and so is its status."""
        if self.name == "logs":
            words = ["journalctl", f"--unit={name}.service", f"--lines={options.lines}"]
            words += ["--no-pager", *(["--follow"] if options.follow else [])]
        else:
            if not options.words:
                raise UsageError("no command is named", "write it after the host")
            state = Carrier(connection).call("runtime", "status", {"name": name})
            words = [*state["inside"], *options.words]
        with connection.start(words) as channel:
            shutil.copyfileobj(channel.stdout, sys.stdout.buffer)
            sys.stdout.flush()
            ended = channel.finish()
        sys.stderr.buffer.write(ended.stderr)
        return int(ended.status)

    def _print(
        self, options: argparse.Namespace, answer: dict[str, Any], name: str, place: str
    ) -> None:
        if options.json:
            print(json.dumps(answer, indent=1, sort_keys=True))
            return
        if self.name == "status":
            since = datetime.fromtimestamp(answer["started_at"]).astimezone().isoformat()
            began = f" since {since}" if answer["started_at"] else ""
            words = f"{answer['unit']}, init {answer['init']}{began}"
            print(f"{name} on {place}: {words}; {answer['engine']}, {answer['image']}")
            for line in answer["hooks"]:
                print(f"  {line}")
            return
        verb = f"would be {self.done}" if options.check else self.done
        print(f"{name} on {place}: {verb if answer['changed'] else 'already as wanted'}")
        for volume in answer.get("volumes", ()) if self.name == "remove" else ():
            print(f"  volume {volume} is kept")


def _shell(name: str, connection: Host) -> int:
    if not sys.stdin.isatty():
        raise UsageError("a shell needs a terminal", "run 'migrator exec HOST COMMAND' without one")
    answer = Carrier(connection).call("runtime", "terminal", {"name": name})
    return connection.terminal([*answer["inside"], *SHELL])


VERBS = {
    made.name: made
    for made in (
        Lifecycle("status", "what runs, since when, from which image, and what its hooks said"),
        Lifecycle("stop", "stop a container in good order", "stopped"),
        Lifecycle("start", "start a container that was stopped", "started"),
        Lifecycle("restart", "stop and start it", "restarted"),
        Lifecycle("upgrade", "bring it to the image built last, and back if it fails", "upgraded"),
        Lifecycle("remove", "remove all of a container but its volumes", "removed"),
        Lifecycle("logs", "what a container and its unit say"),
        Lifecycle("exec", "run a command in a container", inside=True),
        Lifecycle("shell", "a shell in a container, on this terminal", inside=True),
    )
}
