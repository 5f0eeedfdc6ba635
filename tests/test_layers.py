"""Where a file of a package goes: to a layer that hosts share, unless it is its host's own."""

from __future__ import annotations

import pytest

from migrator.entries import Entry
from migrator.exclusions import Exclusions
from migrator.facts.packages import ChangedFile, Packages
from migrator.layers import Fates
from tests import builders as make

FACTS = ("f", 0o755, 0, 0, 9, 1_700_000_000 * 10**9, 0, 1, 2, 1, 0, 0, b"", (), None)
AGENT = Entry(b"usr/bin/ssh-agent", *FACTS, "openssh-client")  # type: ignore[arg-type]


def layer(entry: Entry, *changed: str) -> str:
    files = tuple(ChangedFile(path, "openssh-client", ("digest",), False) for path in changed)
    plan, packages = make.plan(), Packages(changed=files)
    fates = Fates(plan, Exclusions(make.facts(), plan), {"openssh-client": "packages-1"}, packages)
    return fates.of(entry).text


def test_a_file_as_its_package_brought_it_is_shared() -> None:
    assert layer(AGENT) == "layer packages-1"
    assert layer(AGENT._replace(gid=65534)) == "layer packages-1", "nogroup is the same everywhere"


@pytest.mark.parametrize(
    "own",
    [
        {"gid": 106},  # a group that a script of the package made, on another host 107
        {"uid": 998},
        {"mtime_ns": AGENT.mtime_ns + 5},  # written by somebody else
        {"path": b"etc/ssh/ssh_config"},
    ],
)
def test_what_differs_from_host_to_host_is_not(own: dict[str, object]) -> None:
    assert layer(AGENT._replace(**own)) == "layer system"  # type: ignore[arg-type]


def test_a_changed_file_is_not_shared_by_whatever_name_the_package_has_for_it() -> None:
    assert layer(AGENT, "/usr/bin/ssh-agent") == "layer system"
    assert layer(AGENT, "/bin/ssh-agent") == "layer system"
