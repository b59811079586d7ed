"""Importing a freshly generated client without disturbing the installed one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from trigger_contract.generate.plan import Method, Plan
from trigger_contract.generate.project import PACKAGE_NAME, generate

Build = Callable[[Mapping[str, Any]], ModuleType]
TEXT = {"type": "string"}


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


def methods(plan: Plan) -> dict[str, Method]:
    """Every method by its operationId."""
    return {method.operation_id: method for resource in plan.resources for method in resource.methods}


def talk(
    module: ModuleType, name: str, answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> Any:
    """A client of a generated package over a mock transport."""
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return getattr(module, name)(http_client=http_client, **settings)
