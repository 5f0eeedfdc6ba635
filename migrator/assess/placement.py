"""A host and the target that its container is for: what rules about targets judge."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.assess.resources import Resource
from migrator.assess.sizes import Sizes
from migrator.facts import Facts
from migrator.facts.target import Target
from migrator.plan import Plan


@dataclass(frozen=True)
class Placement:
    found: Facts
    target: Target
    plan: Plan
    sizes: Sizes  # predicted, of image and volumes
    resources: tuple[Resource, ...]  # that the host is seen to need

    def needed(self, name: str) -> int:
        """Of a resource, 0 where it is not known."""
        return next((item.value for item in self.resources if item.name == name), 0)
