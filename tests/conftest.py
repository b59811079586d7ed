"""Properties are the same on every machine: no deadline that a slow one misses, and the same draws."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("everywhere", deadline=None, derandomize=True)
settings.load_profile("everywhere")
