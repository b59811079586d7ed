"""Runs add up: the shards of one are the whole, and reports of several are as of one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from test_check import DOCUMENT, GOOD, LIFE, exchange, lines

from trigger_contract.contract.report.joining import join_reports
from trigger_contract.contract.runner import planned
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings, settings_from
from trigger_contract.contract.traffic.checking import check_files
from trigger_contract.errors import UserError


def names(shard: str | None) -> list[tuple[str, str]]:
    session = Session(Settings(url="http://127.0.0.1:1", token="tr_dev_none", write=True, shard=shard))
    try:
        return [(check.law.code, check.subject.name) for check in planned(session)]
    finally:
        session.close()


def test_shards_are_the_whole_and_share_nothing() -> None:
    whole = names(None)
    parts = [names(f"{part}/5") for part in range(1, 6)]
    assert sorted(name for part in parts for name in part) == sorted(whole)
    assert max(map(len, parts[1:])) - min(map(len, parts[1:])) <= 1


@pytest.mark.parametrize("text", ["2", "0/3", "4/3", "a/b", "1/", "-1/2", "²/3"])
def test_what_is_no_part_is_said(text: str) -> None:
    with pytest.raises(UserError, match=r"--shard .*must be"):
        settings_from({"url": "http://x", "shard": text})


def checked(folder: Path, name: str, *exchanges: dict[str, Any]) -> Path:
    (folder / "spec.json").write_text(json.dumps(DOCUMENT))
    (folder / f"{name}.jsonl").write_text(lines(*exchanges))
    settings = Settings(url="recorded traffic", spec=folder / "spec.json", report=folder / name)
    check_files([folder / f"{name}.jsonl"], settings, Console(file=io.StringIO(), width=120))
    return folder / name


def told(folder: Path) -> dict[str, Any]:
    report = json.loads((folder / "report.json").read_text())
    laws = {(item["law"], item["operation"]): (item["state"], item["exercised"]) for item in report["laws"]}
    findings = {item["fingerprint"]: item["repeats"] for item in report["findings"]}
    return {
        "laws": laws,
        "findings": findings,
        "coverage": report["coverage"],
        "requests": report["requests"],
    }


BROKEN = exchange("GET", "/things/t9", 200, {"id": "t9"})


def test_the_reports_of_two_runs_are_as_of_one(tmp_path: Path) -> None:
    parts = (checked(tmp_path, "one", *LIFE[:2], BROKEN), checked(tmp_path, "two", *LIFE[2:], BROKEN))
    whole = checked(tmp_path, "whole", *LIFE[:2], BROKEN, *LIFE[2:], BROKEN)
    said = io.StringIO()
    code = join_reports(parts, tmp_path / "joined", Console(file=said, width=120))
    assert code == 1
    assert told(tmp_path / "joined") == told(whole)
    assert "get_thing" in said.getvalue()
    # A joined report is a report like any other.
    assert join_reports([tmp_path / "joined"], None, Console(file=io.StringIO())) == 1


def test_coverage_counts_what_was_asked_answered_and_seen_by_operation(tmp_path: Path) -> None:
    whole = checked(tmp_path, "whole", exchange("GET", "/things?limit=5&colour=red", 200, {"items": [GOOD]}))
    page = (whole / "report.html").read_text()
    row = page[page.index("Coverage of the contract") :]
    row = row[row.index("<th scope=row>list_things</th>") :].partition("</tr>")[0]
    cells = [cell.rpartition(">")[2] for cell in row.split("</td>")[:-1]]
    # asked, parameters, statuses, properties (no `made`), values (red in query and answer, blue in neither)
    assert cells[:5] == ["1/1", "2/2", "1/1", "4/5", "2/4"]
    assert "<th scope=row>delete_thing</th>" in page


@pytest.mark.parametrize(
    ("content", "what"), [("{}", "is no report"), ("no JSON", "is no report"), (None, "no such file")]
)
def test_what_is_no_report_is_one_line(tmp_path: Path, content: str | None, what: str) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    with pytest.raises(UserError, match=what):
        join_reports([tmp_path], None, Console(file=io.StringIO()))


def test_reports_of_different_documents_are_not_joined(tmp_path: Path) -> None:
    one = checked(tmp_path, "one", *LIFE)
    report = json.loads((one / "report.json").read_text())
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "report.json").write_text(json.dumps({**report, "document": "other"}))
    with pytest.raises(UserError, match="different documents"):
        join_reports([one, tmp_path / "two"], None, Console(file=io.StringIO()))
