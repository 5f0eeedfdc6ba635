"""``migrator secrets``: a host's secrets as Kubernetes takes them, from the vault into a pipe."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.console import Console

from migrator import hostkeys, kubernetes, vault
from migrator.cli import hosts
from migrator.cli.verb import about_hosts, from_inventory, in_work, verb
from migrator.errors import UsageError
from migrator.inventory import Inventory
from migrator.plan import file as plan_file
from migrator.workdir import Workdir

SUMMARY = "print a host's secrets as a Kubernetes Secret, for a pipe"
EPILOG = """\
examples:
  migrator secrets web01 | kubectl apply -f -
  migrator secrets web01 | ssh root@box1 podman kube play -
"""


def add(verbs: Any) -> None:
    made = verb(verbs, "secrets", SUMMARY, EPILOG)
    about_hosts(made, "+", "a host, group or pattern")
    from_inventory(made)
    in_work(made)
    password = "of Ansible Vault; default: as in ansible.cfg"
    made.add_argument(
        "--vault-password-file", action="append", metavar="FILE", default=[], help=password
    )


def run(options: argparse.Namespace, _: Console) -> int:
    if sys.stdout.isatty():
        hint = "pipe it to 'kubectl apply -f -'"
        raise UsageError("secrets are not shown on a terminal", hint)
    inventory = Inventory(tuple(options.inventory or ()), tuple(options.vault_password_file))
    for name in hosts.matching(inventory, options.hosts):
        work = Workdir(options.work, name)
        plan = plan_file.load(work.plan, name)
        known = vault.read(work, inventory.passwords)
        found = hostkeys.instead(work, plan, inventory.passwords, known)
        print("---\n" + json.dumps(kubernetes.secret(name, found), indent=1))
    return 0
