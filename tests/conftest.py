"""Properties are the same on every machine: no deadline that a slow one misses, the same draws in each run."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("everywhere", deadline=None, derandomize=True)
settings.load_profile("everywhere")
