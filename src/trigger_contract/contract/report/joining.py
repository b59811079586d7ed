"""Joins the reports of several runs: shards of one, reading, writing and traffic add up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from trigger_contract.contract.baseline import Comparison, Deviation
from trigger_contract.contract.coverage import Coverage, coverage_from
from trigger_contract.contract.findings import Finding, Outcome, finding_from
from trigger_contract.contract.report.text import print_summary
from trigger_contract.contract.report.write import check_folder, write_reports
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.document.files import read_text
from trigger_contract.errors import UserError

_EXTRA = ("state", "repeats", "fingerprint")


def join_reports(folders: Sequence[Path], report: Path | None, console: Console) -> int:
    """Print and write what several runs came to together.

    Args:
        folders: The folders that ``--report`` has written.
        report: Where the joined report goes; None for nowhere.
        console: Where the results go.

    Returns:
        0 if every promise was judged and holds, 1 if one is broken, 2 if too little was judged.

    Raises:
        UserError: A folder holds no report, or one of another document.
    """
    if report:
        check_folder(report)
    summary = joined([_read(folder / "report.json") for folder in folders], report)
    entries = [entry for folder in folders for entry in _entries(folder / "traffic.har")]
    summary = replace(summary, entries=tuple(entries))
    print_summary(summary, console)
    if report:
        write_reports(summary, report)
    return summary.exit_code


def joined(reports: Sequence[Mapping[str, Any]], report: Path | None = None) -> Summary:
    """Return what several runs came to together.

    A law that one run had nothing to judge by, or did not come to, is judged where another run judged it.

    Raises:
        UserError: They are of different documents.
    """
    if len({item["document"] for item in reports}) > 1:
        raise UserError("the reports are of different documents, which cannot be joined")
    outcomes: dict[tuple[str, str], Outcome] = {}
    coverage: Coverage | None = None
    for item in reports:
        for outcome in _outcomes(item):
            key = outcome.law, outcome.operation
            outcomes[key] = _both(outcomes[key], outcome) if key in outcomes else outcome
        if item["coverage"]:
            met = coverage_from(item["coverage"])
            coverage = coverage.joined(met) if coverage else met
    found = {finding.fingerprint for outcome in outcomes.values() for finding in outcome.findings}
    urls = dict.fromkeys(str(item["url"]) for item in reports)
    seeds = {int(item["seed"]) for item in reports}
    return Summary(
        Settings(url=", ".join(urls), seed=seeds.pop() if len(seeds) == 1 else 0, report=report),
        tuple(outcomes.values()),
        Comparison(
            frozenset(name for item in reports for name in item["deviations"]["known"]),
            # What shows in one run is not gone because another one did not meet it.
            _deviations(reports, "gone", found),
            _deviations(reports, "expired", set()),
        ),
        sum(int(item["requests"]) for item in reports),
        sum(float(item["seconds"]) for item in reports),
        coverage=coverage,
        left_out=tuple(dict.fromkeys(line for item in reports for line in item["left out"])),
        digest=str(reports[0]["document"]),
        asks=any(entry["law"] == "schema/list" for item in reports for entry in item["laws"]),
    )


def _outcomes(report: Mapping[str, Any]) -> list[Outcome]:
    findings: dict[str, Finding] = {}
    repeats: dict[str, int] = {}
    for item in report["findings"]:
        finding = finding_from({name: value for name, value in item.items() if name not in _EXTRA})
        findings[finding.fingerprint] = finding
        repeats[finding.fingerprint] = int(item["repeats"])
    found = []
    for entry in report["laws"]:
        names = [name for name in entry["findings"] if name in findings]
        state, reason = entry["state"], entry["reason"]
        found.append(
            Outcome(
                law=entry["law"],
                tier=entry["tier"],
                title=entry["title"],
                operation=entry["operation"],
                sentence=entry["sentence"],
                exercised=entry["exercised"],
                reason=reason,
                findings=[findings[name] for name in names],
                repeats={name: repeats[name] for name in names},
                seconds=entry["seconds"],
                cut=reason if state == "not run" else "",
                fault=reason if state == "not judged" else "",
            )
        )
    return found


def _both(one: Outcome, other: Outcome) -> Outcome:
    findings = {item.fingerprint: item for item in (*other.findings, *one.findings)}
    return replace(
        one,
        exercised=one.exercised + other.exercised,
        reason="" if one.exercised or other.exercised else one.reason or other.reason,
        findings=list(findings.values()),
        repeats={name: one.repeats.get(name, 0) + other.repeats.get(name, 0) for name in findings},
        seconds=one.seconds + other.seconds,
        # One run that came to the end is enough.
        cut=one.cut if other.cut else "",
        fault=one.fault or other.fault,
    )


def _deviations(reports: Sequence[Mapping[str, Any]], kind: str, found: set[str]) -> tuple[Deviation, ...]:
    names = dict.fromkeys(name for item in reports for name in item["deviations"][kind])
    listed = [Deviation(name, "") for name in names]
    return tuple(item for item in listed if not any(item.matches(name) for name in found))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_text(path))
    except ValueError:
        data = None
    if not isinstance(data, dict) or not {"laws", "findings", "deviations", "document"} <= set(data):
        raise UserError("is no report of trigger-contract", source=path)
    if any("names" not in item for item in data.get("coverage", {}).values()):
        raise UserError("is of an older version; run again with --report", source=path)
    return data


def _entries(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        return list(json.loads(read_text(path))["log"]["entries"])
    except (ValueError, LookupError, TypeError):
        raise UserError("is no HTTP Archive", source=path) from None
