"""What of a machine's life is taken out of the tree: disks, network, consoles, kernels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.plan import PathChoice
from tests import builders as make
from tests.adapt import changes, text

UPSTART = {"init": "upstart", "os_id": "centos", "os_version": "6.10"}


def test_fstab_says_what_became_of_each_line() -> None:
    lines = (
        "/dev/a / xfs defaults 0 0\n/dev/b /srv ext4 defaults 0 0\n/dev/c none swap sw 0 0\n"
        "nas:/x /mnt/x nfs ro 0 0\ntmpfs /var/tmp tmpfs size=1G 0 0\n/dev/d /srv/big ext4\n"
        "/dev/e /scratch ext4\nproc /proc proc defaults 0 0\n/dev/f /opt ext4\n"
    )
    paths = {"/srv": PathChoice("volume"), "/scratch": PathChoice("exclude")}
    made = changes("fstab", {"/etc/fstab": lines.encode()}, make.plan(paths=paths))
    assert text(made["/etc/fstab"]).splitlines()[::2] == [
        f"# migrator: {note}"
        for note in (
            "the container's root is the image",
            "/srv is a volume",
            "swap is the target's",
            "/mnt/x is not mounted: mount it on the target and make it a volume in the plan",
            "/var/tmp is not memory but a directory of the container",
            "/srv/big lies on the volume /srv",
            "/scratch is left out",
            "the engine mounts it",
            "/opt is a part of the image",
        )
    ]


def test_encrypted_disks_mount_units_and_mtab() -> None:
    link = "/etc/systemd/system/local-fs.target.wants/srv.mount"
    own = make.unit("srv.mount", fragment="/etc/systemd/system/srv.mount")
    files: dict[str, bytes | str] = {
        "/etc/crypttab": b"# name\nsda2_crypt UUID=1 none luks\n",
        "/etc/mtab": b"/dev/a / ext3 rw 0 0\n",
        link: "../srv.mount",
        "/usr/lib/systemd/system/local-fs.target.wants/tmp.mount": "../tmp.mount",
    }
    units = (own, make.unit("tmp.mount", fragment="/usr/lib/systemd/system/tmp.mount"))
    made = changes("fstab", files, units=units)
    assert text(made["/etc/crypttab"]) == "# name\n# migrator: sda2_crypt UUID=1 none luks\n"
    assert made["/etc/mtab"].target == "/proc/self/mounts"
    assert made[link].action == "remove"
    assert len(made) == 3
    assert changes("fstab", {"/etc/mtab": "../proc/self/mounts"}) == {}


def test_swap_units_and_zram() -> None:
    link = "/etc/systemd/system/swap.target.wants/swap.swap"
    units = (make.unit("swap.swap", fragment="/etc/systemd/system/swap.swap"),)
    files: dict[str, bytes | str] = {
        link: "../swap.swap",
        "/etc/systemd/zram-generator.conf": b"[zram0]\nzram-size = ram / 2\n",
    }
    made = changes("swap", files, units=units)
    assert made[link].action == "remove"
    assert text(made["/etc/systemd/zram-generator.conf"]).count("# migrator: ") == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "DEVICE=eth0\nONBOOT=yes\nIPADDR=10.0.0.5\n",
            "DEVICE=eth0\n# migrator: ONBOOT=yes\nIPADDR=10.0.0.5\nONBOOT=no\n",
        ),
        ('ONBOOT="yes"', '# migrator: ONBOOT="yes"\nONBOOT=no\n'),
        ("DEVICE=eth0\n", "DEVICE=eth0\nONBOOT=no\n"),
        ("ONBOOT=no\n", ""),
    ],
)
def test_a_card_of_rhel_stays_down(before: str, after: str) -> None:
    place = "/etc/sysconfig/network-scripts"
    files = {
        f"{place}/ifcfg-eth0": before.encode(),
        f"{place}/ifcfg-lo": b"ONBOOT=yes\n",
        f"{place}/ifcfg-eth0.bak": b"ONBOOT=yes\n",
        f"{place}/route-eth0": b"10.1.0.0/16 via 10.0.0.1\n",
    }
    made = changes("network", files)
    assert {path: text(change) for path, change in made.items()} == (
        {f"{place}/ifcfg-eth0": after} if after else {}
    )


def test_a_card_of_suse_stays_down() -> None:
    path = "/etc/sysconfig/network/ifcfg-eth0"
    made = changes("network", {path: b"BOOTPROTO='dhcp'\nSTARTMODE='auto'\n"})
    assert text(made[path]) == "BOOTPROTO='dhcp'\n# migrator: STARTMODE='auto'\nSTARTMODE=off\n"


def test_ifupdown_in_parts() -> None:
    path = "/etc/network/interfaces.d/eth0"
    made = changes("network", {path: b"allow-hotplug eth0\niface eth0 inet dhcp\n"})
    assert text(made[path]).count("# migrator: ") == 2


def test_netplan_is_commented_and_managers_leave_interfaces_alone() -> None:
    files = {
        "/etc/netplan/50-cloud-init.yaml": b"# by cloud-init\nnetwork:\n  version: 2\n",
        "/etc/NetworkManager/NetworkManager.conf": b"[main]\n",
    }
    made = changes("network", files)
    assert text(made["/etc/netplan/50-cloud-init.yaml"]) == (
        "# by cloud-init\n# migrator: network:\n# migrator:   version: 2\n"
    )
    assert "unmanaged-devices=*" in text(made["/etc/NetworkManager/conf.d/00-migrator.conf"])
    assert "Unmanaged=yes" in text(made["/etc/systemd/network/00-migrator.network"])
    assert changes("network", {"/etc/systemd/network/x.link": b"[Match]\n"}) == {}


def test_files_that_the_engine_mounts_are_no_links() -> None:
    files = {"/etc/resolv.conf": "../run/systemd/resolve/stub-resolv.conf", "/etc/hosts": b"x\n"}
    made = changes("names", files)
    assert [(path, change.action) for path, change in made.items()] == [
        ("/etc/resolv.conf", "write")
    ]


def test_another_host_name_is_written_where_it_is_kept() -> None:
    files = {
        "/etc/hostname": b"old\n",
        "/etc/HOSTNAME": "hostname",
        "/etc/sysconfig/network": b"NETWORKING=yes\nHOSTNAME=old.example.org\n",
    }
    other = make.plan(network=replace(make.plan().network, hostname="new"))
    made = changes("names", files, other)
    assert {path: text(change) for path, change in made.items()} == {
        "/etc/hostname": "new\n",
        "/etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=new\n",
    }
    assert changes("names", files) == {}


def test_serial_consoles_are_not_waited_for() -> None:
    place = "/etc/systemd/system/getty.target.wants"
    files = {
        f"{place}/{name}": "x" for name in ("getty@tty1.service", "serial-getty@ttyS0.service")
    }
    assert list(changes("console", files)) == [f"{place}/serial-getty@ttyS0.service"]


def test_gettys_of_inittab_and_upstart() -> None:
    line = b"id:3:initdefault:\n1:2345:respawn:/sbin/mingetty tty1\nw:3:respawn:/opt/worker\n"
    made = changes("console", {"/etc/inittab": line}, system={"init": "sysvinit"})
    assert text(made["/etc/inittab"]).splitlines()[1:] == [
        "# migrator: 1:2345:respawn:/sbin/mingetty tty1",
        "w:3:respawn:/opt/worker",
    ]
    tty = b"start on stopped rc RUNLEVEL=[2345]\nexec /sbin/getty -8 38400 tty1\n"
    files = {"/etc/init/tty1.conf": tty, "/etc/init/worker.conf": b"start on startup\nexec /w\n"}
    made = changes("console", files, system=UPSTART)
    assert list(made) == ["/etc/init/tty1.conf"]


def test_scripts_that_set_a_machine_up() -> None:
    files = {
        "/etc/rc.d/init.d/functions": b"",
        "/etc/rc.d/rc.sysinit": b"#!/bin/bash\n/sbin/start_udev\nmount -a\n",
        "/etc/init/plymouth.conf": b"start on startup\nexec plymouthd\n",
        "/etc/init/rcS-emergency.conf": b"task\nexec /sbin/sulogin\n",
        "/etc/init/rc.conf": b"start on runlevel [0123456]\n",
    }
    made = changes("boot", files, system=UPSTART)
    assert text(made["/etc/rc.d/rc.sysinit"]).splitlines()[1] == "# migrator: /sbin/start_udev"
    assert sorted(made) == [
        "/.nolvm",
        "/etc/init/plymouth.conf",
        "/etc/init/rcS-emergency.conf",
        "/etc/rc.d/rc.sysinit",
        "/fastboot",
    ]
    assert changes("boot", files) == {}


def test_directories_of_dead_processes_become_links() -> None:
    files: dict[str, bytes | str] = {
        "/run/x": b"",
        "/var/run/a.pid": b"1",
        "/var/lock": "/run/lock",
    }
    made = changes("runtime", files)
    assert {path: change.target for path, change in made.items()} == {"/var/run": "/run"}


def test_kernels_are_not_upgraded() -> None:
    files: dict[str, bytes | str] = {
        "/etc/apt/apt.conf.d/50x": b"",
        "/etc/yum.conf": b"[main]\nexclude=php*\n",
        "/etc/dnf/dnf.conf": b"[main]\ngpgcheck=1\n",
        "/etc/zypp/zypp.conf": b"",
    }
    made = changes("upgrades", files)
    assert "linux-image-*" in text(made["/etc/apt/preferences.d/migrator-kernel"])
    assert text(made["/etc/yum.conf"]).startswith("[main]\nexclude=php* kernel kernel-core")
    assert text(made["/etc/dnf/dnf.conf"]).startswith("[main]\nexclude=kernel kernel-core")
    assert text(made["/etc/zypp/locks"]).count("solvable_name") == 4
    assert changes("upgrades", {"/etc/yum.conf": "dnf/dnf.conf"}) == {}
