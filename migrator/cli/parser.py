"""Verbs and options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from migrator import stages
from migrator.cli import examples, moving, output
from migrator.cli.verb import about_hosts, from_inventory, in_work
from migrator.cli.version import Version

EPILOG = """\
examples:
  migrator discover web01                 read web01 into work/web01/facts.json
  migrator assess web01                   can it move, and what stands in the way
  migrator assess sources                 the same of a group, with the whole fleet at the end
  migrator assess web01 --target box1     and whether box1 can take it
  migrator assess sources --output all.html
                                          the same for a browser; also .csv .md .xml .sarif
  migrator assess old --root /mnt/old     of a disk that is mounted here
  migrator launch web01 --target box1     start it on box1, a host of the same inventory
  ansible-playbook migrate.yml            all stages, for every host of the group sources
"""


class Verb(Protocol):
    """A module with one verb that is no stage: its words and options, and what it does."""

    def add(self, verbs: Any) -> None: ...

    def run(self, options: argparse.Namespace, messages: Console) -> int: ...


def others() -> dict[str, Verb]:
    """Loaded when one of them is asked for, or the help of all."""
    from migrator.cli import application, completion, doctor, hooks, lifecycle, project, secrets
    from migrator.store import command

    return {
        "store": command,
        "init": project,
        "doctor": doctor,
        "hooks": hooks,
        "secrets": secrets,
        "run": application,
        **lifecycle.VERBS,
        "completion": completion,
    }


def parser(only: str = "") -> argparse.ArgumentParser:
    """Of all verbs, or of one stage ``only``: the modules of others are not loaded for it."""
    made = argparse.ArgumentParser(
        prog="migrator",
        description="Move a legacy Linux host into a rich container.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action=Version, nargs=0, help="of it and its parts")
    verbs = made.add_subparsers(dest="stage", required=True, metavar="STAGE")
    for name, stage in stages.STAGES.items():
        if only not in ("", name):
            continue
        verb = verbs.add_parser(name, help=stage.summary, description=stage.summary)
        _common(verb, many="*" if name == "assess" else "+")
        _disk(verb, stage, name)
        _target(verb, stage, name)
        moving.add(verb, name)
        if name == "assess":
            _assess(verb)
        if name == "verify":
            fail = "exit with 11 at points that are so: different (the default), explained, nothing"
            results = ("different", "explained", "nothing")
            verb.add_argument("--fail-on", choices=results, default="", help=fail)
        if name == "launch":
            explained = "launch nothing, say what needs each capability and device that it is given"
            verb.add_argument("--explain", action="store_true", help=explained)
            test = "and boot a copy of the launched container without each, to see what it needs"
            verb.add_argument("--drop-test", action="store_true", help=test)
        if name == "build":
            verb.add_argument("--diff", action="store_true", help="show each change as a patch")
            pods = "write a Kustomize directory as well: work/HOST/kubernetes"
            verb.add_argument("--kubernetes", action="store_true", help=pods)
    for other in () if only else others().values():
        other.add(verbs)
    for leaf in output.leaves(made):
        output.add(leaf)
        leaf.epilog = leaf.epilog or examples.text(leaf.prog.removeprefix("migrator "))
        leaf.formatter_class = argparse.RawDescriptionHelpFormatter
    return made


def _common(verb: argparse.ArgumentParser, many: str) -> None:
    hosts = "a host, group or pattern of the inventory"
    about_hosts(verb, many, hosts)
    if many == "*":  # of assess, where a bare -i is --interactive
        verb.add_argument(
            "-i", dest="inventory", action="append", nargs="?", help=argparse.SUPPRESS
        )
        verb.add_argument("--inventory", action="append", help="default: as in ansible.cfg")
    else:
        from_inventory(verb)
    in_work(verb)
    vault = "of Ansible Vault, for the inventory and for secrets; default: as in ansible.cfg"
    verb.add_argument(
        "--vault-password-file", action="append", metavar="FILE", default=[], help=vault
    )
    verb.add_argument("--check", action="store_true", help="change nothing, say what would be")
    verb.add_argument("--refresh", action="store_true", help="do it anew, keep no old result")
    verb.add_argument("--json", action="store_true", help="print the result as JSON")


def _disk(verb: argparse.ArgumentParser, stage: stages.Stage, name: str) -> None:
    reads = stage.where in ("source", "both")
    known = "the host's disk is mounted at DIR on this machine; nothing of it runs"
    disk = stage.where == "source" or name == "assess"
    shown = known if disk else argparse.SUPPRESS
    verb.add_argument("--root", metavar="DIR", default="", help=shown)
    if reads:
        rate = "read at most so many bytes a second: 500K, 10M"
        verb.add_argument("--bandwidth", metavar="RATE", default="", help=rate)
        verb.add_argument("--gentle", action="store_true", help="let all others on it go first")


def _target(verb: argparse.ArgumentParser, stage: stages.Stage, name: str) -> None:
    shown = "default: the host's migrator_target"
    if name == "assess":
        asked = "ask the target as well, and boot the launch profile there; " + shown
        verb.add_argument("--target", metavar="HOST", nargs="?", const="", help=asked)
        return
    there = stage.where in ("target", "both")
    verb.add_argument("--target", default="", help=shown if there else argparse.SUPPRESS)


def _assess(verb: argparse.ArgumentParser) -> None:
    from migrator.assess import Level  # with all rules
    from migrator.report.making import FORMATS

    browse = "browse and decide on this terminal; short: -i, if no inventory follows it"
    verb.add_argument("--interactive", action="store_true", help=browse)
    words = [level.word for level in Level if level]
    facts = "saved facts, in place of hosts: facts.json of a host's directory, or HOST.json"
    verb.add_argument("--facts", nargs="+", type=Path, metavar="FILE", default=(), help=facts)
    formats = "what to print or write; default: text on a terminal, or by the name of --output"
    verb.add_argument("--format", choices=list(FORMATS), default="", help=formats)
    verb.add_argument("--output", type=Path, metavar="FILE", help="write the report into FILE")
    fail = "exit with 10 when a finding of LEVEL or above is not waived: " + ", ".join(words)
    verb.add_argument("--fail-on", metavar="LEVEL", choices=words, default="", help=fail)
    verb.add_argument("--diff", action="store_true", help="what changed since the last time")
    rules = "rules of your own beside the built-in ones; default: migrator_rules"
    verb.add_argument("--rules", metavar="DIR", default="", help=rules)
