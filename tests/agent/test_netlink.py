"""Netlink's messages, as bytes and as what they mean, whatever they hold."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.agent import netlink
from migrator.agent.host import Host
from migrator.agent.network import addresses, links, routes, rules
from tests.agent.trees import grown

PAIR = struct.Struct("=HH")


def attribute(kind: int, value: bytes) -> bytes:
    return PAIR.pack(len(value) + 4, kind) + value + bytes(-len(value) % 4)


def message(kind: int, body: bytes) -> bytes:
    return netlink.HEAD.pack(len(body) + 16, kind, 0, 1, 0) + body + bytes(-len(body) % 4)


VALUES = st.binary(max_size=20) | st.sampled_from([b"\x0a\0\0\1", b"eth0\0", bytes(16)])
ATTRIBUTES = st.lists(st.tuples(st.integers(0, 40), VALUES)).map(
    lambda pairs: b"".join(attribute(kind, value) for kind, value in pairs)
)
MESSAGES = st.lists(
    st.tuples(st.integers(0, 60), st.binary(min_size=8, max_size=16), ATTRIBUTES)
).map(lambda rows: b"".join(message(kind, head + rest) for kind, head, rest in rows))


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=9)), max_size=5))
def test_attributes_come_back(pairs: list[tuple[int, bytes]]) -> None:
    data = b"".join(attribute(kind | 0x8000, value) for kind, value in pairs)
    assert netlink.attributes(data) == dict(pairs)


@given(st.binary() | MESSAGES)
def test_any_bytes_are_read_to_an_end(data: bytes) -> None:
    for head, found in netlink.messages(data, routes.HEAD):
        assert len(head) == 9 and isinstance(found, dict)


@given(st.binary(max_size=60) | MESSAGES)
def test_no_answer_breaks_a_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    answers = [(["netlink", table], data.hex()) for table in netlink.TABLES]
    top = grown(tmp_path_factory.mktemp("host"), {"sys/class/net/eth0/ifindex": "2\n"})
    host = Host(top, answers)
    for part in (links, addresses, routes, rules):
        assert isinstance(part.read(host), list)
    assert not host.failures


def test_what_is_no_recording_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    host = Host(grown(tmp_path_factory.mktemp("host"), {}), [(["netlink", "addr"], "0x")])
    assert addresses.read(host) == []
    assert host.failures[0]["kind"] == "limited"


def test_a_python_without_netlink_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    with pytest.raises(netlink.NetlinkError, match="this Python knows no netlink"):
        netlink.dump("link")


def test_an_error_of_the_kernel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(netlink.TABLES, "link", 1)
    with pytest.raises(netlink.NetlinkError, match="netlink: "):
        netlink.dump("link")


def test_numbers_and_words_of_every_size() -> None:
    packed = [struct.pack(form, 7) for form in ("=B", "=H", "=I", "=Q")]
    assert [netlink.number(value) for value in packed] == [7, 7, 7, 7]
    assert (netlink.number(b"123"), netlink.number(None)) == (0, 0)
    assert netlink.word(b"eth0\0junk") == "eth0"
    assert netlink.address(bytes(15)) == ""
