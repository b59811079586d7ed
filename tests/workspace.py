"""A folder that looks like the checkout to a reader's commands, and in which they may leave files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def workspace(folder: Path) -> Path:
    """Fill a folder with links to what stands in the checkout and return it."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "reports":
            (folder / path.name).symlink_to(path)
    return folder
