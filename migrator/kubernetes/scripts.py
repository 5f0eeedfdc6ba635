"""What the pod's containers run before the init starts, as the files of a ConfigMap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.hooks import steps
from migrator.hooks.templates import environment
from migrator.kubernetes.given import Given
from migrator.kubernetes.pod import CLAIMS, READY, RUN, SEALED, STATE
from migrator.plan import Plan
from migrator.runtime.jobs import FLAG

# Generated steps that mean something of a target that no pod can reach.
NO_POD = {
    "prestart.d/20-sysctls": "/proc/sys of a pod is read-only, set them on the nodes' interfaces",
    "poststop.d/10-report": "kubectl describe and logs say why a pod ended",
}


def added(given: Given, plan: Plan, rendered: Mapping[str, str]) -> Given:
    """``given`` with the scripts of these steps, and those that call them."""
    ours = [step for step in steps(plan) if not step.options.script and step.path in NO_POD]
    run = [step for step in steps(plan) if step not in ours]
    files = {step.path.replace("/", "."): rendered[step.path] for step in run}
    made = {
        **{f"kubernetes/{name}.sh.j2": name for name in ("prestart", "load", "wait")},
        "kubernetes/nsenter.sh.j2": "nsenter",
    }
    words = {
        "given": given,
        "prestart": [step for step in run if step.hook == "prestart"],
        "poststop": [step for step in run if step.hook == "poststop"],
        "places": {
            "run": RUN, "state": STATE, "sealed": SEALED, "ready": READY, "claims": CLAIMS,
        },
    }  # fmt: skip
    for template, name in made.items():
        files[name] = environment().get_template(template).render(words)
    if given.wanted.jobs == "released":
        files[FLAG.rpartition("/")[2]] = "released\n"
    return replace(
        given,
        files=dict(sorted(files.items())),
        interfaces=any(step.path == "prestart.d/10-routes" for step in run),
        skipped={step.path: NO_POD[step.path] for step in ours},
    )
