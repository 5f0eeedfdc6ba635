"""Which properties of systemd's are kept, and which values say nothing.

A property that an old systemd does not know is not printed by it and just missing; one that was
renamed is kept under both names.
"""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.processes.status import capabilities

# What has a field of its own in the record.
SHOWN = (
    "Id Names LoadState ActiveState SubState UnitFileState FragmentPath SourcePath DropInPaths"
    " Description User Group SupplementaryGroups Environment ConditionTimestamp"
).split()
COMMANDS = (
    "ExecStart ExecCondition ExecStartPre ExecStartPost ExecReload ExecStop ExecStopPre"
    " ExecStopPost"
).split()
DEPENDENCIES = (
    "Requires RequiresOverridable Requisite RequisiteOverridable Wants BindsTo PartOf Upholds"
    " Conflicts After Before RequiredBy RequisiteOf WantedBy BoundBy ConsistsOf UpheldBy Triggers"
    " TriggeredBy OnFailure OnSuccess PropagatesReloadTo PropagatesStopTo JoinsNamespaceOf"
    " RequiresMountsFor WantsMountsFor"
).split()
STATE = (
    "Result ConditionResult MainPID NRestarts ExecMainStatus MemoryCurrent MemoryPeak"
    " MemorySwapCurrent MemorySwapPeak TasksCurrent NAccepted NConnections LastTriggerUSec"
    " NextElapseUSecRealtime NextElapseUSecMonotonic NeedDaemonReload Transient"
).split()
UNIT = (
    "DefaultDependencies StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate"
    " IgnoreOnIsolate OnFailureJobMode JobTimeoutUSec JobTimeoutAction StartLimitIntervalUSec"
    " StartLimitInterval StartLimitBurst StartLimitAction FailureAction SuccessAction"
).split()
SERVICE = (
    "Type ExitType Restart RestartUSec RestartSteps RestartMaxDelayUSec RestartPreventExitStatus"
    " RestartForceExitStatus SuccessExitStatus NotifyAccess BusName PIDFile GuessMainPID"
    " RemainAfterExit TimeoutStartUSec TimeoutStopUSec TimeoutAbortUSec RuntimeMaxUSec WatchdogUSec"
    " PermissionsStartOnly RootDirectoryStartOnly NonBlocking FileDescriptorStoreMax OOMPolicy"
    " KillMode KillSignal RestartKillSignal FinalKillSignal ReloadSignal SendSIGKILL SendSIGHUP"
).split()
EXEC = (
    "EnvironmentFiles PassEnvironment UnsetEnvironment WorkingDirectory RootDirectory RootImage"
    " UMask PAMName TTYPath StandardInput StandardOutput StandardError SyslogIdentifier"
    " SyslogFacility SyslogLevelPrefix LogLevelMax LogNamespace Nice OOMScoreAdjust"
    " CPUSchedulingPolicy CPUSchedulingPriority CPUAffinity NUMAPolicy NUMAMask"
    " IOSchedulingClass IOScheduling IOSchedulingPriority TimerSlackNSec IgnoreSIGPIPE"
    " RuntimeDirectory RuntimeDirectoryMode RuntimeDirectoryPreserve StateDirectory"
    " StateDirectoryMode CacheDirectory CacheDirectoryMode LogsDirectory LogsDirectoryMode"
    " ConfigurationDirectory ConfigurationDirectoryMode LoadCredential LoadCredentialEncrypted"
    " ImportCredential KeyringMode Personality UtmpIdentifier UtmpMode"
).split()
LIMITS = (
    "LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitSTACKSoft LimitCORE LimitCORESoft LimitRSS"
    " LimitNOFILE LimitNOFILESoft LimitAS LimitNPROC LimitNPROCSoft LimitMEMLOCK LimitMEMLOCKSoft"
    " LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME"
).split()
SANDBOX = (
    "CapabilityBoundingSet AmbientCapabilities Capabilities SecureBits NoNewPrivileges DynamicUser"
    " PrivateTmp PrivateDevices PrivateNetwork PrivateUsers PrivateMounts PrivateIPC PrivatePIDs"
    " ProtectSystem ProtectHome ProtectClock ProtectKernelTunables ProtectKernelModules"
    " ProtectKernelLogs ProtectControlGroups ProtectHostname ProtectProc ProcSubset"
    " RestrictNamespaces RestrictAddressFamilies RestrictRealtime RestrictSUIDSGID"
    " RestrictFileSystems RestrictNetworkInterfaces LockPersonality MemoryDenyWriteExecute"
    " SystemCallFilter SystemCallArchitectures SystemCallErrorNumber SystemCallLog"
    " ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ReadWriteDirectories"
    " ReadOnlyDirectories InaccessibleDirectories BindPaths BindReadOnlyPaths TemporaryFileSystem"
    " MountFlags MountAPIVFS RemoveIPC NetworkNamespacePath IPCNamespacePath SELinuxContext"
    " AppArmorProfile SmackProcessLabel"
).split()
RESOURCES = (
    "Slice Delegate DelegateControllers CPUWeight StartupCPUWeight CPUShares"
    " CPUQuotaPerSecUSec AllowedCPUs AllowedMemoryNodes MemoryMin MemoryLow MemoryHigh MemoryMax"
    " MemorySwapMax MemoryLimit TasksMax IOWeight BlockIOWeight IODeviceWeight IOReadBandwidthMax"
    " IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax BlockIODeviceWeight BlockIOReadBandwidth"
    " BlockIOWriteBandwidth DevicePolicy DeviceAllow IPAddressAllow IPAddressDeny"
).split()
OTHERS = (
    "Listen Accept BindIPv6Only Backlog BindToDevice SocketUser SocketGroup SocketMode"
    " DirectoryMode Symlinks FileDescriptorName ReusePort FreeBind Transparent KeepAlive NoDelay"
    " MaxConnections MaxConnectionsPerSource RemoveOnStop Service Unit TimersCalendar"
    " TimersMonotonic Persistent AccuracyUSec RandomizedDelayUSec FixedRandomDelay OnClockChange"
    " OnTimezoneChange WakeSystem RemainAfterElapse Where What Options TimeoutIdleUSec"
    " TimeoutUSec Paths MakeDirectory Priority SloppyOptions LazyUnmount ForceUnmount"
).split()
KEPT = STATE + UNIT + SERVICE + EXEC + LIMITS + SANDBOX + RESOURCES + OTHERS
# Their values are words, which several settings add to.
LISTS = frozenset(
    (
        "AllowedCPUs AmbientCapabilities BindPaths BindReadOnlyPaths CPUAffinity CacheDirectory"
        " CapabilityBoundingSet ConfigurationDirectory DeviceAllow ExecPaths ImportCredential"
        " InaccessibleDirectories InaccessiblePaths IPAddressAllow IPAddressDeny LoadCredential"
        " LoadCredentialEncrypted LogsDirectory NoExecPaths PassEnvironment ReadOnlyDirectories"
        " ReadOnlyPaths ReadWriteDirectories ReadWritePaths RestartForceExitStatus"
        " RestartPreventExitStatus RestrictAddressFamilies RestrictFileSystems"
        " RestrictNetworkInterfaces RuntimeDirectory StateDirectory SuccessExitStatus Symlinks"
        " SystemCallArchitectures SystemCallFilter SystemCallLog TemporaryFileSystem"
        " UnsetEnvironment"
    ).split()
)

