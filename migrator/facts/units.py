"""What the init knows and starts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Command:
    """A command that a unit runs beside those that start it."""

    when: str  # ExecStartPre, ExecReload, ExecStopPost … of systemd; pre-start … of upstart
    command: str  # secrets redacted


@dataclass(frozen=True)
class Unit:
    """A unit of systemd, or what another init or super-server starts in its place.

    A script or upstart job is named as systemd would name it, ``ssh.service``; a line of inittab
    ``inittab/1``, a service of a super-server ``xinetd/rsync`` or ``inetd/ftp/tcp``, a unit of a
    user's own systemd ``user@1000.service/app.service``.

    Each init keeps its own words in ``properties`` and ``dependencies``: for systemd the names and
    values of ``systemctl show`` (where no systemd runs, the values as the unit files have them),
    for init scripts their LSB or chkconfig keywords, for upstart its stanzas, for xinetd its
    attributes.
    """

    name: str
    load: str  # loaded | masked | not-found | error | bad-setting
    active: str  # active | inactive | failed | activating | deactivating; "" when unknown
    sub: str  # running | exited | dead | waiting | listening …; "" when unknown
    # enabled | disabled | static | masked | generated | transient | alias | indirect | linked | ""
    enabled: str
    # Who starts it: systemd | sysv | upstart | runit | inittab | rc.local | user | xinetd | inetd
    origin: str
    # Path of the unit file, job or init script, of a unit that is not found the link that wants
    # it; "" if none
    fragment: str
    drop_ins: tuple[str, ...]  # paths, in the order in which they apply
    description: str
    user: str  # "" means root, and for a unit of a user's own systemd that user
    commands: tuple[str, ...]  # what starts it: ExecStart lines, exec, script; secrets redacted
    environment_names: tuple[str, ...]  # names only: values may be secrets
    # Sandboxing, limits, capabilities, timeouts, sockets, schedules, state; only non-default ones
    properties: dict[str, str]
    group: str = ""  # "" means the user's own
    supplementary_groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # its other names
    other_commands: tuple[Command, ...] = ()  # around the start, to reload, to stop
    # After, Requires, WantedBy … to the names there
    dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()  # "ConditionPathExists=!/etc/x", from the unit files
    # Of a script or a line of inittab: the runlevel to what happens there, S20 (started as number
    # 20), K01 (stopped), or the action of inittab
    runlevels: dict[str, str] = field(default_factory=dict)
