"""Where a host is and how to get in: what the inventory says of it."""

from __future__ import annotations

from dataclasses import dataclass

SSH_PORT = 22


@dataclass(frozen=True)
class Address:
    """How to reach one host, from the inventory."""

    name: str
    connection: str = "ssh"  # a name of Ansible's: ssh | paramiko | local | podman | docker
    host: str = ""  # for an engine: the container
    port: int = 0  # 0: what ssh_config says, 22 otherwise
    user: str = ""  # "": what ssh_config says, our own name otherwise
    password: str = ""
    key_file: str = ""
    known_hosts: tuple[str, ...] = ()
    ssh_arguments: tuple[str, ...] = ()  # of the inventory, for OpenSSH's client
    become: bool = False
    become_method: str = "sudo"
    become_user: str = "root"
    become_exe: str = ""  # "": the method's name
    become_password: str = ""
    timeout: int = 10  # seconds
