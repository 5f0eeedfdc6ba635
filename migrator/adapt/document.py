"""Write what the adaptations are into docs/.

``python -m migrator.adapt.document > docs/adaptations.md``
"""

from __future__ import annotations

import inspect
import sys

from migrator.adapt import SUBJECTS
from migrator.plan.services import KINDS

HEAD = """\
# Adaptations

Written by `python -m migrator.adapt.document`; change the modules in `migrator/adapt/`, not this
file.

What `migrator build` changes in the tree of a host so that it boots as a container. Each change is
a file of the image's top layer, and stands in `work/<host>/image.json` with its reason and the
SHA-256 of before and after. `migrator build --diff <host>` shows all of them as a patch, with
`--check` without building anything; Ansible's `--diff` shows the same.

The plan switches off a subject, or a single change by the name that the patch gives it:

```yaml
adapt:
  upgrades: false
  "fstab:/etc/fstab": false
```

"""
SERVICES = """\
## Services that the plan masks

Only those that a host uses, and that no condition of their own rules out in a container. Each is
an entry of the plan's `services`; `decision: keep` lets it run.

| because | services |
|---|---|
"""


def page() -> str:
    parts = [HEAD]
    for name, subject in SUBJECTS.items():
        module = inspect.getmodule(subject)
        said = (inspect.getdoc(module) or "").replace("``", "`")
        parts.append(f"## {name}\n\n{said}\n\n")
    parts.append(SERVICES)
    for kind in KINDS.values():
        names = ", ".join(f"`{name}`" for name in kind.names)
        parts.append(f"| {kind.reason} | {names} |\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
