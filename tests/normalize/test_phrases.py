"""The tables of phrases: every row reads its example and nothing that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from trigger_contract.normalize.checks.limits import LIMITS, read_limits, stated
from trigger_contract.normalize.checks.phrases import PHRASES


def _says(row, text):
    """What a row reads in a text; a limit may still find, in the words around it, that it says none."""
    found = row.pattern.finditer(text)
    return [match[0] for match in found if row not in LIMITS or stated(row, match)]


@pytest.mark.parametrize("row", [*PHRASES.values(), *LIMITS], ids=lambda row: f"{row.kind}: {row.example}")
def test_every_row_reads_its_example_and_nothing_that_only_looks_like_it(row):
    assert _says(row, row.example)
    assert not _says(row, row.never)


@given(strategies.data(), strategies.sampled_from(LIMITS))
def test_no_text_is_passed_over_that_a_row_of_the_table_reads(data, row):
    text = data.draw(strategies.from_regex(row.pattern, alphabet=strategies.characters(codec="ascii")))
    said = any(stated(row, match) for match in row.pattern.finditer(text))
    assert any(read_limits(text, row.on or ("string",))) or not said


@pytest.mark.parametrize(
    ("text", "kind", "stated"),
    [
        ("A name, 40 chars or less", "string", {"maxLength": 40}),
        ("Up to 40 characters, at least 4 characters", "string", {"maxLength": 40, "minLength": 4}),
        ("Fewer than 8 characters", "array", {"maxLength": 7}),
        ("Up to 40 characters", "integer", {}),
        ("Ids start with the prefix `shop.v1`", "string", {"pattern": r"^shop\.v1"}),
        ("At least seven items, no more than nine items", "array", {"maxItems": 9, "minItems": 7}),
        ("Between 2 and four values", "array", {"minItems": 2, "maxItems": 4}),
        ("Between zero and ten", "integer", {"minimum": 0, "maximum": 10}),
        ("Between one and two minutes", "integer", {"minimum": 1, "maximum": 2}),
        ("Between 1 and 60 minutes, in seconds", "integer", {}),
        ("Between 10 and 5", "integer", {}),
        ("A value from -5 to 2.5", "number", {"minimum": -5, "maximum": 2.5}),
        ("3 to 6", "integer", {"minimum": 3, "maximum": 6}),
        ("Maximum: 1,000", "integer", {"maximum": 1000}),
        ("Must be at least eight", "number", {"minimum": 8}),
        ("Must be > three, must be < 8", "integer", {"exclusiveMinimum": 3, "exclusiveMaximum": 8}),
        ("Defaults to 20. Default: 30.", "integer", {"default": 20}),
        ("Default is true", "boolean", {"default": True}),
        ("Default is true", "string", {}),
    ],
)
def test_a_text_states_these_limits_and_no_others(text, kind, stated):
    found = [(limit.keyword, limit.value) for limit in read_limits(text, (kind,))]
    assert (dict(found), len(found)) == (stated, len(stated))
    assert all(type(value) is type(stated[keyword]) for keyword, value in found)


def test_a_text_may_name_several_prefixes_and_mark_one_value_as_the_default():
    prefixes = read_limits("Starts with `a_` or starts with `b_`", ("string",))
    assert [limit.value for limit in prefixes] == ["^a_", "^b_"]
    sizes = ["small", "medium", "large", 3]
    (default,) = read_limits("small or medium (default), else large", ("string",), sizes)
    assert (default.keyword, default.value, default.words) == ("default", "medium", "medium (default)")
    assert not [*read_limits("small (default)", ("integer",), sizes)]
    assert not [*read_limits("extra-small (default)", ("string",), sizes)]


def test_small_numbers_are_read_in_words():
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    said = [read_limits(f"Has to be at least {word}.", ("integer",)) for word in words]
    assert [limit.value for found in said for limit in found] == [*range(11)]
