"""Builds the documentation site: `python docs/build.py [FOLDER]`, by default into site/.

What is written by hand, what is made from the program and the drawn diagrams are put into one folder,
which Zensical turns into the site. Any broken link ends it with exit code 1. To read the site:
`python -m http.server --directory site`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from diagrams import drawn
from docstrings import copy_harmless
from generated_pages import pages
from house_pages import house

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent


def stage(folder: Path) -> Path:
    """Put everything the site is made of into a folder; return its configuration."""
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(DOCS)
        target = folder / "docs" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(drawn(path.read_text(encoding="utf-8"), str(name)), encoding="utf-8")
    for path in [*DOCS.rglob("*.schema.json"), *DOCS.glob("examples/*")]:
        target = folder / "docs" / path.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name, text in {**pages(), **house()}.items():
        target = folder / "docs" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "assets", folder / "docs" / "assets")
    copy_harmless(ROOT / "generated", folder / "generated")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "paths: [generated]" in settings
    config = folder / "mkdocs.yml"
    config.write_text(settings.replace("[generated]", f"[{folder / 'generated'}]"), encoding="utf-8")
    return config


def unlisted(folder: Path) -> list[str]:
    """Return the pages that the navigation does not lead to."""
    listed = _listed(yaml.safe_load((folder / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    return sorted(
        str(path.relative_to(folder / "docs"))
        for path in (folder / "docs").rglob("*.md")
        if str(path.relative_to(folder / "docs")) not in listed
    )


def _listed(entry: object) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    entries = entry.values() if isinstance(entry, dict) else entry
    return set().union(*map(_listed, entries)) if isinstance(entry, (dict, list)) else set()


def build(target: Path) -> int:
    """Build the site into a folder, which is replaced; return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        config = stage(folder)
        if missing := unlisted(folder):
            print(f"docs/build.py: not in the navigation: {', '.join(missing)}", file=sys.stderr)
            return 1
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(config)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout + done.stderr, file=sys.stderr)
            return 1
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "site", target)
    print(f"The site is in {target}; to read it: python -m http.server --directory {target}")
    return 0


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "site"))
