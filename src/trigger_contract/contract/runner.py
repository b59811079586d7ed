"""Runs laws without pytest: for comparing many servers, and wherever only the outcomes count."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from trigger_contract.contract.findings import Outcome
from trigger_contract.contract.law import Check, Law, applicable, law_of
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.session import Session
from trigger_contract.contract.summary import KINDS
from trigger_contract.document.locate import resource


@lru_cache(maxsize=1)
def every_law() -> tuple[Law, ...]:
    """Return every law of ``contract_tests``, kind by kind.

    Raises:
        UserError: The folder is not part of this installation.
    """
    found = [law for path in sorted(resource("contract_tests").glob("test_*.py")) for law in _laws_in(path)]
    return tuple(sorted(found, key=lambda law: KINDS.index(law.kind)))


def _laws_in(path: Path) -> Iterator[Law]:
    name = f"contract_tests.{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for _, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == name and (law := law_of(function)) is not None:
            yield law


def run_laws(
    session: Session, enough: Callable[[Outcome], bool] = lambda outcome: False
) -> list[tuple[Outcome, frozenset[str]]]:
    """Judge a server by every law.

    Args:
        session: The run.
        enough: Tells after each outcome whether to stop.

    Returns:
        Each outcome with what its law reached, see ``Deviation.was_reached``.

    Raises:
        UserError: The server is not there, not the right one, or refuses the keys.
    """
    preflight(session)
    found: list[tuple[Outcome, frozenset[str]]] = []
    for law in every_law():
        for subject in applicable(law, session.contract.subjects, session.settings):
            check = Check(law, subject, session)
            outcome = check.run()
            found.append((outcome, frozenset(check.reached)))
            if enough(outcome):
                return found
    return found
