"""What each page shows of a host: columns, rows, and the detail of a row. Plain text throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.assess import Finding, Level
from migrator.report import words
from migrator.screen.desk import Desk


@dataclass(frozen=True)
class Row:
    """``key`` is what a decision about it is called in the plan; ``level`` and ``family`` are of a
    finding. ``detail`` has headings and their texts."""

    key: str
    cells: tuple[str, ...]
    detail: tuple[tuple[str, str], ...] = ()
    level: int = Level.BLOCKER
    family: str = ""


@dataclass(frozen=True)
class View:
    name: str
    columns: tuple[str, ...]
    rows: Callable[[Desk], Iterator[Row]]
    empty: str  # what is said without any row


def findings(desk: Desk) -> Iterator[Row]:
    for number, finding in enumerate(desk.judged.findings):
        word = "waived" if finding.waiver else Level(finding.level).word
        cells = (word, finding.id, finding.title, finding.where, finding.evidence)
        key = f"{finding.id} {number}"
        detail = tuple(_said(finding))
        yield Row(key, cells, detail, finding.level, words.family(finding.id))


def _said(finding: Finding) -> Iterator[tuple[str, str]]:
    yield "seen", f"{finding.where}: {finding.evidence}" if finding.where else finding.evidence
    yield "why", finding.why
    yield f"to do ({finding.side})", finding.todo
    if finding.waiver:
        waiver = finding.waiver
        yield "waived", f"until {waiver.expires} by {waiver.owner}: {waiver.reason}"


def services(desk: Desk) -> Iterator[Row]:
    judged = desk.judged.services
    for service in judged:
        detail = (
            ("what", service.description),
            ("runs", f"{service.processes} processes of {service.user or 'root'}"),
            ("starts", f"{service.enabled or 'unknown'}, by {service.origin}"),
            ("reason", service.reason),
        )
        memory = words.size(service.memory) if service.memory else ""
        cells = (service.decision, service.name, service.state, memory, service.reason)
        yield Row(service.name, cells, detail)
    for name in sorted(desk.plan.services.keys() - {service.name for service in judged}):
        choice = desk.plan.services[name]
        cells = (choice.decision, name, "", "", choice.reason)
        yield Row(name, cells, (("reason", choice.reason),))


def jobs(desk: Desk) -> Iterator[Row]:
    for number, job in enumerate(desk.judged.jobs):
        soon = job.next[0][:16].replace("T", " ") if job.next else "not known"
        user = job.user or "root"
        detail = (
            ("where", f"{job.where} ({job.kind})" + (f", run by {job.by}" if job.by else "")),
            ("command", job.command),
            ("next runs", ", ".join(job.next) or "not known"),
        )
        yield Row(str(number), (soon, job.schedule, user, job.command, job.where), detail)


def ports(desk: Desk) -> Iterator[Row]:
    """Each listener, with the port that it has on the target; then what is planned beside."""
    seen = set()
    for listener in sorted(desk.found.network.listeners, key=lambda one: (one.port, one.protocol)):
        key = f"{listener.port}/{listener.protocol.removesuffix('6')}"
        seen.add(key)
        choice = desk.plan.ports.get(key)
        who = f"{listener.process} {listener.unit}".strip()
        cells = (key, str(choice.target) if choice else "-", listener.address, who)
        reason = choice.reason if choice else "not published on the target"
        yield Row(key, cells, (("who", f"{who}, {listener.user}"), ("reason", reason)))
    for key, choice in desk.plan.ports.items():
        if key not in seen:
            yield Row(key, (key, str(choice.target), "", ""), (("reason", choice.reason),))


def paths(desk: Desk) -> Iterator[Row]:
    """Directories by size, then what the plan decides about other paths."""
    sized = desk.judged.sizes.directories
    for one in sized:
        changed = f"{words.size(one.size_day)} a day, {words.size(one.size_week)} a week"
        detail = (("holds", f"{one.files:,} files"), ("changes", changed), ("reason", one.reason))
        yield Row(one.path, (words.size(one.size), one.decision, one.path, one.reason), detail)
    for path in sorted(desk.plan.paths.keys() - {one.path for one in sized}):
        choice = desk.plan.paths[path]
        cells = ("", choice.decision, path, choice.reason)
        yield Row(path, cells, (("reason", choice.reason),))


def settings(desk: Desk) -> Iterator[Row]:
    plan = desk.plan
    yield Row("init", ("init", plan.init), (("what", "what starts the services inside"),))
    held = "held: cron, at and timers wait after a launch until they are released"
    yield Row("jobs", ("jobs", plan.jobs), (("what", held),))
    for name, value in vars(plan.identity).items():
        what = "keep what the host has, or make it anew"
        yield Row(f"identity {name}", (f"identity: {name}", value), (("what", what),))


def diff(desk: Desk) -> Iterator[Row]:
    for number, line in enumerate(desk.diff()):
        yield Row(str(number), (line,))


VIEWS = (
    View("findings", ("level", "id", "title", "where", "seen"), findings, "No findings."),
    View("services", ("plan", "service", "state", "memory", "reason"), services, "No services."),
    View("jobs", ("next run", "schedule", "user", "command", "where"), jobs, "No jobs."),
    View("ports", ("inside", "target", "address", "who"), ports, "Nobody listens."),
    View("paths", ("size", "plan", "path", "reason"), paths, "Nothing is known of paths."),
    View("settings", ("setting", "plan"), settings, ""),
    View("diff", ("plan.yml as it would be saved",), diff, "Nothing is unsaved."),
)
