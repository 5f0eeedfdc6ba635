"""Rules about what a host shows to others, and what it trusts in that a container has not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.release import ended
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.plan.grants import served

METADATA = re.compile(r"\b169\.254\.169\.254\b|\bmetadata\.google\.internal\b|\bfd00:ec2::254\b")
# They serve the cloud itself; the plan leaves the most of them out.
CLOUD = re.compile(
    r"(cloud-init|cloud-config|cloud-final|waagent|walinuxagent|google-(guest|osconfig|startup)"
    r"|amazon-ssm|snap\.amazon-ssm|ec2-|hibinit|oracle-cloud|systemd-)"
)
SEALED = "LoadCredentialEncrypted"


@rule(
    "SEC-14",
    Level.RISK,
    "A service asks the cloud who it is",
    "The address is the cloud's, which answers only its own machines: on a target elsewhere nobody"
    " does, and on one in the cloud a container gets the rights of the target.",
    "Give the service keys of its own, or the target the rights that it needs.",
    side="target",
)
def metadata(found: Facts) -> Iterator[Evidence]:
    for peer in found.network.peers:
        if METADATA.match(peer.address) and not CLOUD.match(peer.unit or peer.process):
            yield peer.unit or peer.process, f"connected with {peer.address}:{peer.port}"
    for unit in found.units:
        commands = (*unit.commands, *(other.command for other in unit.other_commands))
        if not CLOUD.match(unit.name) and any(METADATA.search(line) for line in commands):
            yield unit.name, next(line for line in commands if METADATA.search(line))
    for job in found.cron.jobs:
        if METADATA.search(job.command):
            yield job.where, job.command


@rule(
    "SEC-16",
    Level.RISK,
    "A secret that only this machine can open",
    "What was sealed with a TPM, or for a network of servers that unlock disks, cannot be opened in"
    " a container. One that systemd sealed with its own key alone opens as long as"
    " /var/lib/systemd/credential.secret is there, which moves along.",
    "Write the secret to a file, load it with LoadCredential or EnvironmentFile, and plan the file"
    " as a secret. Nothing for the key of a disk: its files are copied when it is open (info).",
    side="image",
)
def sealed(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if SEALED in unit.properties:
            yield unit.name, f"{SEALED}={unit.properties[SEALED]}"
    for line in found.storage.crypttab:
        by = [word for word in line.options.split(",") if word.startswith(("tpm2-", "pkcs11-"))]
        if by:
            yield line.where, f"{line.name} opens by {by[0]}", Level.INFO
    for package in found.packages.installed:
        if package.name in ("clevis-luks", "clevis-systemd") and package.status == "installed":
            yield package.name, f"{package.version} opens disks at boot", Level.INFO


@rule(
    "SEC-17",
    Level.WARNING,
    "Others can reach services that get no more security updates",
    "Every hole that became known since is open, and the container is as reachable as the host.",
    "Publish in the plan's ports only what is needed, and let the firewall of the target admit"
    " those who need it.",
    side="target",
)
def outdated(found: Facts) -> Iterator[Evidence]:
    end = ended(found)
    ports: dict[str, list[str]] = {}
    for listener in served(found):
        named = ports.setdefault(listener.unit, [])
        port = f"{listener.port}/{listener.protocol.removesuffix('6')}"
        if port not in named:
            named.append(port)
    for unit, names in sorted(ports.items()) if end else ():
        yield unit, f"{', '.join(names)}; no updates since {end}"
