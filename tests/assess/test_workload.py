"""What runs, on its own and by time, as an assessment lists it."""

from __future__ import annotations

from dataclasses import replace

from migrator.assess import assess
from migrator.plan import Service
from tests import builders as make


def test_services_are_what_runs_or_failed_with_their_share_and_decision() -> None:
    units = (
        make.unit("web.service"),
        make.unit("bad.service", active="failed", sub="failed"),
        make.unit("off.service", active="inactive", sub="dead"),
        make.unit("web.socket"),
        make.unit("getty@.service", active=""),
        make.unit("xinetd/rsync", origin="xinetd"),
    )
    running = tuple(replace(make.process(pid, "/usr/bin/web"), rss=1 << 20) for pid in (10, 11))
    plan = make.plan(services={"web.service": Service("disable", "it has moved")})
    bad, web, rsync = assess(make.facts(units=units, processes=running), plan).services
    assert (bad.name, bad.state, bad.decision) == ("bad.service", "failed", "keep")
    assert (web.name, web.processes, web.memory) == ("web.service", 2, 2 << 20)
    assert (web.decision, web.reason) == ("disable", "it has moved")
    assert rsync.name == "xinetd/rsync"


def test_jobs_have_their_place_in_the_day() -> None:
    hourly = replace(make.job("cron.d", "/etc/cron.d/a:1"), schedule="17 * * * *")
    often = replace(make.job("cron.d", "/etc/cron.d/a:2"), schedule="*/5 8-17 * * 1-5")
    boot = replace(make.job("cron.d", "/etc/cron.d/a:3"), schedule="@reboot")
    inner = replace(make.job("periodic", "/etc/cron.daily/x"), by="/etc/crontab:9")
    jobs = assess(make.facts(jobs=(hourly, often, boot, inner))).jobs
    assert jobs[0].times == 24 and jobs[0].daily
    assert jobs[0].starts == tuple(hour * 60 + 17 for hour in range(24))
    assert (jobs[1].times, jobs[1].starts, jobs[1].daily) == (120, (480, 1075), False)
    assert (jobs[2].times, jobs[2].starts) == (0, ())
    assert (jobs[3].times, jobs[3].by) == (0, "/etc/crontab:9")
