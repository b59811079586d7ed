"""Finds, round by round, what makes a document true of the exchanges that it does not allow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.exchange import curl_line
from trigger_contract.contract.proposing.actions import Action
from trigger_contract.contract.proposing.evidence import OF_ANSWERS, OF_REQUESTS, Case
from trigger_contract.contract.proposing.inference import inferred
from trigger_contract.contract.proposing.wishes import Wish, actions_of, wishes
from trigger_contract.contract.subjects import subject_of
from trigger_contract.contract.traffic.requests import MEDIA, RequestJudge
from trigger_contract.contract.universal import CONTENT_TYPE, STATUS, Breach, Judge
from trigger_contract.contract.validators import compiled
from trigger_contract.document.operations import is_json, operations
from trigger_contract.document.references import lookup, split_pointer

_ROUNDS = 12
_SHOWN = 1000
# Parts of a document that no one wrote for this: what refers to itself is not spelled out.
_DEEP = 40


@dataclass(frozen=True)
class Proposal:
    """What is proposed.

    Attributes:
        actions: The actions, in the order in which they are to be applied.
        open: Fingerprints of what no action can settle.
    """

    actions: tuple[Action, ...]
    open: tuple[str, ...]


def decide(document: Mapping[str, Any], cases: Sequence[Case], *, keeps_references: bool = True) -> Proposal:
    """Return what makes a document true of some exchanges.

    After each round the exchanges are judged by the changed document, since what was behind a fault shows
    only once the fault is gone.

    Args:
        document: The document.
        cases: Exchanges that it does not allow.
        keeps_references: Whether what is added may refer to the document's components.
    """
    working: dict[str, Any] = json.loads(json.dumps(document))
    actions: list[Action] = []
    for _ in range(_ROUNDS):
        judged = _judged(working, cases)
        new = list(_round(working, judged, keeps_references=keeps_references))
        if not new:
            break
        # The round's own document stays as it is; what was found out about it is remembered by its identity.
        working = json.loads(json.dumps(working))
        for action in new:
            action.apply(working)
        actions += new
    judged = _judged(working, cases)
    still = dict.fromkeys(name for case, _ in judged for name in case.findings)
    return Proposal(tuple(actions), tuple(still))


def _judged(document: Mapping[str, Any], cases: Sequence[Case]) -> list[tuple[Case, list[Breach]]]:
    """Return the exchanges that a document does not allow, each with the operation as it says it."""
    known = {(item.path, item.method): item for item in operations(document)}
    judge, requests = Judge(document), RequestJudge(document)
    found = []
    for case in cases:
        operation = known[case.subject.operation.path, case.subject.operation.method]
        subject = replace(case.subject, document=document, operation=operation)
        breaches: list[Breach] = []
        lenient = case.lenient
        if case.sent is not None and (case.lenient or case.is_odd):
            # Whether a request is odd hangs on the document, so that it is judged anew.
            match, recorded = case.sent
            subject = subject_of(document, operation)
            sent = list(requests.judge(replace(match, subject=subject), recorded))
            lenient = any(item.tier != "advisory" for item in sent)
            breaches = [item for item in sent if case.is_odd and item.law in OF_REQUESTS]
        answered = [
            item
            for item in judge.judge(subject, case.exchange, lenient=lenient)
            if item.law in OF_ANSWERS and item.tier != "advisory"
        ]
        # What comes in another form is not held against the schema of this one.
        forms = [item for item in answered if item.law == CONTENT_TYPE]
        breaches += forms or answered
        if breaches:
            found.append((replace(case, subject=subject), breaches))
    return found


def _round(
    document: dict[str, Any], judged: Iterable[tuple[Case, list[Breach]]], *, keeps_references: bool
) -> Iterator[Action]:
    found: dict[tuple[Pointer, str], Wish] = {}
    contents: dict[tuple[Pointer, str], list[Case]] = {}
    for case, breaches in judged:
        for breach in breaches:
            if breach.law in (STATUS, CONTENT_TYPE, MEDIA):
                contents.setdefault((breach.pointer, breach.law), []).append(case)
            for wish in wishes(breach, case):
                # The same schema may be reached by several ways.
                place, schema = landed(document, wish.place)
                if isinstance(schema, Mapping):
                    fresh = Wish(place, wish.keyword, is_sent=wish.is_sent)
                    known = found.setdefault((place, wish.keyword), fresh)
                    known.values += wish.values
                    known.cases += wish.cases
                    known.names += wish.names
    for (pointer, law), cases in contents.items():
        yield from _further(document, pointer, law, cases, keeps_references=keeps_references)
    for wish in found.values():
        for action in actions_of(wish, landed(document, wish.place)[1]):
            if not _tells(action, wish.cases):
                yield replace(action, reason=wish.reason(), evidence=_evidence(wish.cases[0]))


def _further(
    document: dict[str, Any], pointer: Pointer, law: str, cases: Sequence[Case], *, keeps_references: bool
) -> Iterator[Action]:
    """Yield the responses and the media types that are to be added at one place."""
    place, siblings = landed(document, pointer)
    if not isinstance(siblings, Mapping):
        return
    by_status: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        status = str(case.exchange.status) if law == STATUS else ""
        media = case.exchange.media_type if law != MEDIA else _sent_media(case)
        by_status.setdefault((status, media), []).append(case)
    # Where some answers of a status have no content, the document cannot ask for any.
    bare = {status for status, media in by_status if status and not media}
    for (status, media), seen in by_status.items():
        if law == MEDIA:
            content: dict[str, Any] = {media: {}}
        elif status in bare or not media:
            content = {}
        else:
            content = _content(document, place, status, media, seen, keeps_references=keeps_references)
        if law == STATUS:
            phrase = HTTPStatus(int(status)).phrase if int(status) in set(HTTPStatus) else f"Status {status}"
            response = {"description": f"{phrase} (seen, not documented)"}
            update: Any = {status: {**response, "content": content} if content else response}
            told = f"The answer has status {status}, which is not documented"
        elif media:
            update = content
            who = "The server takes a body that" if law == MEDIA else "The answer"
            told = f"{who} comes as {media}, which is not documented"
        else:
            continue
        action = Action(place, update)
        if not _tells(action, seen):
            yield replace(action, reason=f"{told}; {_times(seen)}.", evidence=_evidence(seen[0]))


def _sent_media(case: Case) -> str:
    sent = dict(case.exchange.request.headers).get("content-type", "")
    return sent.split(";")[0].strip().lower()


def _content(
    document: dict[str, Any],
    place: Pointer,
    status: str,
    media: str,
    cases: Sequence[Case],
    *,
    keeps_references: bool,
) -> dict[str, Any]:
    """Return an answer's content: with the schema of a kindred answer where it fits, else what was seen."""
    values = [case.exchange.json for case in cases if case.exchange.is_json]
    if not is_json(media) or not values:
        return {media: {}}
    for known in _kindred(document, place, status):
        validator = compiled({"components": document.get("components", {}), **known})
        if all(validator.is_valid(value) for value in values):
            return {media: {"schema": known if keeps_references else _spelled(document, known)}}
    return {media: {"schema": inferred(values)}}


