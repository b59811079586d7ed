"""Whatever an answer holds: nothing of it is lost, quickly or carefully read, alone or among many."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trigger_dev_client import (
    ListRunsResult,
    RetrieveRunResponse,
)
from trigger_dev_client._reading import read
from trigger_dev_client._shapes import DecodeError, ModelShape, Problem, describe
from trigger_dev_client._sources import parse_json

from .conftest import respelt, retrieved, run

TEXT = st.text('aZ0 "\\/\n\0é€😀', max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def pages(draw: st.DrawFn) -> dict[str, Any]:
    """Pages of runs, some of which have a property replaced by any JSON value."""
    items = []
    for _ in range(draw(st.integers(0, 3))):
        item = run(attemptCount=1)
        for name in draw(st.lists(st.sampled_from(sorted(item)), max_size=2)):
            item[name] = draw(JSON)
        items.append(item)
    return {"data": items, "pagination": draw(st.none() | st.just({"next": "run_1"}))}


@pytest.fixture
def many() -> list[Any]:
    """So many answers at hand that a further one is taken to be kept as well."""
    content = json.dumps({"data": [run()]}).encode()
    # Answers of other tests that nobody holds any more must not go in the middle of this one.
    gc.collect()
    answers: list[Any] = []
    while not answers or not answers[-1]._source.is_kept:
        answers.append(read(ModelShape(ListRunsResult), content, strict=False)[0])
    return answers


@pytest.fixture(params=["alone", "among many"])
def _others(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("many") if request.param == "among many" else None


FIXTURES = [HealthCheck.function_scoped_fixture]


@pytest.mark.usefixtures("_others")
@settings(max_examples=60, deadline=None, suppress_health_check=FIXTURES)
@given(pages())
def test_the_quick_way_and_the_careful_way_agree(body: dict[str, Any]) -> None:
    shape = ModelShape(ListRunsResult)
    content = json.dumps(body).encode()
    problems: list[Problem] = []
    careful = shape.decode(body, (), problems)
    if problems:
        with pytest.raises(DecodeError) as caught:
            read(shape, content, strict=True)
        assert describe(caught.value.path) == problems[0].path
        return
    quick, none = read(shape, content, strict=True)
    assert quick == careful
    assert none == []
    assert [item.extra for item in quick.data] == [item.extra for item in careful.data]


@pytest.mark.usefixtures("_others")
@settings(max_examples=60, deadline=None, suppress_health_check=FIXTURES)
@given(pages())
def test_no_fault_loses_anything_of_an_answer(body: dict[str, Any]) -> None:
    found, problems = read(ModelShape(ListRunsResult), json.dumps(body).encode(), strict=False)
    assert respelt(json.loads(found.to_json())) == respelt(json.loads(json.dumps(body)))
    assert found.problems == tuple(problems)
    assert all(isinstance(problem, Problem) for problem in problems)


def test_what_is_kept_of_many_answers_is_what_was_read(many: list[Any]) -> None:
    items = [run(id=f"run_{number}", attempt=(1, True, 1.0, None)[number % 4]) for number in range(8)]
    items += [run(isTest=False, more={"a": [1]}) for _ in range(2)]
    content = json.dumps({"data": items, "pagination": {}, "total": 10}).encode()
    found, problems = read(ModelShape(ListRunsResult), content, strict=False)
    assert problems == []
    assert [json.dumps(item.extra.get("attempt")) for item in found.data[:4]] == ["1", "true", "1.0", "null"]
    assert respelt(found.to_dict()) == respelt(json.loads(content))
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found
    first, second = found.data[-2:]
    first.extra["more"]["a"].append(2)
    first.tags.append("mine")
    first.env.name = "prod"
    assert second.extra == {"more": {"a": [1]}}
    assert (second.tags, second.env.name) == (["user_1", "org_2"], "dev")
    assert first.version is second.version


def test_many_runs_take_little_memory(many: list[Any]) -> None:
    items = [run(id=f"run_{number}", isCompleted=True) for number in range(1000)]
    content = json.dumps({"data": items}).encode()
    shape = ModelShape(ListRunsResult)
    read(shape, content, strict=False)
    gc.collect()
    tracemalloc.start()
    try:
        kept = read(shape, content, strict=False)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(kept[0].data) == 1000
    assert taken / 1000 < 800


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_json_is_parsed_like_the_standard_library_does(value: Any) -> None:
    content = json.dumps(value).encode()
    assert parse_json(content) == json.loads(content)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_payload_survives_reading_and_writing(value: Any) -> None:
    body = json.loads(json.dumps(retrieved(payload=[value])))
    written = RetrieveRunResponse.from_dict(body).to_dict()
    assert written["payload"] == body["payload"]
