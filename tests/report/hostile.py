"""A host all of whose words are made to break out of a report, and how a report is made of it."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace

from migrator.assess import Assessment, Finding, Level, assess
from migrator.assess.dependencies import Dependencies, Edge, Link
from migrator.assess.gathering import Gathering
from migrator.facts.network import Peer
from migrator.facts.processes import Process
from migrator.plan import Waiver
from migrator.report.format import Request
from migrator.report.making import Report
from tests import builders as make

WORDS = (
    "<script>window.pwned=1</script>",
    "</script></style></title><img src=x onerror=window.pwned=1>",
    '"onmouseover="window.pwned=1',
    "'><svg onload=window.pwned=1>",
    "{{ 7 * 7 }} {% for x in y %}",
    "]]><!-- --> &lt; &amp; \x1b[31mred\x1b[0m \x00 \u202eright to left \udcff",
    "=cmd|' /C calc'!A0",
    "| cell | `code` ``two`` [link](javascript:window.pwned=1)\nnext line",
)


def finding(level: int, where: str, seen: str, waiver: Waiver | None = None) -> Finding:
    return Finding("X-01", level, where, where, seen, seen, seen, "source", waiver)


def judged(host: str = "evil") -> Assessment:
    everything = " ".join(WORDS)
    units = tuple(make.unit(f"{word}.service", description=word, user=word) for word in WORDS)
    jobs = tuple(
        replace(make.job("cron.d", word, word, word), schedule="7 3 * * *") for word in WORDS
    )
    listeners = tuple(make.listener(80 + n, word, process=word) for n, word in enumerate(WORDS))
    peers = tuple(Peer("out", "tcp", word, 443, word, word, 1) for word in WORDS)
    process = Process(7, 1, everything, (everything,), everything, everything, ())
    found = make.facts(
        system={"fqdn": everything, "os_name": everything, "kernel": everything},
        units=units,
        jobs=jobs,
        processes=(process,),
        network={"listeners": listeners, "peers": peers},
        storage={"mounts": tuple(make.mount(f"/srv/{word}") for word in WORDS)},
    )
    waiver = Waiver(everything, everything, everything)
    findings = [finding(Level.BLOCKER, word, word) for word in WORDS]
    findings += [finding(Level.RISK, word, word, waiver) for word in WORDS]
    findings += [finding(Level.NOT_CHECKED, word, word) for word in WORDS]
    whole = assess(found, host=host)
    edges = tuple(Edge(one, other, "talks", 1, 1) for one in WORDS for other in WORDS)
    links = tuple(Link("in", "tcp", word, 80, word, word, 1) for word in WORDS)
    return replace(
        whole,
        findings=(*findings, *whole.findings),
        dependencies=Dependencies((*whole.dependencies.edges, *edges), links, True),
    )


def report(format: str, *hosts: Assessment, failed: str = "", fail_on: int = 50) -> str:
    gathering = Gathering()
    text = io.StringIO(newline="")
    with closing(Report(format, Request(len(hosts) + bool(failed), fail_on))) as made:
        for host in hosts:
            made.add(host)
            gathering.add(host)
        if failed:
            made.failed(failed, " ".join(WORDS))
            gathering.failed(failed, " ".join(WORDS))
        made.write(gathering.fleet(), text)
    return text.getvalue()
