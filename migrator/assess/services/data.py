"""Services that keep data: how they write it, share memory for it, and share it with others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.kernel.settings import setter, settings
from migrator.assess.rules import Evidence, rule
from migrator.assess.services.agents import IN_KERNEL
from migrator.assess.usage import on_volume
from migrator.assess.used import described, services, used
from migrator.facts import Facts

VOLATILE = ("memcached",)  # a database by its protocol that keeps nothing
ELSEWHERE = ("database", "containers", "guest")
DIRECTORIES = ("slapd", "389-ds")
AIO = 65536  # fs.aio-max-nr of a kernel that nobody tuned
# Settings that name other members, by service.
MEMBERS = {
    "cassandra": ("seeds",),
    "elasticsearch": ("discovery.seed_hosts",),
    "etcd": ("etcd_initial_cluster",),
    "kafka": ("zookeeper.connect",),
    "mongodb": ("replsetname", "replset"),
    "mysql": ("wsrep_cluster_address",),
    "redis": ("replicaof", "slaveof", "cluster-enabled"),
    "zookeeper": ("server.1", "server.2", "server.3"),
}
ALWAYS = ("consul", "corosync", "glusterfs", "heartbeat", "nomad", "pacemaker")
ALONE = re.compile(r"(.*(//|[=@\[\"'])|)(127\.|localhost\b|::1)|\W*$|\d+$|(no|off|gcomm://)$")
# What a new namespace of System V objects starts with.
IPC = {
    "kernel.shmmni": (4096,),
    "kernel.sem": (32000, 1024000000, 500, 32000),
    "kernel.msgmax": (8192,),
    "kernel.msgmnb": (16384,),
    "kernel.msgmni": (32000,),
}
# Products that run only where their vendor says -> processes and units that show them.
CERTIFIED = {
    "SAP HANA": r"hdb(nameserver|indexserver|daemon)",
    "Oracle Grid Infrastructure": r"(ohasd|ocssd|crsd)\.bin|(oracle-)?ohasd\.service",
    "Veritas Cluster Server": r"(had|hashadow|vxconfigd)|(vcs|llt|gab|vxfen)\.service",
}
SAP = re.compile(r"(sapstartsrv|disp\+work|saposcol|icman)$")
SAP_USER = re.compile(r"(?!sapadm)[a-z][a-z0-9]{2}adm$")  # sapadm is that of the host agent


@rule(
    "SVC-01",
    Level.RISK,
    "A database",
    "A copy of its files while it writes may not be one that it can start from.",
    "Stop it for the last pass of the copy, or dump it and load the dump.",
)
def databases(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found):
        keeps = service.kind == "database" and service.name not in VOLATILE
        if keeps or service.name in DIRECTORIES:
            places = ", ".join(data.path for data in service.data)
            yield where, described(service) + (f", with its data in {places}" if places else "")


@rule(
    "SVC-24",
    Level.RISK,
    "State of a service that is on no volume",
    "The engine makes the container anew at each start: what the service has written to the image"
    " since then is lost, such as leases, bans, keys of a domain, or counters that others check. A"
    " cache is filled again (warning).",
    "Make the directory a volume in the plan's paths.",
    side="image",
)
def unkept(found: Facts) -> Iterator[Evidence]:
    """DAT-01 tells that of databases; engines, guests and guards in the kernel do not move."""
    for where, service in services(found):
        if service.kind in ELSEWHERE or service.name in IN_KERNEL:
            continue
        kept = [data.path for data in service.data if data.size != 0]
        lost = [path for path in kept if not on_volume(found, path)]
        if lost:
            cache = all(path.startswith("/var/cache/") for path in lost)
            level = Level.WARNING if cache else Level.RISK
            yield where, f"{service.name} keeps {', '.join(lost)}", level


@rule(
    "SVC-02",
    Level.WARNING,
    "Requests to the disk past the cache, or many at a time",
    "All containers of a target share its fs.aio-max-nr: at the limit a database writes more"
    " slowly, or does not start. Direct writes work on a volume as on the host (info); the layers"
    " of an image need not take them (risk).",
    "Set fs.aio-max-nr on the target to the sum of what its containers need; see that the data is"
    " on a volume.",
    side="target",
    task=setter,
)
def direct(found: Facts) -> Iterator[Evidence]:
    for setting in settings(found):
        if setting.key == "fs.aio-max-nr" and setting.value.isdigit() and int(setting.value) > AIO:
            yield setting.where, f"{setting.key} = {setting.value}"
    for where, service in services(found):
        method = service.detail.get("innodb_flush_method", "").rpartition(" ; ")[2]
        if method.upper().startswith("O_DIRECT"):
            on_image = [data.path for data in service.data if not on_volume(found, data.path)]
            place = f", and {on_image[0]} is on no volume" if on_image else ""
            level = Level.RISK if on_image else Level.INFO
            yield (*service.configs, where)[0], f"innodb_flush_method = {method}{place}", level


@rule(
    "SVC-20",
    Level.RISK,
    "A member of a cluster",
    "The others know it by its address and its data; two of the same identity, or a member that"
    " comes back with an old state, can cost the cluster its quorum or its data.",
    "Move one member at a time: let it leave, start the container, and let it join again. Never run"
    " source and container together; let the others reach the target's address.",
)
def members(found: Facts) -> Iterator[Evidence]:
    own = {found.system.hostname, found.system.fqdn}
    for where, service in services(found):
        if service.name in ALWAYS:
            yield where, described(service)
        for key in MEMBERS.get(service.name, ()):
            value = service.detail.get(key, "")
            others = [word for word in re.split(r"[\s,;]+", value) if not ALONE.match(word)]
            if any(word.partition(":")[0] not in own for word in others):
                yield (*service.configs, where)[0], f"{service.name}: {key} = {value}"
                break


@rule(
    "SVC-22",
    Level.RISK,
    "Memory, semaphores or queues that programs share",
    "The container gets its own, with the kernel's limits of today; the plan carries over what"
    " files below /etc set (info). A higher limit that nothing there sets is lost: the database"
    " that needs it does not start.",
    "Write the value among the plan's sysctls.",
    side="target",
)
def shared(found: Facts) -> Iterator[Evidence]:
    for uid in sorted({segment.uid for segment in found.kernel.segments}):
        own = [segment for segment in found.kernel.segments if segment.uid == uid]
        size = sum(segment.size for segment in own if segment.kind == "shm")
        names = [user.name for user in found.accounts.users if user.uid == uid]
        kinds = sorted({segment.kind for segment in own})
        shown = f"{len(own)} objects ({', '.join(kinds)}), {size >> 20} MB of memory"
        yield f"user {names[0] if names else uid}", shown, Level.INFO
    kept = {line.key for line in found.kernel.sysctls if line.where.startswith("/etc/")}
    for key, limits in IPC.items():
        value = found.kernel.running.get(key, "")
        if key not in kept and _is_above(value, limits):
            yield f"/proc/sys/{key.replace('.', '/')}", f"{key} = {value}, which no file sets"


def _is_above(value: str, limits: tuple[int, ...]) -> bool:
    words = value.split()
    given = [int(word) for word in words if word.isdigit()]
    return any(number > limit for number, limit in zip(given, limits, strict=False))


@rule(
    "SVC-23",
    Level.BLOCKER,
    "A product that is bound to its machine",
    "It manages disks, memory or a cluster by itself, in modules of the kernel or with the rights"
    " of the machine, and its vendor supports it on listed platforms only. Other systems of SAP may"
    " work, without support (overridable).",
    "Keep it as a VM, or move it by the vendor's own means.",
)
def certified(found: Facts) -> Iterator[Evidence]:
    names = {unit.name for unit in used(found)}
    for process in found.processes:
        program = (process.exe or (process.command or ("",))[0]).rpartition("/")[2]
        names.add(program.removesuffix(" (deleted)"))
    for product, pattern in CERTIFIED.items():
        seen = sorted(name for name in names if re.fullmatch(pattern, name))
        if seen:
            yield seen[0], product
    places = [mount.path for mount in found.storage.mounts]
    places += [line.path for line in found.storage.fstab]
    hana = [path for path in places if re.match(r"/hana/(data|log|shared)\b", path)]
    if hana:
        yield hana[0], "a file system of SAP HANA"
    else:
        yield from _sap(found, sorted(name for name in names if SAP.match(name)))


def _sap(found: Facts, programs: list[str]) -> Iterator[Evidence]:
    """A system of SAP; its mere host agent is none."""
    users = [user for user in found.accounts.users if SAP_USER.match(user.name)]
    installed = any(row.path == "/usr/sap" for row in found.storage.usage)
    if users and (installed or programs):
        yield (
            users[0].where or users[0].name,
            f"SAP with its user {users[0].name}",
            Level.OVERRIDABLE,
        )
