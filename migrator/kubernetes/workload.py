"""The objects around the pod."""

from __future__ import annotations

from typing import Any

from migrator.kubernetes import pod
from migrator.kubernetes.given import Given

Row = dict[str, Any]
GIB = 1 << 30


def kustomization(given: Given, resources: list[str]) -> Row:
    labels = {"app.kubernetes.io/name": given.name, "app.kubernetes.io/managed-by": "migrator"}
    images = [{"name": given.image, "digest": given.digest}]
    if given.data:
        images.append({"name": given.data_image, "digest": given.data})
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "labels": [{"pairs": labels, "includeSelectors": False}],
        "images": images,
        "resources": resources,
    }


def config_map(given: Given) -> Row:
    return _object(given, "v1", "ConfigMap", f"{given.name}-run", {"data": dict(given.files)})


def claims(given: Given) -> list[Row]:
    """Room for twice the data, and at least for a gibibyte."""
    made = []
    for claim in given.claims:
        size = f"{max(-(-2 * claim.size // GIB), 1)}Gi"
        spec = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
        }
        one = _object(given, "v1", "PersistentVolumeClaim", claim.name, {"spec": spec})
        one["metadata"]["annotations"] = {"io.migrator.path": claim.path}
        made.append(one)
    return made


def job(given: Given) -> list[Row]:
    """Fills the volumes once; its name has the data's digest, since no Job can be changed. It runs
    where the pod is, which waits for it: not every volume can be at two nodes."""
    where = {
        "labelSelector": {"matchLabels": _selector(given)},
        "topologyKey": "kubernetes.io/hostname",
    }
    filler = pod.filling(given, "load")
    template = {
        "restartPolicy": "OnFailure",
        "automountServiceAccountToken": False,
        "affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [where]}},
        "containers": [filler],
        "volumes": [pod.hooks_named(given), *pod.claims_named(given)],
    }
    name = f"{given.name}-data-{given.data[7:15]}"
    spec = {"backoffLimit": 4, "template": {"spec": template}}
    return [_object(given, "batch/v1", "Job", name, {"spec": spec})]


def workload(given: Given) -> Row:
    """A StatefulSet where there are volumes: never two pods at once on the same data."""
    wanted = given.wanted
    labels = {key: value for key, value in wanted.labels.items() if key != "io.migrator.name"}
    template: Row = {"metadata": {"labels": _selector(given)}, "spec": pod.spec(given, "wait")}
    if labels:  # of the plan: as annotations, since their values are free text
        template["metadata"]["annotations"] = labels
    spec: Row = {"replicas": 1, "selector": {"matchLabels": _selector(given)}, "template": template}
    if given.claims:
        spec = {"serviceName": given.name, **spec}
        return _object(given, "apps/v1", "StatefulSet", given.name, {"spec": spec})
    spec["strategy"] = {"type": "Recreate"}
    return _object(given, "apps/v1", "Deployment", given.name, {"spec": spec})


def service(given: Given) -> list[Row]:
    """Without ports it only names the pod of a StatefulSet."""
    ports = [
        {
            "name": f"{port['protocol']}-{port['inside']}",
            "port": port["target"],
            "targetPort": port["inside"],
            "protocol": port["protocol"].upper(),
        }
        for port in given.wanted.ports
    ]
    if not ports and not given.claims:
        return []
    spec: Row = {"selector": _selector(given)}
    spec |= {"ports": ports} if ports else {"clusterIP": "None"}
    return [_object(given, "v1", "Service", given.name, {"spec": spec})]


def alone(given: Given) -> Row:
    """The same pod without a controller, for podman: it has no memory that containers share, and
    its images carry the names that launch gives them."""
    spec = pod.spec(given, "load")
    for container in (*spec["initContainers"], *spec["containers"]):
        container["image"] = _fixed(given, container["image"])
        for row in container.get("ports", ()):
            row["hostPort"] = _target(given, row)
    for volume in spec["volumes"]:
        if volume["name"] == f"{given.name}-ready":
            volume["emptyDir"] = {}
    metadata = {"labels": _selector(given)}
    made = _object(given, "v1", "Pod", given.name, {"spec": {"restartPolicy": "Always", **spec}})
    made["metadata"] |= metadata
    return made


def _fixed(given: Given, image: str) -> str:
    """As Kustomize writes an image's name; without a registry, as launch names it on a target."""
    digest = given.digest if image == given.image else given.data
    return f"{image}@{digest}" if given.registry else f"localhost/migrator/{image}:{digest[7:19]}"


def _target(given: Given, row: Row) -> int:
    asked = (row["containerPort"], row["protocol"])
    return next(
        int(port["target"])
        for port in given.wanted.ports
        if (port["inside"], port["protocol"].upper()) == asked
    )


def _selector(given: Given) -> Row:
    return {"app.kubernetes.io/name": given.name}


def _object(given: Given, api: str, kind: str, name: str, rest: Row) -> Row:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **rest}
