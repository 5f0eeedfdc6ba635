"""Users, groups and sudo rules."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class User:
    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str  # set | locked | none; never the hash
    key_fingerprints: tuple[str, ...]  # of authorized_keys


@dataclass(frozen=True)
class Group:
    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Accounts:
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    sudo: tuple[Setting, ...] = ()
