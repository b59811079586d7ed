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
from trigger_contract.generate.project import generate

Build = Callable[[Mapping[str, Any]], ModuleType]
TEXT = {"type": "string"}


def _own(package: str) -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == package}


@contextmanager
def imported(document: Mapping[str, Any], folder: Path) -> Iterator[ModuleType]:
    """Generate a document's client below a folder and import it for a while."""
    target = folder / "client"
    generate(document, target)
    package = package_of(target)
    kept = _own(package)
    for name in kept:
        del sys.modules[name]
    sys.path.insert(0, str(target))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(package)
    finally:
        sys.path.remove(str(target))
        for name in _own(package):
            del sys.modules[name]
        sys.modules.update(kept)


def package_of(target: Path) -> str:
    """The package in the folder of a client."""
    return next(target.glob("*/__init__.py")).parent.name


def methods(plan: Plan) -> dict[str, Method]:
    """Every method by its operationId."""
    return {method.operation_id: method for resource in plan.resources for method in resource.methods}


def talk(
    module: ModuleType, name: str, answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> Any:
    """A client of a generated package over a mock transport."""
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return getattr(module, name)(http_client=http_client, **settings)
