"""Interfaces, addresses, routes, who listens and who is talked with, names and packet filters."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Interface:
    """A network interface as the kernel has it."""

    name: str
    index: int  # the kernel's number of it
    mac: str  # "" where it has none
    permanent_mac: str  # its card's own address where a bond gave it another one, or ""
    mtu: int  # bytes
    # ether (a card), loopback, bridge, bond, vlan, tun, veth, dummy, macvlan, wireguard … as the
    # kernel calls it; "virtual" when it is no card and the kernel could not be asked
    kind: str
    driver: str  # of a card: virtio_net, vmxnet3 …, or ""
    up: bool  # it was set up, with or without a link
    state: str  # up | down | lowerlayerdown | dormant | unknown …, whether packets can pass
    master: str  # the bridge, bond or the like that it is a member of, or ""
    mode: str  # of a bond ("active-backup"), macvlan or ipvlan; "tun" or "tap" of a tunnel; or ""
    tag: int  # VLAN id, or network identifier of a VXLAN; 0 for all else
    parent: str  # the interface that a VLAN, macvlan or the like is stacked on, or ""
    members: tuple[str, ...]  # of a bridge or bond


@dataclass(frozen=True)
class Address:
    interface: str
    address: str  # "10.0.0.5/24"
    mac: str  # of the interface
    label: str  # "eth0:1" for what is called an alias interface, "" for IPv6
    scope: str  # global | site | link | host
    peer: str  # the other end of a point-to-point link, or ""
    lifetime: str  # permanent, dynamic (it ends unless renewed), "" when unknown
    flags: tuple[str, ...]  # secondary, temporary, deprecated, tentative, noprefixroute …
    lease: str  # the file of the DHCP lease that it came from, or ""


@dataclass(frozen=True)
class Route:
    destination: str  # CIDR or "default"
    gateway: str  # "" for a directly connected network
    interface: str
    origin: str  # "kernel", "boot", "dhcp", "static", "ra" …, who set it; "" when unknown
    family: str = "inet"  # inet | inet6
    table: str = "main"  # main, default, local, or a table of the host's own by name or number
    kind: str = "unicast"  # unicast | blackhole | unreachable | prohibit | throw | local …
    scope: str = ""  # global | link | host; "" when unknown
    metric: int = 0
    source: str = ""  # the own address that packets get, or ""
    mtu: int = 0  # bytes; 0 for the interface's
    weight: int = 0  # of one of several next hops, each of which has a record; 0 for a single one


@dataclass(frozen=True)
class Rule:
    """A policy rule: which routing table decides."""

    family: str  # inet | inet6
    priority: int  # the lowest is tried first
    selector: str  # "from 10.9.0.0/16 iif eth0", in iproute2's words
    action: str  # lookup | goto | nop | blackhole | unreachable | prohibit
    table: str  # of lookup, or ""
    target: int  # of goto: the priority to go on with, or 0
    origin: str  # "kernel", "static" …, who set it; "" when unknown


@dataclass(frozen=True)
class Listener:
    protocol: str  # tcp | tcp6 | udp | udp6
    address: str
    port: int
    pid: int  # 0 when unknown
    process: str
    unit: str
    user: str = ""  # who opened it


@dataclass(frozen=True)
class RawSocket:
    """A socket below TCP and UDP, as of ping, VRRP, DHCP and packet capture."""

    kind: str  # raw | raw6 | packet
    protocol: int  # IP's number of it; of a packet socket Ethernet's, 3 for all
    interface: str  # of a packet socket, "" for all
    pid: int  # 0 when unknown
    process: str
    unit: str
    user: str  # who opened it


@dataclass(frozen=True)
class UnixSocket:
    """A socket with a name, where others of the host can connect."""

    path: str  # or "@name" of an abstract one
    kind: str  # stream | dgram | seqpacket
    pid: int  # 0 when unknown
    process: str
    unit: str


@dataclass(frozen=True)
class Peer:
    """Established connections with one address for one service."""

    direction: str  # "in": to a port that the host listens on; "out": all else
    protocol: str  # tcp | udp
    address: str  # of the peer
    port: int  # of the service: the host's own for "in", the peer's for "out"
    process: str
    unit: str
    count: int  # connections


@dataclass(frozen=True)
class HostsLine:
    address: str  # "" for a mere comment
    names: tuple[str, ...]
    where: str = ""
    comment: str = ""  # what follows the #


@dataclass(frozen=True)
class Resolver:
    """/etc/resolv.conf, beside ``nameservers`` and ``search``."""

    target: str = ""  # what it is a symbolic link to, or ""
    options: tuple[str, ...] = ()
    sortlist: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()  # nameservers behind systemd-resolved's stub
    upstream_search: tuple[str, ...] = ()


@dataclass(frozen=True)
class NameService:
    """A line of nsswitch.conf."""

    where: str
    database: str  # passwd, hosts …
    sources: tuple[str, ...]  # files, dns, "[NOTFOUND=return]" …, in order


@dataclass(frozen=True)
class OwnName:
    """What the host calls itself, and where that is written."""

    where: str
    name: str


@dataclass(frozen=True)
class Manager:
    """A unit that is enabled or runs and has a say about the network."""

    role: str  # interfaces | names | filter
    unit: str
    active: str
    enabled: str


@dataclass(frozen=True)
class Configuration:
    """A file, or a part of one, that sets up the network."""

    # ifupdown | netplan | networkd | NetworkManager | NetworkManager.conf | resolved | ifcfg | suse
    # | route | dhclient | dhcpcd | wpa_supplicant | udev | script
    kind: str
    where: str
    interface: str  # "" when it is for none in particular, or not known
    settings: tuple[Setting, ...]  # keys of files with sections are "Section.Key"
    text: str  # the file itself where it is YAML, secrets left out; or ""


@dataclass(frozen=True)
class Lease:
    """The newest lease in a DHCP client's file."""

    where: str
    interface: str
    address: str
    server: str  # that gave it, or ""


