"""The pages about the house itself: files of the checkout's root, with links that fit the site."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PAGES = {
    "ARCHITECTURE.md": "house/architecture.md",
    "CONTRIBUTING.md": "house/contributing.md",
    "CHANGELOG.md": "house/changelog.md",
    "SECURITY.md": "house/security.md",
}
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def house() -> dict[str, str]:
    """Return the text of each page by its path in the site."""
    return {
        target: _LINK.sub(_linked, (ROOT / name).read_text(encoding="utf-8"))
        for name, target in _PAGES.items()
    }


def _linked(match: re.Match[str]) -> str:
    """Lead to a page of the site; what is none of its pages is named and leads nowhere."""
    label, path, anchor = match[1], match[2], match[3] or ""
    if path in _PAGES:
        return f"[{label}]({Path(_PAGES[path]).name}{anchor})"
    if path.startswith("docs/") and path.endswith(".md"):
        return f"[{label}](../{path.removeprefix('docs/')}{anchor})"
    return label if path.startswith("https://") else f"{label} (`{path}`)" if label != path else f"`{path}`"
