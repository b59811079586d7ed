"""The laws of life on a help desk that has every form of writing, with one fault at a time."""

from __future__ import annotations

import pytest
from tests.life.desk import KEY, Desk

from trigger_contract.contract.findings import Finding
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.cleaning import clean_up
from trigger_contract.contract.runner import judge, planned
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings

_FAULTS = {
    "action-toggles": "life/action closeTicket",
    "acts-on-ghosts": "life/remove dropTicket",
    "another-refusal": "life/refused addTicket",
    "body-key": "life/once addTicket",
    "bound-one-off": "life/create addTicket",
    "bounds-of-change": "life/refused mergeTicket",
    "bounds-of-items": "life/refused addTicket",
    "bounds-within": "life/refused replaceTicket",
    "closes-all": "life/action closeTicket",
    "content-cut": "life/content putContent",
    "default": "life/create addTicket",
    "default-within": "life/create addTicket",
    "drops-neighbour": "life/remove dropTicket",
    "file-title": "life/create addFile",
    "form-color": "life/create addRoom",
    "file-stays": "life/sequence addFile",
    "header-key": "life/once addTicket",
    "label-stays": "life/change putLabel",
    "lets-in": "life/key dropTicket",
    "never-pauses": "life/action pauseQueue",
    "never-resumes": "life/action pauseQueue",
    "no-merge": "life/merge mergeTicket",
    "note-lost": "life/create addNote",
    "note-of-all": "life/below addNote",
    "null-ignored": "life/merge mergeTicket",
    "opens-close": "life/key closeTicket",
    "orphans": "life/remove dropTicket",
    "override-idle": "life/action overrideLimit",
    "patch-all-of-a-kind": "life/change mergeTicket",
    "put-keeps": "life/replace replaceTicket",
    "refused-but-changed": "life/refused mergeTicket",
    "stale-filter": "life/at-once mergeTicket",
    "stale-state": "life/action closeTicket",
    "stored-twice": "life/once addTicket",
    "urgent-lost": "life/create addTicket",
}


def _judged(desk: Desk, probe: str) -> tuple[list[Finding], tuple[Entry, ...]]:
    settings = Settings(
        "http://127.0.0.1:1", token=KEY, probe=(probe,), settle=0.2, write=True, concurrency=1
    )
    session = Session(settings, desk.document, desk)
    try:
        judged = judge(session, planned(session))
        left = clean_up(session)
    finally:
        session.close()
    assert judged.trouble is None
    assert [outcome.fault for outcome in judged.outcomes if outcome.fault] == []
    found = [item for outcome in judged.outcomes for item in outcome.findings]
    return [item for item in found if item.tier != "advisory"], left


def test_a_correct_desk_is_green_and_as_it_was() -> None:
    desk = Desk()
    before = desk.state()
    found, left = _judged(desk, "life")
    assert [item.fingerprint for item in found] == []
    assert desk.last > 40
    assert desk.state() == before
    # Jobs have no removal: at most five are made, and all of them are told.
    assert {entry.maker for entry in left} == {"startJob"}
    assert len(left) == len(desk.jobs) + len(desk.pending) <= 5


@pytest.mark.parametrize("fault", sorted(_FAULTS))
def test_a_fault_of_the_desk_is_found(fault: str) -> None:
    law, operation = _FAULTS[fault].split()
    found, _ = _judged(Desk(fault), law)
    assert operation in {item.operation for item in found}


@pytest.mark.parametrize("law", sorted({name.split()[0] for name in _FAULTS.values()}))
def test_each_law_alone_leaves_the_desk_as_it_was(law: str) -> None:
    desk = Desk()
    before = desk.state()
    found, _ = _judged(desk, law)
    assert found == []
    assert desk.state() == before
