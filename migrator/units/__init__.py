"""What each engine is told about a container: units, settings and scripts, as text to read.

All of it is rendered here, for every engine that may be chosen on the target; only the files of the
chosen one are written there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from migrator.runtime import view
from migrator.runtime.wanted import Wanted
from migrator.units import oci
from migrator.units.text import rendered, secret, volume

Row = dict[str, Any]
STARTING, STOPPING = 300, 30  # seconds that an engine may take, beside hooks and the init
STATE = "/var/lib/migrator"
# Engine -> template -> (place, mode)
FILES = {
    "quadlet": {
        "units/quadlet.container.j2": ("/etc/containers/systemd/{name}.container", 0o644),
    },
    "podman": {
        "units/podman.service.j2": ("/etc/systemd/system/{name}.service", 0o644),
    },
    "docker": {
        "units/docker.service.j2": ("/etc/systemd/system/{name}.service", 0o644),
        "units/gate.sh.j2": ("/etc/migrator/{name}/gate", 0o755),
        "units/wait.sh": (STATE + "/{name}/run/wait", 0o755),
    },
    "runc": {
        "units/runc.service.j2": ("/etc/systemd/system/{name}.service", 0o644),
        "units/root.sh.j2": ("/etc/migrator/{name}/root", 0o755),
        "units/hosts.j2": (STATE + "/{name}/hosts", 0o644),
    },
    "nspawn": {
        "units/nspawn.service.j2": ("/etc/systemd/system/{name}.service", 0o644),
        "units/container.nspawn.j2": ("/etc/systemd/nspawn/{name}.nspawn", 0o644),
        "units/root.sh.j2": ("/etc/migrator/{name}/root", 0o755),
        "units/hosts.j2": (STATE + "/{name}/hosts", 0o644),
        "units/gate.sh.j2": ("/etc/migrator/{name}/gate", 0o755),
        "units/enter.sh.j2": ("/etc/migrator/{name}/enter", 0o755),
        "units/wait.sh": (STATE + "/{name}/run/wait", 0o755),
    },
}
FLAGS = {
    "cpus": "cpus",
    "disk": "storage-opt=size",
    "memory": "memory",
    "pids": "pids-limit",
    "shm_size": "shm-size",
}
# Of docker's state what a bundle's config.json says of the root directory and mounts
MOUNTS = (
    '{"root": {"path": "/proc/{{.State.Pid}}/root"}, "mounts": [{{range $i, $m := .Mounts}}'
    '{{if $i}}, {{end}}{"destination": {{json $m.Destination}}, "source": {{json $m.Source}}}'
    "{{end}}]}"
)
BLIND = ("nspawn",)  # it makes /proc after all that is bound
NETWORK = ("/etc/migrator/{name}/network", 0o755)  # where an engine cannot make it itself
# systemd-nspawn gives them unless they are dropped.
NSPAWN = (
    "AUDIT_CONTROL", "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
    "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MKNOD", "NET_BIND_SERVICE", "NET_BROADCAST",
    "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT",
    "SYS_NICE", "SYS_PTRACE", "SYS_RESOURCE", "SYS_TTY_CONFIG",
)  # fmt: skip


def files(wanted: Wanted, engine: str, prestart: int, poststop: int) -> list[Row]:
    """Every file of ``engine`` for the container, as {"path", "content", "mode"} and, where it is
    another one on a target with lxcfs, "view"; the steps of prestart and poststop may take so many
    seconds."""
    plain = _files(wanted, engine, prestart, poststop, ())
    if engine in BLIND:
        return plain
    viewed = _files(wanted, engine, prestart, poststop, view.SHOWN)
    return [
        {**row, "view": other["content"]} if other != row else row
        for row, other in zip(plain, viewed, strict=True)
    ]


def _files(
    wanted: Wanted, engine: str, prestart: int, poststop: int, shown: Sequence[str]
) -> list[Row]:
    templates = dict(FILES[engine])
    if wanted.network["mode"] == "macvlan" and engine != "docker":
        templates["units/network.sh.j2"] = NETWORK
    capabilities = sorted({*oci.CAPABILITIES, *wanted.capabilities})
    given = {
        "wanted": wanted,
        "engine": engine,
        "places": places(wanted),
        "image_key": image_key(wanted),
        "capabilities": capabilities,
        "limits": FLAGS,
        "mounts": MOUNTS,
        "shown": shown,
        "lxcfs": view.PLACE,
        "dropped": sorted(set(NSPAWN) - set(capabilities)),
        "starting": STARTING + prestart,
        "stopping": max(wanted.stop_timeout, poststop) + STOPPING,
    }
    rows = [
        {"path": place.format(name=wanted.name), "content": rendered(name, **given), "mode": mode}
        for name, (place, mode) in templates.items()
    ]
    if engine in ("runc", "nspawn"):  # of nspawn only the hooks' steps read it
        text = json.dumps(oci.config(wanted, places(wanted), capabilities, shown), indent=1) + "\n"
        path = f"{STATE}/{wanted.name}/bundle/config.json"
        rows.append({"path": path, "content": text, "mode": 0o600})
    return rows


def profile(wanted: Wanted) -> str:
    """The lines of a quadlet that say what the container may do, whatever it holds."""
    return rendered("units/quadlet.profile.j2", wanted=wanted, limits=FLAGS)


def steps_inside(wanted: Wanted, engine: str) -> dict[str, list[str]]:
    """How the engine runs a step of a hook in a short-lived container of the image, with its
    volumes and secrets."""
    step = f"{wanted.name}-step"
    bound = [f"{places(wanted)['state']}/run:/run/migrator:ro"]
    if engine in ("runc", "nspawn"):
        return {}
    volumes = [volume(row) for row in wanted.volumes]
    secrets = [f"--secret={secret(row)}" for row in wanted.secrets]
    if engine != "quadlet":
        kept = places(wanted)["secrets"]
        bound += [f"{kept}/{row['name']}:{row['path']}:ro" for row in wanted.secrets]
        secrets = []
    mounts = [f"--volume={words}" for words in (*volumes, *bound)]
    program = "docker" if engine == "docker" else "podman"
    own = [] if engine == "docker" else ["--replace", "--pull=never"]
    remove = [] if engine == "docker" else ["--time=0", "--ignore"]
    run = [program, "run", "--rm", *own, f"--name={step}", "--interactive", *mounts, *secrets]
    return {
        "run": run,
        "image": ["--entrypoint=", wanted.image["tag"]],
        "remove": [program, "rm", "--force", *remove, step],
    }


def places(wanted: Wanted) -> dict[str, str]:
    return {
        "hooks": f"/etc/migrator/{wanted.name}",
        "state": f"{STATE}/{wanted.name}",
        "secrets": f"{STATE}/secrets",
        "volumes": f"{STATE}/volumes",
        "netns": f"migrator-{wanted.name}",
    }


def image_key(wanted: Wanted) -> str:
    """The name under which the runtime keeps what the image consists of."""
    return str(wanted.image["tag"]).rpartition("/")[2]
