"""Rules about what the kernel and the system's policies guard: SELinux, AppArmor, FIPS."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import require
from migrator.facts import Facts


@rule(
    "SEC-07",
    Level.INFO,
    "SELinux guards the services of the host",
    "The policy is the kernel's, and the target has its own: in the container SELinux counts as"
    " switched off, and services are no longer kept apart from each other, only from the target."
    " What was changed of the policy for this host has no effect (warning).",
    "Keep SELinux enforcing on the target, where container-selinux confines the container as a"
    " whole. Give a service that must be apart from the others a container of its own.",
    side="target",
)
def selinux(found: Facts) -> Iterator[Evidence]:
    guard = found.security.selinux
    if guard.mode not in ("enforcing", "permissive"):
        return
    yield "/etc/selinux/config", f"{guard.mode}, policy {guard.policy or 'unknown'}"
    if guard.mode == "enforcing":
        for change in guard.changes:
            yield change.where, f"{change.key} {change.value}", Level.WARNING
        for module in guard.modules:
            yield f"module {module}", "a module of the host's own", Level.WARNING


@rule(
    "SEC-08",
    Level.WARNING,
    "Profiles of AppArmor that were changed",
    "A container may not load profiles: all of its services have the one that the target gives to"
    " containers, and what was added or switched off here has no effect.",
    "Check that no service counts on it; what must stay confined by itself goes into a container"
    " of its own.",
    side="target",
)
def apparmor(found: Facts) -> Iterator[Evidence]:
    guard = found.security.apparmor
    if guard.enabled or not found.live:
        for path in guard.local:
            yield path, "additions to a profile"
        for name in guard.disabled:
            yield f"/etc/apparmor.d/disable/{name}", "a profile that is switched off", Level.INFO
    for profile in guard.profiles if guard.enabled else ():
        if profile.mode == "complain":
            yield profile.name, "a profile that only complains", Level.INFO


@rule(
    "SEC-09",
    Level.OVERRIDABLE,
    "The kernel runs in FIPS mode",
    "The mode is the kernel's, and so the target's: where that is without it, the libraries of the"
    " container leave it too, and the host is compliant no more.",
    "Take a target that was set up with fips=1 and its distribution's validated kernel.",
    side="target",
    task=lambda _: require(
        "Require FIPS mode", "grep", "-qx", "1", "/proc/sys/crypto/fips_enabled"
    ),
)
def fips(found: Facts) -> Iterator[Evidence]:
    if found.security.fips:
        yield "/proc/sys/crypto/fips_enabled", "1"


@rule(
    "SEC-18",
    Level.INFO,
    "A policy of cryptography of the host's own",
    "It belongs to the libraries and moves along with them; the target's own policy does not hold"
    " in the container.",
    "Nothing. Mind it when clients of the container are newer than it is.",
)
def crypto(found: Facts) -> Iterator[Evidence]:
    policy = found.security.crypto_policy
    if policy and policy != "DEFAULT":
        yield "/etc/crypto-policies/config", policy
