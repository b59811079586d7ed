"""Writes every report of a run into one folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from trigger_contract.contract.har import har_archive
from trigger_contract.contract.report.allure import allure
from trigger_contract.contract.report.html import html_page
from trigger_contract.contract.report.junit import junit
from trigger_contract.contract.report.shares import badge
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.document.files import write_files
from trigger_contract.errors import UserError


def write_reports(summary: Summary, folder: Path) -> None:
    """Write the reports: HTML, JSON, JUnit, HAR and the badge.

    Raises:
        UserError: The folder cannot be written.
    """
    check_folder(folder)
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


def write_allure(summary: Summary, folder: Path) -> None:
    """Write a folder of results for Allure.

    Raises:
        UserError: The folder cannot be written.
    """
    check_folder(folder, "allure")
    write_files({folder / name: _safe(text) for name, text in allure(summary).items()})


def check_folders(settings: Settings) -> None:
    """See that everything that is asked for can be written, before the first request.

    Raises:
        UserError: A folder may not be written.
    """
    for option, folder in (("report", settings.report), ("allure", settings.allure)):
        if folder:
            check_folder(folder, option)


def check_folder(folder: Path, option: str = "report") -> None:
    """See that reports can be written, without writing anything.

    Raises:
        UserError: The folder, or what is above it, is a file or may not be written.
    """
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise UserError(f"{place} is a file, not a folder", source=f"--{option} {folder}")
    if not os.access(place, os.W_OK | os.X_OK):
        raise UserError(f"{place} may not be written", source=f"--{option} {folder}")


def _safe(text: str) -> str:
    """Half a character cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
