"""Clients of synthetic documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .packages import imported


@pytest.fixture
def client_of(tmp_path: Path) -> Iterator[Callable[[Mapping[str, Any]], ModuleType]]:
    """A function that generates a document's client and imports it until the test ends."""
    with ExitStack() as stack:
        yield lambda document: stack.enter_context(imported(document, tmp_path))