UNSET = ("", "no", "0", "[not set]", "[no data]", "[unprintable]", "(null)", "n/a", "~", "infinity")  # type: tuple[str, ...]
UNSET += ("18446744073709551615",)  # the largest number, as old versions print infinity
NOT_SET = ("", "[not set]")
SECONDS_90 = "1min 30s"
# The defaults that differ from UNSET; a value that is infinite or "no" says something here.
DEFAULTS = {
    "AccuracyUSec": ("", "1min"),
    "Backlog": ("", "128", "4096", "2147483647", "4294967295"),
    "BindIPv6Only": ("", "default"),
    "CPUShares": UNSET + ("1024",),
    "ConfigurationDirectoryMode": ("", "0755"),
    "CacheDirectoryMode": ("", "0755"),
    "DefaultDependencies": ("", "yes"),
    "DevicePolicy": ("", "auto"),
    "DirectoryMode": ("", "0755"),
    "ExitType": ("", "main"),
    "FailureAction": ("", "none"),
    "FinalKillSignal": ("", "9"),
    "GuessMainPID": ("", "yes"),
    "IOScheduling": ("", "0"),
    "IOSchedulingClass": ("", "0", "2"),
    "IOSchedulingPriority": ("", "0", "4"),
    "IgnoreSIGPIPE": ("", "yes"),
    "JobTimeoutAction": ("", "none"),
    "KeyringMode": ("", "private", "shared"),
    "KillMode": ("", "control-group"),
    "KillSignal": ("", "15"),
    "LimitCORE": UNSET[1:],
    "LimitMEMLOCK": NOT_SET,
    "LimitMSGQUEUE": ("", "819200"),
    "LimitNOFILE": NOT_SET,
    "LimitNOFILESoft": ("", "1024"),
    "LimitNPROC": NOT_SET,
    "LimitSTACKSoft": ("", "8388608"),
    "LogLevelMax": ("", "-1"),
    "LogsDirectoryMode": ("", "0755"),
    "MaxConnections": ("", "64"),
    "NotifyAccess": ("", "none"),
    "OOMPolicy": ("", "stop"),
    "OnFailureJobMode": ("", "replace"),
    "Priority": ("", "-1"),
    "ProcSubset": ("", "all"),
    "ProtectProc": ("", "default"),
    "ReloadSignal": ("", "1"),
    "RemainAfterElapse": ("", "yes"),
    "RestartKillSignal": ("", "15"),
    "RestartUSec": ("", "100ms"),
    "Result": ("", "success"),
    "RuntimeDirectoryMode": ("", "0755"),
    "SendSIGKILL": ("", "yes"),
    "Slice": ("", "system.slice"),
    "SocketMode": ("", "0666"),
    "StandardError": ("", "inherit"),
    "StandardInput": ("", "null"),
    "StandardOutput": ("", "journal", "inherit"),
    "StartLimitAction": ("", "none"),
    "StartLimitBurst": ("", "5"),
    "StartLimitInterval": ("", "10000000"),
    "StartLimitIntervalUSec": ("", "10s"),
    "StateDirectoryMode": ("", "0755"),
    "SuccessAction": ("", "none"),
    "SyslogFacility": ("", "3"),
    "SyslogLevelPrefix": ("", "yes"),
    "SystemCallErrorNumber": ("", "0", "2147483646"),
    "TimeoutAbortUSec": ("", SECONDS_90),
    "TimeoutStartUSec": ("", SECONDS_90, "infinity"),
    "TimeoutStopUSec": ("",),
    "TimeoutUSec": ("", SECONDS_90),
    "TimerSlackNSec": ("", "50000"),
    "UMask": ("", "0022"),
    "UtmpMode": ("", "init"),
}  # type: dict[str, tuple[str, ...]]
ALL_CAPABILITIES = 30  # a bounding set with more of them is not bounded


