"""The state that a container shall be in: the controller makes it, every engine reads it."""

from typing import Any, Dict, List, NamedTuple

Row = Dict[str, Any]


class Wanted(NamedTuple):
    """What is empty is left to the image, or to the engine where the image says nothing."""

    name: str  # of the container, its unit and its files
    host: str  # the host that it was
    engine: str  # the name of one, or "auto"
    init: str  # what process 1 is: systemd, sbin-init, dumb-init
    command: List[str]  # process 1 and its arguments
    user: str  # of process 1; "": root
    console: bool  # it has one, which the engine's logs show
    env: Dict[str, str]
    image: (
        Row  # repository, manifest (digest), tag, size (bytes), zstd; port and prefix of the tunnel
    )
    volumes: List[Row]  # name, path; digest and size of what fills it, or an empty digest
    secrets: List[Row]  # name, path, uid, gid, mode (octal text), data (base64)
    hostname: str
    hosts: Dict[str, str]  # name -> address
    dns: List[str]  # addresses of name servers
    network: Row  # mode (bridge, host, macvlan, none), parent, address, gateway, mac
    ports: List[Row]  # inside, target, protocol, reason
    capabilities: Dict[str, str]  # name -> what needs it; beside those of every container
    devices: Dict[str, str]  # path -> what needs it
    sysctls: Dict[str, str]
    ulimits: Dict[str, str]  # nofile, nproc … -> "soft:hard"
    limits: Dict[str, str]  # cpus; memory, shm_size and disk in bytes; pids
    health: Row  # command (words; none: the init's own state), timeout in seconds
    restart: str  # no, on-failure, always
    stop_signal: str
    stop_timeout: int  # seconds
    labels: Dict[str, str]
    hooks: Row  # prestart, poststop, and inside: names of steps
    jobs: str  # held, released
    sparse: List[str]  # files of the image with holes


def of(document: Row) -> Wanted:
    """From the wire; what it has beside is the call's own."""
    return Wanted(**{name: document[name] for name in Wanted._fields})
