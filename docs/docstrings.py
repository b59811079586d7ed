"""Docstrings of the generated client, made harmless for a site that shows them as Markdown.

They hold what published pages say. In an editor that is text; on the site a tag, a picture or a script's
address in it would be live.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PICTURE = re.compile(r"!(?=\[)")
# Only these lead somewhere without running anything.
_ADDRESS = re.compile(r"\]\((?!\s{0,9}<?(?:https?://|mailto:|[/#.]|[\w-]+(?:[./#)]|\s)))")


def copy_harmless(package: Path, target: Path) -> None:
    """Copy the Python files of a folder with harmless docstrings.

    Args:
        package: The folder that holds the package.
        target: Where the copy goes; it must not exist.
    """
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__", "*.md", "*.toml"))
    for path in target.rglob("*.py"):
        path.write_text(harmless(path.read_text(encoding="utf-8")), encoding="utf-8")


def harmless(source: str) -> str:
    """Return a module's source with its docstrings, and the texts below attributes, made harmless."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            first, last = value.lineno - 1, value.end_lineno or value.lineno
            lines[first:last] = _quoted("\n".join(lines[first:last])).split("\n")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Quote what is live in Markdown, but in code, where nothing is."""
    pieces, start = [], 0
    for code in _CODE.finditer(text):
        pieces += [_plain(text[start : code.start()]), code[0]]
        start = code.end()
    return "".join([*pieces, _plain(text[start:])])


def _plain(text: str) -> str:
    return _ADDRESS.sub("]&#40;", _PICTURE.sub("&#33;", _TAG.sub("&lt;", text)))
