"""A benchmark that fails is no result."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_a_part_that_fails_ends_with_1_and_leaves_its_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("benchmarks_run", ROOT / "benchmarks" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    (tmp_path / "table.py").write_text("")
    (tmp_path / "client.py").write_text("print('quick')")
    (tmp_path / "versions.py").write_text("print('half a table'); raise ValueError('no')")
    results = tmp_path / "RESULTS.md"
    results.write_text(f"# Benchmarks\n\n## {run.TITLES['versions']}\n\nas it was\n")
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "versions", "client"])
    assert run.main() == 1
    text = results.read_text()
    assert "as it was" in text
    assert "quick" in text
    assert "half a table" not in text
    assert "versions" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["run.py", "client"])
    assert run.main() == 0
