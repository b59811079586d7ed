"""What fuzzing starts from and what it has found is fed to its surface in each run of the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from . import surfaces
from .surfaces import CORPUS, SURFACES

ROOT = Path(__file__).resolve().parents[2]
INPUTS = [(name, path) for name, surface in SURFACES.items() for path in surface.corpus()]


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=[f"{name}-{path.name}" for name, path in INPUTS])
def test_what_is_kept_breaks_nothing(name: str, path: Path) -> None:
    SURFACES[name].check(path.read_bytes())


def test_every_surface_has_a_corpus_and_no_corpus_is_left_over() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(SURFACES)
    assert all(surface.corpus() for surface in SURFACES.values())


def test_a_broken_surface_is_found_kept_small_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from . import __main__ as program

    def check(data: bytes) -> None:
        assert b"{}" not in data

    (tmp_path / "query").mkdir()
    (tmp_path / "query" / "start").write_bytes(b"/a?b=c")
    monkeypatch.setattr(surfaces, "CORPUS", tmp_path)
    tried, broken, how = program.fuzz(surfaces.Surface("query", "", check), 60, 1)
    assert tried > 1
    assert broken is not None
    assert b"{}" in broken
    assert len(broken) <= 8
    assert "AssertionError" in how


def test_the_script_names_the_surfaces_and_refuses_others() -> None:
    done = subprocess.run([ROOT / "scripts" / "fuzz", "nothing"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in SURFACES)
