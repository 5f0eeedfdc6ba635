"""The host itself: release, kernel, init, hardware, clock, names and identity.

Empty where a host has nothing of the kind, or where it could not be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hardware:
    """What the firmware says of the machine; of a virtual one, this is its hypervisor's choice."""

    vendor: str = ""  # "QEMU", "VMware, Inc."
    product: str = ""  # "Standard PC (i440FX + PIIX, 1996)"
    version: str = ""
    serial: str = ""  # identifies the machine: licences may be bound to it
    uuid: str = ""  # identifies the machine, as the serial does
    bios_vendor: str = ""
    bios_version: str = ""
    bios_date: str = ""  # as the firmware writes it: "04/01/2014"


@dataclass(frozen=True)
class TimeSource:
    """A program that keeps the clock right, by its configuration."""

    daemon: str  # chrony | ntpd | openntpd | timesyncd | ptp4l
    where: str  # its configuration file
    servers: tuple[str, ...]  # servers, pools and peers, in order; without their options
    running: bool  # a process of its name runs; False for a disk


@dataclass(frozen=True)
class Subscription:
    """A registration of this host, which is bound to its identity. The credentials stay there."""

    kind: str  # rhsm | rhn | suse | ubuntu-pro | landscape | puppet | insights
    where: str


@dataclass(frozen=True)
class Cloud:
    """What cloud-init says of the cloud that the host was made in."""

    cloud_init: bool = False  # cloud-init is installed
    id: str = ""  # "aws", "openstack", "nocloud"
    instance: str = ""  # the instance's id, by which cloud-init knows a first boot
    datasource: str = ""  # "DataSourceEc2Local"


@dataclass(frozen=True)
class System:
    hostname: str = ""  # of the running kernel, else of the file
    static_hostname: str = ""  # that the host takes when it boots
    pretty_hostname: str = ""  # for people: "Shop's web server"
    fqdn: str = ""  # by /etc/hosts; the hostname where that has none
    os_id: str = ""  # "debian"
    os_version: str = ""  # "11"
    os_name: str = ""  # "Debian GNU/Linux 11 (bullseye)"
    os_like: tuple[str, ...] = ()  # ids of the distributions that it derives from
    os_codename: str = ""  # "bullseye"
    os_variant: str = ""  # "server"
    os_support_end: str = ""  # the day, where os-release says it: "2027-06-01"
    os_where: str = ""  # the file that says so: os-release, or an older one
    releases: dict[str, str] = field(default_factory=dict)  # other release files: path -> text
    kernel: str = ""  # "5.10.0-28-amd64"
    kernel_version: str = ""  # "#1 SMP Debian 5.10.209-2 (2024-01-31)"
    architecture: str = ""  # of the programs: "x86_64", "i686" where these are 32-bit
    kernel_architecture: str = ""  # of the running kernel
    libc: str = ""  # "glibc 2.31", "musl"
    cmdline: str = ""  # of the running kernel; secrets are hidden
    vsyscall: str = (
        ""  # native | emulate | xonly | none, for programs linked to a glibc before 2.15
    )
    init: str = ""  # systemd | upstart | sysvinit | openrc | runit | busybox | unknown
    init_version: int = 0  # of systemd; 0 when unknown
    default_target: str = ""  # "multi-user.target", or the runlevel: "3"
    virtualisation: str = ""  # "qemu", "kvm", "podman", "none", "" when unknown
    hardware: Hardware = Hardware()
    cpus: int = 0
    cpu_model: str = ""  # "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"
    cpu_flags: tuple[str, ...] = ()  # of the first one, such as "sse4_2", "avx2"
    memory: int = 0  # bytes
    swap: int = 0  # bytes, all areas together
    load: tuple[float, ...] = ()  # processes that want to run: mean of 1, 5 and 15 minutes
    boot_id: str = ""
    boot_time: int = 0  # seconds since 1970
    uptime: int = 0  # seconds
    timezone: str = ""  # "Europe/Berlin"
    timezone_rule: str = (
        ""  # of the zone in force, as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3"
    )
    hardware_clock: str = ""  # UTC | LOCAL; "" where no file says it
    time_sources: tuple[TimeSource, ...] = ()
    locale: str = ""  # LANG: "en_US.UTF-8"
    locales: dict[str, str] = field(default_factory=dict)  # LC_* and LANGUAGE, where set
    keyboard: str = ""  # "us", "de-latin1"
    machine_id: str = ""
    dbus_machine_id: str = ""  # where D-Bus has a file of its own, which may differ
    cloud: Cloud = Cloud()
    subscriptions: tuple[Subscription, ...] = ()
    reboot_required: bool = False  # a package asked for it
    reboot_packages: tuple[str, ...] = ()  # the ones that asked, where they are named
    selinux: str = ""  # enforcing | permissive | disabled | absent
