from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import accounts
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\nbroken:x\n",
    "etc/shadow": "root:*:1::::::\nops:$6$salt$hash:1::::::\n",
    "etc/group": "root:x:0:\nadm:x:4:ops,root\n",
    "etc/sudoers": "# top\nDefaults\tenv_reset\n@includedir /etc/sudoers.d\n%sudo ALL=(ALL) ALL\n",
    "etc/sudoers.d/ops": "ops ALL=(ALL) NOPASSWD: ALL\n",
    "home/ops/.ssh/authorized_keys": "# laptop\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ops\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_accounts(host: Host) -> None:
    users = {user["name"]: user for user in accounts.users(host)}
    assert {name: user["password"] for name, user in users.items()} == {
        "root": "locked",
        "ops": "set",
    }
    assert users["ops"]["key_fingerprints"][0].startswith("SHA256:")
    assert "hash" not in str(users)
    assert [row["raw"] for row in host.unparsed] == ["broken:x"]
    assert accounts.groups(host)[1]["members"] == ["ops", "root"]
    assert [row["key"] for row in accounts.sudo(host)] == ["Defaults", "%sudo", "ops"]
