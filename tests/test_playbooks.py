"""What Ansible's own linter says of playbooks and roles."""

from __future__ import annotations

import os

from tests.test_style import BIN, clean


def test_ansible() -> None:
    path = f"{BIN}:{os.environ['PATH']}"
    clean(BIN / "ansible-lint", "--offline", "--strict", "-q", PATH=path)
