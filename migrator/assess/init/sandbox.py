"""What units ask of the kernel to be apart from each other."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import used
from migrator.facts import Facts
from migrator.plan.sandbox import moves

# Where it may not make mounts, systemd goes on without these and says so in the journal.
LEFT_OUT = (
    *("PrivateTmp", "PrivateDevices", "PrivateNetwork", "PrivateMounts"),
    *("ProtectSystem", "ProtectHome", "ProtectKernelTunables", "ProtectKernelModules"),
    *("ProtectControlGroups", "ReadOnlyPaths", "ReadOnlyDirectories", "InaccessiblePaths"),
    *("InaccessibleDirectories",),
)
# Without these a service would see other files than it should: systemd does not start it.
INSISTED = (
    *("RootDirectory", "RootImage", "TemporaryFileSystem", "DynamicUser", "LogNamespace"),
    *("LoadCredential", "LoadCredentialEncrypted", "ImportCredential", "NetworkNamespacePath"),
)
BINDS = ("BindPaths", "BindReadOnlyPaths")


@rule(
    "INI-07",
    Level.WARNING,
    "A unit with sandboxing of its own",
    "Without the right to make mounts systemd leaves these settings out: the service runs, guarded"
    " by the container alone. Where a service would see other files without them, systemd does not"
    " start it (risk).",
    "Nothing for a warning, unless the service counts on being apart from others in the same"
    " container. For a risk the plan takes the setting away in a drop-in, or grants SYS_ADMIN: see"
    " its sandbox.",
    side="image",
)
def sandboxed(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if not unit.name.endswith((".service", ".socket")) or unit.origin == "user":
            continue
        insisted = [key for key in INSISTED if key in unit.properties]
        insisted += [key for key in BINDS if moves(unit.properties.get(key, ""))]
        options = [key for key in LEFT_OUT if key in unit.properties]
        if insisted:
            yield unit.name, _shown(unit.properties, insisted), Level.RISK
        elif options and unit.fragment.startswith("/etc/"):
            yield unit.name, _shown(unit.properties, options)


def _shown(properties: dict[str, str], keys: list[str]) -> str:
    return " ".join(f"{key}={properties[key]}" for key in keys)
