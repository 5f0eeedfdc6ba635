"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# How long one example takes says more about the machine's other work than about ours.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
