"""Makes the README's tables: `python benchmarks/table.py`, after `benchmarks/run.py`.

What is said of this project is in features.yaml, with the tests that back it. What is said of a peer is
what was seen by running it: RESULTS.md, and the kill matrix for schemathesis. What was not tried is left out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
README = ROOT / "README.md"
PEERS = {
    "openapi-python-client": "openapi-python-client",
    "TypeScript SDK": "TypeScript SDK",
    "Prism": "Prism",
    "Specmatic": "Specmatic",
    "WireMock": "WireMock",
    "Redocly": "Redocly",
    "Microcks": "Microcks",
    "schemathesis": "plain schemathesis",
}
BEGIN, END = "<!-- made by benchmarks/table.py -->\n", "<!-- end -->\n"


def features() -> list[dict[str, Any]]:
    """Return the rows as they are written down."""
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "features.yaml").read_text(encoding="utf-8"))
    return rows


def observed() -> dict[tuple[str, str], tuple[str, str]]:
    """Return what was seen of each feature and peer: the answer and in what it showed."""
    text = (HERE / "RESULTS.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (yes|no|partly) \| (.+) \|$", text, re.MULTILINE)
    return {(feature, peer): (answer, what) for feature, peer, answer, what in lines}


def killed() -> dict[str, tuple[str, str]]:
    """Return for each broken server which law caught it and whether schemathesis did."""
    text = (ROOT / "contract_tests" / "KILL_MATRIX.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^\| ([^|]+) \| `([^`]+)` \| [^|]+ \| [^|]+ \| (caught|missed) \|$", text, re.MULTILINE
    )
    return {name: (law, {"caught": "yes", "missed": "no"}[peer]) for name, law, peer in found}


def table() -> str:
    """Return the table and its notes as Markdown."""
    seen, broken = observed(), killed()
    lines = [f"| what you need | here | {' | '.join(PEERS.values())} |", f"|---|---|{'---|' * len(PEERS)}"]
    notes: list[str] = []
    for row in features():
        answers = {peer: seen.get((row.get("feature", ""), peer), ("", "")) for peer in PEERS}
        if "broken" in row:
            answers["schemathesis"] = (broken[row["broken"]][1], "")
        cells = []
        for answer, what in answers.values():
            if answer == "partly":
                notes.append(what)
                answer = f"partly <sup>{len(notes)}</sup>"
            cells.append(answer)
        lines.append(f"| {row['need']} | {row['here']} | {' | '.join(cells)} |")
    lines.append("")
    lines += [f"<sup>{number}</sup> {what}.\n" for number, what in enumerate(notes, 1)]
    return "\n".join(lines).rstrip() + "\n"


def figures() -> str:
    """Return the table of figures as Markdown, each read from where a program wrote it."""
    results = (HERE / "RESULTS.md").read_text(encoding="utf-8")
    matrix = (ROOT / "contract_tests" / "KILL_MATRIX.md").read_text(encoding="utf-8")
    report = (ROOT / "openapi" / "NORMALIZATION.md").read_text(encoding="utf-8")

    def found(pattern: str, text: str = results) -> str:
        match = re.search(pattern, text, re.MULTILINE)
        if match is None:
            sys.exit(f"benchmarks/table.py: no figure for {pattern}")
        return match[1]

    ratio = r"\| [\d.]+ \| ([\d.]+) \|"
    rate = r" +\d+/s +([\d.]+)x"
    caught, peer = found(r"caught: \*\*(.+?)\*\*", matrix), found(r"^  \*\*(.+?)\*\*", matrix)
    page, call = found(rf"generated client, extras kept {ratio}"), found(rf"generated client {ratio}")
    contradictions = found(r"^(\d+) in all", report)
    one, many = found(f"^retrieve, Prism{rate}"), found(f"^list of 25, Prism{rate}")
    rows = {
        "stock openapi-python-client": f"reads a page of 100 runs in {page} of the time, unknown fields kept",
        "hand-written httpx": f"takes {call} of the time for a call, with types, pages, retries and errors",
        "Prism": f"answers {one} times as many retrievals and {many} times as many lists for the same work, "
        "asked the same again",
        "plain `schemathesis run`": f"catches {caught} servers that break one promise; of each 14th of them, "
        f"shown to plain schemathesis too, that caught {peer}",
        "reading the pages yourself": f"finds {contradictions} contradictions between the "
        "pages, each with page, line, choice and reason",
    }
    return "\n".join(["| beside | this |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows.items())]) + "\n"


def with_table(text: str) -> str:
    """Return the README with both tables in their place."""
    before, found, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not found or not end:
        sys.exit("benchmarks/table.py: the README has no place for the tables")
    return f"{before}{BEGIN}\n{table()}\n{figures()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
