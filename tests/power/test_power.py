"""What the suite catches is measured: on the clean mock first, then one fault at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from trigger_contract.cli import group
from trigger_contract.document.locate import read_document
from trigger_contract.mock import plants as planting
from trigger_contract.mock.plants import Kind
from trigger_contract.power.course import Limits, measure
from trigger_contract.power.model import Power, Trial
from trigger_contract.power.telling import lines, page
from trigger_contract.power.trial import Way

SHOP = Path(__file__).resolve().parents[2] / "docs" / "examples" / "shop.yaml"
FEW = ("property-missing", "filter-ignored", "page-skips", "removed-is-listed", "order-ignored")


@pytest.fixture(scope="module")
def few() -> Power:
    return measure(Way(read_document(SHOP), write=True), Limits(kinds=FEW))


def states(power: Power) -> dict[str, str]:
    return {trial.fault: trial.state for trial in power.trials}


def test_faults_are_caught_by_the_laws_that_look_there(few):
    assert few.clean.troubles == ()
    laws = {trial.kind: trial.law for trial in few.trials if trial.state == "caught"}
    assert laws["property-missing"] == "schema/response"
    assert laws["filter-ignored"].startswith("filters/")
    assert laws["page-skips"].startswith("pagination/")
    assert laws["removed-is-listed"] == "life/remove"
    assert few.missed() == ()
    assert few.share == 1


def test_what_cannot_stand_says_why(few):
    reasons = {trial.reason for trial in few.of("order-ignored")}
    assert [trial.state for trial in few.of("order-ignored")] == ["not plantable"] * len(few.operations)
    assert reasons == {"its order cannot be asked for"}


def test_without_write_faults_of_writing_cannot_stand():
    power = measure(Way(read_document(SHOP)), Limits(kinds=("property-missing", "removed-is-readable")))
    by_state = {(trial.operation, trial.state) for trial in power.of("property-missing")}
    assert ("createOrder", "not plantable") in by_state
    assert ("listOrders", "caught") in by_state
    assert "what writes is asked only with --write" in {
        trial.reason for trial in power.trials if trial.operation == "createOrder"
    }
    assert not any(trial.state == "caught" for trial in power.of("removed-is-readable"))


def everywhere(spot: Any) -> Iterator[str]:
    yield ""


def test_a_kind_is_one_row_and_a_harmless_one_is_never_caught(monkeypatch):
    harmless = Kind("harmless", "does nothing wrong", everywhere, lambda spot, request, rest: rest(request))
    monkeypatch.setattr(planting, "KINDS", (*planting.KINDS, harmless))
    power = measure(Way(read_document(SHOP), write=True), Limits(kinds=("harmless",)))
    assert {trial.state for trial in power.trials} == {"missed"}
    assert all("showed the fault" in trial.reason for trial in power.trials)
    assert power.share == 0


def test_a_mock_that_is_not_green_is_told_instead():
    document = read_document(SHOP)
    order = document["components"]["schemas"]["Order"]
    order["properties"]["id"] = {"type": "string", "pattern": "^a$", "minLength": 3}
    power = measure(Way(document))
    assert power.trials == ()
    assert power.clean.troubles
    told = "\n".join(lines(power))
    assert "not green" in told
    assert "caught" not in told
    assert "not green" in page(power)


def test_processes_find_the_same_and_limits_cut_evenly(few):
    way = Way(read_document(SHOP), write=True)
    assert states(measure(way, Limits(jobs=2, kinds=FEW))) == states(few)
    sample = measure(way, Limits(sample=4, kinds=FEW))
    tried = [trial for trial in sample.trials if trial.state in ("caught", "missed")]
    assert len(tried) == 4
    assert len({trial.kind for trial in tried}) == 4
    assert sample.count("not tried") == few.count("caught") - 4
    none = measure(way, Limits(seconds=1e-9, kinds=FEW))
    assert none.count("caught", "missed") == 0
    assert {trial.reason for trial in none.trials if trial.state == "not tried"} == {
        "the time limit came first"
    }


def test_the_command_prints_and_writes(tmp_path):
    wanted, report = tmp_path / "power.json", tmp_path / "power.html"
    given = ["--spec", str(SHOP), "--kind", "broken-json", "--json", str(wanted), "--report", str(report)]
    done = CliRunner().invoke(group, ["power", *given], standalone_mode=False)
    assert done.exit_code == 0
    assert done.return_value == 0
    assert "2 of 2 faults caught (100.0 %)" in done.output
    data = json.loads(wanted.read_text())
    assert data["totals"]["caught"] == 2
    assert {fault["state"] for fault in data["faults"]} == {"caught", "not plantable"}
    shown = report.read_text()
    assert 'title="broken-json@listOrders: schema/valid-json"' in shown
    assert "src=" not in shown
    assert "href=" not in shown


def test_names_of_a_document_cannot_break_the_page_or_the_lines(few):
    bad = Trial("x@<b>\n", "x<script>", "<b>\n", "says", "missed", reason="</td><script>")
    power = Power("<i>", ("<b>\n",), few.clean, (bad,), 1.0, False)
    shown = page(power)
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert any("Missed" in line for line in lines(power))


def test_an_unknown_kind_is_refused():
    done = CliRunner().invoke(group, ["power", "--kind", "none-such"], standalone_mode=False)
    assert "--kind none-such: there is no such kind" in str(done.exception)
