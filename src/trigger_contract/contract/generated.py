"""The schema level: requests that schemathesis generates from the flat views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.modes import GenerationMode

from trigger_contract.contract.drawing import draw
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.oracle import values_seen
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import item_schema
from trigger_contract.contract.views import negative_view, positive_view
from trigger_contract.document.wire import QueryLeaf

_UNCHECKED = (".", "..", "")


def generated_requests(check: Check, *, positive: bool) -> None:
    """Send generated requests and judge the answers.

    Args:
        check: The check of the law.
        positive: Whether the requests keep the schema or break it.
    """
    subject, session = check.subject, check.session
    if not session.settings.examples:
        check.skip("--examples 0")
        return
    relation = session.contract.relation_to(subject)
    ids = session.ids(relation) if relation else []
    sure = {leaf.name: session.documented_values(subject, leaf) for leaf in subject.leaves}
    seen = values_seen(session, subject) if positive else {}
    home = session.places.known(subject) or {}
    view = positive_view(subject, seen, ids, sure, home) if positive else negative_view(subject)
    if not next(iter(next(iter(view["paths"].values())).values()))["parameters"]:
        check.skip("it has no parameter of this kind")
        return
    mode = GenerationMode.POSITIVE if positive else GenerationMode.NEGATIVE
    strategy = _operation(view, subject, mode).as_strategy(generation_mode=mode)
    seed = session.random("generated", subject.name, mode.value).randrange(2**32)
    cases = draw(strategy, session.settings.examples, seed)

    def judge(case: schemathesis.Case[Any]) -> None:
        _send(check, dict(case.path_parameters or {}), dict(case.query or {}), positive=positive)

    check.each(cases, judge)


def _operation(view: dict[str, Any], subject: Subject, mode: GenerationMode) -> Any:
    config = SchemathesisConfig.from_dict(
        {
            "generation": {
                "mode": mode.value,
                "database": "none",
                "allow-extra-parameters": False,
                "allow-x00": False,
            },
            "cache": {"enabled": False},
        }
    )
    schema = schemathesis.openapi.from_dict(view, config=config)
    return schema[subject.operation.path][subject.operation.method.upper()]


def _send(check: Check, path: Mapping[str, Any], query: Mapping[str, Any], *, positive: bool) -> None:
    subject = check.subject
    texts = {name: str(value) for name, value in path.items()}
    if any(text in _UNCHECKED or "/" in text for text in texts.values()):
        # These change the route, so the request would be another operation's.
        return
    pairs = [(name, _joined(subject, name, value)) for name, value in query.items()]
    purpose = "send a generated valid request" if positive else "send a generated invalid request"
    lenient = bool(path) or (not positive and len(subject.refusals(400, 422)) > 2)
    exchange = check.session.ask(subject, path=texts, query=pairs, purpose=purpose, lenient=lenient)
    check.saw()
    if positive:
        if (
            not path
            and not _is_of_another_query(subject, query)
            and exchange.status in (400, 401, 403, 404, 422)
        ):
            _report(check, exchange, "A valid request is refused.", "status 200")
        return
    by_name = {leaf.name: leaf for leaf in subject.leaves}
    invalid = [
        f"{name}={text}"
        for name, text in pairs
        if name in by_name
        and not may_be_valid(item_schema(subject.document, by_name[name]), by_name[name], text)
    ]
    if invalid and 200 <= exchange.status < 300:
        _report(
            check, exchange, f"An invalid request is accepted: {quoted(invalid[0][:80])}.", "a refusal (4xx)"
        )


def _is_of_another_query(subject: Subject, query: Mapping[str, Any]) -> bool:
    """Whether a request has a cursor beside filters: it belongs to the query that it was given for."""
    pages = subject.pages
    if pages is None or pages.after is None or pages.kind in ("number", "offset"):
        return False
    places = {leaf.name for leaf in (pages.after, pages.size) if leaf}
    return pages.after.name in query and bool(set(query) - places)


def _report(check: Check, exchange: Exchange, message: str, expected: str) -> None:
    check.fail(
        message,
        expected=expected,
        received=f"status {exchange.status}: {exchange.body[:160].decode('utf-8', 'replace')}",
        exchange=exchange,
        at=(*check.subject.pointer, "parameters"),
        sentence="The schemas of the operation's parameters.",
    )


def _joined(subject: Subject, name: str, value: Any) -> str:
    leaf = next((item for item in subject.leaves if item.name == name), None)
    separator = (leaf.separator if leaf else None) or ","
    if isinstance(value, (list, tuple)):
        return separator.join(_text(item) for item in value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def may_be_valid(schema: Mapping[str, Any], leaf: QueryLeaf, text: str) -> bool:
    """Whether some reasonable reading of a text keeps the schema; only then may it be accepted.

    Args:
        schema: The schema of one value.
        leaf: The query name it is sent under.
        text: The value as sent.
    """
    # How a list is sent where the document leaves it open, `_joined` decides.
    parts = text.split(leaf.separator or ",") if leaf.is_list else [text]
    return all(_may_be_valid(schema, part.strip()) for part in parts)


def _may_be_valid(schema: Mapping[str, Any], text: str) -> bool:
    if not text:
        # An empty value and no value are spelled alike.
        return True
    if "enum" in schema:
        return text.upper() in [str(item).upper() for item in schema["enum"]]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        if not re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", text):
            return False
        try:
            number = float(text)
        except OverflowError:
            return False
        if kind == "integer" and not number.is_integer():
            return False
        return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
    if kind == "boolean":
        return text.lower() in ("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n")
    if schema.get("format") == "date-time":
        return bool(re.search(r"\d", text)) or _is_date(text)
    if schema.get("format") == "uuid":
        return bool(re.fullmatch(r"(urn:uuid:)?\{?[0-9a-fA-F-]{32,36}\}?", text))
    return True


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
