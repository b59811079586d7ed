"""What a release refuses, and what it builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from trigger_contract import __version__

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a release is built of, with the environment of this one."""
    target = tmp_path / "checkout"
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("src", "openapi", "contract_tests", "generated", "scripts"):
        shutil.copytree(ROOT / name, target / name, ignore=skip)
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    # The environment stands; to set it up again is not what is tried here.
    (target / "scripts" / "setup").write_text("#!/bin/sh\n")
    return target


def release(checkout: Path, tag: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "scripts" / "release", tag],
        capture_output=True,
        text=True,
        check=False,
    )


def test_another_tag_than_the_version_is_refused(checkout: Path) -> None:
    done = release(checkout, "v9.9.9")
    assert done.returncode == 2
    assert __version__ in done.stderr


def test_a_version_without_a_dated_section_in_the_changelog_is_refused(checkout: Path) -> None:
    path = checkout / "CHANGELOG.md"
    path.write_text(f"# Changelog\n\n## {__version__} (unreleased)\n\nFirst.\n", encoding="utf-8")
    done = release(checkout, f"v{__version__}")
    assert done.returncode == 2
    assert "CHANGELOG.md" in done.stderr
    assert not (checkout / "dist").exists()


def test_a_release_has_both_distributions_and_what_changed_and_is_the_same_twice(checkout: Path) -> None:
    path = checkout / "CHANGELOG.md"
    path.write_text(
        f"# Changelog\n\n## {__version__} (2026-12-01)\n\nNew.\n\n## 0.0.9 (2026-01-01)\n\nOld.\n",
        encoding="utf-8",
    )
    built = []
    for _ in range(2):
        done = release(checkout, f"v{__version__}")
        assert done.returncode == 0, done.stderr
        built.append({path.name: path.read_bytes() for path in (checkout / "dist").iterdir()})
    assert built[0] == built[1]
    assert built[0].pop("CHANGES.md").decode() == f"## {__version__} (2026-12-01)\n\nNew.\n"
    assert sum(name.endswith(".whl") for name in built[0]) == 2
    assert sum(name.endswith(".tar.gz") for name in built[0]) == 2
