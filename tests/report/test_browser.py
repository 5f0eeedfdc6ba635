"""The page in a real browser: Debian's Chromium, driven through playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from migrator.assess import Assessment, assess
from migrator.facts.network import Address, Peer
from migrator.plan import Waiver
from tests import builders as make
from tests.report.hostile import judged, report

pytestmark = pytest.mark.browser
WAIVER = Waiver("guests are gone", "ops", "2999-01-01")
Opened = Callable[..., Page]


def host(name: str, number: int, *peers: Peer, **given: Any) -> Assessment:
    address = Address("eth0", f"10.0.0.{number}/24", "", "", "global", "", "", (), "")
    network = {
        "addresses": (address,),
        "listeners": (make.listener(80, address=f"10.0.0.{number}"),),
        "peers": peers,
    }
    jobs = (replace(make.job("cron.d", "/etc/cron.d/a:1"), schedule="7 3 * * *"),)
    whole = assess(make.facts(network=network, jobs=jobs, **given), host=name, today="2026-11-24")
    return replace(whole, sizes=replace(whole.sizes, image=number << 30, source="usage"))


def to(number: int) -> Peer:
    return Peer("out", "tcp", f"10.0.0.{number}", 80, "web", "web.service", 2)


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    virtual = (make.unit("libvirtd.service"),)
    hosts = [
        host("web", 3, to(10), units=(make.unit("web.service"),)),
        host("vm", 9, units=virtual),
        host("db", 10, storage={"mounts": (make.mount("/srv/data"),)}),
    ]
    waived = replace(hosts[1].findings[0], waiver=WAIVER)
    hosts[1] = replace(hosts[1], findings=(*hosts[1].findings, waived))
    path = tmp_path_factory.mktemp("report") / "fleet.html"
    path.write_text(report("html", *hosts, judged(), failed="lost"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "install chromium"
    options: dict[str, Any] = {"executable_path": program, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as started:
        yield started


@pytest.fixture
def opened(browser: Browser, report_file: Path) -> Iterator[Opened]:
    """Open the report; at the end nothing was asked of others, and nothing complained."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []
    running: list[Page] = []

    def open_it(place: str = "", **settings: Any) -> Page:
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{report_file.as_uri()}{place}")
        if settings.get("java_script_enabled", True):
            running.append(page)
        return page

    yield open_it
    assert not any(page.evaluate("'pwned' in window") for page in running), "a fact has run"
    for context in contexts:
        context.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {report_file.as_uri()}


def shown(page: Page) -> list[str]:
    names = page.locator("#hosts tbody tr:visible th").all_inner_texts()
    return [name.strip() for name in names]


def test_search_and_fit_choose_hosts(opened: Opened) -> None:
    page = opened()
    assert set(shown(page)) == {"web", "vm", "db", "evil", "lost"}
    page.fill("#search", "VM keep")
    assert shown(page) == ["vm"]
    assert page.locator("form.search output").inner_text() == "1 of 5 hosts"
    page.fill("#search", "")
    page.click(".tile[data-fit=failed]")
    assert shown(page) == ["lost"]
    page.click(".tile[data-fit=failed]")
    assert len(shown(page)) == 5


def test_columns_sort_by_value_and_say_so(opened: Opened) -> None:
    page = opened()
    heading = page.locator("#hosts th", has_text="Image")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert [name for name in shown(page) if name in ("web", "vm", "db")] == ["db", "vm", "web"]
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [name for name in shown(page) if name in ("web", "vm", "db")] == ["web", "vm", "db"]
    page.locator("#hosts th", has_text="Host").get_by_role("button").click()
    assert shown(page) == sorted(shown(page)) and heading.get_attribute("aria-sort") is None


def test_findings_are_filtered_by_level_family_and_text(opened: Opened) -> None:
    page = opened("#host-vm")
    visible = page.locator("#host-vm .finding:visible")
    total = visible.count()
    assert page.locator("#host-vm .finding.waived").is_visible(), "waived ones are shown"
    form = page.locator("#host-vm .filter")
    form.locator("select").select_option("KRN")
    assert 0 < visible.count() < total
    form.locator("select").select_option("")
    form.locator("[type=search]").fill("libvirtd")
    assert 0 < visible.count() < total and "KRN-10" in visible.first.inner_text()
    form.locator("[type=search]").fill("")
    form.locator("[name=blocker]").uncheck()
    assert page.locator("#host-vm .level-blocker:visible").count() == 1, "only that of the filter"
    assert form.locator("output").inner_text().endswith(f" of {total}")


def test_pages_are_reached_and_left_by_keyboard_alone(opened: Opened) -> None:
    page = opened()
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert skip.bounding_box()["x"] >= 0, "it is seen once it has the focus"  # type: ignore[index]
    assert skip.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.type("web")
    assert shown(page) == ["web"]
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#host-web":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#host-web:visible")
    assert page.locator(".view:visible").count() == 1 and "web" in page.title()
    summary = page.locator("#host-web .finding:not([open]) > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.go_back()
    page.wait_for_selector("#fleet:visible")


def test_the_theme_is_the_systems_and_can_be_switched(opened: Opened) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = opened(color_scheme="light")
    paper = light.evaluate(background)
    dark = opened(color_scheme="dark")
    night = dark.evaluate(background)
    assert paper == "rgb(255, 255, 255)" and night != paper
    dark.click("#theme")
    assert dark.evaluate(background) == paper
    dark.reload()
    assert dark.evaluate(background) == paper, "it is remembered"


def test_on_paper_nothing_is_folded_and_controls_are_gone(opened: Opened) -> None:
    page = opened("#host-db", color_scheme="dark")
    hidden = page.locator("#host-db .finding:not([open]) .body").first
    assert not hidden.is_visible()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert hidden.bounding_box()["height"] > 10  # type: ignore[index]
    assert not page.locator(".top").is_visible()
    assert not page.locator("#host-db .filter").is_visible()
    assert len(page.pdf()) > 10_000


def test_without_a_script_it_is_a_document(opened: Opened) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator(".view:visible").count() == 6
    assert page.locator("form:visible").count() == 0
    assert page.locator("thead th button").count() == 0
    page.locator("#host-vm .finding:not([open]) > summary").first.click()


def test_the_map_shows_what_belongs_together(opened: Opened) -> None:
    page = opened()
    page.locator("#fleet .box[data-name=web]").hover()
    lit = page.locator("#fleet .box.on")
    assert sorted(box.get_attribute("data-name") for box in lit.all()) == ["db", "web"]
    page.locator("#fleet .map a[href='#host-db']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#host-db:visible")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(opened: Opened, width: int) -> None:
    for place in ("", "#host-web", "#host-evil"):
        page = opened(place, viewport={"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_of_one_host_there_is_its_page_alone(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "vm.html"
    path.write_text(report("html", host("vm", 9, units=(make.unit("libvirtd.service"),))))
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator(".view:visible").count() == 1 and page.locator("nav").count() == 0
    assert page.locator("h1").inner_text().startswith("vm")
    page.keyboard.press("/")
    page.keyboard.type("libvirtd")
    assert page.locator(".filter output").inner_text().startswith("1 of ")
    page.close()
