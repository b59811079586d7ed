"""A fixed sample of the kill matrix; `scripts/kill-matrix` runs the whole."""

import pytest

from mutants.catalogue import MUTANTS, VARIANTS
from mutants.harness import judge

SAMPLE = [
    "list drops status",
    "detail has an attempt without prefix",
    "list takes any key with the right prefix",
    "result spells the 401 of the detail",
    "list takes a size below the minimum",
    "a public key sees the output",
    "next is the item before the last",
    "filter tag is ignored beside another",
    "one listed run in 30 is not found",
    "children lack one",
    "unfinished runs have a result",
    "detail has NaN in its JSON",
    "a NUL in an id brings it down",
    "HEAD is not found",
    "small: a bare array: details break their schema",
    "small: opaque cursors: the second page begins one further",
    "small: page numbers: the last page is repeated for ever",
    "small: offsets: the total is one too many",
    "small: whole-number ids: ids are texts",
    "small: things on shelves: details have another colour",
    "small: OpenAPI 3.0: a label is null",
    "small: a list without pages: what is only written is read",
]
UNUSUAL = [
    "an empty store",
    "three runs",
    "every optional member is absent",
    "runs appear, finish and vanish",
    "small: opaque cursors",
    "small: addresses of pages",
    "small: HAL",
    "small: whole-number ids",
    "small: things told by a key",
    "small: things on shelves by offset",
    "small: OpenAPI 3.0",
    "small: refusals that no page promises",
]


def test_names_are_unique_and_there_are_enough():
    names = [server.name for server in (*MUTANTS, *VARIANTS)]
    assert len(names) == len(set(names))
    assert len(MUTANTS) >= 80
    assert len(VARIANTS) >= 20
    assert all(server.kind for server in MUTANTS)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_broken_server_is_caught(name):
    (server,) = [server for server in MUTANTS if server.name == name]
    verdict = judge(server, examples=1)
    assert verdict.findings


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_server_is_left_alone(name):
    (server,) = [server for server in VARIANTS if server.name == name]
    verdict = judge(server, stop_early=False, examples=2, max_requests=900)
    assert [finding.fingerprint for finding in verdict.findings] == []


def test_the_same_seed_finds_the_same():
    (server,) = [server for server in MUTANTS if server.name == "filter tag is ignored beside another"]
    one, other = (judge(server, seed=7, probe=("filters",), stop_early=False) for _ in range(2))
    assert one.requests == other.requests
    assert [item.fingerprint for item in one.findings] == [item.fingerprint for item in other.findings]
