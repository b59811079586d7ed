"""One run: everything that laws share."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from trigger_contract.contract.citations import Citations, read_provenance
from trigger_contract.contract.client import Client
from trigger_contract.contract.credentials import Credential, Credentials
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.findings import Finding
from trigger_contract.contract.places import NothingKnown, Places
from trigger_contract.contract.readings import Readings, published_readings
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.sampling import sample
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.snapshot import Walk, whole
from trigger_contract.contract.subjects import Contract, Relation, Subject, contract_from
from trigger_contract.contract.universal import OF_CONTENT, SITUATIONAL, Judge
from trigger_contract.contract.values import item_schema, some_value
from trigger_contract.document.locate import read_document
from trigger_contract.document.wire import QueryLeaf, encode_query

if TYPE_CHECKING:
    from trigger_contract.contract.law import Check

_DEEP = 400
_QUICK = 0.025
T = TypeVar("T")


class Session:
    """What the laws of one run share: the contract, a client, what was read.

    Args:
        settings: What the run is asked to do.
        document: The document; None to read the one the settings name.
        transport: Carries the requests; None opens sockets.
    """

    def __init__(
        self,
        settings: Settings,
        document: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        document = read_document(settings.spec) if document is None else document
        self.contract: Contract = contract_from(document, settings.tag)
        self.redactor = Redactor()
        self.credentials = Credentials(self.contract, settings, self.redactor)
        self.citations = Citations(document, read_provenance(settings.spec))
        self.client = Client(settings, transport)
        self.fingerprints: set[str] = set()
        self.current: Check | None = None
        self._pages = Readings([]) if settings.spec else published_readings()
        self._judge = Judge(document, self._pages)
        self.places = Places(self)
        self._walks: dict[str, Walk] = {}
        self._ever: dict[str, set[str]] = {}
        self._readings: dict[tuple[str, ...], dict[str, Exchange]] = {}

    def close(self) -> None:
        """Close every connection."""
        self.client.close()

    def random(self, *names: str) -> random.Random:
        """Return a generator that depends on the seed and these names alone, not on what ran before."""
        return random.Random(":".join((str(self.settings.seed), *names)))

    def ask(
        self,
        subject: Subject,
        *,
        path: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
        query: Sequence[tuple[str, str]] = (),
        raw_query: str | None = None,
        credential: Credential | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        method: str = "GET",
        purpose: str = "",
        lenient: bool = False,
    ) -> Exchange:
        """Send a request to an operation and judge what holds for every answer.

        Args:
            subject: The operation.
            path: A value for each path parameter, unescaped.
            values: A value for each query name, written as the document says.
            query: Further query pairs, written as they are.
            raw_query: The whole query string, percent-encoded, instead of both.
            credential: The key; by default the one that reads everything.
            headers: Further header fields.
            method: The method.
            purpose: Why, in a few words.
            lenient: Whether the request is odd enough that any refusal will do.

        Raises:
            BudgetExhausted: Nothing more may be sent.
            UserError: The server is gone.
        """
        if credential is None:
            credential = self.credentials.main(subject) or Credential("no key")
        target = _filled(subject.operation.path, self.places.complete(subject, path or {}))
        if raw_query is None:
            pairs = [*encode_query(subject.leaves, values or {}), *query, *credential.query]
            raw_query = "&".join(f"{quote(name, safe='')}={quote(value, safe=',:')}" for name, value in pairs)
        request = Request(
            method=method,
            target=target + ("?" + raw_query if raw_query else ""),
            headers=(*_accept(subject), *credential.headers, *headers),
            shown_headers=(*_accept(subject), *credential.shown, *headers),
            purpose=purpose,
        )
        exchange = self.client.send(request)
        self._observe(subject, exchange, lenient=lenient)
        return exchange

    def ask_raw(self, subject: Subject, target: str, purpose: str, *, lenient: bool = True) -> Exchange:
        """Send GET to a target that is written as it is, with the key that reads everything."""
        credential = self.credentials.main(subject) or Credential("no key")
        given = {name for name, _ in parse_qsl(target.partition("?")[2])}
        pairs = [(name, value) for name, value in credential.query if name not in given]
        if pairs:
            target += ("&" if "?" in target else "?") + urlencode(pairs)
        request = Request(
            "GET",
            target,
            (*_accept(subject), *credential.headers),
            (*_accept(subject), *credential.shown),
            purpose,
        )
        exchange = self.client.send(request)
        self._observe(subject, exchange, lenient=lenient)
        return exchange

    @cached_property
    def pace(self) -> float:
        """Which part of the usual work is done: all of it at 25 ms an answer, a tenth where it is slow.

        Settled once, from the median, so that a run repeats with its seed wherever the server is quick.
        """
        times = [exchange.elapsed for exchange in self.client.journal] or [0.0]
        return min(1.0, max(0.1, _QUICK / max(median(times), 0.0001)))

    def affordable(self, cases: Sequence[T], *names: str) -> Sequence[T]:
        """Return all cases, or a few drawn by the seed where the budget or a slow server asks for it."""
        share = min(self.client.remaining // 40, math.ceil(len(cases) * self.pace))
        if share >= len(cases):
            return cases
        return self.random("affordable", *names).sample(list(cases), max(2, share))

    def _observe(self, subject: Subject, exchange: Exchange, *, lenient: bool) -> None:
        check = self.current
        if check is None:
            return
        purpose = exchange.request.purpose
        check.reached.update(f"{subject.name} {code} {purpose}" for code in SITUATIONAL)
        if not lenient:
            check.reached.update(f"{subject.name} {code} {exchange.status}" for code in OF_CONTENT)
        for breach in self._judge.judge(subject, exchange, lenient=lenient):
            finding = Finding(
                law=breach.law,
                tier=breach.tier,
                operation=subject.name,
                status=exchange.status,
                place=purpose if breach.law in SITUATIONAL else breach.place,
                message=self.redactor.text(breach.message),
                expected=self.redactor.text(breach.expected),
                received=self.redactor.text(breach.received),
                citation=self.citations.at(breach.pointer, breach.sentence),
            )
            check.report(finding, exchange)

    def identity(self, subject: Subject) -> str:
        """Return the name of the field that identifies an item of a list; empty where none does."""
        known = self._walks.get(subject.name)
        return known.identity if known else subject.identity

    def documented_values(self, subject: Subject, leaf: QueryLeaf) -> list[str] | None:
        """Return the values of a query name that no page disputes; None where any text will do."""
        schema = item_schema(self.contract.document, leaf)
        if "enum" not in schema:
            return None
        path = subject.operation.path
        return [str(item) for item in schema["enum"] if not self._pages.is_contested(path, item)]

    def contested_values(self, subject: Subject, leaf: QueryLeaf) -> list[str]:
        """Return the values of a query name that another page gave it, which a server may refuse."""
        certain = self.documented_values(subject, leaf)
        enum = item_schema(self.contract.document, leaf).get("enum", ())
        return [] if certain is None else [str(item) for item in enum if str(item) not in certain]

    def required_values(self, subject: Subject) -> dict[str, Any]:
        """Return a value for each query name without which no request is valid."""
        document = self.contract.document
        return {leaf.name: some_value(document, leaf) or "1" for leaf in subject.required_leaves}

    @property
    def most_items(self) -> int:
        """How many items of a list are read at most; a quarter of the budget goes into that."""
        return max(200, self.settings.max_requests * 25)

    def snapshot(self, subject: Subject) -> Walk:
        """Return what a list holds, read once.

        Raises:
            NothingKnown: It stands below a thing of which none is known.
        """
        if subject.name not in self._walks:
            return self.refresh(subject)
        return self._walks[subject.name]

    def refresh(self, subject: Subject) -> Walk:
        """Read again what a list holds."""
        if self.places.home(subject) is None:
            raise NothingKnown(f"no list names a {subject.id_parameter['name']} for it")
        self._walks[subject.name] = whole(self, subject)
        self._ever.setdefault(subject.name, set()).update(self._walks[subject.name].ids)
        return self._walks[subject.name]

    def was_listed(self, subject: Subject, identity: str) -> bool:
        """Whether a list showed an item at some time of this run."""
        return identity in self._ever.get(subject.name, set())

    def ids(self, relation: Relation) -> list[str]:
        """Return identities for an operation that takes one, the most different items first."""
        items = self.snapshot(relation.source).by_id
        return sample(items, self._depth(), self.random("sample", relation.source.name))

    def read(self, relation: Relation) -> dict[str, Exchange]:
        """Ask an operation for the items of a list it belongs to, each once a run."""
        key = (relation.source.name, relation.target.name)
        if key not in self._readings:
            found: dict[str, Exchange] = {}
            self._readings[key] = found
            for identity in self.ids(relation):
                found[identity] = self.fetch(relation, identity)
        return self._readings[key]

    def read_as(
        self, relation: Relation, credential: Credential, identities: Iterable[str]
    ) -> dict[str, Exchange]:
        """Ask an operation for items with another key, each once a run."""
        known = self._readings.setdefault((relation.source.name, relation.target.name, credential.label), {})
        for identity in identities:
            if identity not in known:
                known[identity] = self.fetch(relation, identity, credential)
        return known

    def fetch(self, relation: Relation, identity: str, credential: Credential | None = None) -> Exchange:
        """Ask an operation for one item."""
        return self.ask(
            relation.target,
            path={relation.parameter: identity},
            credential=credential,
            purpose="read an item that is listed",
        )

    def _depth(self) -> int:
        """How many items are read one by one: within the budget, and fewer where the server is slow."""
        return max(5, min(math.ceil(_DEEP * self.pace), self.settings.max_requests // 10))


def _accept(subject: Subject) -> tuple[tuple[str, str], ...]:
    return (("Accept", subject.accept),) if subject.accept else ()


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", quote(value, safe="", errors="surrogatepass"))
    return template
