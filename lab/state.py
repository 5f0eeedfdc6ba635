"""What a running lab host is called, where it keeps its files, and what is written into it.

Every name follows from the host's name, so that ``down`` finds all of it after any crash.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.recipe import LabError, Recipe
from lab.rootfs import locked, remove, run

TOP = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("LAB_STATE", TOP / ".lab")).resolve()  # the engine takes no links
PREFIX = os.environ.get("LAB_SUBNET", "10.89.77")
GATEWAY = f"{PREFIX}.1"
KEY = STATE / "id_ed25519"
KNOWN_HOSTS = STATE / "known_hosts"


@dataclass(frozen=True)
class Host:
    name: str
    recipe: str
    kind: str  # vm | container
    address: str

    @property
    def path(self) -> Path:
        return STATE / self.name

    @property
    def link(self) -> str:
        """Its network interface on our side; names have at most 15 characters."""
        return "ml" + hashlib.sha256(self.name.encode()).hexdigest()[:10]

    @property
    def mac(self) -> str:
        """A locally administered address that is the same at each boot."""
        return "52:54:00:" + ":".join(self.link[2 + 2 * n : 4 + 2 * n] for n in range(3))

    @property
    def machine(self) -> str:
        return f"mlab-{self.name}"


def prepare() -> None:
    """The state directory with the one key that logs in everywhere."""
    STATE.mkdir(mode=0o700, exist_ok=True)
    with locked(STATE / "key.lock"):
        if not KEY.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(KEY))


def hosts() -> list[Host]:
    found = sorted(STATE.glob("*/host.json"))
    return [Host(**json.loads(path.read_text())) for path in found]


def find(name: str) -> Host | None:
    return next((host for host in hosts() if host.name == name), None)


def claim(name: str, recipe: Recipe, kind: str) -> Host:
    """Write down that the host exists, before anything of it does; gives it a free address."""
    with locked(STATE / "lock"):
        taken = {host.address for host in hosts()}
        host = Host(name, recipe.name, kind, choose_address(name, recipe, taken))
        host.path.mkdir(mode=0o700, exist_ok=True)
        (host.path / "host.json").write_text(json.dumps(asdict(host)))
    return host


def choose_address(name: str, recipe: Recipe, taken: set[str]) -> str:
    own = recipe.address.replace("10.89.77", PREFIX)
    if own and name == recipe.hostname and own not in taken:
        return own
    for number in range(100, 250):
        if f"{PREFIX}.{number}" not in taken:
            return f"{PREFIX}.{number}"
    raise LabError("no address is free; take hosts down with 'python -m lab down --all'")


def forget(host: Host) -> None:
    with locked(STATE / "lock"):
        _know(host, "")
        remove(host.path)


@dataclass(frozen=True)
class Given:
    """A file that an instance gets on top of its recipe."""

    content: str
    mode: int = 0o644
    uid: int = 0


def given_files(host: Host, recipe: Recipe, root: Path) -> dict[str, Given]:
    """Name, address and keys of this instance; its host key is told to known_hosts."""
    key = host.path / "ssh_host_ed25519_key"
    if not key.exists():
        run(
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"root@{host.name}", "-f", str(key)
        )
    public = key.with_suffix(".pub").read_text()
    with locked(STATE / "lock"):
        _know(host, public)
    files = {
        "/etc/hostname": Given(host.name + "\n"),
        "/etc/hosts": Given(f"127.0.0.1 localhost\n127.0.1.1 {host.name}\n"),
        "/etc/ssh/ssh_host_ed25519_key": Given(key.read_text(), 0o600),
        "/etc/ssh/ssh_host_ed25519_key.pub": Given(public),
    }
    interfaces = root / "etc/network/interfaces"
    if interfaces.exists() and "@ADDRESS@" in interfaces.read_text():
        text = interfaces.read_text().replace("@ADDRESS@", host.address)
        files["/etc/network/interfaces"] = Given(text.replace("10.89.77.1\n", f"{GATEWAY}\n"))
    for line in (root / "etc/passwd").read_text().splitlines():
        login, _, uid, _, _, home, _ = line.split(":")
        if login in recipe.logins:
            path = f"{home}/.ssh/authorized_keys"
            files[path] = Given(KEY.with_suffix(".pub").read_text(), 0o600, int(uid))
    return files


def _know(host: Host, public: str) -> None:
    """Replace the host's line in known_hosts; an empty key removes it."""
    lines = KNOWN_HOSTS.read_text().splitlines() if KNOWN_HOSTS.exists() else []
    lines = [line for line in lines if line.split(" ")[0] != host.address]
    if public:
        lines.append(f"{host.address} {' '.join(public.split()[:2])}")
    KNOWN_HOSTS.write_text("".join(line + "\n" for line in lines))
