"""Listeners, sockets and peers, from tables of /proc."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.agent import network
from migrator.agent.host import Host
from migrator.agent.network import proc
from tests.agent.trees import grown

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
ROW = "   0: {} {} {} 00000000:00000000 00:00000000 00000000 {:>5}        0 {} 1 0 100 0 0 10 0\n"


def process(top: Path, pid: int, name: str, unit: str, *inodes: int) -> None:
    (top / f"proc/{pid}/fd").mkdir(parents=True)
    (top / f"proc/{pid}/status").write_text(f"Name:\t{name}\nState:\tS\n")
    (top / f"proc/{pid}/cgroup").write_text(f"0::/system.slice/{unit}\n")
    for number, inode in enumerate(inodes):
        (top / f"proc/{pid}/fd/{number}").symlink_to(f"socket:[{inode}]")


def sockets(tmp_path: Path) -> dict[str, Any]:
    tcp = HEADING
    tcp += ROW.format("00000000:0050", "00000000:0000", "0A", 33, 11)
    tcp += ROW.format("0500000A:0050", "6300000A:C350", "01", 33, 12)
    tcp += ROW.format("0500000A:0050", "6300000A:C351", "01", 33, 13)
    tcp += ROW.format("0500000A:C000", "0700000A:1538", "01", 33, 14)
    tcp += ROW.format("0500000A:C001", "0700000A:1538", "06", 0, 0)
    tcp += "garbage\n"
    mapped = "0000000000000000FFFF00006300000A"
    tcp6 = HEADING + ROW.format(f"{mapped}:0050", f"{mapped}:C352", "01", 33, 15)
    raw = HEADING + ROW.format("00000000:0070", "00000000:0000", "07", 0, 16)
    unix = "Num       RefCount Protocol Flags    Type St Inode Path\n"
    unix += "0000000000000000: 00000002 00000000 00010000 0001 01 17 /run/app/my sock\n"
    unix += "0000000000000000: 00000003 00000000 00000000 0001 03 18 /run/app/my sock\n"
    unix += "0000000000000000: 00000002 00000000 00000000 0002 01 19 @log\n"
    unix += "0000000000000000: 00000003 00000000 00000000 0001 03 20\n"
    packet = "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"
    packet += "0000000000000000 3      3    0003   2     1 0      0      21\n"
    tree = {
        "etc/passwd": "www:x:33:33::/:/bin/false\n",
        "proc/net/tcp": tcp,
        "proc/net/tcp6": tcp6,
        "proc/net/raw": raw,
    }
    tree |= {"proc/net/unix": unix, "proc/net/packet": packet}
    tree |= {"sys/class/net/eth0/ifindex": "2\n"}
    top = Path(grown(tmp_path, tree))
    process(top, 80, "nginx", "nginx.service", 11, 12, 17, 21)
    process(top, 81, "nginx", "nginx.service", 11, 13, 14, 15)
    host = Host(str(top), [])
    found = network.read(host, {"units": []})
    assert [row["raw"] for row in host.unparsed if "tcp" in row["where"]] == ["garbage"]
    return found


def test_sockets_are_told_with_their_holders(tmp_path: Path) -> None:
    found = sockets(tmp_path)
    web = {"pid": 80, "process": "nginx", "unit": "nginx.service"}
    none = {"pid": 0, "process": "", "unit": ""}
    port = {"protocol": "tcp", "address": "0.0.0.0", "port": 80, "user": "www"}
    assert found["listeners"] == [{**port, **web}]
    assert found["raw_sockets"] == [
        {"kind": "raw", "protocol": 112, "interface": "", "user": "0", **none},
        {"kind": "packet", "protocol": 3, "interface": "eth0", "user": "0", **web},
    ]
    assert found["unix_sockets"] == [
        {"path": "/run/app/my sock", "kind": "stream", **web},
        {"path": "@log", "kind": "dgram", **none},
    ]


def test_peers_are_counted_and_told_apart_by_who_called(tmp_path: Path) -> None:
    who = {"process": "nginx", "unit": "nginx.service", "protocol": "tcp"}
    assert sockets(tmp_path)["peers"] == [
        {"direction": "in", "address": "10.0.0.99", "port": 80, "count": 3, **who},
        {"direction": "out", "address": "10.0.0.7", "port": 5432, "count": 1, **who},
    ]


def test_addresses_of_the_kernel_are_read() -> None:
    assert proc.address("0100007F") == "127.0.0.1"
    assert proc.address("B80D0120000000000000000001000000") == "2001:db8::1"
