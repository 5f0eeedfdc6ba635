"""The plan: every decision about one host, each with its reason, in a file that people edit.

Everything is a mapping with a natural key (unit name, path, "80/tcp"), so that a person's edits and
fresh proposals can be merged key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from migrator.plan.comparison import Check, Login, Probe, Query, TaskFile

SCHEMA = 1


@dataclass(frozen=True)
class Service:
    decision: Literal["keep", "disable", "mask"]
    reason: str = ""


@dataclass(frozen=True)
class PathChoice:
    """``exclude`` keeps the directory itself and leaves out what is below; a file goes entirely."""

    decision: Literal["image", "volume", "exclude", "secret"]
    reason: str = ""


@dataclass(frozen=True)
class Port:
    target: int
    reason: str = ""


@dataclass(frozen=True)
class RouteChoice:
    via: str
    reason: str = ""


@dataclass(frozen=True)
class RuleChoice:
    """A policy rule: who it is for, in iproute2's words, and the table that it looks up."""

    selector: str
    table: str
    reason: str = ""


@dataclass(frozen=True)
class ModuleChoice:
    """Of the target's kernel. ``load``: the hook may load it; else it only checks."""

    load: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Reason:
    reason: str = ""


@dataclass(frozen=True)
class Value:
    value: str
    reason: str = ""


@dataclass(frozen=True)
class Waiver:
    reason: str
    owner: str
    expires: str  # YYYY-MM-DD


@dataclass(frozen=True)
class Network:
    hostname: str
    hosts: dict[str, str]  # name -> address, for /etc/hosts
    routes: dict[str, RouteChoice]  # "CIDR", or "CIDR table NAME" -> gateway
    rules: dict[str, RuleChoice] = field(default_factory=dict)  # priority -> rule


@dataclass(frozen=True)
class Identity:
    machine_id: Literal["keep", "reset"] = "keep"
    host_keys: Literal["keep", "reset"] = "keep"


@dataclass(frozen=True)
class Sandbox:
    """A unit that asks for more than a container may.

    ``drop-in`` sets ``settings`` in its place, an empty value takes a list away; ``grant`` gives
    the container ``capabilities``, all that the unit's own settings need; ``keep`` does neither.
    """

    decision: Literal["drop-in", "grant", "keep"]
    settings: dict[str, str]  # of the unit's section: "DynamicUser" -> "no"
    capabilities: str = ""  # "SYS_ADMIN SYS_NICE"
    reason: str = ""


@dataclass(frozen=True)
class Started:
    """A process that no unit started, and the unit that is made of it.

    ``start``: the container starts it; ``write``: the unit is there, and a person starts it;
    ``none``: something else starts it, or too little is known.
    """

    decision: Literal["start", "write", "none"]
    command: str  # quoted as for a shell, which does not see it
    user: str = "root"
    directory: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    unknown: str = ""  # names of variables that it had as well; their values may be secrets
    reviewed: bool = False  # a person has looked at it
    reason: str = ""


@dataclass(frozen=True)
class Patch:
    """A file of work/<host>/patches/; ``text`` stands for it, and is read from it by build."""

    decision: Literal["apply", "skip"]
    reason: str = ""
    text: str = ""


