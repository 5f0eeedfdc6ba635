"""Where log lines come from and go to."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.facts.daemon import Daemon
from migrator.facts.setting import Setting


@dataclass(frozen=True)
class LogRule:
    """What one action or one module is for. ``raw`` is as found, secrets redacted."""

    # file | dynamic (a file named by a template) | remote | pipe | users | program | discard |
    # input (a module that reads) | module (any other) | other
    kind: str
    where: str
    # "local3.*", a property filter, the condition of if … then, the filters of a log path of
    # syslog-ng; conditions around each other are joined by " and "; module name for an input
    selector: str
    destination: str  # path, "host:port/udp", program, users; "" for an input
    raw: str
    ruleset: str = ""  # "" for the default one of rsyslog
    program: str = ""  # of the block of this program, "!sshd"; "" for all
    host: str = ""  # of the block of this host, "+web01"; "" for all
    parameters: dict[str, str] = field(default_factory=dict)  # queue.type …; secrets redacted


@dataclass(frozen=True)
class LogInput:
    """A place where a log daemon takes messages from."""

    where: str
    module: str  # imtcp, imudp, imfile, imjournal …; the driver of syslog-ng
    address: str  # "" for all of them, and for what is no socket
    port: str  # number or name, "" for none
    path: str  # of a file or socket, "" for none
    parameters: dict[str, str] = field(default_factory=dict)  # all of them; secrets redacted


@dataclass(frozen=True)
class LogRemote:
    """Another host that gets messages."""

    where: str
    selector: str  # as of the rule
    driver: str  # omfwd, omrelp, omelasticsearch, omkafka …; the driver of syslog-ng
    host: str
    port: str
    protocol: str  # udp | tcp | relp | http | kafka …
    tls: bool


@dataclass(frozen=True)
class LogTemplate:
    where: str
    name: str
    raw: str


@dataclass(frozen=True)
class LogStatement:
    """A statement of a configuration, in the order in which it is read, includes in their place."""

    # setting | module | input | template | ruleset | include | filter | if | else | open | close |
    # action | words (stop, call, set …) | block (!program, +host) | unparsed; of syslog-ng
    # source | destination | filter | log | options …
    kind: str
    where: str
    raw: str  # secrets redacted


@dataclass(frozen=True)
class Journal:
    """What journald, and those that send its journal on or receive others, are told."""

    storage: str = ""  # as set: volatile | persistent | auto | none; "" is auto
    persistent: bool = False  # /var/log/journal is there
    settings: tuple[Setting, ...] = ()  # in order, drop-ins last: the last one of a key holds


@dataclass(frozen=True)
class Syslog:
    daemons: tuple[Daemon, ...] = ()  # rsyslog | syslog-ng | sysklogd | busybox | journald
    rules: tuple[LogRule, ...] = ()  # of the daemons that are installed
    inputs: tuple[LogInput, ...] = ()
    remotes: tuple[LogRemote, ...] = ()
    templates: tuple[LogTemplate, ...] = ()
    statements: tuple[LogStatement, ...] = ()
    journal: Journal = field(default_factory=Journal)
