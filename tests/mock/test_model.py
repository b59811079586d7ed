"""The parts of the runs model, by their laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.mock import dates
from trigger_contract.mock.lifecycle import enter, route
from trigger_contract.mock.records import to_record, to_row
from trigger_contract.mock.seed import seeded
from trigger_contract.mock.selection import Selection
from trigger_contract.mock.states import FINISHED, STATES, documented_naming, newer_naming, older_naming
from trigger_contract.mock.store import Store

NOW = 1_760_000_000_000
quick = settings(max_examples=100, deadline=None, database=None, derandomize=True)


@quick
@given(st.integers(0, 300), st.integers(0, 5))
def test_a_run_read_back_is_the_run_written(count, seed):
    for record in seeded(min(count, 40), seed, NOW):
        read = to_record(to_row(record, 1))
        assert {**read, "attempts": tuple(read["attempts"]), "tags": list(read["tags"])} == {
            **record,
            "attempts": tuple(record["attempts"]),
        }


def test_the_same_seed_gives_the_same_runs_and_another_one_others():
    assert list(seeded(60, 3, NOW)) == list(seeded(60, 3, NOW))
    assert {run["id"] for run in seeded(60, 3, NOW)}.isdisjoint(run["id"] for run in seeded(60, 4, NOW))


@pytest.mark.parametrize("count", [1, 2, 5, 100, 1000])
def test_seeded_runs_lie_in_the_past_in_order(count):
    runs = list(seeded(count, 0, NOW))
    created = [run["createdAt"] for run in runs]
    assert created == sorted(created)
    assert len({run["id"] for run in runs}) == count
    for run in runs:
        times = [run[name] for name in ("createdAt", "startedAt", "finishedAt") if name in run]
        assert times == sorted(times)
        assert times[-1] <= NOW
        assert run["updatedAt"] >= times[-1] or run["state"] == "DELAYED"
        assert ("finishedAt" in run) == (run["state"] in FINISHED)
        assert ("expiredAt" in run) == (run["state"] == "EXPIRED")


@quick
@given(st.sampled_from(STATES), st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
def test_a_run_that_walks_to_a_state_arrives_whole(target, steps):
    record = {"id": "run_x", "createdAt": NOW, "updatedAt": NOW, "tags": [], "depth": 0, "isTest": False}
    record["taskIdentifier"] = "t"
    at = NOW
    for state, step in zip(route(target), steps, strict=False):
        at += step
        record = enter(record, state, at)
        assert record["state"] == state
        assert record["updatedAt"] == at
    assert record["state"] == target
    assert ("error" in record) == (target in FINISHED - {"COMPLETED"})
    assert record["durationMs"] == (at - record["startedAt"] if "startedAt" in record else 0)
    if target == "COMPLETED":
        assert record["attempts"][-1]["status"] == "COMPLETED"


@pytest.mark.parametrize(
    "naming", [older_naming(), newer_naming(), documented_naming({"QUEUED", "COMPLETED", "OTHER"})]
)
def test_every_state_has_a_name_that_finds_it_again(naming):
    assert set(naming.shown) == set(STATES)
    for state, name in naming.shown.items():
        assert state in naming.states[name]


@quick
@given(st.datetimes(datetime(1970, 1, 1), datetime(2109, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_date_is_read_as_it_is_written(moment, offset):
    aware = moment.replace(tzinfo=UTC)
    milliseconds = (aware - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)
    whole = int(milliseconds)
    assert dates.read(dates.to_text(whole)) == dates.read(str(whole)) == whole
    shifted = (aware + timedelta(minutes=offset)).replace(tzinfo=None)
    sign, distance = "-" if offset < 0 else "+", abs(offset)
    text = f"{shifted:%Y-%m-%dT%H:%M:%S.%f}{sign}{distance // 60:02d}:{distance % 60:02d}"
    read = dates.read(text)
    assert read is not None
    assert abs(read - milliseconds) < 0.01


@pytest.mark.parametrize(
    "text",
    ["", "now", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01", "1" * 20, "٢٠٢٤",
     "2024-01-01T00:00:00",
     "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:61Z", "2024-1-1T00:00:00Z", "NaN", "1e3"],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text):
    assert dates.read(text) is None


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("1d", dates.DAY), ("90m", 5_400_000), ("1h30m", 5_400_000)]
)
def test_periods_are_read(text, milliseconds):
    assert dates.read_period(text) == milliseconds


@pytest.mark.parametrize("text", ["", "d", "1", "1y", "-1d", "1.5h", "1d ", "9999999d"])
def test_what_is_no_period_is_not_read(text):
    assert dates.read_period(text) is None


@quick
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.sets(st.sampled_from("xyz"))), max_size=25
    ),
    st.sets(st.sampled_from("abc")),
    st.sets(st.sampled_from("xyz")),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.integers(1, 7),
)
def test_pages_of_a_store_are_the_runs_that_match(runs, tasks, tags, bounds, size):
    store = Store()
    base = {"isTest": False, "depth": 0, "state": "PENDING"}
    for number, (created, task, own) in enumerate(runs):
        store.add(
            {**base, "id": f"run_{number}", "createdAt": created, "taskIdentifier": task, "tags": sorted(own)}
        )
    equal: dict = {}
    if tasks:
        equal["task"] = tuple(tasks)
    if tags:
        equal["tag"] = tuple(tags)
    since, until = min(bounds), max(bounds)
    expected = [
        f"run_{number}"
        for number, (created, task, own) in sorted(
            enumerate(runs), key=lambda pair: (pair[1][0], pair[0]), reverse=True
        )
        if since <= created <= until and (not tasks or task in tasks) and (not tags or tags & own)
    ]
    selection = Selection(equal, since, until)
    walked, key = [], None
    while page := store.page(selection, size, older_than=key):
        walked += [row[1] for row in page]
        key = page[-1][0]
    assert walked == expected
    back, key = [], -1
    while page := store.page(selection, size, newer_than=key):
        back += [row[1] for row in page]
        key = page[-1][0]
    assert back == expected[::-1]
    store.close()
