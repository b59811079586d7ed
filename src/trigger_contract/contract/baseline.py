"""Known deviations: strict both ways, so that the list stays true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from trigger_contract.contract.findings import Finding
from trigger_contract.contract.universal import OF_CONTENT, SITUATIONAL
from trigger_contract.document.files import read_text
from trigger_contract.document.yaml import LocatedMapping, dump, load
from trigger_contract.errors import UserError

_DRAWN = "schema/generated"


@dataclass(frozen=True)
class Deviation:
    """One known way in which a server differs.

    Attributes:
        fingerprint: Of the findings it stands for; ``*`` stands for anything.
        why: Why it is known and left.
        expires: The last day it is accepted, or None.
    """

    fingerprint: str
    why: str
    expires: date | None = None

    def matches(self, fingerprint: str) -> bool:
        """Whether it stands for a finding."""
        return bool(_pattern(self.fingerprint).fullmatch(fingerprint))

    def was_reached(self, reached: Iterable[str]) -> bool:
        """Whether a run did what shows the deviation, so that its absence means something.

        Args:
            reached: ``operation law``, ``operation law status`` and ``operation law purpose`` of a run.
        """
        parts = self.fingerprint.split(" ", 3)
        operation, law, status, place = [*parts, "", "", "", ""][:4]
        wanted = f"{operation} {law}"
        if law in OF_CONTENT:
            wanted += f" {status}"
        elif law in SITUATIONAL:
            wanted += f" {place}"
        elif law.startswith(_DRAWN):
            # What is drawn differs from seed to seed: that it does not show says nothing.
            return False
        reached = list(reached)
        labels = [key.removeprefix(f"{wanted} ") for key in reached if key.startswith(f"{wanted} ")]
        if labels and "*" not in place:
            return any(place.startswith(label) for label in labels)
        pattern = _pattern(wanted)
        return any(pattern.fullmatch(key) for key in reached)


@dataclass(frozen=True)
class Comparison:
    """What a run says about the known deviations.

    Attributes:
        known: Fingerprints that were found and are known.
        gone: Deviations whose trigger was reached and that did not show.
        expired: Deviations past their day whose trigger was reached.
    """

    known: frozenset[str] = frozenset()
    gone: tuple[Deviation, ...] = ()
    expired: tuple[Deviation, ...] = ()

    @property
    def is_true(self) -> bool:
        """Whether the list describes the server as it is."""
        return not self.gone and not self.expired


def compare(
    deviations: Sequence[Deviation], found: Iterable[str], reached: Iterable[str], today: date
) -> Comparison:
    """Hold the list against a run.

    Args:
        deviations: The known deviations.
        found: Fingerprints of everything found.
        reached: What the run reached, see ``Deviation.was_reached``.
        today: The day of the run.
    """
    found, reached = set(found), set(reached)
    expired = [item for item in deviations if item.expires and item.expires < today]
    valid = [item for item in deviations if item not in expired]
    return Comparison(
        known=frozenset(item for item in found if any(known.matches(item) for known in valid)),
        gone=tuple(
            item
            for item in valid
            if not any(item.matches(fingerprint) for fingerprint in found) and item.was_reached(reached)
        ),
        expired=tuple(
            item
            for item in expired
            if item.was_reached(reached) or any(item.matches(fingerprint) for fingerprint in found)
        ),
    )


def read_deviations(path: Path) -> list[Deviation]:
    """Read a list of known deviations.

    Raises:
        UserError: The file cannot be read or an entry is not right.
    """
    data = load(read_text(path), str(path))
    entries = data.get("deviations") if isinstance(data, Mapping) else None
    if not isinstance(entries, list):
        raise UserError("has no list `deviations`", source=path)
    return [_deviation(entry, path) for entry in entries]


def _deviation(entry: Any, path: Path) -> Deviation:
    line = entry.line if isinstance(entry, LocatedMapping) else None
    if not isinstance(entry, Mapping):
        raise UserError("a deviation is a mapping of fingerprint, why and expires", source=path, line=line)
    for name in ("fingerprint", "why"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise UserError(f"a deviation needs {name!r}", source=path, line=line)
    if unknown := set(entry) - {"fingerprint", "why", "expires"}:
        raise UserError(f"a deviation has no {sorted(unknown)[0]!r}", source=path, line=line)
    if len(entry["fingerprint"].split(" ", 3)) < 3:
        raise UserError("a fingerprint is `operation law status place`", source=path, line=line)
    expires = entry.get("expires")
    try:
        day = date.fromisoformat(str(expires)) if expires is not None else None
    except ValueError:
        raise UserError(f"{expires!r} is not a day like 2027-01-31", source=path, line=line) from None
    return Deviation(entry["fingerprint"].strip(), " ".join(entry["why"].split()), day)


def dump_deviations(findings: Iterable[Finding], old: Sequence[Deviation]) -> str:
    """Write findings as known deviations, keeping what was said about those known before.

    Args:
        findings: Everything found.
        old: Deviations known before; one that still shows is kept as it is.
    """
    entries: dict[str, dict[str, Any]] = {}
    for finding in findings:
        kept = next((item for item in old if item.matches(finding.fingerprint)), None)
        fingerprint = kept.fingerprint if kept else finding.fingerprint
        entries[fingerprint] = {"fingerprint": fingerprint, "why": kept.why if kept else finding.message}
        if kept and kept.expires:
            entries[fingerprint]["expires"] = kept.expires.isoformat()
    return dump({"deviations": [entries[key] for key in sorted(entries)]})


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)
