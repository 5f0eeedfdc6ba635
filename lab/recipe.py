"""Recipes: what a lab host is made of, and the digest that names its cached root file system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RECIPES = Path(__file__).parent / "recipes"
BUILDER = Path(__file__).parent / "rootfs.py"
KEYS = {
    "release", "hostname", "address", "logins", "packages", "vm", "disks", "swap", "engine", "like",
}  # fmt: skip


class LabError(Exception):
    """A sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Disk:
    mount: str
    size: str  # as truncate takes it: 64M
    uuid: str
    files: Path


@dataclass(frozen=True)
class Machine:
    memory: int  # MiB
    cpus: int
    kernel: str  # package


@dataclass(frozen=True)
class Recipe:
    """``address`` is for the host that keeps the recipe's ``hostname``; others get a free one."""

    name: str
    path: Path  # where its files are
    release: str
    hostname: str
    address: str
    logins: tuple[str, ...]
    packages: tuple[str, ...]
    vm: Machine | None
    disks: tuple[Disk, ...]
    swap: dict[str, str]
    engine: bool  # containers run in it

    @property
    def digest(self) -> str:
        """Of everything that the root file system depends on, the way it is built included."""
        seen = hashlib.sha256(BUILDER.read_bytes())
        if self.path.name != self.name:  # the release is its own
            seen.update(self.release.encode())
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                mode = b"x" if path.stat().st_mode & 0o100 else b"-"
                seen.update(str(path.relative_to(self.path)).encode() + mode + path.read_bytes())
        return seen.hexdigest()[:16]


def names() -> list[str]:
    return sorted(path.parent.name for path in RECIPES.glob("*/recipe.yml"))


def load(name: str, recipes: Path = RECIPES) -> Recipe:
    """The recipe ``name``. Raises LabError for an unknown one and for unknown keys."""
    path = recipes / name
    document = _document(path)
    if "like" in document:
        path = recipes / document["like"]
        document = {**_document(path), **document}
    return Recipe(
        name=name,
        path=path,
        release=document["release"],
        hostname=document.get("hostname", name),
        address=document.get("address", ""),
        logins=tuple(document.get("logins", ["root"])),
        packages=tuple(document.get("packages", [])),
        vm=Machine(**document["vm"]) if "vm" in document else None,
        disks=tuple(_disk(path, disk) for disk in document.get("disks", [])),
        swap=document.get("swap", {}),
        engine=bool(document.get("engine", False)),
    )


def _document(path: Path) -> dict[str, Any]:
    if not (path / "recipe.yml").exists():
        raise LabError(f"there is no recipe {path.name!r}; known are {', '.join(names())}")
    document: dict[str, Any] = yaml.safe_load((path / "recipe.yml").read_text())
    unknown = sorted(set(document) - KEYS)
    if unknown:
        raise LabError(f"{path / 'recipe.yml'} has the unknown key {unknown[0]!r}")
    return document


def _disk(path: Path, disk: dict[str, str]) -> Disk:
    return Disk(disk["mount"], disk["size"], disk["uuid"], path / disk["files"])
