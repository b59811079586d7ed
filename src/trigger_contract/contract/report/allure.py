"""Results for Allure: one file for each law and operation. Source: Allure 2, ``*-result.json``."""

from __future__ import annotations

import json
import uuid

from trigger_contract.contract.findings import Outcome, State
from trigger_contract.contract.report.text import finding_text
from trigger_contract.contract.summary import Summary

_STATUS: dict[State, str] = {
    "passed": "passed",
    "failed": "failed",
    "warned": "passed",
    "known": "passed",
    "not exercised": "skipped",
    "not run": "skipped",
    "not judged": "broken",
}


def allure(summary: Summary) -> dict[str, str]:
    """Return the files of a results folder, by name."""
    return {
        f"{_identity(summary, item)}-result.json": json.dumps(_result(summary, item), indent=1) + "\n"
        for item in summary.outcomes
    }


def _identity(summary: Summary, outcome: Outcome) -> str:
    """The same for the same law, operation and server, so that Allure keeps a history."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{summary.settings.url} {outcome.law} {outcome.operation}"))


def _result(summary: Summary, outcome: Outcome) -> dict[str, object]:
    texts = [finding_text(item, outcome.repeats.get(item.fingerprint, 1)) for item in outcome.findings]
    message = outcome.findings[0].message if outcome.findings else outcome.reason
    stop = round(summary.ended.timestamp() * 1000)
    return {
        "uuid": _identity(summary, outcome),
        "historyId": _identity(summary, outcome),
        "fullName": f"{outcome.operation} {outcome.law}",
        "name": outcome.law,
        "description": outcome.sentence,
        "status": _STATUS[summary.state(outcome)],
        "statusDetails": {"message": message, "trace": "\n\n".join(texts)},
        "stage": "finished",
        "start": stop - round(outcome.seconds * 1000),
        "stop": stop,
        "labels": [
            {"name": "suite", "value": outcome.operation},
            {"name": "feature", "value": outcome.kind},
            {"name": "severity", "value": "normal" if outcome.tier == "documented" else "minor"},
        ],
    }
