"""The architecture as a test: who may import what, and one word for each stage."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from migrator import adapt
from migrator.agent.facts import SUBJECTS
from migrator.assess import Level
from migrator.facts import Facts
from migrator.plan import subjects
from migrator.stages import STAGES
from migrator.stages.snapshot import BLOCKER

TOP = Path(__file__).resolve().parents[1]
PACKAGE = TOP / "migrator"
REHEARSED = ["discover", "assess", "plan", "snapshot", "build", "launch", "verify"]
MOVING = ["sync", "cutover", "rollback"]  # with playbooks of their own: no run does these by chance
ORDER = [*REHEARSED, *MOVING]
IO = {"os", "subprocess", "socket", "shutil", "paramiko", "urllib", "http", "tempfile"}
REACHING = {"migrator.transport", "migrator.login", "migrator.workdir", "migrator.store"}
# Judgement, comparison and planning are functions of their arguments; these may not reach out.
PURE = [
    *("entries.py", "decode.py", "fleet.py", "layers.py", "exclusions.py", "tarformat.py"),
    *(str(path.relative_to(PACKAGE)) for path in sorted(PACKAGE.glob("facts/*.py"))),
    *(str(path.relative_to(PACKAGE)) for path in sorted(PACKAGE.glob("assess/**/*.py"))),
    *(str(path.relative_to(PACKAGE)) for path in sorted(PACKAGE.glob("adapt/**/*.py"))),
    *(str(path.relative_to(PACKAGE)) for path in sorted(PACKAGE.glob("verify/*.py"))),
    *("plan/__init__.py", "plan/propose.py", "plan/paths.py", "plan/grants.py", "plan/merge.py"),
    *("plan/cutover.py", "cutover/services.py"),
    *("plan/hooks.py", "plan/routes.py", "hooks/generated.py", "hooks/volumes.py"),
]
COMMANDS = {
    "agent/run.py",
    "control/run.py",
    "runtime/run.py",
    "runtime/steps/run.py",
    "transport/local.py",
}


ALONE = """
import importlib, os, sys
import ansible.cli, ansible.plugins.action, jinja2, paramiko, rich.progress, yaml  # once for all
failed = 0
for name in sys.argv[1:]:
    if not os.fork():
        importlib.import_module(name)
        os._exit(0)
    failed |= os.wait()[1]
sys.exit(failed != 0)
"""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", PURE)
def test_judgement_reaches_nothing(name: str) -> None:
    found = imports(PACKAGE / name)
    tops = {module.partition(".")[0] for module in found}
    assert not tops & IO
    assert not found & REACHING


@pytest.mark.parametrize("program", ["agent", "runtime", "control"])
def test_what_is_carried_needs_only_the_standard_library(program: str) -> None:
    own = f"migrator.{program}"
    for path in sorted((PACKAGE / program).rglob("*.py")):
        for module in imports(path):
            top = module.partition(".")[0]
            fine = module.startswith(own) if top == "migrator" else _is_standard(top)
            assert fine, f"{path.name} imports {module}"


def _is_standard(module: str) -> bool:
    return module in sys.stdlib_module_names or module in ("httplib", "urllib2", "__future__")


@pytest.mark.parametrize("subject", [name for name, _ in SUBJECTS])
def test_a_subject_is_split_alike_everywhere(subject: str) -> None:
    assert find_spec(f"migrator.agent.{subject}"), "it is read by a module or package of its name"
    assert (PACKAGE / f"facts/{subject}.py").exists(), "what it is, is said under its name"
    assert (TOP / f"tests/agent/test_{subject}.py").exists(), "and tested"
    assert subject in {field.name for field in fields(Facts)}


def test_commands_are_started_in_few_places() -> None:
    using = {str(path.relative_to(PACKAGE)) for path in modules() if "subprocess" in imports(path)}
    assert using == COMMANDS


def test_nothing_hangs_on_the_surfaces() -> None:
    for path in modules():
        if not {"cli", "ansible"} & set(path.relative_to(PACKAGE).parts):
            above = {m for m in imports(path) if m.startswith(("migrator.cli", "migrator.ansible"))}
            assert not above, path


def test_every_module_can_be_imported_alone() -> None:
    """Each in a child that has imported nothing yet, so that no import hides behind another."""
    names = [
        ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if path.name not in ("boot.py", "__main__.py") and "docs" not in path.parts
    ]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *names], cwd=TOP, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_one_word_for_each_stage() -> None:
    assert list(STAGES) == ORDER
    plays = yaml.safe_load((TOP / "playbooks/migrate.yml").read_text())
    assert [play["tags"] for play in plays] == REHEARSED
    assert [play["roles"] for play in plays] == [[stage] for stage in REHEARSED]
    for stage in MOVING:
        plays = yaml.safe_load((TOP / f"playbooks/{stage}.yml").read_text())
        assert [play["roles"] for play in plays] == [[stage]]
    shown = subprocess.run(
        [sys.executable, "-m", "migrator.cli", "--help"], cwd=TOP, capture_output=True, text=True
    ).stdout
    headings = re.findall(r"(?m)^## (\w+)", (TOP / "docs/flow.md").read_text())
    assert headings == ORDER
    for stage in ORDER:
        assert (PACKAGE / f"stages/{stage}.py").exists()
        assert (TOP / f"roles/{stage}/tasks/main.yml").exists()
        assert re.search(rf"(?m)^ +{stage} ", shown), f"migrator {stage} is not in the help"


def test_links_in_documents_lead_somewhere() -> None:
    for path in [*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("lab/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"


@pytest.mark.parametrize("stage", ["snapshot", "build"])
def test_a_stage_loads_no_rules_before_it_needs_them(stage: str) -> None:
    """They, and what speaks SSH, take longer to load than a snapshot of an unchanged host takes."""
    script = (
        "import contextlib, sys\n"
        "from migrator.cli import main\n"
        f"with contextlib.suppress(SystemExit): main(['{stage}', '--help'])\n"
        "import migrator.stages.snapshot\n"
        "print(*{'migrator.assess', 'migrator.adapt', 'paramiko', 'ansible.cli'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""


def test_what_is_said_twice_so_that_less_is_loaded_says_the_same() -> None:
    assert BLOCKER == Level.BLOCKER
    assert tuple(adapt.SUBJECTS) == subjects.SUBJECTS
