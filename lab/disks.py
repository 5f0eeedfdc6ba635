"""File systems in files: a recipe's further disks, and the root disk of a virtual machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from lab.recipe import Disk, LabError, Recipe
from lab.rootfs import once, run
from lab.state import Given, Host

ROOT_SIZE = "3G"


def make_disk(host: Host, recipe: Recipe) -> Iterator[Disk]:
    """Each disk of the recipe, once its image ``disk<n>.img`` exists."""
    for number, disk in enumerate(recipe.disks):
        image = host.path / f"disk{number}.img"
        if not image.exists():
            run("truncate", "-s", disk.size, str(image))
            run("mkfs.ext4", "-q", "-F", "-U", disk.uuid, "-d", str(disk.files), str(image))
        yield disk


def make_swap(host: Host, recipe: Recipe) -> Path:
    image = host.path / "swap.img"
    run("truncate", "-s", recipe.swap["size"], str(image))
    run("mkswap", "-q", "-U", recipe.swap["uuid"], str(image))
    return image


def root_disk(host: Host, root: Path, files: dict[str, Given]) -> Path:
    """A disk of its own from the cached one, with the instance's files in it; never mounted."""
    cached = once(root.with_name(root.name + ".img"), lambda path: _format(root, path))
    image = host.path / "root.img"
    run("cp", "--sparse=always", str(cached), str(image))
    lines: list[str] = []
    for number, (name, given) in enumerate(files.items()):
        local = host.path / f"given{number}"
        local.write_text(given.content)
        lines += [
            f"rm {name}",
            f"write {local} {name}",
            f"sif {name} mode 0{0o100000 | given.mode:o}",
        ]
        lines += [f"sif {name} uid {given.uid}", f"sif {name} gid {given.uid}"]
    script = host.path / "debugfs"
    script.write_text("".join(line + "\n" for line in lines))
    run("debugfs", "-w", "-f", str(script), str(image))
    return image


def _format(root: Path, image: Path) -> None:
    run("truncate", "-s", ROOT_SIZE, str(image))
    run("mkfs.ext4", "-q", "-F", "-U", _root_uuid(root), "-d", str(root), str(image))


def _root_uuid(root: Path) -> str:
    for line in (root / "etc/fstab").read_text().splitlines():
        fields = line.split()
        if len(fields) > 1 and fields[1] == "/" and fields[0].startswith("UUID="):
            return fields[0].removeprefix("UUID=")
    raise LabError(f"{root}/etc/fstab names no UUID for /")


def kernel(root: Path) -> tuple[Path, Path]:
    """(kernel, initrd) of a root file system."""
    found = sorted((root / "boot").glob("vmlinuz-*"))
    if not found or not shutil.which("qemu-system-x86_64"):
        raise LabError("a vm needs a kernel in its recipe and qemu-system-x86_64 on this machine")
    return found[-1], found[-1].with_name(found[-1].name.replace("vmlinuz", "initrd.img"))
