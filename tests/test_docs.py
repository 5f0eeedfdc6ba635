"""The documents: every link leads somewhere, and the site can be built of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_style import BIN, TOP, clean, tracked

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = [path for path in tracked("*.md") if "tree" not in path.parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(?s)```.*?```", "", page.read_text())
    links = [link for link in LINK.findall(text) if not re.match(r"https?:|mailto:", link)]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_site_can_be_built() -> None:
    clean(BIN / "zensical", "build", "--strict")
    assert (TOP / "dist/site/index.html").exists()


@pytest.mark.parametrize(
    ("module", "page"),
    [("migrator.cli.document", "cli.md"), ("migrator.ansible.document", "variables.md")],
)
def test_the_reference_is_what_the_code_says(module: str, page: str) -> None:
    done = subprocess.run([sys.executable, "-m", module], cwd=TOP, capture_output=True, text=True)
    again = f"run 'python -m {module} > docs/{page}'"
    assert done.stdout == (TOP / "docs" / page).read_text(), again


def test_every_page_is_in_the_contents() -> None:
    contents = (TOP / "zensical.toml").read_text()
    pages = {path.name for path in tracked("docs/*.md") if path.parent.name == "docs"}
    assert {page for page in pages if f'"{page}"' not in contents} == set()
