"""Lab hosts as virtual machines under QEMU."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from lab import network
from lab.disks import kernel, make_disk, make_swap, root_disk
from lab.recipe import Recipe
from lab.rootfs import cache, once, run
from lab.state import Host, given_files

QEMU = "qemu-system-x86_64"
PROBE_SECONDS = 20
STARTED = "Run /init as init process"


def up(host: Host, recipe: Recipe, root: Path) -> None:
    assert recipe.vm
    images = [root_disk(host, root, given_files(host, recipe, root))]
    images += [host.path / f"disk{number}.img" for number, _ in enumerate(make_disk(host, recipe))]
    if recipe.swap:
        images.append(make_swap(host, recipe))
    network.attach_tap(host)
    image, initrd = kernel(root)
    drives = [f"file={path},if=virtio,format=raw" for path in images]
    run(
        QEMU, "-machine", "q35", *accelerator(image, initrd), "-m", str(recipe.vm.memory),
        "-smp", str(recipe.vm.cpus), "-display", "none", "-daemonize",
        "-pidfile", str(host.path / "pid"), "-serial", f"file:{host.path / 'console.log'}",
        "-kernel", str(image), "-initrd", str(initrd),
        "-append", "console=ttyS0 root=/dev/vda rw net.ifnames=0 quiet",
        *(part for drive in drives for part in ("-drive", drive)),
        "-netdev", f"tap,id=n,ifname={host.link},script=no,downscript=no",
        "-device", f"virtio-net-pci,netdev=n,mac={host.mac}",
    )  # fmt: skip


def accelerator(image: Path, initrd: Path) -> list[str]:
    """KVM where a guest really boots with it, else emulation; /dev/kvm alone proves nothing."""

    def probe(path: Path) -> None:
        path.write_text("kvm" if _boots_with_kvm(image, initrd) else "tcg")

    kind = once(cache() / "accelerator", probe).read_text()
    return ["-accel", "kvm", "-cpu", "host"] if kind == "kvm" else [
        "-accel", "tcg,thread=multi", "-cpu", "max"
    ]  # fmt: skip


def _boots_with_kvm(image: Path, initrd: Path) -> bool:
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    command = [QEMU, "-machine", "q35", "-accel", "kvm", "-cpu", "host", "-m", "512",
               "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot",
               "-kernel", str(image), "-initrd", str(initrd),
               "-append", "console=ttyS0 panic=-1 root=none"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS)
        said = done.stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    return STARTED.encode() in said


def down(host: Host) -> None:
    pid = _pid(host)
    if pid:
        os.kill(pid, signal.SIGKILL)


def running(host: Host) -> bool:
    return bool(_pid(host))


def _pid(host: Host) -> int:
    """The QEMU of this host, 0 if there is none; a reused pid is not taken for it."""
    try:
        pid = int((host.path / "pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return 0
    return pid if str(host.path / "pid").encode() in command else 0