def _kindred(document: dict[str, Any], place: Pointer, status: str) -> Iterator[dict[str, Any]]:
    """Yield the schemas of the answers beside a place: of other errors for an error."""
    _, beside = located(document, place)
    contents = [beside]
    if status:
        contents = [
            landed(document, (*place, name))[1]
            for name in beside
            if str(name)[:1] == status[:1] or (status >= "400" and str(name)[:1] in "45")
        ]
        contents = [item.get("content") for item in contents if isinstance(item, Mapping)]
    for content in contents:
        for name, media in (content or {}).items():
            if is_json(name) and isinstance(media, Mapping) and isinstance(media.get("schema"), dict):
                yield media["schema"]


def _spelled(document: Mapping[str, Any], value: Any, depth: int = _DEEP) -> Any:
    """Return a schema without references, for a document whose components have no names yet."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            return _spelled(document, lookup(document, value["$ref"]), depth - 1) if depth else {}
        return {name: _spelled(document, item, depth) for name, item in value.items()}
    return [_spelled(document, item, depth) for item in value] if isinstance(value, list) else value


def _times(cases: Sequence[Case]) -> str:
    times = sum(case.times for case in cases)
    return f"seen {times} times" if times > 1 else "seen once"


def _evidence(case: Case) -> dict[str, Any]:
    """Return the exchange that shows it, as a reviewer wants it."""
    exchange = case.exchange
    body = case.redact(exchange.body.decode("utf-8", "replace"))
    told = {
        "operation": case.subject.name,
        "request": f"{exchange.request.method} {case.redact(exchange.url)}",
        "status": exchange.status,
        "content-type": exchange.headers.get("content-type", ""),
        "answer": body if len(body) <= _SHOWN else body[: _SHOWN - 1] + "…",
        "repeat": case.redact(curl_line(exchange)),
        "where": case.where,
        "findings": list(dict.fromkeys(case.findings)),
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def _tells(action: Action, cases: Sequence[Case]) -> bool:
    """Whether an action would write a secret into the document."""
    text = json.dumps([action.update, action.member], ensure_ascii=False)
    return any(case.redact(text) != text for case in cases)


def located(document: Mapping[str, Any], pointer: Pointer) -> tuple[Pointer, Any]:
    """Return where something really stands and what stands there; None where nothing does.

    A reference is followed only where the way goes on behind it, since keywords may stand beside it. What a
    schema does not have itself may stand in one of those that it is made of (``allOf``).
    """
    return _located(document, (), document, pointer, 10 * len(pointer) + 100) or (pointer, None)


def _located(
    document: Mapping[str, Any], place: Pointer, value: Any, waiting: Pointer, steps: int
) -> tuple[Pointer, Any] | None:
    if not waiting:
        return place, value
    key = str(waiting[0])
    if steps <= 0:
        return None
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return _located(document, (*place, int(key)), value[int(key)], waiting[1:], steps - 1)
    if not isinstance(value, Mapping):
        return None
    if key in value and (found := _located(document, (*place, key), value[key], waiting[1:], steps - 1)):
        return found
    if isinstance(value.get("$ref"), str):
        meant = (*split_pointer(value["$ref"][1:]), *waiting)
        return _located(document, (), document, meant, steps // 2)
    parts = value.get("allOf")
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if found := _located(document, (*place, "allOf", number), part, waiting, steps // 2):
            return found
    return None


def landed(document: Mapping[str, Any], pointer: Pointer) -> tuple[Pointer, Any]:
    """Return what ``located`` does, with a reference at the end followed too."""
    place, value = located(document, pointer)
    while isinstance(value, Mapping) and isinstance(value.get("$ref"), str) and len(value) == 1:
        place, value = located(document, tuple(split_pointer(value["$ref"][1:])))
    return place, value
