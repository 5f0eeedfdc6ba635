"""python -m tests.hosts accept HOST SUBJECT: keep what the agent says now as what it must say."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.hosts import HERE, document

_, verb, name, *subjects = sys.argv
if verb != "accept" or not subjects:
    sys.exit(__doc__)
with tempfile.TemporaryDirectory() as top:
    found = document(name, Path(top))
(HERE / name / "expected").mkdir(exist_ok=True)
for subject in subjects:
    path = HERE / name / "expected" / f"{subject}.json"
    path.write_text(json.dumps(found[subject], indent=1, sort_keys=True) + "\n")
    print(f"wrote {path}; read 'git diff' before you commit it")
