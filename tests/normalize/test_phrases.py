"""The tables of phrases: every row reads its example and nothing that only looks like it."""

from __future__ import annotations

import pytest

from trigger_contract.normalize.checks.limits import LIMITS
from trigger_contract.normalize.checks.phrases import PHRASES


def _says(row, text):
    """What a row reads in a text; a limit may still find, in the words around it, that it says none."""
    found = row.pattern.finditer(text)
    return [match[0] for match in found if row in PHRASES.values() or row.arguments(match)]


@pytest.mark.parametrize("row", [*PHRASES.values(), *LIMITS], ids=lambda row: f"{row.kind}: {row.example}")
def test_every_row_reads_its_example_and_nothing_that_only_looks_like_it(row):
    assert _says(row, row.example)
    assert not _says(row, row.never)
