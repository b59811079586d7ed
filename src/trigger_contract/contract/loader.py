"""Where laws come from: the suite's own folder, and folders of the user's; one order for all."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from trigger_contract.contract.law import Law, law_of
from trigger_contract.document.locate import resource
from trigger_contract.errors import UserError, meant, place_of

# The order in which the kinds of promise are told; a kind that is not among them comes behind, by name.
KINDS = (
    "schema",
    "status",
    "content-type",
    "auth",
    "errors",
    "pagination",
    "filters",
    "agreement",
    "hierarchy",
    "results",
    "public-key",
    "prose",
    "robustness",
    "http",
    "life",
    "webhook",
)


def order_of(kind: str) -> tuple[int, str]:
    """Return what kinds of promise are sorted by."""
    return (KINDS.index(kind), "") if kind in KINDS else (len(KINDS), kind)


def every_law(folders: Sequence[Path] = ()) -> tuple[Law, ...]:
    """Return every law of ``contract_tests`` and of further folders, kind by kind.

    Args:
        folders: Folders of the user's own laws, in files ``test_*.py``.

    Raises:
        UserError: A folder is not there or holds no law, or a file of it cannot be read.
    """
    found = [law for path in _files(resource("contract_tests")) for law in _laws_in(path)]
    for folder in folders:
        own = [law for path in _files(folder) for law in _laws_in(path)]
        if not own:
            raise UserError("there is no law: files are named test_*.py", source=f"--laws {folder}")
        found += own
    return tuple(sorted(found, key=lambda law: order_of(law.kind)))


def check_probes(laws: Iterable[Law | None], probes: Iterable[str]) -> None:
    """See that every law or kind that is asked for is there.

    Raises:
        UserError: One is not.
    """
    known = {name for law in laws if law for name in (law.kind, law.code)}
    for probe in probes:
        if probe not in known:
            kinds = sorted((name for name in known if "/" not in name), key=order_of)
            # A law is looked for among all, a list of all would fill the screen.
            hint = meant(probe, known) if "/" in probe else meant(probe, kinds, among="kinds are")
            raise UserError(f"there is no such law; {hint}", source=f"--probe {probe}")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("test_*.py"))


def _laws_in(path: Path) -> Iterator[Law]:
    name = f"contract_laws.{path.parent.name}.{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Dataclasses and pickled things of a law's module look for it there.
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"cannot be loaded: {place_of(error)}: {error}", source=path) from None
    for _, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == name and (law := law_of(function)) is not None:
            yield law
