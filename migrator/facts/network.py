"""Addresses, routes, listeners, names and firewall."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    interface: str
    address: str  # "10.0.0.5/24"
    mac: str


@dataclass(frozen=True)
class Route:
    destination: str  # CIDR or "default"
    gateway: str  # "" for a directly connected network
    interface: str
    origin: str  # "kernel", "boot", "dhcp", "static" …, the routing protocol's name


@dataclass(frozen=True)
class Listener:
    protocol: str  # tcp | tcp6 | udp | udp6
    address: str
    port: int
    pid: int  # 0 when unknown
    process: str
    unit: str


@dataclass(frozen=True)
class HostsLine:
    address: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class FirewallRule:
    kind: str  # nft | iptables
    where: str
    raw: str


@dataclass(frozen=True)
class Network:
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    listeners: tuple[Listener, ...] = ()
    hosts: tuple[HostsLine, ...] = ()
    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    firewall: tuple[FirewallRule, ...] = ()
