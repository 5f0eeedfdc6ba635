"""Kernels, boot loaders and firmware are the target's: upgrades leave them alone.

They are not in the image, and the scripts of their packages fail without /boot and a disk, which
stops every later upgrade as well. apt gets a preference, yum, dnf and zypper an exclusion; packages
of everything else are upgraded as before, unattended ones too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, rewrite, write
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "kernel and boot loader are the target's; their packages cannot be set up here"
APT = "/etc/apt/preferences.d/migrator-kernel"
# No globs of libraries: linux-libc-dev is needed to compile.
DEBIAN = (
    *("linux-image-*", "linux-headers-*", "linux-modules-*", "linux-generic*", "linux-virtual*"),
    *("linux-aws*", "linux-azure*", "linux-gcp*", "linux-firmware", "firmware-*", "grub-*"),
    *("shim-signed", "initramfs-tools*", "dracut*", "*-microcode"),
)
APT_TEXT = f"""\
# Kernel, firmware and boot loader are the target's.
Package: {" ".join(DEBIAN)}
Pin: release *
Pin-Priority: -1
"""
RPM = "kernel kernel-core kernel-modules* kernel-default* kernel-uek* grub2* shim* linux-firmware"
YUM = ("/etc/dnf/dnf.conf", "/etc/yum.conf")
ZYPP = "/etc/zypp/locks"
ZYPP_TEXT = "type: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: {name}\n"
SUSE = ("kernel-default*", "kernel-firmware*", "grub2*", "shim")


def adapt(_: Facts, __: Plan, tree: Tree) -> list[Change]:
    return [*_apt(tree), *_yum(tree), *_zypper(tree)]


def _apt(tree: Tree) -> Iterator[Change]:
    if tree.exists("/etc/apt"):
        yield from write("upgrades", tree, APT, APT_TEXT, REASON)


def _yum(tree: Tree) -> Iterator[Change]:
    for path in YUM:
        content = None if tree.link(path) else tree.read(path)
        if content is not None:
            before = content.decode("utf-8", "surrogateescape")
            after = _excluding(before)
            if after != before:
                yield rewrite("upgrades", tree, path, after, REASON)


def _excluding(text: str) -> str:
    """The list of [main] with ours added to it: a second line would replace the first."""
    if re.search(r"(?m)^\s*exclude(pkgs)?\s*=.*\bkernel-core\b", text):
        return text
    there = re.search(r"(?m)^(\s*exclude(?:pkgs)?\s*=)(.*)$", text)
    if there:
        return f"{text[: there.end(1)]}{there[2].rstrip()} {RPM}{text[there.end() :]}"
    return re.sub(r"(?m)^(\s*\[main\].*)$", rf"\1\nexclude={RPM}", text, count=1)


def _zypper(tree: Tree) -> Iterator[Change]:
    if tree.exists("/etc/zypp"):
        before = (tree.read(ZYPP) or b"").decode("utf-8", "surrogateescape")
        missing = [name for name in SUSE if f"solvable_name: {name}\n" not in before]
        parts = [before.rstrip("\n"), *(ZYPP_TEXT.format(name=name) for name in missing)]
        if missing:
            text = "\n".join(part for part in parts if part)
            yield rewrite("upgrades", tree, ZYPP, text, REASON)
