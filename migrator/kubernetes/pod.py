"""The pod: the rich container as launch has it, and the containers that run before its init."""

from __future__ import annotations

from typing import Any

from migrator.kubernetes.given import Given
from migrator.runtime.inits import ASK
from migrator.units.oci import CAPABILITIES

Row = dict[str, Any]
RUN, STATE = "/run/migrator", "/run/migrator-state"
SEALED, READY = "/run/migrator-secrets", "/run/migrator-ready"
CLAIMS = "/claims"
TEMPORARY = {"run": "/run", "lock": "/run/lock", "tmp": "/tmp"}
COMES_UP, GOES_ON = "running|degraded", "running|degraded|starting|initializing"
MARGIN = 30  # seconds that the engine may take beside the init's own end
BEAT = 5  # seconds between two questions


def spec(given: Given, filler: str) -> Row:
    """``filler``: the script that fills the volumes, or waits for who does."""
    wanted = given.wanted
    secure: Row = {"seccompProfile": {"type": "RuntimeDefault"}}
    made: Row = {
        "hostname": wanted.hostname.partition(".")[0].lower()[:63],
        "terminationGracePeriodSeconds": wanted.stop_timeout + MARGIN,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": secure,
    }
    if wanted.sysctls:
        rows = [{"name": key, "value": value} for key, value in wanted.sysctls.items()]
        secure["sysctls"] = rows
    if wanted.network["mode"] == "host":
        made["hostNetwork"] = True
    if wanted.hosts:
        made["hostAliases"] = [
            {"ip": ip, "hostnames": [name]} for name, ip in sorted(wanted.hosts.items())
        ]
    if wanted.dns:
        made |= {"dnsPolicy": "None", "dnsConfig": {"nameservers": wanted.dns}}
    first = [filling(given, filler)] if given.claims else []
    made["initContainers"] = [*first, _prestart(given)]
    made["containers"] = [_container(given)]
    made["volumes"] = _volumes(given)
    return made


def _container(given: Given) -> Row:
    wanted = given.wanted
    env = {"container": "oci", **wanted.env}
    state = {"exec": {"command": asking(COMES_UP)}}
    made: Row = {
        "name": given.name,
        "image": given.image,
        "imagePullPolicy": "IfNotPresent",
        "command": wanted.command,
        "env": [{"name": key, "value": value} for key, value in sorted(env.items())],
        "tty": wanted.console,
        "ports": [
            {"containerPort": port["inside"], "protocol": port["protocol"].upper()}
            for port in wanted.ports
        ],
        "resources": _resources(wanted.limits),
        "securityContext": _allowed([*CAPABILITIES, *wanted.capabilities]),
        "startupProbe": {
            **state,
            "periodSeconds": BEAT,
            "timeoutSeconds": BEAT,
            "failureThreshold": max(wanted.health["timeout"] // BEAT, 1),
        },
        "readinessProbe": {**given.readiness, "periodSeconds": 2 * BEAT, "timeoutSeconds": BEAT},
        "livenessProbe": {
            "exec": {"command": asking(GOES_ON)},
            "periodSeconds": 6 * BEAT,
            "timeoutSeconds": 2 * BEAT,
            "failureThreshold": 6,
        },
    }
    if given.claims:  # the next start is told that this end was asked for
        command = ["/bin/sh", "-c", f"echo stopped >{STATE}/ended"]
        made["lifecycle"] = {"preStop": {"exec": {"command": command}}}
    mounts = [_mount(f"tmp-{name}", path) for name, path in TEMPORARY.items()]
    if "shm_size" in wanted.limits:
        mounts.append(_mount("shm", "/dev/shm"))
    mounts += [
        {**_mount(f"{given.name}-ready", secret.path), "subPath": secret.key, "readOnly": True}
        for secret in given.secrets
    ]
    made["volumeMounts"] = [*mounts, *_shared(given)]
    return made


def _prestart(given: Given) -> Row:
    """The steps of the hooks, as root with what the container itself may do and no more, but for
    the routes of the network that both share."""
    names = [*CAPABILITIES, *(["NET_ADMIN"] if given.interfaces else [])]
    mounts = (
        [_mount("sealed", SEALED), _mount(f"{given.name}-ready", READY)] if given.secrets else []
    )
    return {
        "name": "prestart",
        "image": given.image,
        "command": ["/bin/sh", f"{RUN}/prestart"],
        "securityContext": _allowed(names),
        "volumeMounts": [*mounts, *_shared(given)],
    }


def filling(given: Given, filler: str) -> Row:
    waits = filler == "wait"
    return {
        "name": "data",
        "image": given.image if waits else given.data_image,
        "command": ["/bin/sh", f"{RUN}/{filler}"],
        "securityContext": _allowed(list(CAPABILITIES)),
        "volumeMounts": [_mount("hooks", RUN), *claims_mounted(given)],
    }


def claims_mounted(given: Given) -> list[Row]:
    """Each as a whole: what the container has of it is a directory in it."""
    return [_mount(claim.name, f"{CLAIMS}/{claim.name}") for claim in given.claims]


def claims_named(given: Given) -> list[Row]:
    return [
        {"name": claim.name, "persistentVolumeClaim": {"claimName": claim.name}}
        for claim in given.claims
    ]


def hooks_named(given: Given) -> Row:
    return {"name": "hooks", "configMap": {"name": f"{given.name}-run", "defaultMode": 0o555}}


def _shared(given: Given) -> list[Row]:
    """What prestart sees at the same place as the container."""
    mounts = [{**_mount(claim.name, claim.path), "subPath": "data"} for claim in given.claims]
    if given.claims:
        mounts.append({**_mount(given.claims[0].name, STATE), "subPath": "state"})
    return [*mounts, _mount("hooks", RUN)]


def _volumes(given: Given) -> list[Row]:
    made: list[Row] = [
        {"name": f"tmp-{name}", "emptyDir": {"medium": "Memory"}} for name in TEMPORARY
    ]
    limits = given.wanted.limits
    if "shm_size" in limits:
        shm = {"medium": "Memory", "sizeLimit": limits["shm_size"]}
        made.append({"name": "shm", "emptyDir": shm})
    if given.secrets:
        items = [{"key": secret.key, "path": secret.key} for secret in given.secrets]
        sealed = {"secretName": f"{given.name}-secrets", "defaultMode": 0o400, "items": items}
        made += [
            {"name": "sealed", "secret": sealed},
            {"name": f"{given.name}-ready", "emptyDir": {"medium": "Memory"}},
        ]
    return [*made, hooks_named(given), *claims_named(given)]


def _resources(limits: dict[str, str]) -> Row:
    words = {"cpus": "cpu", "memory": "memory", "disk": "ephemeral-storage"}
    asked = {words[key]: value for key, value in limits.items() if key in words}
    return {"limits": asked} if asked else {}


def _allowed(capabilities: list[str]) -> Row:
    """Exactly what launch gives; privileged is never asked for."""
    names = sorted(set(capabilities))
    return {"runAsUser": 0, "capabilities": {"drop": ["ALL"], "add": names}}


def asking(states: str) -> list[str]:
    """A command that succeeds while the init says one of ``states``."""
    shell, option, script = ASK
    return [shell, option, f"case $({script}) in {states}) ;; *) exit 1 ;; esac"]


def _mount(name: str, path: str) -> Row:
    return {"name": name, "mountPath": path}
