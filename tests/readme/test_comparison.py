"""What the README says beside others is backed: by tests here, by what was seen by running the peers."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("readme_tables", ROOT / "benchmarks" / "table.py")
tables = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tables)

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = tables.features()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_tables_are_what_the_results_give():
    assert tables.with_table(README) == README, "run python benchmarks/table.py"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["need"])
def test_every_claim_is_backed_by_tests_that_exist(row):
    assert row["here"] in ("yes", "no", "partly")
    assert bool(row["tests"]) is (row["here"] != "no")
    for name in row["tests"]:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


def test_every_peer_was_run():
    seen, broken = tables.observed(), tables.killed()
    assert {feature for feature, _ in seen} == {row["feature"] for row in ROWS if "feature" in row}
    # Microcks comes as containers; what schemathesis catches stands in the kill matrix.
    assert {peer for _, peer in seen} == set(tables.PEERS) - {"schemathesis", "Microcks"}
    for row in ROWS:
        if "broken" in row:
            law, _ = broken[row["broken"]]
            assert law


# Versions of standards and of programs, and the numbers of a licence or a page, are no measured figures.
NO_FIGURE = r"(?:Python|oasdiff|OpenAPI(?: 3.0 or)?|Overlay|Apache|version|YAML)[ -]$"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_measured_figure_is_written_by_hand(page):
    text = page.read_text(encoding="utf-8")
    if page.name == "README.md":
        text = text.partition(tables.BEGIN)[0] + text.partition(tables.END)[2]
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)
    # A status code is no measure.
    text = re.sub(r"\b[1-5]\d\d of\b", "", text)
    for match in re.finditer(r"\d+\.\d+(?:\.\d+)?|\d[\d,]* (?:of|times|requests|runs a second|ms\b)", text):
        before = text[max(0, match.start() - 20) : match.start()]
        assert re.search(NO_FIGURE, before) or match[0].count(".") == 2, f"{before}{match[0]}"
