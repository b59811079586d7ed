"""No construct of the canonical document can change without notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trigger_contract.changes import compare
from trigger_contract.document.locate import read_document
from trigger_contract.document.references import walk
from trigger_contract.errors import UserError

CANONICAL = read_document(Path(__file__).resolve().parents[2] / "openapi" / "openapi.yaml")


def places() -> Iterator[tuple[tuple[str | int, ...], str | int]]:
    for pointer, value in walk(CANONICAL):
        for key in range(len(value)) if isinstance(value, list) else value:
            # The version of OpenAPI is a matter of spelling, and a path parameter is required in any case.
            path_requirement = key == "required" and isinstance(value, dict) and value.get("in") == "path"
            if (pointer, key) != ((), "openapi") and not path_requirement:
                yield pointer, key


PLACES = list(places())


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}x" if isinstance(value, str) else None


@given(st.sampled_from(PLACES), st.booleans())
@settings(max_examples=250, deadline=None, derandomize=True)
def test_every_construct_is_seen_to_go_or_change(place: tuple[Any, Any], remove: bool) -> None:
    pointer, key = place
    mutated = parent = copy.deepcopy(CANONICAL)
    for step in pointer:
        parent = parent[step]
    if remove:
        assume(key != "type" or "enum" not in parent)  # what is listed says of which type it is
        del parent[key]
    else:
        parent[key] = other(parent[key])
        assume(parent[key] is not None)
    try:
        changes = compare(CANONICAL, mutated).changes
    except UserError:
        return
    assert changes
