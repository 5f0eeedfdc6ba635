"""The three kinds of init: how each is started, asked and stopped. Both sides read it here."""

from typing import Dict, NamedTuple, Tuple

PLACE = "/usr/lib/migrator"  # of what is the toolkit's inside an image


class Init(NamedTuple):
    command: Tuple[str, ...]  # process 1
    stop_signal: str
    systemd: bool = False  # the engine prepares /run, /tmp and the control groups for it by itself
    # Statuses of process 1 that are no failure: 128 + SIGINT is what the kernel makes of a halt
    clean: Tuple[int, ...] = ()


INITS: Dict[str, Init] = {
    "systemd": Init(("/sbin/init",), "SIGRTMIN+3", systemd=True),
    # sysvinit and upstart take it for a failing power supply; inittab or a job says what then.
    "sbin-init": Init(("/sbin/init",), "SIGPWR", clean=(130,)),
    "dumb-init": Init(
        (PLACE + "/bin/dumb-init", "--single-child", "--", PLACE + "/start"), "SIGTERM"
    ),
}
# How far it is, in systemd's words: starting, running, degraded … What is generated for the others
# says it in the same ones.
ASK = ("sh", "-c", "[ -x {0}/state ] && exec {0}/state; systemctl is-system-running".format(PLACE))
REBOOTED = 133  # the status of a container whose host inside asked for a reboot, as nspawn has it
LABEL = "io.migrator.init"  # which of them a container has