@dataclass(frozen=True)
class WireGuardPeer:
    where: str
    interface: str
    key: str  # the start of the SHA-256 of its public key
    endpoint: str  # "host:port", or ""
    networks: tuple[str, ...]  # that are behind it


@dataclass(frozen=True)
class FirewallRule:
    """A line of a file that is loaded when the host starts."""

    kind: str  # nft | iptables | ipset | ufw | firewalld | susefirewall2 | shorewall | ferm | csf
    where: str
    raw: str


@dataclass(frozen=True)
class KernelRule:
    """A line of the packet filter that the kernel holds, as the command prints it."""

    kind: str  # nft | iptables | ip6tables | ipset
    raw: str


@dataclass(frozen=True)
class Wrapper:
    """A rule of hosts.allow or hosts.deny."""

    where: str
    verdict: str  # allow | deny, by the file
    daemons: tuple[str, ...]
    clients: tuple[str, ...]
    options: tuple[str, ...]  # commands and the like behind a second colon


@dataclass(frozen=True)
class Network:
    interfaces: tuple[Interface, ...] = ()
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    listeners: tuple[Listener, ...] = ()
    raw_sockets: tuple[RawSocket, ...] = ()
    unix_sockets: tuple[UnixSocket, ...] = ()
    peers: tuple[Peer, ...] = ()
    names: tuple[OwnName, ...] = ()
    hosts: tuple[HostsLine, ...] = ()
    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    resolver: Resolver = Resolver()
    nsswitch: tuple[NameService, ...] = ()
    managers: tuple[Manager, ...] = ()
    config: tuple[Configuration, ...] = ()
    leases: tuple[Lease, ...] = ()
    wireguard: tuple[WireGuardPeer, ...] = ()
    firewall: tuple[FirewallRule, ...] = ()
    ruleset: tuple[KernelRule, ...] = ()
    proxies: tuple[Setting, ...] = ()
    wrappers: tuple[Wrapper, ...] = ()
