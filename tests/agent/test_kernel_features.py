"""The kernel's memory and features, and what is set up beside it."""

from __future__ import annotations

from pathlib import Path

from tests.agent.test_kernel import pairs, read

MOUNTS = """\
22 1 253:0 / / rw - ext4 /dev/vda1 rw
24 22 0:30 / /sys/fs/cgroup ro - tmpfs tmpfs ro
25 24 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
26 24 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
27 24 0:33 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
28 22 0:34 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
"""


def test_memory(tmp_path: Path) -> None:
    pool = "sys/kernel/mm/hugepages/hugepages-2048kB"
    found, host = read(
        tmp_path,
        {
            f"{pool}/nr_hugepages": "512\n",
            f"{pool}/free_hugepages": "12\n",
            "sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages": "0\n",
            "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
            "proc/sysvipc/shm": "       key      shmid perms       size  cpid  lpid nattch   uid\n"
            "1627395074  98304  640 4096000  1234  5678     42    54321\nodd\n",
            "proc/sysvipc/sem": "       key      semid perms      nsems   uid   gid\n"
            "-1627395074  1  600  125  26  26\n",
            "dev/shm/PostgreSQL.1": "x" * 5000,
        },
    )
    assert [(p.size, p.count, p.free) for p in found.huge_pages] == [(2 << 20, 512, 12)]
    assert found.transparent_huge_pages == "madvise"
    memory, semaphores = found.segments
    assert (memory.kind, memory.key, memory.size) == ("shm", 1627395074, 4096000)
    assert (memory.uid, memory.attached) == (54321, 42)
    assert (semaphores.key, semaphores.size, semaphores.attached) == (2667572222, 125, 0)
    assert found.shared_files.count == 1 and found.shared_files.size >= 5000
    assert [row["raw"] for row in host.unparsed] == ["odd"]


def test_an_old_kernel_has_one_pool(tmp_path: Path) -> None:
    said = "HugePages_Total:   100\nHugePages_Free:     7\nHugepagesize:     2048 kB\n"
    found, _ = read(tmp_path, {"proc/meminfo": said})
    assert [(p.size, p.count, p.free) for p in found.huge_pages] == [(2 << 20, 100, 7)]


def test_features(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        {
            "proc/self/mountinfo": MOUNTS,
            "proc/cgroups": "#subsys_name\thierarchy\ncpu\t1\ncpuacct\t1\nmemory\t2\n",
            "proc/self/ns/net": "",
            "proc/self/ns/pid_for_children": "",
            "sys/kernel/security/lsm": "capability,yama,apparmor",
            "sys/kernel/kexec_crash_size": "268435456\n",
            "sys/kernel/kexec_crash_loaded": "1\n",
            "etc/kdump.conf": "# where\npath /var/crash\ncore_collector makedumpfile -l\n",
        },
    )
    assert found.control_groups.mode == "hybrid"
    assert found.control_groups.controllers == ("cpu", "cpuacct", "memory")
    assert found.namespaces == ("net",)
    assert found.security_modules == ("capability", "yama", "apparmor")
    assert (found.crash_dump.reserved, found.crash_dump.loaded) == (256 << 20, True)
    assert pairs(found.crash_dump.settings)[0] == ("path", "/var/crash")


def test_setup(tmp_path: Path) -> None:
    files = {
        "etc/default/grub": 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="crashkernel=auto quiet"\n',
        "boot/grub/grub.conf": "title x\n\tkernel /vmlinuz-2.6.32 ro root=/dev/sda1\n",
        "etc/udev/rules.d/70-persistent-net.rules": '# net\nSUBSYSTEM=="net", \\\n NAME="eth0"\n',
        "etc/udev/rules.d/README": "no rule\n",
        "etc/binfmt.d/java.conf": ":java:M::\\xca\\xfe::/usr/bin/jexec:\n# no\n",
        "proc/sys/fs/binfmt_misc/qemu": "enabled\ninterpreter /usr/bin/qemu\nflags: OC\n",
    }
    found, _ = read(tmp_path, files)
    assert pairs(found.boot_options) == [
        ("GRUB_CMDLINE_LINUX", "crashkernel=auto quiet"),
        ("kernel", "ro root=/dev/sda1"),
    ]
    assert found.udev_rules[0].where == "/etc/udev/rules.d/70-persistent-net.rules:2"
    assert found.udev_rules[0].raw.endswith('NAME="eth0"')
    assert [(row.name, row.interpreter) for row in found.binary_formats] == [
        ("java", "/usr/bin/jexec")
    ]
    own = "30 28 0:40 / /proc/sys/fs/binfmt_misc rw - binfmt_misc binfmt_misc rw\n"
    found, _ = read(tmp_path, {"proc/self/mountinfo": MOUNTS + own})
    assert found.binary_formats[0].name == "qemu" and found.binary_formats[0].enabled
