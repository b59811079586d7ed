"""One exchange after another, judged by what needs no question: the answer, the request, what others say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from trigger_contract.contract.baseline import Deviation, compare
from trigger_contract.contract.citations import Citations, read_provenance
from trigger_contract.contract.coverage import Books, Coverage
from trigger_contract.contract.exchange import Exchange, curl_line
from trigger_contract.contract.findings import Citation, Finding, Outcome, Tier
from trigger_contract.contract.har import har_entry
from trigger_contract.contract.proposing.evidence import Evidence
from trigger_contract.contract.readings import Readings, published_readings
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.showing import one_line
from trigger_contract.contract.subjects import Contract
from trigger_contract.contract.summary import Summary
from trigger_contract.contract.traffic import agreement, requests
from trigger_contract.contract.traffic.agreement import Agreement
from trigger_contract.contract.traffic.matching import Match, Matcher, host_of
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.traffic.secrets import Redact, Secrets
from trigger_contract.contract.universal import (
    CONTENT_TYPE,
    JSON,
    NO_ANSWER,
    SCHEMA,
    SERVER_ERROR,
    STATUS,
    Breach,
    Judge,
)

TITLES = {
    NO_ANSWER: "Every request is answered",
    SERVER_ERROR: "No request brings the server down",
    STATUS: "Every status is documented",
    CONTENT_TYPE: "Every answer comes in a documented content type",
    JSON: "What is called JSON is JSON",
    SCHEMA: "Every answer keeps its schema",
    requests.REPEATED: "A parameter is sent once",
    requests.MISSING: "What is required is sent",
    requests.VALUE: "Every value sent keeps its schema",
    requests.UNKNOWN: "Every parameter sent is documented",
    requests.BODY: "Every body sent keeps its schema",
    requests.MEDIA: "Every body is sent in a documented content type",
    agreement.CREATED: "What was created is what is read",
    agreement.LISTED: "A list and the item itself agree",
    agreement.GONE: "What was removed is gone",
}
_OF_ANSWERS = (NO_ANSWER, SERVER_ERROR, STATUS, CONTENT_TYPE, JSON, SCHEMA)
_HAR_ENTRIES = 20_000
_HAR_BODY = 4096
_UNKNOWN = 10
_UNKNOWN_KEPT = 10_000
_FINDINGS = 200


@dataclass(frozen=True)
class Taken:
    """One thing that is wrong with an exchange.

    Attributes:
        finding: What it is; in full where it is new, or where all are asked for.
        is_new: Whether no exchange before has shown it.
        is_of_answer: Whether it is the answer that is wrong, not the request.
    """

    finding: Finding
    is_new: bool
    is_of_answer: bool


class Traffic:
    """Judges exchanges of a document as they come.

    Args:
        document: The OpenAPI document.
        settings: What is asked; ``url`` is the name under which reports speak of the server.
        places: Further addresses at which the API is.
    """

    def __init__(self, document: Mapping[str, Any], settings: Settings, places: Iterable[str] = ()) -> None:
        self.settings = settings
        self._secrets = Secrets(document)
        # Whether each finding is told in full, each time it shows.
        self.shows_all = False
        self.unknown: dict[str, int] = {}
        self.judged = 0
        self._document = document
        self._matcher = Matcher(document, places)
        self._judge = Judge(document, Readings([]) if settings.spec else published_readings())
        self._requests = requests.RequestJudge(document)
        self._agreement = Agreement(document)
        self.evidence = Evidence()
        self._citations = Citations(document, read_provenance(settings.spec))
        self._books = Books(Contract(document, tuple(self._matcher.subjects), ()))
        self._outcomes: dict[tuple[str, str], Outcome] = {}
        self._entries: list[dict[str, Any]] = []
        self._start = time.monotonic()

    def learn(self, recorded: Recorded) -> None:
        """Learn the secrets of an exchange, so that none shows, whichever finding quotes it."""
        self._secrets.learn(recorded)

    def forget(self) -> None:
        """Hold what comes against nothing that came before: another test begins, with other data."""
        self._agreement = Agreement(self._document)

    def knows(self, url: str) -> bool:
        """Whether an address is on a server of the document, or names none."""
        return self._matcher.knows(url)

    def take(self, recorded: Recorded) -> list[Taken]:
        """Judge an exchange; return everything that is wrong with it."""
        exchange = recorded.exchange
        if exchange.status == 0 and not exchange.trouble:
            return []  # what a browser gave up is no answer, and no fault of a server's
        match = self._matcher.match(exchange.request.method, exchange.request.target, exchange.url)
        if match is None:
            if exchange.request.method not in ("OPTIONS", "HEAD"):
                self._pass_over(recorded)
            return []
        self.judged += 1
        redact = self._secrets.of(recorded)
        shown = tuple((name, redact(value)) for name, value in exchange.request.headers)
        request = replace(exchange.request, shown_headers=shown, body=recorded.body)
        recorded = replace(recorded, exchange=replace(exchange, request=request))
        self._keep(match, recorded.exchange, redact)
        return self._found(match, recorded, redact)

    def _pass_over(self, recorded: Recorded) -> None:
        """Count what is of no operation: by its path, and what went to another server by its host."""
        exchange = recorded.exchange
        if self._matcher.knows(exchange.url):
            path = self._secrets.of(recorded)(exchange.request.target.partition("?")[0])
            name = f"{exchange.request.method} {path}: no operation of the document"
        else:
            name = f"{host_of(exchange.url)}: no server of the document"
        if name in self.unknown or len(self.unknown) < _UNKNOWN_KEPT:
            self.unknown[name] = self.unknown.get(name, 0) + 1

    def _keep(self, match: Match, exchange: Exchange, redact: Redact) -> None:
        query = exchange.request.target.partition("?")[2]
        below = match.below + (f"?{query}" if query else "")
        self._books.enter(replace(exchange, request=replace(exchange.request, target=below)))
        if self.settings.report and len(self._entries) < _HAR_ENTRIES:
            self._entries.append(har_entry(exchange, redact, _HAR_BODY))

    def _found(self, match: Match, recorded: Recorded, redact: Redact) -> list[Taken]:
        of_request = list(self._requests.judge(match, recorded))
        # What is wrong with a request, and what was refused, the server need not document once more.
        lenient = any(breach.tier != "advisory" for breach in of_request)
        breaches = list(self._judge.judge(match.subject, recorded.exchange, lenient=lenient))
        breaches += self._agreement.judge(match, recorded)
        if 400 <= recorded.exchange.status < 500:
            # The server has told the client itself.
            of_request = [replace(breach, tier="advisory") for breach in of_request]
        taken: list[Taken] = []
        named = []
        for law in (*_OF_ANSWERS, *requests.REQUEST_LAWS):
            self._outcome(law, match).exercised += 1
        for breach in (*breaches, *of_request):
            outcome = self._outcome(breach.law, match)
            finding = self._finding(breach, match, recorded, redact)
            named.append((breach, finding.fingerprint))
            seen = outcome.repeats.get(finding.fingerprint, 0)
            outcome.repeats[finding.fingerprint] = seen + 1
            if not seen or self.shows_all:
                finding = self._shown(finding, breach, recorded, redact)
            if not seen and len(outcome.findings) < _FINDINGS:
                outcome.findings.append(finding)
            taken.append(Taken(finding, is_new=not seen, is_of_answer=breach not in of_request))
        if self.settings.propose:
            self._note(match, recorded, named, redact, lenient=lenient)
        return taken

    def _note(
        self,
        match: Match,
        recorded: Recorded,
        named: list[tuple[Breach, str]],
        redact: Redact,
        *,
        lenient: bool,
    ) -> None:
        """Note what shows that the document may be wrong, or shows it once the request is allowed."""
        exchange = recorded.exchange
        if lenient:
            strict = self._judge.judge(match.subject, exchange, lenient=False)
            known = {(breach.law, breach.place) for breach, _ in named}
            named = named + [(item, "") for item in strict if (item.law, item.place) not in known]
        if named:
            self.evidence.note(
                match.subject,
                exchange,
                named,
                redact,
                lenient=lenient,
                where=recorded.where,
                sent=(match, recorded),
            )

    def _outcome(self, law: str, match: Match) -> Outcome:
        name = match.subject.name
        if (law, name) not in self._outcomes:
            tier: Tier = "advisory" if law == requests.UNKNOWN else "documented"
            sentence = self._citations.at(match.subject.pointer).sentence
            self._outcomes[law, name] = Outcome(law, tier, TITLES[law], name, sentence)
        return self._outcomes[law, name]

    def _finding(self, breach: Breach, match: Match, recorded: Recorded, redact: Redact) -> Finding:
        """Return what makes a finding what it is; what it shows is worth its time only once."""
        return Finding(
            law=breach.law,
            tier=breach.tier,
            operation=match.subject.name,
            status=recorded.exchange.status,
            place=redact(breach.place),
            message="",
            expected="",
            received="",
            citation=Citation(""),
        )

    def _shown(self, finding: Finding, breach: Breach, recorded: Recorded, redact: Redact) -> Finding:
        return replace(
            finding,
            message=one_line(f"{breach.message} ({recorded.where})", redact, 400),
            expected=one_line(breach.expected, redact, 200),
            received=one_line(breach.received, redact, 200),
            citation=self._citations.at(breach.pointer, breach.sentence),
            curl=redact(curl_line(recorded.exchange)),
            exchange=har_entry(recorded.exchange, redact),
        )

    def summary(self, deviations: Sequence[Deviation] = ()) -> Summary:
        """Return what all exchanges so far came to."""
        outcomes = tuple(self._outcomes.values())
        found = [finding.fingerprint for outcome in outcomes for finding in outcome.findings]
        met = self._books.result()
        return Summary(
            self.settings,
            outcomes,
            # What did not show in traffic may well be there: nothing was asked for on purpose.
            compare(deviations, found, (), date.today()),
            self.judged,
            time.monotonic() - self._start,
            entries=tuple(self._entries),
            coverage=Coverage(met.promised, met.met),
            left_out=tuple(self._left_out()),
            digest=sha256(json.dumps(self._document, sort_keys=True).encode()).hexdigest(),
            asks=False,
        )

    def _left_out(self) -> Iterator[str]:
        """Say what was of no operation, the most frequent first."""
        found = sorted(self.unknown.items(), key=lambda item: (-item[1], item[0]))
        for name, count in found[:_UNKNOWN]:
            yield f"{name} ({count} exchanges)"
        if len(found) > _UNKNOWN:
            yield f"{len(found) - _UNKNOWN} more paths or hosts that are none of the document's"


def judge_all(traffic: Traffic, recorded: Iterable[Recorded]) -> None:
    """Judge a whole recording: the secrets that recur in it are learnt before anything is told."""
    known = list(recorded)
    for item in known:
        traffic.learn(item)
    for item in known:
        traffic.take(item)
