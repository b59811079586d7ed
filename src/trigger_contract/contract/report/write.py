"""Writes every report of a run into one folder."""

from __future__ import annotations

import json
from pathlib import Path

from trigger_contract.contract.har import har_archive
from trigger_contract.contract.report.html import html_page
from trigger_contract.contract.report.junit import junit
from trigger_contract.contract.report.shares import badge
from trigger_contract.contract.summary import Summary
from trigger_contract.document.files import write_files
from trigger_contract.errors import UserError


def write_reports(summary: Summary, folder: Path) -> None:
    """Write ``report.html``, ``report.json``, ``junit.xml``, ``traffic.har`` and ``badge.svg``.

    Raises:
        UserError: The folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError("is a file, not a folder", source=f"--report {folder}")
    write_files(
        {
            folder / "report.html": html_page(summary),
            folder / "report.json": _safe(json.dumps(summary.to_dict(), indent=2, ensure_ascii=False) + "\n"),
            folder / "junit.xml": junit(summary),
            folder / "badge.svg": badge(summary),
            folder / "traffic.har": _safe(
                json.dumps(har_archive(summary.entries), ensure_ascii=False) + "\n"
            ),
        }
    )


def _safe(text: str) -> str:
    """Half a character cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
