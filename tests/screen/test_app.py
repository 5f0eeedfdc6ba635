"""The screen itself, driven by keys at 80x24."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from migrator.cli import main
from migrator.plan import file as plan_file
from migrator.screen.app import Report
from migrator.screen.desk import Desk
from migrator.screen.fleet import Hosts, Opened
from migrator.screen.help import keys
from migrator.screen.pages import PAGES, Pages
from migrator.workdir import Workdir
from tests.screen.test_desk import HOST, facts, opened, work

__all__ = ["facts", "work"]  # fixtures
TOP = Path(__file__).parents[2]
Act = Callable[[Report, "Pilot[None]"], Awaitable[None]]


def drive(desk: Desk, act: Act, *more: Opened) -> None:
    async def run() -> None:
        one = Opened(HOST, desk.judged)
        app = Report(Hosts([one, *more], lambda _: desk))
        async with app.run_test(size=(80, 24)) as pilot:
            if not more:  # a host that is alone opens by itself
                await appears(app, pilot, "why: ")
            await act(app, pilot)

    asyncio.run(run())


async def appears(app: Report, pilot: Pilot[None], words: str) -> None:
    end = time.monotonic() + 20
    while words not in seen(app):
        assert time.monotonic() < end, seen(app)
        await pilot.pause(0.05)


def seen(app: Report) -> str:
    """The screen as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def test_every_page_shows_its_essentials_at_80x24(work: Workdir) -> None:
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        for number, page in enumerate(PAGES, 1):
            await pilot.press(str(number))
            await pilot.pause()
            text = seen(app)
            assert app.page == page
            for word in (*PAGES, "Search", "Level", "Family", "Edit", "Undo", "Save", "Quit"):
                assert word in text, (page, word)
        await pilot.press("2")
        await pilot.pause()
        first = desk.judged.findings[0]
        text = seen(app)
        assert desk.judged.fit in text
        assert first.id in text
        assert "why: " in text
        await pilot.press("1")
        await pilot.pause()
        text = seen(app)
        assert "downtime" in text
        assert "failed" in text
        await pilot.press("down")
        await pilot.pause()
        assert "nothing was read" in seen(app)

    drive(desk, act, Opened("broken", None, "nothing was read"))


def test_keys_decide_save_and_undo(work: Workdir) -> None:
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("7", "down", "space")
        assert desk.plan.jobs == "released"
        assert "* unsaved" in seen(app)
        await pilot.press("u")
        assert desk.plan.jobs == "held"
        await pilot.press("space", "ctrl+s")
        assert plan_file.load(work.plan, HOST).jobs == "released"

    drive(desk, act)


def test_a_finding_is_waived_in_one_form(work: Workdir) -> None:
    desk = opened(work)
    name = desk.judged.findings[0].id

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await appears(app, pilot, "waive ")
        await pilot.press("enter")
        await appears(app, pilot, "a waiver needs a text")
        await pilot.press(*"known", "tab", *"ops", "enter")
        await pilot.pause()
        assert desk.plan.waivers[name].owner == "ops"
        await pilot.press("x")
        assert not desk.plan.waivers

    drive(desk, act)


def test_rows_are_searched_and_filtered(work: Workdir) -> None:
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        async def count() -> int:
            await pilot.pause()
            return app.query_one(f"#list-{app.page} DataTable", DataTable).row_count

        await pilot.press("2")
        everything = await count()
        assert everything == len(desk.judged.findings)
        await pilot.press("f")
        assert 0 < await count() < everything
        await pilot.press("escape")
        await pilot.press("l", "l", "l")
        assert await count() == sum(finding.level >= 30 for finding in desk.judged.findings)
        await pilot.press("escape", "slash", *"zzzz")
        assert await count() == 0
        assert "No findings." in seen(app)
        await pilot.press("escape")
        assert await count() == everything
        assert app.query_one("#filter", Input).value == ""

    drive(desk, act)


def test_unsaved_edits_are_asked_about(work: Workdir) -> None:
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("7", "down", "space", "ctrl+c")
        await pilot.pause()
        assert f"Unsaved: {HOST}" in seen(app)
        await pilot.press("k")
        assert not app.is_running or app._exit

    drive(desk, act)
    assert work.plan_draft.exists()
    again = opened(work)

    async def take(app: Report, pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert "draft" in seen(app)
        await pilot.press("t")
        await pilot.pause()
        assert again.plan.jobs == "released"

    drive(again, take)


def test_a_plan_changed_meanwhile_is_asked_about(work: Workdir) -> None:
    opened(work).save()
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("7", "down", "space")
        plan_file.save(work.plan, {**plan_file.read(work.plan), "stop_timeout": 555})
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "changed by another" in seen(app)
        assert plan_file.load(work.plan, HOST).jobs == "held"
        await pilot.press("m")
        await pilot.pause()
        await pilot.press("ctrl+s")
        saved = plan_file.load(work.plan, HOST)
        assert (saved.jobs, saved.stop_timeout) == ("released", 555)

    drive(desk, act)


HOSTILE = "[red]x[/] \x1b[31my\nz\u202eq"


def test_words_of_a_host_are_text(work: Workdir) -> None:
    document = json.loads(work.facts.read_text())
    document["cron"]["jobs"][0]["command"] = HOSTILE
    work.facts.write_text(json.dumps(document))
    desk = opened(work)

    async def act(app: Report, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("4")
        await pilot.pause()
        await pilot.press("slash", *"red]x")
        await pilot.pause()
        text = seen(app)
        assert "[red]x[/] \\x1b[31my\\nz\\u202eq" in text
        assert "\x1b" not in text
        assert "\u202e" not in text

    drive(desk, act, Opened("broken", None, HOSTILE))


def test_the_page_of_keys_equals_the_bindings() -> None:
    page = (TOP / "docs/interactive.md").read_text()
    for key, meaning in keys(Pages.BINDINGS):
        assert f"| `{key}` | {meaning} |" in page


def test_without_a_terminal_it_says_so(work: Workdir, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "-i", HOST, "--work", str(work.root)]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_other_commands_do_not_wait_for_it() -> None:
    script = "import sys, migrator.cli; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=TOP).returncode == 0
