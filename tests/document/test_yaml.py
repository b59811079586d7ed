from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trigger_contract.document.yaml import MAXIMUM_DEPTH, dump, load
from trigger_contract.errors import UserError

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(
        ["on", "yes", "~", "2024-01-01", "1_000", "0o17", "1e5", ".5", "1:1", "=", "<<", "\n ", "- a", "..."]
    ),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(values)
def test_what_is_dumped_loads_back_the_same(value):
    assert load(dump(value), "value.yaml") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("2024-01-01", "2024-01-01"),
        ("1:30", "1:30"),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("True", True),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!float 1", 1.0),
        ("1_000", "1_000"),
        ("+12", 12),
        ("-", None),
    ],
)
def test_plain_scalars_follow_the_core_schema(text, value):
    loaded = load(text, "scalar.yaml")
    assert loaded == ([None] if text == "-" else value)
    assert type(loaded) is type(value) or text == "-"


def test_keys_are_text_as_written_and_know_their_line():
    page = load("200: ok\nbody:\n  - a\n  - b: 1\n", "page.md", first_line=10)
    assert page == {"200": "ok", "body": ["a", {"b": 1}]}
    assert page.lines == {"200": 10, "body": 11}
    assert page["body"].lines == [12, 13]
    assert page["body"][1].line == 13


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\na: 2", 2, "twice"),
        ("a:\n\t- 1", 2, "not valid YAML"),
        ("a: [1", 1, "not valid YAML"),
        ("a: !!python/object:os.system x", 1, "not allowed"),
        ("a: *nothing", 1, "no anchor"),
        ("a: &x [*x]", 1, "no anchor"),
        ("a: 1\n---\nb: 2", 2, "more than one"),
        ("? [a]\n: 1", 1, "must be a scalar"),
        ("a: \x00", 1, "not valid YAML"),
        ("[" * (MAXIMUM_DEPTH + 1), 1, "nested deeper"),
        ("a: " + "9" * 500, 1, "digits"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(text, line, words):
    with pytest.raises(UserError) as caught:
        load(text, "page.md")
    assert words in str(caught.value)
    assert caught.value.source == "page.md"
    assert line <= caught.value.line <= line + 1


def test_an_alias_bomb_is_refused():
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(UserError, match="expand"):
        load(text, "bomb.yaml")


def test_json_is_read_too():
    value = {"a": [1, 2.5, None, True, "é\n"]}
    assert load(json.dumps(value), "value.json") == value


@given(values)
def test_a_1_1_reader_reads_the_same(value):
    assert yaml.safe_load(dump(value)) == value


@pytest.mark.parametrize("value", ["...", {"... a": 1}, "--- a", {"%a": "%b"}, "# a"])
def test_what_means_the_end_of_a_document_or_a_directive_is_quoted(value):
    assert load(dump(value), "value.yaml") == yaml.safe_load(dump(value)) == value


def test_long_text_is_folded_and_lines_stay_lines():
    text = "word " * 30 + "end"
    assert dump({"a": text, "b": "one\n\ntwo\n"}).startswith("a: >-\n  word word")
    assert max(map(len, dump({"a": text}).split("\n"))) <= 100
    assert dump({"b": "one\n\ntwo\n"}) == "b: |\n  one\n\n  two\n"
    assert dump({"b": ["x", {"c": []}]}) == "b:\n- x\n- c: []\n"
    assert dump({"url": "https://a.test/#/x"}) == "url: https://a.test/#/x\n"


def test_a_merge_key_takes_in_what_it_names_and_a_quoted_one_is_a_key():
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: {'<<': 1}\ne: {<<: 4}\n"
    assert load(text, "f.yaml") == {
        "a": {"x": 1, "y": 1},
        "b": {"y": 2, "z": 2},
        "c": {"z": 3, "x": 1, "y": 1},
        "d": {"<<": 1},
        "e": {"<<": 4},
    }
