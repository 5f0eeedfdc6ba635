"""The subjects of adaptations by name: to read a plan the adaptations need not be loaded."""

from __future__ import annotations

SUBJECTS = (  # in the order of migrator/adapt, which has a function for each
    "fstab",
    "pam",
    "rsyslog",
    "syslogng",
    "logs",
    "units",
    "sandbox",
    "processes",
    "network",
    "names",
    "console",
    "swap",
    "boot",
    "runtime",
    "upgrades",
    "patches",
    "jobs",
    "inits",
    "identity",
)
