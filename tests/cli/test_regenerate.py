"""Document and client rebuilt from pages that changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trigger_contract.errors import UserError
from trigger_contract.regenerate import regenerate, stale_lines, summary_lines

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is built, with the pages it is built from."""
    for name in ("openapi", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def change_page(copy: Path, old: str, new: str) -> None:
    page = copy / "openapi" / "sources" / "trigger-list-runs.md"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_committed_is_what_the_pages_give(copy):
    before = contents(copy)
    result = regenerate(copy, check=True)
    assert result.stale == ()
    assert not result.comparison.changes
    assert contents(copy) == before


def test_a_changed_page_changes_document_and_client_and_is_told(copy):
    change_page(copy, "maximum: 100", "maximum: 50")
    before = contents(copy)
    checked = regenerate(copy, check=True)
    assert contents(copy) == before
    assert Path("openapi/openapi.yaml") in checked.stale
    assert any(path.parts[0] == "generated" for path in checked.stale)
    written = regenerate(copy)
    assert written.stale == checked.stale
    assert written.comparison.breaking
    assert any("size" in change.message and "50" in change.message for change in written.comparison.changes)
    assert regenerate(copy, check=True).stale == ()


def test_a_name_that_changes_breaks_code_and_is_told(copy):
    methods = copy / "generated" / "api.md"
    text = methods.read_text(encoding="utf-8")
    methods.write_text(text.replace("`runs.list`", "`runs.list_all`"), encoding="utf-8")
    result = regenerate(copy)
    assert result.client_version == "0.2.0"
    assert (
        "renamed   runs.list_all is runs.list now (GET /api/v1/runs); "
        "`x-client: {method: list_all}` on the operation keeps its name"
    ) in summary_lines(result)


def test_a_left_over_file_in_the_client_is_stale_and_goes(copy):
    stray = copy / "generated" / "trigger_dev_client" / "models" / "left_over.py"
    stray.write_text("")
    assert regenerate(copy, check=True).stale == (stray.relative_to(copy),)
    regenerate(copy)
    assert not stray.exists()


def test_a_page_that_cannot_be_read_leaves_everything_as_it_was(copy):
    change_page(copy, "openapi: 3.1.0", "openapi: [3.1.0")
    before = contents(copy)
    with pytest.raises(UserError, match=r"trigger-list-runs\.md"):
        regenerate(copy)
    assert contents(copy) == before


def test_the_summary_names_every_page_and_what_came_of_them(copy):
    lines = "\n".join(summary_lines(regenerate(copy, check=True)))
    for page in (copy / "openapi" / "sources").iterdir():
        assert page.name in lines
    assert "4 operations" in lines
    assert "contradictions" in lines
    assert "version 0.1.0" in lines


def test_what_was_written_is_told_by_kind_and_not_file_by_file(copy):
    for path in (copy / "generated" / "trigger_dev_client" / "models").glob("*.py"):
        path.write_text("stale = True\n", encoding="utf-8")
    (copy / "openapi" / "NORMALIZATION.md").write_text("stale\n", encoding="utf-8")
    told: list[str] = []
    result = regenerate(copy, progress=told.append)
    assert told[0] == "reading the pages"
    assert told[-1] == "writing"
    models, report = sorted(stale_lines(result.stale, "Wrote"))
    count = len(list((copy / "generated" / "trigger_dev_client" / "models").glob("*.py")))
    assert models.startswith(f"Wrote {count} models of the client: generated/trigger_dev_client/models/")
    assert report == "Wrote openapi/NORMALIZATION.md"
    assert list(stale_lines(regenerate(copy, check=True).stale, "Stale")) == []
