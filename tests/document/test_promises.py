"""What prose promises, read into data, declared and struck."""

from __future__ import annotations

import re
import time

import pytest

from trigger_contract.document.locate import read_document
from trigger_contract.document.phrases import KINDS, OPERATION, PARAMETER, PHRASES, Phrase
from trigger_contract.document.promises import EXTENSION, Promise, promise, promises
from trigger_contract.errors import UserError


def _node(phrase: Phrase, text: str) -> dict[str, object]:
    """An object that the phrase is looked for on, with this description."""
    if OPERATION in phrase.on:
        return {"description": text, "responses": {}}
    if phrase.on == ("items",):
        return {"type": "array", "items": {"description": text}}
    if PARAMETER in phrase.on:
        return {"name": "it", "in": "query", "description": text}
    return {"description": text}


_ROWS = pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.kind)


@_ROWS
def test_every_row_reads_its_example_and_nothing_that_only_looks_like_it(phrase):
    found = promise({}, _node(phrase, phrase.example), phrase.kind)
    assert found is not None
    assert found.says in phrase.example
    assert set(KINDS[phrase.kind].arguments) <= set(found.arguments)
    assert promise({}, _node(phrase, phrase.never), phrase.kind) is None


@_ROWS
def test_what_is_read_and_written_down_is_read_back_the_same(phrase):
    node = _node(phrase, phrase.example)
    found = promises({}, node)
    written = {**node, "description": "", EXTENSION: [made.entry() for made in found]}
    assert promises({}, written) == found


@_ROWS
def test_a_row_is_silent_beside_a_keyword_that_says_it(phrase):
    for keyword in phrase.unless:
        node = _node(phrase, phrase.example)
        beside = node.setdefault("schema", {}) if "in" in node else node
        assert isinstance(beside, dict)
        beside[keyword] = 1
        assert promise({}, node, phrase.kind) is None


@_ROWS
def test_a_row_reads_in_time_linear_in_the_text(phrase):
    words = re.findall(r"\S+\s*", phrase.example)
    parts = ["".join(words[:count]) for count in range(1, len(words) + 1)]
    for part in {parts[0], parts[len(parts) // 2], parts[-1][:-2] + " "}:
        small, large = (_duration(phrase.pattern, part * (size // len(part))) for size in (4_000, 32_000))
        assert large < 30 * small + 0.02, part


def _duration(pattern: re.Pattern[str], text: str) -> float:
    best = 10.0
    for _ in range(10):
        start = time.process_time()
        for _ in pattern.finditer(text):
            pass
        best = min(best, time.process_time() - start)
    return best


def test_a_declared_promise_needs_no_sentence_and_a_struck_one_is_gone():
    node = {
        "description": "The cron expression used to plan the delivery",
        EXTENSION: [
            {"kind": "cron", "struck": "Plans may also be dates."},
            {"kind": "prefix", "text": "plan_", "tier": "advisory", "reason": "Seen on every plan."},
        ],
    }
    assert promises({}, node) == (
        Promise("prefix", {"text": "plan_"}, "advisory", reason="Seen on every plan."),
    )


def test_what_stands_beside_a_reference_goes_before_what_it_leads_to():
    document = {"components": {"schemas": {"A": {"description": "An id, prefixed with `a_`, (so far)"}}}}
    node = {"$ref": "#/components/schemas/A", "description": "An id, prefixed with `b_`"}
    assert {made.kind: made.get("text") for made in promises(document, node)} == {
        "prefix": "b_",
        "volatile": None,
    }


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ("cron", "list of mappings"),
        ([{"kind": "crom"}], "one of prefix"),
        ([{"kind": "prefix"}], "needs 'text'"),
        ([{"kind": "prefix", "text": 4}], "wrong type"),
        ([{"kind": "least", "value": True}], "wrong type"),
        ([{"kind": "cron", "often": 1}], "takes no 'often'"),
        ([{"kind": "cron", "tier": "sure"}], "`tier` is one of"),
    ],
)
def test_a_promise_of_another_form_is_refused_in_a_sentence(entries, words):
    with pytest.raises(UserError, match=words):
        promises({}, {EXTENSION: entries})


def test_the_canonical_document_says_by_itself_what_its_descriptions_promise():
    document = read_document()
    schemas = document["components"]["schemas"]
    url = schemas["RetrieveRunResponse"]["properties"]["payloadPresignedUrl"]
    assert {made.kind: dict(made.arguments) for made in promises(document, {**url, "description": ""})} == {
        "instead-of": {"property": "payload"},
        "url": {},
        "expires": {"seconds": 300},
        "volatile": {},
    }
    order = promise(document, document["paths"]["/api/v1/runs"]["get"], "order")
    assert order is not None
    assert (order["by"], order["direction"], order.tier) == ("createdAt", "descending", "advisory")
