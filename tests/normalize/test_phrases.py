"""The tables of phrases: every row reads its example and nothing that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from trigger_contract.normalize.checks.limits import LIMITS, read_limits
from trigger_contract.normalize.checks.phrases import PHRASES


def _says(row, text):
    """What a row reads in a text; a limit may still find, in the words around it, that it says none."""
    found = row.pattern.finditer(text)
    return [match[0] for match in found if row in PHRASES.values() or row.arguments(match)]


@pytest.mark.parametrize("row", [*PHRASES.values(), *LIMITS], ids=lambda row: f"{row.kind}: {row.example}")
def test_every_row_reads_its_example_and_nothing_that_only_looks_like_it(row):
    assert _says(row, row.example)
    assert not _says(row, row.never)


@given(strategies.data(), strategies.sampled_from(LIMITS))
def test_no_text_is_passed_over_that_a_row_of_the_table_reads(data, row):
    text = data.draw(strategies.from_regex(row.pattern, alphabet=strategies.characters(codec="ascii")))
    said = any(row.arguments(match) for match in row.pattern.finditer(text))
    assert any(read_limits(text, row.on or ("string",))) or not said
