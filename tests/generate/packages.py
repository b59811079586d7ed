"""Importing a freshly generated client without disturbing the installed one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from trigger_contract.generate.project import PACKAGE_NAME, generate


def _own() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == PACKAGE_NAME}


@contextmanager
def imported(document: Mapping[str, Any], folder: Path) -> Iterator[ModuleType]:
    """Generate a document's client below a folder and import it for a while."""
    target = folder / "client"
    generate(document, target)
    kept = _own()
    for name in kept:
        del sys.modules[name]
    sys.path.insert(0, str(target))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(PACKAGE_NAME)
    finally:
        sys.path.remove(str(target))
        for name in _own():
            del sys.modules[name]
        sys.modules.update(kept)
