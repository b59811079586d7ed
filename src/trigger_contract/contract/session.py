"""One run: everything that laws share."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from trigger_contract.contract.budget import Budget
from trigger_contract.contract.citations import Citations, read_provenance
from trigger_contract.contract.client import ANSWER_SECONDS, BudgetExhausted, Client
from trigger_contract.contract.coverage import Books
from trigger_contract.contract.credentials import Credential, Credentials, option_of
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.findings import Finding
from trigger_contract.contract.har import har_entry
from trigger_contract.contract.ledger import Ledger
from trigger_contract.contract.notes import Notes, current, noting
from trigger_contract.contract.once import Once
from trigger_contract.contract.places import Places
from trigger_contract.contract.pool import Pool
from trigger_contract.contract.proposing.evidence import Evidence
from trigger_contract.contract.readings import Readings, published_readings
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.sampling import sample
from trigger_contract.contract.scope import scoped
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.showing import one_line
from trigger_contract.contract.snapshot import Walk, whole
from trigger_contract.contract.subjects import Contract, Relation, Subject, contract_from
from trigger_contract.contract.universal import OF_CONTENT, SITUATIONAL, Judge
from trigger_contract.contract.values import item_schema, some_value
from trigger_contract.document.locate import read_document
from trigger_contract.document.wire import QueryLeaf, encode_query
from trigger_contract.errors import UserError

_DEEP = 400
_ITEMS = 6000
_HAR_BODY = 4096
_HAR_ENTRIES = 20_000
# An operation whose answers do not end is waited for less and less, and then not at all.
_PATIENCE = (ANSWER_SECONDS, ANSWER_SECONDS, 5.0, 5.0)
_DOUBTS = 20
T = TypeVar("T")


class KeyLost(UserError):
    """A key that was let in is refused from some moment on, so that nothing after it can be judged."""


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
        self.contract: Contract = scoped(contract_from(document, settings.tag), settings)
        self.redactor = Redactor()
        self.credentials = Credentials(self.contract, settings, self.redactor)
        self.citations = Citations(document, read_provenance(settings.spec))
        self.client = Client(settings, transport)
        self._transport = transport
        self.ledger = Ledger()
        # A transport inside the process must not be closed under a request; a socket may.
        self._opens_sockets = transport is None
        self.budget = Budget(self.client)
        self.pool = Pool(settings.concurrency)
        self.books = Books(self.contract, writes=settings.write)
        self.evidence = Evidence()
        self.entries: list[tuple[int, dict[str, Any]]] = []
        self._pages = Readings([]) if settings.spec else published_readings()
        self._judge = Judge(document, self._pages)
        self.places = Places(self)
        self._lock = threading.Lock()
        self._once = Once(self._over)
        self._ever: dict[str, set[str]] = {}
        self._readings: dict[tuple[str, ...], dict[str, Exchange]] = {}
        self._overruns: dict[str, int] = {}
        self._let_in: dict[str, Request] = {}
        self._doubts = 0
        self._cleaner = 0
        # How many items of each list were read.
        self.read_items: dict[str, int] = {}
        # Operations whose keys were not given.
        self.unasked: tuple[str, ...] = ()

    def take_over(self, other: Session) -> None:
        """Take what another run on the document found out before it began: keys, and what is left out."""
        self.contract, self.unasked = other.contract, other.unasked
        self.credentials, self.redactor = other.credentials, other.redactor

    def _over(self) -> str:
        return self.client.exhausted if self.client.is_exhausted else ""

    def begin_again(self, seconds: float) -> None:
        """Go on with a client of its own, in this thread alone, for some seconds: to clean up."""
        self._cleaner = threading.get_ident()
        self.client.close()
        limits = replace(self.settings, time_limit=seconds, max_requests=1_000_000, rate=None)
        self.client = Client(limits, self._transport)

    def close(self) -> None:
        """End what is under way and close every connection."""
        is_over = bool(self.client.exhausted or self._cleaner)
        self.client.abort("the end of the run")
        self.pool.close(0.3 if is_over and self._opens_sockets else 10.0)
        self.client.close()

    def shown(self, value: object, limit: int = 200) -> str:
        """Show a value within a line, as JSON and without secrets."""
        return one_line(value, self.redactor.text, limit)

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
        body: bytes | None = None,
    ) -> Exchange:
        """Send a request to an operation and judge what holds for every answer.

        Args:
            subject: The operation.
            path: A value for each path parameter, unescaped.
            values: A value for each query name, written as the document says; where no query is given at
                all, what every request has to have.
            query: Further query pairs, written as they are.
            raw_query: The whole query string, percent-encoded, instead of both.
            credential: The key; by default the one that reads everything.
            headers: Further header fields.
            method: The method.
            purpose: Why, in a few words.
            lenient: Whether the request is odd enough that any refusal will do.
            body: The content, whose media type is among the headers.

        Raises:
            BudgetExhausted: Nothing more may be sent.
            UserError: The server is gone.
        """
        if credential is None:
            credential = self.credentials.main(subject) or Credential("no key")
        target = _filled(subject.operation.path, self.places.complete(subject, path or {}))
        if raw_query is None:
            if values is None and not query:
                values = self.required_values(subject)
            pairs = [*encode_query(subject.leaves, values or {}), *query, *credential.query]
            raw_query = "&".join(f"{quote(name, safe='')}={quote(value, safe=',:')}" for name, value in pairs)
        if raw_query:
            target += "?" + raw_query
        return self._send(subject, method, target, credential, headers, purpose, lenient=lenient, body=body)

    def ask_raw(self, subject: Subject, target: str, purpose: str, *, lenient: bool = True) -> Exchange:
        """Send GET to a target that is written as it is, with the key that reads everything."""
        credential = self.credentials.main(subject) or Credential("no key")
        given = {name for name, _ in parse_qsl(target.partition("?")[2])}
        pairs = [(name, value) for name, value in credential.query if name not in given]
        if pairs:
            target += ("&" if "?" in target else "?") + urlencode(pairs)
        return self._send(subject, "GET", target, credential, (), purpose, lenient=lenient)

    def _send(
        self,
        subject: Subject,
        method: str,
        target: str,
        credential: Credential,
        headers: tuple[tuple[str, str], ...],
        purpose: str,
        *,
        lenient: bool,
        body: bytes | None = None,
    ) -> Exchange:
        exchange = self._answered(subject, method, target, credential, headers, purpose, body)
        if self._is_lost(subject, exchange, credential):
            newest = self.credentials.main(subject) if self.credentials.renew(credential) else None
            if newest is None or newest.query:
                raise KeyLost(
                    f"{credential.label} was let in at first and is no longer accepted "
                    f"(status {exchange.status} after {self.client.sent} requests, "
                    f"{self.client.elapsed:.0f} s)",
                    source=option_of(credential.variable),
                )
            exchange = self._answered(subject, method, target, newest, headers, purpose, body)
        self._observe(subject, exchange, lenient=lenient)
        return exchange

    def _answered(
        self,
        subject: Subject,
        method: str,
        target: str,
        credential: Credential,
        headers: tuple[tuple[str, str], ...],
        purpose: str,
        body: bytes | None,
    ) -> Exchange:
        """Send one request with what every request carries, and follow where it is sent on to."""
        given = {name.lower() for name, _ in (*credential.headers, *headers)}
        extra = [item for item in self.credentials.extra if item[0] not in given or item[0] == "cookie"]
        request = Request(
            method=method,
            target=target,
            headers=_one_cookie((("accept", subject.accepts), *credential.headers, *extra, *headers)),
            shown_headers=(
                *credential.shown,
                *((name, self.redactor.text(value)) for name, value in extra),
                *headers,
            ),
            purpose=purpose,
            body=body,
        )
        if self._cleaner not in (0, threading.get_ident()):
            raise BudgetExhausted("the end of the run")
        self.budget.spend()
        overruns = self._overruns.get(subject.name, 0)
        if overruns >= len(_PATIENCE):
            raise BudgetExhausted("what is waited for answers that do not end")
        exchange = self.client.send(request, seconds=_PATIENCE[overruns])
        if exchange.status in (301, 302, 307, 308) and not subject.documents(exchange.status):
            exchange = self.client.follow(exchange)
        with self._lock:
            self._overruns[subject.name] = self._overruns.get(subject.name, 0) + exchange.is_overrun
        if credential.variable and method == "GET" and exchange.status not in (0, 401, 403):
            self._let_in.setdefault(f"{subject.name} {credential.label}", request)
        self._keep(exchange)
        return exchange

    def _is_lost(self, subject: Subject, exchange: Exchange, credential: Credential) -> bool:
        """Whether a key that was let in is refused altogether by now: the same request as before is."""
        known = self._let_in.get(f"{subject.name} {credential.label}")
        is_refused = exchange.status in (401, 403) and bool(credential.variable)
        if not is_refused or known is None or self._doubts >= _DOUBTS:
            return False
        self._doubts += 1
        return self.client.send(known).status in (401, 403)

    def _keep(self, exchange: Exchange) -> None:
        """Keep of an exchange what the reports need, not its whole body."""
        self.books.enter(exchange)
        if self.settings.report and len(self.entries) < _HAR_ENTRIES:
            self.entries.append((exchange.number, har_entry(exchange, self.redactor.text, _HAR_BODY)))

    def _observe(self, subject: Subject, exchange: Exchange, *, lenient: bool) -> None:
        notes = current()
        if notes is None:
            return
        purpose = exchange.request.purpose
        notes.reached.update(f"{subject.name} {code} {purpose}" for code in SITUATIONAL)
        if not lenient:
            notes.reached.update(f"{subject.name} {code} {exchange.status}" for code in OF_CONTENT)
        found = []
        for breach in self._judge.judge(subject, exchange, lenient=lenient):
            finding = Finding(
                law=breach.law,
                tier=breach.tier,
                operation=subject.name,
                status=exchange.status,
                place=self.redactor.text(purpose if breach.law in SITUATIONAL else breach.place),
                message=self.shown(breach.message, 400),
                expected=self.shown(breach.expected),
                received=self.shown(breach.received),
                citation=self.citations.at(breach.pointer, breach.sentence),
            )
            notes.note(finding, exchange)
            found.append((breach, finding.fingerprint))
        if found and self.settings.propose:
            self.evidence.note(subject, exchange, found, self.redactor.text, lenient=lenient)

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return something that is read once a run, and note for whoever asks what was found in reading it.

        Args:
            key: What it is.
            make: Reads it.
        """
        return self._once.get(key, make)

    def identity(self, subject: Subject) -> str:
        """Return the name of the field that identifies an item of a list; empty where none does."""
        known: Walk | None = self._once.known(("walk", subject.name))
        return subject.identity if known is None else known.identity

    def documented_values(self, subject: Subject, leaf: QueryLeaf) -> list[str] | None:
        """Return the values of a query name that no page disputes; None where any text will do."""
        schema = item_schema(self.contract.document, leaf)
        if "enum" not in schema:
            return None
        path = subject.operation.path
        return [str(item) for item in schema["enum"] if not self._pages.is_contested(path, item)]

    def is_named_elsewhere(self, value: object, documented: Sequence[object]) -> bool:
        """Whether another page names a value in the company of the documented ones."""
        return self._pages.allow(value, documented)

    def contested_values(self, subject: Subject, leaf: QueryLeaf) -> list[str]:
        """Return the values of a query name that another page gave it, which a server may refuse."""
        certain = self.documented_values(subject, leaf)
        enum = item_schema(self.contract.document, leaf).get("enum", ())
        return [] if certain is None else [str(item) for item in enum if str(item) not in certain]

    def required_values(self, subject: Subject) -> dict[str, Any]:
        """Return a value for each query name without which no request is valid."""
        document = self.contract.document
        if not (leaves := subject.required_leaves):
            return {}
        return self.once(
            ("required", subject.name),
            lambda: {leaf.name: some_value(document, leaf) or "1" for leaf in leaves},
        )

    @property
    def most_items(self) -> int:
        """How many items of a list are read at most: what a run costs does not grow with what is there."""
        return max(200, min(_ITEMS, self.client.most * 25))

    def snapshot(self, subject: Subject) -> Walk:
        """Return what a list holds, read once."""
        return self.once(("walk", subject.name), lambda: self._whole(subject))

    def refresh(self, subject: Subject) -> Walk:
        """Read again what a list holds; that is what the snapshot is from then on."""
        return self._once.again(("walk", subject.name), lambda: self._whole(subject))

    def _whole(self, subject: Subject) -> Walk:
        found = whole(self, subject)
        self.read_items[subject.name] = len(found.ids)
        with self._lock:
            self._ever.setdefault(subject.name, set()).update(found.ids)
        return found

    def was_listed(self, subject: Subject, identity: str) -> bool:
        """Whether a list showed an item at some time of this run."""
        return identity in self._ever.get(subject.name, set())

    def ids(self, relation: Relation) -> list[str]:
        """Return identities for an operation that takes one, the most different items first; drawn once."""

        def draw() -> list[str]:
            items = self.snapshot(relation.source).by_id
            depth = max(5, min(_DEEP, self.client.most // 10))
            return sample(items, depth, self.random("sample", relation.source.name))

        return self.once(("ids", relation.source.name), draw)

    def read(self, relation: Relation) -> dict[str, Exchange]:
        """Ask an operation for the items of a list it belongs to, side by side, each once a run."""
        identities = self.ids(relation)
        key = ("read", relation.source.name, relation.target.name)
        return self.once(key, lambda: self._fetched(relation, identities))

    def read_as(
        self, relation: Relation, credential: Credential, identities: Iterable[str]
    ) -> dict[str, Exchange]:
        """Ask an operation for items with another key, each once a run."""
        chosen = list(identities)
        key = ("read as", relation.source.name, relation.target.name, credential.label, *chosen)
        return self.once(key, lambda: self._fetched(relation, chosen, credential))

    def _fetched(
        self, relation: Relation, identities: Sequence[str], credential: Credential | None = None
    ) -> dict[str, Exchange]:
        def noted(identity: str) -> tuple[Exchange, Notes]:
            with noting(Notes()) as notes:
                return self.fetch(relation, identity, credential), notes

        found: dict[str, Exchange] = {}
        for identity, (exchange, notes) in zip(identities, self.pool.each(noted, identities), strict=True):
            found[identity] = exchange
            if (mine := current()) is not None:
                mine.add(notes)
        return found

    def relative(self, relation: Relation, identity: str) -> Exchange:
        """Ask an operation for one item that another names, once a run."""
        known = self.read(relation).get(identity)
        if known is not None:
            return known
        return self.once(("relative", relation.target.name, identity), lambda: self.fetch(relation, identity))

    def fetch(self, relation: Relation, identity: str, credential: Credential | None = None) -> Exchange:
        """Ask an operation for one item."""
        return self.ask(
            relation.target,
            path={relation.parameter: identity},
            credential=credential,
            purpose="read an item that is listed",
        )


def _one_cookie(fields: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Join cookies into one field. Source: RFC 6265, section 5.4."""
    cookies = [value for name, value in fields if name.lower() == "cookie"]
    rest = [item for item in fields if item[0].lower() != "cookie"]
    return (*rest, ("cookie", "; ".join(cookies))) if cookies else tuple(rest)


def _filled(template: str, values: Mapping[str, str]) -> str:
    # Letters outside of ASCII may stand in a document's path; on the wire they are percent-encoded.
    target = quote(template, safe="/{}%!$&'()*+,;=:@-._~")
    for name, value in values.items():
        target = target.replace(
            "{" + quote(name, safe="%!$&'()*+,;=:@-._~") + "}", quote(value, safe="", errors="surrogatepass")
        )
    return target
