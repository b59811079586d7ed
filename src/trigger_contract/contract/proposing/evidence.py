"""What shows that a document may be wrong: of many exchanges those that say something new."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.traffic.matching import Match
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.traffic.requests import BODY, MEDIA, MISSING, VALUE
from trigger_contract.contract.universal import CONTENT_TYPE, SCHEMA, STATUS, Breach

# What the document rather than server or client may be wrong about; the other laws judge these alone.
OF_ANSWERS = frozenset({STATUS, CONTENT_TYPE, SCHEMA})
OF_REQUESTS = frozenset({VALUE, MISSING, BODY, MEDIA})
# What breaks these is told by its form; of all else each value counts, as the document may list or bound it.
_BY_FORM = frozenset({"type", "format", "pattern"})
_CASES = 4000
_BYTES = 64 * 1024 * 1024
_SHAPES = 40

Redact = Callable[[str], str]


@dataclass
class Case:
    """An exchange that the document does not allow.

    Attributes:
        subject: The operation asked.
        exchange: The request and its answer.
        lenient: Whether the request was odd enough that any refusal will do.
        where: Where it was recorded; empty where it was asked for in the run.
        redact: Takes secrets out of a text.
        findings: The fingerprints of what it showed first.
        times: How many exchanges said the same.
        sent: What was sent and by which path, where the request is judged too.
        is_odd: Whether the server took a request that the document does not allow.
    """

    subject: Subject
    exchange: Exchange
    lenient: bool
    where: str
    redact: Redact
    findings: list[str] = field(default_factory=list)
    times: int = 1
    sent: tuple[Match, Recorded] | None = None
    is_odd: bool = False


class Evidence:
    """Keeps the exchanges that say something new, from every thread and within bounds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[object, ...], Case] = {}
        self._shapes: dict[tuple[object, ...], int] = {}
        self._size = 0
        self.cases: list[Case] = []
        self.left_out = 0

    def note(
        self,
        subject: Subject,
        exchange: Exchange,
        found: Sequence[tuple[Breach, str]],
        redact: Redact,
        *,
        lenient: bool = False,
        where: str = "",
        sent: tuple[Match, Recorded] | None = None,
    ) -> None:
        """Take an exchange into account.

        Args:
            subject: The operation asked.
            exchange: The request and its answer.
            found: What was broken, each with the fingerprint of its finding; empty where it is none.
            redact: Takes secrets out of a text.
            lenient: Whether the request was odd enough that any refusal will do.
            where: Where it was recorded.
            sent: What was sent and by which path, where the request is judged too.
        """
        is_odd = 200 <= exchange.status < 300 and any(item.law in OF_REQUESTS for item, _ in found)
        told = [
            item for item in found if item[0].law in OF_ANSWERS or (is_odd and item[0].law in OF_REQUESTS)
        ]
        if not told:
            return
        with self._lock:
            keys = [
                key for breach, _ in told for key in self._keys(subject, exchange, breach, lenient=lenient)
            ]
            known = [self._known[key] for key in keys if key in self._known]
            if len(known) == len(keys):
                for case in {id(case): case for case in known}.values():
                    case.times += 1
                return
            if len(self.cases) >= _CASES or self._size > _BYTES:
                self.left_out += 1
                return
            case = Case(
                subject,
                exchange,
                lenient,
                where,
                redact,
                [name for _, name in told if name],
                sent=sent,
                is_odd=is_odd,
            )
            self._size += len(exchange.body)
            self.cases.append(case)
            for key in keys:
                self._known.setdefault(key, case)

    def _keys(
        self, subject: Subject, exchange: Exchange, breach: Breach, *, lenient: bool
    ) -> list[tuple[object, ...]]:
        """Return what an exchange says about a document; what was said before need not be kept."""
        about = (subject.name, lenient, breach.law, exchange.status, exchange.media_type)
        if breach.law in OF_REQUESTS and breach.fault is None:
            return [(*about, breach.place, str(breach.received))]
        if breach.fault is None:
            seen = self._shapes.get(about, 0)
            key = (*about, _shape(exchange.json) if seen < _SHAPES else "")
            if key not in self._known:
                self._shapes[about] = seen + 1
            return [key]
        error = breach.fault.error
        # Of a list in a query, only the first wrong item is told.
        value = breach.received if breach.law == VALUE else error.instance
        if error.kind.name == "required":
            said = ""
        elif error.kind.name in _BY_FORM or isinstance(error.instance, (dict, list)):
            said = _shape(value, 3)
        else:
            said = json.dumps(value)
        return [(*about, breach.fault.place(), breach.place, said)]


def _shape(value: Any, depth: int = 6) -> str:
    """Spell what a value is made of, whatever it says."""
    if isinstance(value, dict):
        if depth == 0 or len(value) > 200:
            return "{}"
        return "{" + ",".join(f"{name}:{_shape(value[name], depth - 1)}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return (
            "[" + "|".join(sorted({_shape(item, depth - 1) for item in value[:100]} if depth else ())) + "]"
        )
    return type(value).__name__
