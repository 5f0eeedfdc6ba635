"""verify: the agent reads the container as it read the host; every difference needs a reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from migrator import facts, rulebook, verify
from migrator.carrier import Carrier
from migrator.entries import Entry, Unreadable, read_tree
from migrator.errors import Different
from migrator.facts import Facts
from migrator.ledger import rows
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.report import verdict_cases
from migrator.report.html import verdict as html_verdict
from migrator.stages.asking import ask
from migrator.stages.context import Context, Outcome
from migrator.verify import lines
from migrator.verify.probes import Probes, load_probes
from migrator.verify.questions import asked
from migrator.workdir import read_json, write_json, write_text

# What --fail-on says -> results that fail the run.
FAILING: dict[str, tuple[str, ...]] = {
    "": ("different",),
    "different": ("different",),
    "explained": ("different", "explained"),
    "nothing": (),
}
LOG_LINE = "migrator verify: a line to follow through the log rules"


def run(context: Context, target: Carrier) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.launch.exists():
        return Outcome(False, f"would verify {host} on {target.name} after its launch")
    plan = plan_file.load(work.plan, host)
    launched = read_json(work.launch, "launch")
    source = context.facts()
    container = target.inside(launched["name"], launched["inside"])
    found = facts.load(container.call("agent", "facts", {"root": "/"}))
    verdict = verify.compare(
        source=source,
        before=load_probes(read_json(work.probes, "snapshot")),
        container=found,
        after=_probe(context, target, launched["inside"], plan, source, found),
        plan=plan,
        image=read_json(work.image, "build"),
        launched_at=launched["launched_at"],
        rows=rows(work.ledger),
        tree=_tree(container, plan),
        rules=rulebook.beside(context.rules),
    )
    if not context.check:
        with work.lock("verify"):
            write_json(work.verify, verdict.to_json())
            write_text(work.path / "verify.html", html_verdict.page(verdict))
            write_text(work.path / "verify.xml", verdict_cases.document(verdict))
    failure = None
    if any(point.result in FAILING[context.fail_on] for point in verdict.points):
        failure = Different(
            f"{host} differs from its container: {verify.summary(verdict)}",
            f"see {work.verify}; mend the cause or plan the difference, then launch again",
        )
    done = f"{host} runs on {target.name}; send its users there"
    return Outcome(
        False,
        f"verified {host}: {verify.summary(verdict)}",
        next=f"migrator cutover {host}" if plan.jobs == "held" else done,
        failure=failure,
    )


def _probe(
    context: Context, target: Carrier, inside: list[str], plan: Plan, source: Facts, found: Facts
) -> Probes:
    """The container's answers; lines are logged there, because the source was only read."""
    line = f"{LOG_LINE} {uuid.uuid4().hex}"  # the one of an earlier run is another
    params = {**asked(plan, source, found), "log_line": line, "log_files": lines.files(source)}
    answers = target.inside(context.host, inside).call("agent", "probe", params)
    remotes = lines.remotes(source)
    if remotes:
        followed = {"inside": inside, "line": f"{line} on its way", "remotes": remotes}
        answers["log"] |= target.call("runtime", "followed", followed)["arrived"]
    return load_probes({**answers, **ask(context, plan, "container", target.name, inside)})


def _tree(container: Carrier, plan: Plan) -> Iterator[Entry | Unreadable]:
    """Every path of the container; volumes and secrets are mounts there and are entered."""
    kinds = ("volume", "secret")
    mounts = sorted(path for path, choice in plan.paths.items() if choice.decision in kinds)
    with container.stream("agent", "tree", {"root": "/", "mounts": mounts}) as channel:
        yield from read_tree(channel.stdout)
