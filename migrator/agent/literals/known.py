"""What is the host's own and would be wrong elsewhere: addresses, names, cards and disks."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

# Own addresses beside these are told by no one else's configuration.
LOOPBACK = re.compile(r"127\.|::1(/|$)")
NO_NAME = re.compile(r"localhost|ip6-|broadcasthost|\(none\)")
SHORTEST = 3  # letters of a name
SHORTEST_ID = 8  # of a file system
# Words of configuration that are also names of hosts.
COMMON = set(
    "admin alpha apache app apps auth backup base beta build cache client cloud cluster config"
    " control core data database debian dev docker docs example file files ftp gateway git host"
    " image imap internal ldap linux local localdomain lock log logs mail main manager master mta"
    " mysql name net network nfs nginx node old pop prod production proxy python redhat redis relay"
    " remote repo root router server service smtp sql ssh stage staging storage syslog system test"
    " testing time tomcat ubuntu user users vm vpn web webserver work www".split()
)
CARDS = ("ether", "bond", "bridge", "vlan", "team", "macvlan", "infiniband")
ADDRESS_KEY = re.compile(r"(?i)(^|\.)(ip)?addr(ess)?(es)?\d*(_\w+)?$")
ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}$|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F.]*$")
MAC = re.compile(r"(?i)[0-9a-f]{2}(:[0-9a-f]{2}){5}$")
NO_MAC = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")
IDENTIFIED = re.compile(r"\b(?:PART)?UUID=[\"']?([0-9A-Za-z-]+)")
PART = re.compile(r"-part\d+$")


def own(host, found):
    # type: (Host, dict[str, Any]) -> list[tuple[str, str]]
    """(kind, literal), each once; ``found`` has the subjects read before."""
    addresses = list(_addresses(found["network"]))
    pairs = [("address", address) for address in addresses]
    pairs += [("name", name) for name in _names(host, found, addresses)]
    pairs += [("mac", mac) for mac in _cards(found["network"])]
    pairs += [("disk", disk) for disk in _disks(host)]
    return sorted(set(pairs))


def _addresses(network):
    # type: (dict[str, Any]) -> Iterator[str]
    """Those that interfaces have, and those that files give them."""
    for address in network.get("addresses", []):
        if address["scope"] != "link" and not LOOPBACK.match(address["address"]):
            yield address["address"].partition("/")[0].lower()
    for key, value in _settings(network):
        for word in re.split(r"[/,\s]", value) if ADDRESS_KEY.search(key) else ():
            if ADDRESS.match(word) and not LOOPBACK.match(word) and not MAC.match(word):
                yield word.lower()


def _settings(network):
    # type: (dict[str, Any]) -> Iterator[tuple[str, str]]
    """Of files that set up interfaces, not of those with routes to others."""
    for configuration in network.get("config", []):
        for setting in configuration["settings"] if configuration["kind"] != "route" else ():
            yield setting["key"], setting["value"]


def _names(host, found, addresses):
    # type: (Host, dict[str, Any], list[str]) -> Iterator[str]
    """Of the kernel and of files, and what the hosts file calls the own addresses."""
    network, system = found["network"], found["system"]
    names = set([system.get("hostname", ""), system.get("fqdn", "")])
    names.update(one["name"] for one in network.get("names", []))
    for line in network.get("hosts", []):
        if line["address"] in addresses or LOOPBACK.match(line["address"]):
            names.update(line["names"])
    names.update(name.partition(".")[0] for name in list(names))
    words = _words(found)
    for name in sorted(set(name.lower() for name in names if " " not in name)):
        if not name or NO_NAME.match(name):
            continue
        if len(name) < SHORTEST or name in COMMON or name in words:
            message = "the host name %s is too common a word to look for" % name
            host.failed("literals", "limited", message)
        else:
            yield name


def _words(found):
    # type: (dict[str, Any]) -> set[str]
    """Names of users, groups, packages and units."""
    accounts = found.get("accounts", {})
    named = accounts.get("users", []) + accounts.get("groups", []) + found.get("units", [])
    named = named + found.get("packages", {}).get("installed", [])
    return set(one["name"].partition(".service")[0].lower() for one in named)


def _cards(network):
    # type: (dict[str, Any]) -> Iterator[str]
    macs = []
    for link in network.get("interfaces", []):
        if link["kind"] in CARDS:
            macs += [link["mac"], link["permanent_mac"]]
    macs += [value for _, value in _settings(network)]
    for mac in macs:
        if MAC.match(mac) and mac.lower() not in NO_MAC:
            yield mac.lower()


def _disks(host):
    # type: (Host) -> Iterator[str]
    """Identifiers of file systems, partitions and disks, and names of the device mapper."""
    names = [name for by in ("uuid", "partuuid", "id") for name in host.names("/dev/disk/by-" + by)]
    for path in ("/etc/fstab", "/etc/crypttab"):
        names += IDENTIFIED.findall(host.text(path))
    for name in names:
        if len(name) >= SHORTEST_ID:
            yield PART.sub("", name)
    for name in host.names("/dev/mapper"):
        if name != "control":
            yield "/dev/mapper/" + name
