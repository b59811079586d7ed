"""``trigger-contract check``: files of recorded traffic, judged and reported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from trigger_contract.contract.baseline import read_deviations
from trigger_contract.contract.report.write import check_folder
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.traffic.judging import Traffic, judge_all
from trigger_contract.contract.traffic.matching import host_of
from trigger_contract.contract.traffic.reading import Recorded, read_traffic
from trigger_contract.contract.traffic.telling import tell
from trigger_contract.document.locate import read_document
from trigger_contract.document.urls import split_url
from trigger_contract.errors import UserError


def check_files(files: Sequence[Path], settings: Settings, console: Console, only: str = "") -> int:
    """Judge recorded traffic and print what came of it.

    Args:
        files: Files of recorded traffic.
        settings: The document, the known deviations, where reports go.
        console: Where the results go.
        only: Judge only exchanges whose URL begins with this; empty for all.

    Returns:
        0 if every promise holds, 1 if one is broken.

    Raises:
        UserError: A file cannot be read, or holds nothing of this document.
    """
    deviations = read_deviations(settings.known) if settings.known else []
    if settings.report:
        check_folder(settings.report)
    document = read_document(settings.spec)
    traffic = Traffic(document, settings, [only] if only else ())
    for path in files:
        before = traffic.judged
        recorded = [item for item in read_traffic(path) if _is_below(item.exchange.url, only)]
        judge_all(traffic, recorded)
        if traffic.judged == before:
            raise UserError(_none_of(recorded, traffic), source=path)
    return tell(document, traffic, traffic.summary(deviations), deviations, console)


def _none_of(recorded: Sequence[Recorded], traffic: Traffic) -> str:
    """Say why nothing of a file was judged."""
    told = f"holds {len(recorded)} exchanges and none of an operation of the document"
    elsewhere = next((item.exchange.url for item in recorded if not traffic.knows(item.exchange.url)), "")
    if elsewhere:
        parts = split_url(elsewhere)
        return f"{told}; is it another server's? --url {parts.scheme}://{host_of(elsewhere)} judges it anyway"
    return f"{told}; is it another server's, or should --spec name its document?"


def _is_below(url: str, only: str) -> bool:
    """Whether an address is the given one or below it; a recording that names no host is taken as it is."""
    only = only.rstrip("/")
    return not only or url.startswith(("/", f"{only}/", f"{only}?")) or url == only
