"""Write docs/facts.md and docs/facts.schema.json from the records of migrator.facts.

``python -m migrator.facts.document markdown > docs/facts.md``, and the same with ``schema``.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import sys
from typing import Any

from migrator import facts
from migrator.records import section
from migrator.schema import schema

HEAD = """\
# Facts

Written by `python -m migrator.facts.document markdown`; change `migrator/facts/`, not this file.

`migrator discover` writes what it read of a host to `work/<host>/facts.json`: one document of
version {version}, in the order below, with the [JSON schema](facts.schema.json) beside this page.
Another version is refused: discover the host again. A field with a default may be empty where the
host has nothing of the kind; where something could not be read, `failures` says what and why.

"""
SHARED = ("daemon", "ignored", "setting")  # records of several subjects


def markdown() -> str:
    parts = [HEAD.format(version=facts.SCHEMA), *section("The document", facts)]
    for field in dataclasses.fields(facts.Facts):
        name = f"migrator.facts.{field.name}"
        if importlib.util.find_spec(name):
            parts += section(field.name, importlib.import_module(name))
    for name in SHARED:
        parts += section(name, importlib.import_module(f"migrator.facts.{name}"))
    return "".join(parts).rstrip() + "\n"


def json_schema() -> str:
    document: dict[str, Any] = schema(facts.Facts)
    document["properties"] = {"schema": {"const": facts.SCHEMA}}
    return json.dumps(document, indent=1) + "\n"


FORMS = {"markdown": markdown, "schema": json_schema}

if __name__ == "__main__":
    sys.stdout.write(FORMS[sys.argv[1]]())
