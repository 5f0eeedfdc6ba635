"""What ansible-doc says of the action plugin; the work is in ../action/rich_container.py."""

DOCUMENTATION = """
module: rich_container
short_description: Keep a rich container on a target
description:
  - Brings a rich container into a state on the task's host, or on the one that C(delegate_to)
    names, and keeps it there across boots as the systemd unit C(NAME.service). It is the code of
    C(migrator launch), C(stop), C(restart), C(upgrade) and C(remove).
  - With O(work) the container is a migrated host's, as its plan and its build say, and the other
    parameters are laid over the plan for this task. Without, they alone describe it.
  - What the engine cannot do, and what would not come up on the target, is refused before anything
    is changed. A container that does not become healthy is taken back to what ran before.
  - The target needs Python 3.6 or later and systemd, no collection and no registry.
options:
  name:
    description: Of the container, its unit and its files; with O(work) the host that it was.
    type: str
    required: true
  state:
    description:
      - C(present) brings image, volumes, secrets and unit there and starts nothing that does not
        run; C(started) starts it as well; C(stopped) lets it lie until it is started or the target
        boots; C(restarted) starts it anew in any case.
      - C(absent) removes all but the volumes, which the answer names.
    type: str
    choices: [present, started, stopped, restarted, absent]
    default: started
  work:
    description:
      - Directory of the controller with the results of all stages, of which O(name) is a host.
      - O(image), O(volumes) and O(secrets) are that host's then.
    type: path
  image:
    description:
      - C(oci:DIR:NAME) or C(oci-archive:FILE), of the controller, of which the target pulls what it
        lacks through the connection; or a reference that the engine pulls from a registry.
    type: str
  engine:
    description: What runs it; C(auto) is the first that the target can use.
    type: str
    choices: [auto, quadlet, podman, docker, nspawn, runc]
  init:
    description: What process 1 is. Default C(systemd).
    type: str
    choices: [systemd, sbin-init, dumb-init]
  command:
    description: Process 1 and its arguments, in place of the init's own.
    type: list
    elements: str
  user:
    description: Of process 1; a number for the engine runc. Default root.
    type: str
  env:
    description: Environment of process 1.
    type: dict
  volumes:
    description: Directories that outlive the container; they are empty at first.
    type: list
    elements: dict
    suboptions:
      path:
        description: In the container.
        type: str
        required: true
      name:
        description: Of the volume. Default, made of the container's name and the path.
        type: str
  secrets:
    description: Files that only the container sees.
    type: list
    elements: dict
    suboptions:
      path:
        description: In the container.
        type: str
        required: true
      content:
        description: What is in it.
        type: str
        required: true
      uid:
        description: Its owner.
        type: int
        default: 0
      gid:
        description: Its group.
        type: int
        default: 0
      mode:
        description: Its mode, octal.
        type: str
        default: "0600"
  network:
    description:
      - The engine's bridge (default), the target's own network, an address of its own on the
        network of O(parent), or none at all.
    type: str
    choices: [bridge, host, macvlan, none]
  parent:
    description: Interface of the target (macvlan).
    type: str
  address:
    description: Address with its prefix length (macvlan).
    type: str
  gateway:
    description: Where the default route leads (macvlan).
    type: str
  mac:
    description: Address of its interface (macvlan).
    type: str
  ports:
    description: Ports inside, as C(80/tcp), and the port of the target that leads there.
    type: dict
  hostname:
    description: What it calls itself. Default O(name).
    type: str
  hosts:
    description: Names and addresses for C(/etc/hosts).
    type: dict
  dns:
    description: Addresses of name servers. Default, those of the target.
    type: list
    elements: str
  hooks:
    description:
      - Steps in C(prestart) and C(poststop), as the plan has them, by names such as C(50-licence);
        each with C(script), a file of the controller, and where wanted C(where), C(timeout),
        C(retries), C(on_failure), C(env), C(reason).
    type: dict
  capabilities:
    description: Beside the few of every container, such as C(NET_ADMIN).
    type: list
    elements: str
  devices:
    description: Devices of the target, such as C(/dev/net/tun).
    type: list
    elements: str
  sysctls:
    description: Settings that the kernel keeps for each container apart.
    type: dict
  limits:
    description:
      - C(cpus), C(memory), C(pids), C(shm_size) and C(disk), and limits of processes such as
        C(nofile) as C(soft:hard).
    type: dict
  health:
    description: A command that succeeds in a healthy container. Default, its init's own word.
    type: list
    elements: str
  health_timeout:
    description: Seconds until it must be healthy. Default 120.
    type: int
  restart:
    description: When systemd starts it again. Default C(on-failure).
    type: str
    choices: ["no", on-failure, always]
  stop_signal:
    description: What tells process 1 to end. Default, as its init wants it.
    type: str
  stop_timeout:
    description: Seconds until it is killed. Default 90.
    type: int
  labels:
    description: Of the container.
    type: dict
attributes:
  check_mode:
    description: Nothing is changed; the answer says what would be.
    support: full
  diff_mode:
    description: Shows each file of the target that changes, but none with secrets, and the unit.
    support: full
author: The migrator authors
"""

EXAMPLES = """
- name: The container of web01, as its plan says, on its target
  rich_container:
    name: web01
    work: work
  delegate_to: box1.example.org

- name: A container by hand
  rich_container:
    name: cache
    image: oci-archive:cache.oci
    ports: {6379/tcp: 6379}
    volumes: [{path: /var/lib/redis}]
    limits: {memory: 2G, pids: 500}
    health: [redis-cli, ping]

- name: All but its volumes is gone
  rich_container:
    name: cache
    state: absent
  register: gone
"""

RETURN = """
actions:
  description: What was done, or would be, in order.
  returned: success
  type: list
warnings:
  description: What may go wrong on this target, and what to change.
  returned: success
  type: list
container:
  description: State of its unit and its init, when it started, its engine.
  returned: when it was brought there and is no check
  type: dict
volumes:
  description: Names of its volumes; after a removal, of those that are left.
  returned: success
  type: list
exit_code:
  description: The stable number of an expected error, as the command line would exit with.
  returned: failure
  type: int
"""
