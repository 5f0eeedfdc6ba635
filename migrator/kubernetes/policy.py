"""Who may talk with the pod: what the connections of the source say."""

from __future__ import annotations

import ipaddress
from typing import Any

from migrator.kubernetes.given import Given

Row = dict[str, Any]
NAMES = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]


def policy(given: Given) -> Row:
    """In: the ports of the plan, from anywhere, since who comes once a month is in no list of
    connections. Out: to whom the source was connected, and to name servers; anywhere, where its
    connections could not be read."""
    rules: Row = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": given.name}},
        "policyTypes": ["Ingress", *(["Egress"] if given.links.known else [])],
        "ingress": [{"ports": _ports(given)}] if given.wanted.ports else [],
    }
    if given.links.known:
        rules["egress"] = [{"ports": NAMES}, *_out(given)]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": given.name},
        "spec": rules,
    }


def _ports(given: Given) -> list[Row]:
    return [
        {"port": port["inside"], "protocol": port["protocol"].upper()}
        for port in given.wanted.ports
    ]


def _out(given: Given) -> list[Row]:
    """One rule for each host, with the ports of its services."""
    peers: dict[str, set[tuple[int, str]]] = {}
    for link in given.links.links:
        if link.direction == "out":
            peers.setdefault(link.address, set()).add((link.port, link.protocol.upper()))
    return [
        {
            "to": [{"ipBlock": {"cidr": str(ipaddress.ip_network(address))}}],
            "ports": [{"port": port, "protocol": protocol} for port, protocol in sorted(ports)],
        }
        for address, ports in sorted(peers.items())
    ]
