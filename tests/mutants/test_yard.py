"""The second world: enough servers, and a sample of them; `scripts/kill-matrix` runs the whole."""

from __future__ import annotations

import pytest

from mutants.yard import DOCUMENT, Yard, bench, judge
from mutants.yard_catalogue import RIGHTS, broken
from trigger_contract.contract.life.cleaning import clean_up
from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations

SAMPLE = [
    "names are stored in capitals",
    "a change of a name makes it public",
    "what is completed still waits",
    "members are owners by default",
    "a schedule is removed without a key",
    "keys are made below another project",
    "the removed are counted",
    "pages of files do not lead on",
    "a missing batch is a text",
    "create-stores-nothing@createHook",
    "removed-is-listed@listSchedules",
]


def test_the_document_is_large_and_its_mock_is_green():
    assert len(list(operations(read_document(DOCUMENT)))) >= 40
    clean = bench(quick=True).clean
    assert clean.troubles == ()


def test_there_are_enough_servers_and_their_names_are_their_own():
    found = broken(quick=True)
    names = [one.name for one in (*found, *RIGHTS)]
    assert len(names) == len(set(names))
    assert len(found) >= 120
    assert sum(one.of_state for one in found) * 2 >= 120
    assert len(RIGHTS) >= 30


@pytest.mark.parametrize("name", SAMPLE)
def test_a_broken_server_is_caught(name):
    (one,) = [one for one in broken(quick=True) if one.name == name]
    assert judge(one, quick=True).findings


def test_what_the_run_made_is_gone_again():
    """The things of each collection that has a removal are as many as before."""
    table = bench(quick=True)
    clean_up(table.session)
    service = table.service
    removing = [one for one in service.operations if service.collections.role(one) == "remove"]
    assert len(removing) >= 6
    for operation in removing:
        living = service.collections.alive(operation)
        for things in living.table.scopes.values() if not living.resource.parent else ():
            assert not [one for one in things.values() if living.table.was_made(one)]


def test_a_hook_that_does_nothing_is_caught_nowhere():
    quiet = Yard("quiet", "createProject", lambda service: lambda request, rest: rest(request))
    assert judge(quiet, quick=True).findings == ()
