"""Which files are searched, and what they are for."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import decoded
from migrator.agent.host import Host

TOPS = ("/etc", "/opt", "/srv", "/usr/local", "/var/spool/cron", "/root")
HOMES = "/home/*/.*"
LARGEST = 1 << 18  # bytes: what is larger is data
# Directories of code, caches, logs and of what packages make themselves.
NOISE = re.compile(
    r"/(\.git|\.svn|\.hg|node_modules|__pycache__|site-packages|dist-packages|vendor|\.cache|\.npm"
    r"|\.m2|\.cargo|\.rustup|\.pyenv|\.rbenv|\.gradle|\.ansible|\.vscode-server|\.mozilla|\.local"
    r"|logs?|cache|te?mp|man|doc|locale|licenses?)$"
    r"|^/etc/(ssl/certs|pki/ca-trust|ca-certificates|alternatives|selinux|apparmor\.d|fonts|X11"
    r"|udev/hwdb\.d|brltty|java|terminfo|lvm/(archive|backup|cache)|rc\d?\.d/rc\d\.d)$"
)
UNREAD = re.compile(
    r"\.(log|gz|bz2|xz|zst|zip|tar|tgz|7z|jar|war|ear|class|rpm|deb|so|o|a|py[co]|png|jpe?g|gif|ico"
    r"|svg|woff2?|ttf|eot|pdf|css|min\.js|map|mo|db|sqlite3?|crt|pem|der|key|gpg|jks|p12|bin|iso"
    r"|img|qcow2|vmdk|swp)(\.\d+|~)?$|_history$|/g?shadow-?$|/\.(lesshst|viminfo|wget-hsts)$"
)
PLACES = (
    ("name", r"/etc/(hostname|HOSTNAME|hosts|mailname|machine-info|nodename|issue(\.net)?)$"),
    (
        "network",
        r"/etc/(network/|netplan/|NetworkManager/|sysconfig/network|systemd/(network|resolved)"
        r"|resolv\.conf|udev/rules\.d/.*net|dhcp|wicked/|iproute2/|iftab|wireguard/|nftables|iptables/|ufw/"
        r"|firewalld/|shorewall|sysconfig/(ip6?tables|SuSEfirewall2|proxy)|hosts\.(allow|deny)$)",
    ),
    (
        "storage",
        r"/etc/(fstab|crypttab|mtab|mdadm|lvm/|blkid|multipath|iscsi/|initramfs-tools/|default/grub"
        r"|grub|kernel/|dracut|zipl\.conf|lilo\.conf|sysconfig/(grub|bootloader)|elilo\.conf)",
    ),
    ("key", r".*/(ssh_host_\w+\.pub|authorized_keys2?|known_hosts\d?|[^/]+\.pub)$"),
)


def tops(host):
    # type: (Host) -> list[str]
    """Of home directories only what is hidden: the rest is people's own."""
    return list(TOPS) + host.matching(HOMES)


def is_noise(path):
    # type: (bytes) -> bool
    """Whether a directory is not worth a look."""
    return bool(NOISE.search(decoded(path)))


def place(path):
    # type: (str) -> str
    """What a file is for, a word of migrator.facts.literals."""
    return next((kind for kind, pattern in PLACES if re.match(pattern, path)), "application")
