"""How every verb looks: one line of summary, examples below its options."""

from __future__ import annotations

import argparse
from typing import Any


def verb(verbs: Any, name: str, summary: str, epilog: str = "") -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made
