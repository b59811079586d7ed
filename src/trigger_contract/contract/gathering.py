"""From a finished run to its summary, and to the files that were asked for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from trigger_contract.contract.baseline import Deviation, compare, dump_deviations
from trigger_contract.contract.coverage import ASPECTS, Coverage, coverage
from trigger_contract.contract.filtering import ITEMS_A_WALK
from trigger_contract.contract.findings import Outcome
from trigger_contract.contract.loader import order_of
from trigger_contract.contract.report.write import write_allure, write_reports
from trigger_contract.contract.session import Session
from trigger_contract.contract.summary import Summary
from trigger_contract.document.files import write_files


class Gathering:
    """Puts together what one or several processes found.

    Args:
        session: The run.
        deviations: The known deviations.
    """

    def __init__(self, session: Session, deviations: Sequence[Deviation]) -> None:
        self._session = session
        self._deviations = deviations
        self._start = time.monotonic()
        self.outcomes: list[Outcome] = []
        self.reached: set[str] = set()
        self._entries: list[dict[str, Any]] = []
        self._requests = 0
        self._lengths: dict[str, int] = {}
        self._touched: dict[str, frozenset[str]] = dict.fromkeys(ASPECTS, frozenset())

    def known(self, fingerprints: Iterable[str]) -> list[str]:
        """Return which fingerprints are known."""
        return sorted(compare(self._deviations, fingerprints, (), date.today()).known)

    def sent(self) -> dict[str, Any]:
        """Return what this process sent and met, as plain data."""
        met = self._session.books.result().met
        return {
            "requests": self._session.client.sent,
            "lengths": self._session.read_items,
            "entries": [entry for _, entry in sorted(self._session.entries, key=lambda pair: pair[0])],
            "met": {aspect: sorted(names) for aspect, names in met.items()},
        }

    def take_over(self, sent: Mapping[str, Any]) -> None:
        """Add what a process sent and met, see ``sent``."""
        self._requests += sent.get("requests", 0)
        self._entries += sent.get("entries", [])
        for name, count in sent.get("lengths", {}).items():
            self._lengths[name] = max(count, self._lengths.get(name, 0))
        for aspect, names in sent.get("met", {}).items():
            self._touched[aspect] = self._touched[aspect].union(names)

    def summary(self, *, interrupted: bool = False) -> Summary:
        """Return what the run came to."""
        session = self._session
        found = [finding.fingerprint for item in self.outcomes for finding in item.findings]
        return Summary(
            session.settings,
            tuple(sorted(self.outcomes, key=lambda item: order_of(item.kind))),
            compare(self._deviations, found, self.reached, date.today()),
            self._requests,
            time.monotonic() - self._start,
            frozenset(self.reached),
            tuple(self._entries),
            Coverage(coverage(session.contract, (), writes=session.settings.write).promised, self._touched),
            left_out=session.contract.left_out,
            interrupted=interrupted,
            unasked=session.unasked,
            long_lists={
                name: _told(count, is_whole=count < session.most_items)
                for name, count in self._lengths.items()
                if count > ITEMS_A_WALK
            },
            digest=sha256(json.dumps(session.contract.document, sort_keys=True).encode()).hexdigest(),
        )

    def write(self, summary: Summary) -> None:
        """Write what was asked for.

        Raises:
            UserError: A file cannot be written.
        """
        settings = self._session.settings
        if settings.write_known:
            findings = [finding for item in summary.outcomes for finding in item.findings]
            write_files({settings.write_known: dump_deviations(findings, self._deviations)})
        if settings.report:
            write_reports(summary, settings.report)
        if settings.allure:
            write_allure(summary, settings.allure)


def _told(count: int, *, is_whole: bool) -> str:
    """Say of a long list what of it was read."""
    first = "" if is_whole else f"its first {count:,} items were judged, and "
    return f"{first}of what a filter gives the first {ITEMS_A_WALK}"
