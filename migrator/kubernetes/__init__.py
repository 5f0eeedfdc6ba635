"""The rich container as a Kustomize directory, from the plan that launch follows as well.

``objects`` is a function of what is given; ``write`` reads the work directory and puts the files
down. ``podman.yaml`` is the same pod for podman kube play, which has no StatefulSet, reads no
Kustomize directory, and fills the volumes by the pod's own init container.
"""

from __future__ import annotations

import shutil
from typing import Any

import yaml

from migrator.assess.dependencies import of as dependencies_of
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.hooks import own, steps, written
from migrator.kubernetes import data, policy, scripts, workload
from migrator.kubernetes.given import Claim, Given, Secret, key_of, named
from migrator.kubernetes.probes import readiness
from migrator.launch import claimed, jobs
from migrator.plan import Plan
from migrator.store.codec import GZIP
from migrator.verify.probes import Probes, load_probes
from migrator.wanted import wanted as wanted_of
from migrator.workdir import Workdir, read_json, write_text

Row = dict[str, Any]
LARGEST = 1_000_000  # bytes of a ConfigMap; the API refuses more than 1 MiB
HEAD = """\
# {host} as a rich container, written by migrator build --kubernetes: changes here are overwritten.
# Yours belong into an overlay that names this directory as a resource.
"""


def write(work: Workdir, plan: Plan, found: Facts, built: Row, secrets: Row) -> list[str]:
    """Replace work/<host>/kubernetes/; what Kubernetes cannot be told, as sentences."""
    given = _given(work, plan, found, built, secrets)
    place = work.path / "kubernetes"
    shutil.rmtree(place, ignore_errors=True)
    lost = left_out(given, plan)
    for name, documents in objects(given).items():
        text = HEAD.format(host=given.wanted.host)
        if name == "kustomization.yaml":
            text += "".join(f"# Left out: {words}.\n" for words in lost)
        write_text(place / name, text + yaml_of(documents))
    return lost


def objects(given: Given) -> dict[str, list[Row]]:
    """File name -> the objects in it."""
    found = {
        "configmap.yaml": [workload.config_map(given)],
        "claims.yaml": workload.claims(given),
        "job.yaml": workload.job(given) if given.claims else [],
        "workload.yaml": [workload.workload(given)],
        "service.yaml": workload.service(given),
        "networkpolicy.yaml": [policy.policy(given)],
    }
    files = {name: documents for name, documents in found.items() if documents}
    podman = [workload.config_map(given), *workload.claims(given), workload.alone(given)]
    return {
        "kustomization.yaml": [workload.kustomization(given, list(files))],
        **files,
        "podman.yaml": podman,
    }


def secret(host: str, secrets: Row) -> Row:
    """What the pod's reference is to; of all that is here, this alone has contents."""
    name = f"{named(host)}-secrets"
    data = {key_of(path): row["data"] for path, row in sorted(secrets.items())}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}


def left_out(given: Given, plan: Plan) -> list[str]:
    """What of the plan Kubernetes has no word for, or leaves to its administrator."""
    wanted = given.wanted
    lost = [f"device {path}, which needs a device plugin" for path in wanted.devices]
    lost += [f"limit {key}, which is the container runtime's" for key in wanted.ulimits]
    lost += [f"limit {key}, which is the kubelet's" for key in ("pids",) if key in wanted.limits]
    if wanted.network["mode"] == "macvlan":
        lost.append(f"address {wanted.network['address']}, which needs a network of your cluster's")
    if wanted.restart != "always":
        lost.append(f"restart {wanted.restart}: a controller always starts a pod again")
    lost += [f"module {name}, which its nodes must have loaded" for name in sorted(plan.modules)]
    lost += [f"step {path}: {why}" for path, why in sorted(given.skipped.items())]
    if not given.links.known:
        lost.append("outgoing connections in the NetworkPolicy: they could not be read")
    return lost


def _given(work: Workdir, plan: Plan, found: Facts, built: Row, secrets: Row) -> Given:
    if plan.compression != GZIP.name:
        hint = "set compression: gzip, and take the snapshot anew"
        raise PlanInvalid("the data-loading Job unpacks with the host's own tar and gzip", hint)
    name = named(work.host)
    volumes = [
        {"name": claimed(work.host, path), "path": path, **blob}
        for path, blob in built["volumes"].items()
    ]
    reference = f"localhost/migrator/{built['repository']}:{built['manifest'][7:19]}"
    wanted = wanted_of(plan, work.host, {"tag": reference, **built}, volumes)
    wanted = wanted._replace(jobs=jobs(work, plan))
    rows = sorted(secrets.items())
    given = Given(
        name=name,
        wanted=wanted,
        registry=plan.container.registry,
        repository=built["repository"],
        digest=built["manifest"],
        data="",
        claims=tuple(Claim(named(row["name"]), row["path"], row["size"]) for row in wanted.volumes),
        secrets=tuple(
            Secret(key_of(path), path, row["uid"], row["gid"], row["mode"]) for path, row in rows
        ),
        readiness=readiness(plan, _answers(work)),
        links=dependencies_of(found),
    )
    _unique([secret.key for secret in given.secrets])
    given = scripts.added(given, plan, _runnable(plan, work))
    if sum(map(len, given.files.values())) > LARGEST:
        raise PlanInvalid("the steps of the hooks are too large for a ConfigMap", "shorten them")
    return data.added(given, work, built)


def _runnable(plan: Plan, work: Workdir) -> dict[str, str]:
    for step in steps(plan):
        if own.is_tasks(step.options):
            hint = "bring it as a program, or take it from the plan's hooks"
            raise PlanInvalid(f"step {step.path} is Ansible tasks, which no pod runs", hint)
    return written(plan, work)


def _answers(work: Workdir) -> Probes:
    if not work.probes.exists():
        return Probes({}, {})
    return load_probes(read_json(work.probes, "snapshot"))


def _unique(keys: list[str]) -> None:
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        message = f"two secrets would both be {twice.pop()!r} in a Secret"
        raise PlanInvalid(message, "rename one on the host, or keep it on a volume")


def yaml_of(documents: list[Row]) -> str:
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


class _Plain(yaml.SafeDumper):
    """Without anchors, and scripts as blocks that can be read."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Plain.add_representer(str, _text)
