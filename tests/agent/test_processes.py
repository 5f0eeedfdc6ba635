from __future__ import annotations

import os

from migrator.agent import processes
from migrator.agent.host import Host


def test_this_host_has_a_first_process_and_not_the_agent() -> None:
    running = processes.read(Host("/"), {})
    assert any(process["pid"] == 1 for process in running)
    assert not any(process["pid"] == os.getpid() for process in running)
