from __future__ import annotations

from pathlib import Path

import pytest

from migrator.agent import secrets
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "home/ops/.pgpass": "db:5432:*:ops:secret\n",
    "etc/app/tls.key": "-----BEGIN PRIVATE KEY-----\nx\n",
    "etc/app/notes.key": "no key at all\n",
    "etc/app/env": "API_TOKEN=x\nPORT=1\n",
    "etc/ssh/ssh_host_rsa_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
    "etc/shadow": "root:*:1::::::\nops:$6$salt$hash:1::::::\n",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def test_secrets_are_named_and_never_shown(host: Host) -> None:
    unit = {
        "name": "shop.service",
        "fragment": "/etc/systemd/system/shop.service",
        "environment_names": ["DB_PASSWORD", "LANG"],
        "properties": {"EnvironmentFiles": "/etc/app/env (ignore_errors=no)"},
    }
    found = {(row["kind"], row["path"]) for row in secrets.read(host, {"units": [unit]})}
    assert found == {
        ("shadow", "/etc/shadow"),
        ("private-key", "/etc/app/tls.key"),
        ("ssh-host-key", "/etc/ssh/ssh_host_rsa_key"),
        ("password-file", "/home/ops/.pgpass"),
        ("token", "/etc/systemd/system/shop.service"),
        ("token", "/etc/app/env"),
    }
