from __future__ import annotations

from pathlib import Path

from migrator.agent import units
from migrator.agent.host import Host
from tests.agent.trees import grown


def test_an_init_script_is_a_unit(tmp_path: Path) -> None:
    script = "#!/bin/sh\n### BEGIN INIT INFO\n# Short-Description: rates\n### END INIT INFO\n"
    tree = {"etc/init.d/legacyd": script, "etc/rc2.d/S01legacyd": ""}
    (unit,) = units.read(Host(grown(tmp_path, tree)), {})
    assert (unit["name"], unit["origin"], unit["enabled"]) == ("legacyd.service", "sysv", "enabled")
    assert unit["description"] == "rates"
