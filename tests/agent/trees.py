"""Small trees of a host, made for a test."""

from __future__ import annotations

from pathlib import Path


def grown(top: Path, files: dict[str, str]) -> str:
    """Write ``files`` below ``top``, which then stands for the root of a host."""
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return str(top)
