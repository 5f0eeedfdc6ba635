"""A host that only another one can reach: OpenSSH's client knows the way, and we let it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.transport import connect
from tests.sshd import known, proxied, served


def test_a_host_behind_a_jump_host(tmp_path: Path) -> None:
    """Two servers: what runs on the second has come through the first."""
    first, second = tmp_path / "first", tmp_path / "second"
    for place in (first, second):
        place.mkdir()
    with served(first) as gate, served(second) as inner, proxied(gate, first) as (address, way):
        words = ["ssh", *known(Path(address.known_hosts[0])), "-i", address.key_file]
        jump = " ".join([*words, "-p", str(address.port), address.host, "-W", "%h:%p"])
        through = (*inner.address.ssh_arguments, "-o", f"ProxyCommand={jump}")
        with connect(replace(inner.address, ssh_arguments=through)) as connection:
            said = connection.exchange(["printenv", "MIGRATOR_TEST"], b"").stdout
        assert f"MIGRATOR_TEST={said.decode().strip()}" == inner.mark
        assert way.seen > 0, "the first one was not used"
        assert inner.quiet() == []
