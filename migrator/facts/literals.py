"""Where configuration has the host's own addresses, names, network cards and disks in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnLiteral:
    """A line that is only right on this host, or as long as it keeps what the line names.

    Of the text files below /etc, /opt, /srv, /usr/local, /root, of crontabs and of the hidden files
    of home directories, except for large ones. A host name that is too common a word is left out,
    which ``failures`` says.
    """

    kind: str  # address | name | mac | disk (an identifier of a file system, partition or disk)
    literal: str  # as the host has it; the line may spell it differently
    where: str
    # What the file is for: name, network, storage and key (of ssh) are where such a thing belongs;
    # application is all else, and where it surprises.
    place: str
    raw: str  # the line, secrets left out; "" where it is too long to show