def kept(shown):
    # type: (dict[str, list[str]]) -> dict[str, str]
    """Of all properties those that say something; several values of one are lines of one text."""
    shown = dict(shown)
    for key in ("CapabilityBoundingSet", "AmbientCapabilities"):
        if key in shown:
            shown[key] = [capability_names(value) for value in shown[key]]
    return dict((key, "\n".join(shown[key])) for key in KEPT if key in shown and _says(key, shown))


def capability_names(value):
    # type: (str) -> str
    """Versions before 235 print a set of capabilities as a number."""
    if not re.match(r"[0-9]+\Z", value):
        return value
    return " ".join(name.lower() for name in capabilities(int(value), 0))


def _says(key, shown):
    # type: (str, dict[str, list[str]]) -> bool
    value = shown[key][0]
    if key == "CapabilityBoundingSet":
        if len(value.split()) > ALL_CAPABILITIES:
            return False
        return bool(value or shown.get("ExecStart"))  # an empty set is a decision
    if key == "ConditionResult":  # "no" also where nobody has asked yet
        return value == "no" and any(shown.get("ConditionTimestamp", [""]))
    if key.endswith("Soft") and shown.get(key[: -len("Soft")]) == [value]:
        return False
    if key == "FileDescriptorName" and shown.get("Id") == [value]:
        return False
    return value not in DEFAULTS.get(key, UNSET)
