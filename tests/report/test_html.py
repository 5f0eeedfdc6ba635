"""The page as a file: it asks for nothing, allows only itself, and facts stay words in it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from migrator.assess import assess
from migrator.hooks import templates
from migrator.report.format import Request
from migrator.report.html import FULL, Html
from tests import builders as make
from tests.report.hostile import judged, report

VOID = {"meta", "input", "img", "br", "link", "hr"}


class Page(HTMLParser):
    """Elements and attributes as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    return report("html", judged(), judged("other"), failed="lost")


def test_it_asks_for_nothing_outside_of_itself(text: str) -> None:
    page = Page(text)
    assert page.open == [], "every element is closed, in its order"
    assert all(link.startswith("#") for link in page.links)
    assert not page.tags & {"img", "iframe", "object", "embed", "link", "base", "video", "image"}
    assert "url(" not in text.replace("url(#arrow)", "")
    assert len(page.ids) == len(set(page.ids))


def test_facts_stay_words(text: str) -> None:
    page = Page(text)
    assert page.tags.isdisjoint({"img", "x"})
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
    assert text.count("<script>") == text.count("</script>") == 1
    assert text.count("<style>") == text.count("</style>") == 1
    assert "{{ 7 * 7 }}" in text and "\\u202eright" in text and "\\x1b[31m" in text


def test_the_policy_allows_this_script_and_style_alone(text: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    policy = policy.replace("&#39;", "'")
    for kind in ("script", "style"):
        (own,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy


def test_of_many_hosts_each_has_its_findings_in_short() -> None:
    one = assess(make.facts(units=(make.unit("libvirtd.service"),)), host="web")
    short, full = (Html(Request(count)).host(one) for count in (FULL + 1, FULL))
    assert len(short) < len(full) and "KRN-10" in short and "libvirtd.service" in short
    assert "Keep it as a VM" in full and "Keep it as a VM" not in short


def test_templates_are_where_a_wheel_has_them() -> None:
    top = Path(__file__).parents[2]
    assert top / "templates" == templates.TEMPLATES
    assert 'templates = "migrator/_content/templates"' in (top / "pyproject.toml").read_text()
    assert (templates.TEMPLATES / "report/head.html.j2").exists()
