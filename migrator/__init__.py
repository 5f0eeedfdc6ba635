"""Move a legacy Linux host into a rich container.

The stages: discover, assess, plan, snapshot, build, launch, verify.
"""

__version__ = "0.1.0"