@dataclass(frozen=True)
class Hook:
    """One step of prestart or poststop.

    ``script`` is a user's own file, a program or a list of Ansible tasks (.yml); "" a generated
    step. In a container, it runs in a short-lived one of the same image and volumes.
    """

    where: Literal["target", "container"] = "target"
    timeout: int = 30  # seconds
    retries: int = 0
    on_failure: Literal["abort", "warn"] = "abort"
    script: str = ""
    env: dict[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Hooks:
    prestart: dict[str, Hook]  # "10-routes" -> Hook, run in the order of their names
    poststop: dict[str, Hook]
    clean: dict[str, Reason] = field(default_factory=dict)  # directories that poststop empties


@dataclass(frozen=True)
class Switch:
    """The user's own part of a cutover, on the controller: an executable, or a file of Ansible
    tasks (.yml). It is told ``do`` or ``undo``, and has to bear being told so twice."""

    script: str
    timeout: int = 60  # seconds
    reason: str = ""


@dataclass(frozen=True)
class Database:
    """What is done before it stops; stopping it cleanly is what makes its files consistent."""

    action: Literal["flush", "dump", "none"] = "flush"
    files: dict[str, Reason] = field(default_factory=dict)  # paths, of sqlite
    script: str = ""  # of the user's own, run as root on the source
    reason: str = ""


@dataclass(frozen=True)
class Cutover:
    announcement: str = "This host moves now: its services stop in a moment."  # "": none
    max_downtime: int = 60  # seconds that warm passes have to reach before anything stops
    job_patience: int = 300  # seconds for jobs that run to end, while the services still do
    answer_patience: int = 120  # seconds for the container to answer where the source did
    unclean: Literal["abort", "warn"] = "abort"  # a service that had to be killed
    keep: dict[str, Reason] = field(default_factory=dict)  # units of the source that stay running
    databases: dict[str, Database] = field(default_factory=dict)
    announce: dict[str, Switch] = field(default_factory=dict)  # by name, in this order
    traffic: dict[str, Switch] = field(default_factory=dict)


@dataclass(frozen=True)
class Container:
    """How it runs on its target, whatever it was. ``macvlan`` is an address of its own on the
    network of ``parent``; elsewhere the last four of the network are empty. ``none``: it sees
    itself alone."""

    engine: Literal["auto", "quadlet", "podman", "docker", "nspawn", "runc"] = "auto"
    network: Literal["bridge", "host", "macvlan", "none"] = "bridge"
    parent: str = ""  # interface of the target
    address: str = ""  # CIDR
    gateway: str = ""
    mac: str = ""
    dns: tuple[str, ...] = ()  # addresses; none: as the target asks
    env: dict[str, str] = field(default_factory=dict)  # of its init
    labels: dict[str, str] = field(default_factory=dict)
    restart: Literal["no", "on-failure", "always"] = "on-failure"
    health: tuple[str, ...] = ()  # a command in it; none: its init's own state
    health_timeout: int = 120  # seconds until it must be healthy
    # registry.example.org/team, where the image is put and the target takes it from; "": from here
    registry: str = ""
    login: str = ""  # file with its login, as skopeo login writes it; Ansible Vault may seal it
    command: tuple[str, ...] = ()  # process 1 and its arguments; none: as its init is started
    user: str = ""  # of process 1; "": root
    stop_signal: str = ""  # "": as its init is stopped


@dataclass(frozen=True)
class Plan:
    schema: int
    host: str
    init: Literal["systemd", "sbin-init", "dumb-init"]
    jobs: Literal["held", "released"]  # held: cron, at and timers wait after a launch
    stop_timeout: int  # seconds
    services: dict[str, Service]  # only units that do not simply stay as they are
    paths: dict[str, PathChoice]  # absolute path -> decision; the longest match counts
    adapt: dict[str, bool]  # subject of migrator/adapt -> on or off
    ports: dict[str, Port]  # "80/tcp" inside -> port of the target
    network: Network
    identity: Identity
    capabilities: dict[str, Reason]  # on top of the engine's own small set
    sysctls: dict[str, Value]  # namespaced ones, set by the engine
    # nofile, nproc … as "soft:hard"; memory, disk and shm_size in bytes (512M); cpus; pids
    limits: dict[str, Value]
    probes: dict[str, Probe]  # "http://127.0.0.1:8080/" as seen inside the host
    hooks: Hooks
    waivers: dict[str, Waiver]  # finding id -> waiver
    compression: Literal["gzip", "zstd"] = "gzip"  # of layers; every engine reads gzip
    selinux: Literal["drop", "keep"] = "drop"  # labels of files; a target has its own
    # At a release: what anacron, persistent timers and at missed runs once more, or not at all
    jobs_catch_up: Literal["run_once", "skip"] = "run_once"
    modules: dict[str, ModuleChoice] = field(default_factory=dict)  # name -> of the target's kernel
    devices: dict[str, Reason] = field(default_factory=dict)  # /dev/net/tun … that it gets
    cutover: Cutover = field(default_factory=Cutover)
    # Name of a unit that is there -> what becomes of what it asks for
    sandbox: dict[str, Sandbox] = field(default_factory=dict)
    processes: dict[str, Started] = field(default_factory=dict)  # name of a new unit -> process
    # The host's own address, name or MAC -> what stands for it in the patches; "" for what its
    # line says: 0.0.0.0 where something listens, else 127.0.0.1
    literals: dict[str, Value] = field(default_factory=dict)
    patches: dict[str, Patch] = field(default_factory=dict)  # "etc-app.conf.patch" -> whether
    checks: dict[str, Check] = field(default_factory=dict)  # by a name of yours
    queries: dict[str, Query] = field(default_factory=dict)  # by a name of yours
    tasks: dict[str, TaskFile] = field(default_factory=dict)  # by a name of yours
    logins: dict[str, Login] = field(default_factory=dict)  # by the user's name
    container: Container = field(default_factory=Container)
    # "subject name" of a point of the comparison, * for anything -> why it may differ
    differences: dict[str, Reason] = field(default_factory=dict)

    def path_decision(self, path: str) -> tuple[str, PathChoice] | None:
        """(key, choice) of the longest entry of ``paths`` at or above the absolute ``path``."""
        at = path
        while True:
            if at in self.paths:
                return at, self.paths[at]
            if at in ("", "/"):
                return None
            at = at.rpartition("/")[0] or "/"
