"""Prints the outputs of the GitHub action (action.yml): ``action-outputs.py REPORT EXIT_CODE``.

An older report in the same folder is not taken for this run's: what could not be made has no counts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

VERDICTS = {0: "passed", 1: "failed"}


def main(report: str, code: int) -> None:
    """Print one ``name=value`` a line, as ``$GITHUB_OUTPUT`` takes them."""
    verdict = VERDICTS.get(code, "not made")
    counts: dict[str, int] = {}
    path = Path(report) / "report.json"
    if verdict != "not made" and path.is_file():
        counts = json.loads(path.read_text(encoding="utf-8"))["counts"]
    judged = sum(counts.get(state, 0) for state in ("passed", "failed", "warned", "known"))
    for name, value in (
        ("verdict", verdict),
        ("promises", judged if counts else ""),
        ("broken", counts.get("failed", "")),
        # A line break would begin another output.
        ("report", report.replace("\r", "").replace("\n", "")),
    ):
        print(f"{name}={value}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
