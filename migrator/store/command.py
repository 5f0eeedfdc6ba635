"""``migrator store``: look at what all hosts share, check it, tidy it, carry images out and in."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from migrator import parcel, vault
from migrator.errors import StoreDamaged, UsageError
from migrator.store.check import verify
from migrator.store.collect import collect, hosts, wanted
from migrator.store.export import export
from migrator.store.index import Index
from migrator.store.layout import REF, Store
from migrator.store.load import load
from migrator.store.rebuild import rebuild
from migrator.workdir import Workdir

SUMMARY = "look at the store that all hosts share, check it, tidy it"
EPILOG = """\
examples:
  migrator store ls                       images, their size, and what they share
  migrator store verify                   read every byte; 13 when a blob is damaged
  migrator store verify --rebuild         make the index anew from the blobs, then check
  migrator store gc --check               say what no host needs any more
  migrator store export web01 web01.tar   an OCI archive for podman load or skopeo
  migrator store export --all web01 web01.tar
                                          with all that a launch from elsewhere needs
  migrator store import web01.tar         there; then migrator launch web01

exit status: 0 done, 2 no such image or option, 7 disk full, 13 damaged, 14 in use
"""
Result = tuple[str, dict[str, Any]]  # for people, for programs


def add(verbs: Any) -> None:
    """The verb, beside those of the stages."""
    store = verbs.add_parser(
        "store",
        help=SUMMARY,
        description=SUMMARY,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subjects = store.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, action in ACTIONS.items():
        verb = subjects.add_parser(name, help=action.__doc__, description=action.__doc__)
        verb.add_argument("--work", type=Path, default=Path("work"), help="default: ./work")
        verb.add_argument("--json", action="store_true", help="print the result as JSON")
        if name == "gc":
            verb.add_argument("--check", action="store_true", help="remove nothing")
        if name == "verify":
            verb.add_argument("--rebuild", action="store_true", help="make the index anew first")
        if name == "export":
            verb.add_argument("image", help="an image's name, the host it was made of")
            verb.add_argument("file", type=Path, help="the archive to write")
            more = "with volumes, plan, hooks and sealed secrets, for a launch from elsewhere"
            verb.add_argument("--all", action="store_true", help=more)
        if name == "import":
            verb.add_argument("file", type=Path, help="the archive to read")
            called = "what to call the image; default: as the archive does"
            verb.add_argument("image", nargs="?", default="", help=called)


def run(options: argparse.Namespace, _: Console) -> int:
    store = Store(options.work / "store")
    if options.action != "import" and not store.blobs.exists():
        raise UsageError(f"there is no store in {options.work}", "run 'migrator snapshot' first")
    text, document = ACTIONS[options.action](store, options)
    print(json.dumps(document, indent=1, sort_keys=True) if options.json else text)
    return 0


def _ls(store: Store, _: argparse.Namespace) -> Result:
    """list images with their layers' size, alone and shared"""
    sizes = store.sizes()
    images = {m["annotations"][REF]: store.document(m["digest"]) for m in store.manifests()}
    layers = {name: [x["digest"] for x in image["layers"]] for name, image in images.items()}
    rows = []
    for name, mine in sorted(layers.items()):
        others = {x for other, theirs in layers.items() if other != name for x in theirs}
        own = sum(sizes.get(x, 0) for x in mine if x not in others)
        whole = sum(sizes.get(x, 0) for x in mine)
        rows.append({"image": name, "layers": len(mine), "size": whole, "own": own})
    total = {"blobs": len(sizes), "size": sum(sizes.values())}
    lines = [
        f"{row['image']:<30} {row['layers']:>3} layers {row['size'] >> 20:>7,} MB, "
        f"{row['own'] >> 20:,} MB of it alone"
        for row in rows
    ]
    lines.append(f"{total['blobs']} blobs, {total['size'] >> 20:,} MB")
    return "\n".join(lines), {"images": rows, **total}


def _verify(store: Store, options: argparse.Namespace) -> Result:
    """read every byte and compare it with its digest"""
    with store.used():
        found: list[str] = []
        if options.rebuild:
            found += rebuild(store)
        with Index(store) as index:
            found += [str(damage) for damage in verify(store, index)]
        there = store.sizes()
        found += [f"{digest}: it is missing" for digest in sorted(wanted(store) - there.keys())]
    if found:
        more = f" and {len(found) - 1} more" if found[1:] else ""
        raise StoreDamaged(
            f"damaged blob {found[0]}{more}",
            "remove it and run 'migrator snapshot --refresh' for the hosts that need it: "
            + _who(store, found),
        )
    return f"{len(there)} blobs are as they were written", {"blobs": len(there), "damaged": []}


def _gc(store: Store, options: argparse.Namespace) -> Result:
    """remove blobs that no host's snapshot or image needs"""
    done = collect(store, options.check)
    verb = "would remove" if options.check else "removed"
    text = f"{verb} {len(done.blobs)} blobs, {done.size >> 20:,} MB"
    if done.tags:
        text += f", and the images of {', '.join(done.tags)}, which have no directory"
    document = {"blobs": list(done.blobs), "images": list(done.tags), "size": done.size}
    return text, {"changed": bool(done.blobs) and not options.check, **document}


def _export(store: Store, options: argparse.Namespace) -> Result:
    """write one image as an OCI archive"""
    more: tuple[dict[str, Any], ...] = ()
    key = ""
    with store.used():
        if options.all:
            work = Workdir(options.work, options.image)
            more = (parcel.pack(work),)
            key = str(work.vault_key) if vault.by_own_key(work) else ""
        size = export(store, options.image, options.file, more)
    text = f"wrote {options.file} ({size >> 20:,} MB)"
    if key:
        text += f"; its secrets open with {key} alone: carry that by another way"
    return text, {"file": str(options.file), "size": size}


def _import(store: Store, options: argparse.Namespace) -> Result:
    """add the image of an OCI archive, and what a launch needs if it has that"""
    with store.used():
        loaded = load(store, options.file, options.image)
        files = parcel.unpack(store, loaded.name)
    text = f"imported {loaded.name} ({loaded.digest[:19]}), {loaded.new >> 20:,} MB of it are new"
    document = {"image": loaded.name, "manifest": loaded.digest, "new": loaded.new, "files": files}
    return text, document


def _who(store: Store, found: list[str]) -> str:
    """The hosts whose files name one of the damaged blobs."""
    digests = [text[:71] for text in found]
    named = [
        host.name
        for host in hosts(store)
        if (host / "snapshot.json").exists()
        and any(digest in (host / "snapshot.json").read_text() for digest in digests)
    ]
    return ", ".join(named) or "none"


ACTIONS: dict[str, Callable[[Store, argparse.Namespace], Result]] = {
    "ls": _ls,
    "verify": _verify,
    "gc": _gc,
    "export": _export,
    "import": _import,
}
