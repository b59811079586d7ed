"""What holds for every request: its path, query, headers and body are as the document says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.traffic.matching import Match
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.universal import Breach, Fault, generalised
from trigger_contract.document.composition import composition, with_parts_once
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import is_json
from trigger_contract.document.references import resolve
from trigger_contract.document.urls import split_url
from trigger_contract.document.wire import QueryLeaf, split_list

REPEATED = "request/parameter-once"
MISSING = "request/required-parameter"
VALUE = "request/parameter-value"
UNKNOWN = "request/known-parameter"
BODY = "request/body"
MEDIA = "request/content-type"
REQUEST_LAWS = (REPEATED, MISSING, VALUE, UNKNOWN, BODY, MEDIA)


class RequestJudge:
    """Judges requests of one document; validators are compiled once.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._components = json.loads(json.dumps(document.get("components", {})))
        self._validators: dict[int, tuple[Any, jsonschema_rs.Draft202012Validator | None]] = {}

    def judge(self, match: Match, recorded: Recorded) -> Iterator[Breach]:
        """Yield every way in which a request is not as the document says."""
        yield from self._query(match, recorded)
        yield from self._path(match)
        yield from self._headers(match, recorded)
        yield from self._body(match, recorded)

    def _query(self, match: Match, recorded: Recorded) -> Iterator[Breach]:
        subject = match.subject
        pairs = parse_qsl(split_url(recorded.exchange.request.target).query, keep_blank_values=True)
        counts = Counter(name for name, _ in pairs)
        leaves = {leaf.name: leaf for leaf in subject.leaves}
        keys = {scheme["name"] for scheme in self._schemes() if scheme.get("in") == "query"}
        for name, count in counts.items():
            leaf = leaves.get(name) or leaves.get(name.removesuffix("[]"))
            if leaf is None:
                if name not in keys and not _is_open(name, leaves):
                    yield Breach(
                        UNKNOWN,
                        name,
                        f"The document has no query parameter {name}.",
                        f"one of {', '.join(leaves) or 'none'}",
                        name,
                        subject.pointer,
                        "What a document does not name, a server may ignore.",
                        "advisory",
                    )
                continue
            at = subject.leaf_pointer(leaf)
            values = [value for other, value in pairs if other == name]
            if count > 1 and not (leaf.is_list and leaf.separator is None):
                yield Breach(
                    REPEATED,
                    name,
                    f"The query names {name} {count} times.",
                    "one value" + (f", its items joined by {leaf.separator!r}" if leaf.is_list else ""),
                    values,
                    at,
                )
            elif (fault := self._fault(leaf, values, at)) is not None:
                yield _broken_value(name, name, fault, values, at)
        for leaf in subject.required_leaves:
            if leaf.name not in counts and not any(name.startswith(f"{leaf.name}[") for name in counts):
                yield _missing("query parameter", leaf.name, subject.leaf_pointer(leaf))

    def _path(self, match: Match) -> Iterator[Breach]:
        for parameter in match.subject.path_parameters:
            value = match.path.get(parameter["name"])
            schema = parameter.get("schema")
            if value is None or not isinstance(schema, Mapping):
                continue
            if (error := self._scalar_fault(schema, value)) is not None:
                name = parameter["name"]
                at = match.subject.parameter_pointer("path", name)
                fault = Fault(error, (*at, "schema"))
                yield _broken_value(name, f"{name} in the path", fault, value, at)

    def _headers(self, match: Match, recorded: Recorded) -> Iterator[Breach]:
        sent = {name.lower() for name, _ in recorded.exchange.request.headers}
        for parameter in match.subject.operation.parameters:
            # Source: OpenAPI 3.1.0, Parameter Object: these three are described elsewhere.
            named = parameter["name"].lower() in ("accept", "content-type", "authorization")
            needed = parameter["in"] == "header" and parameter.get("required") and not named
            if needed and parameter["name"].lower() not in sent:
                at = match.subject.parameter_pointer("header", parameter["name"])
                yield _missing("header", parameter["name"], at)

    def _body(self, match: Match, recorded: Recorded) -> Iterator[Breach]:
        subject = match.subject
        declared = resolve(self._document, subject.operation.definition.get("requestBody"))
        if not isinstance(declared, Mapping):
            return
        at: Pointer = (*subject.pointer, "requestBody")
        if not recorded.body:
            if declared.get("required"):
                yield Breach(BODY, "", "The request has no body.", "a body", "none", at)
            return
        content = declared.get("content") or {}
        sent = dict(recorded.exchange.request.headers).get("content-type", "")
        media = sent.split(";")[0].strip().lower()
        types = {str(name).split(";")[0].strip().lower(): name for name in content}
        chosen = next(
            (name for name in types if name in (media, "*/*", f"{media.partition('/')[0]}/*")), None
        )
        if chosen is None:
            expected = " or ".join(types)
            message = "The request's body does not come in a documented content type."
            yield Breach(MEDIA, "", message, expected, sent or "no Content-Type", (*at, "content"))
            return
        if not is_json(media):
            return
        try:
            value = json.loads(recorded.body)
        except (ValueError, RecursionError):
            text = recorded.body[:200].decode("utf-8", "replace")
            yield Breach(BODY, "/ json", "The request's body is not JSON.", "JSON text", text, at)
            return
        schema, base = content[types[chosen]].get("schema"), (*at, "content", types[chosen], "schema")
        validator = self._validator(schema) if isinstance(schema, Mapping) else None
        for error in validator.iter_errors(value) if validator else ():
            if _is_read_only(error, self._document, schema):
                continue
            place = generalised(tuple(error.instance_path)) or "/"
            yield Breach(
                BODY,
                f"{place} {error.kind.name}",
                f"The request's body breaks its schema at {place}: {error.message}.",
                str(error.kind.name),
                value,
                base,
                fault=Fault(error, base),
            )

    def _fault(self, leaf: QueryLeaf, values: list[str], at: Pointer) -> Fault | None:
        base = at if "schema" in at else (*at, "schema")
        schema: Any = leaf.schema
        items = values[-1:]
        if leaf.is_list:
            items = values if leaf.separator is None else split_list(leaf, values[-1])
            schema, base = leaf.schema.get("items"), (*base, "items")
        if not isinstance(schema, Mapping):
            return None
        errors = (self._scalar_fault(schema, item) for item in items)
        return next((Fault(error, base) for error in errors if error), None)

    def _scalar_fault(self, schema: Mapping[str, Any], text: str) -> jsonschema_rs.ValidationError | None:
        """Return how a text breaks a schema in every reading it may have, or None."""
        validator = self._validator(schema)
        if validator is None:
            return None
        faults = []
        for value in _readings(schema, text):
            error = next(validator.iter_errors(value), None)
            if error is None:
                return None
            faults.append(error)
        # That one reading has another type says less than what is wrong with the right one.
        return min(faults, key=lambda error: error.kind.name == "type")

    def _validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
        known = self._validators.get(id(schema))
        if known is None:
            try:
                text = json.dumps(schema)
                root = json.loads(text)
                if '"$ref"' in text:
                    root = {"components": self._components, **root}
                made = jsonschema_rs.Draft202012Validator(with_parts_once(root), validate_formats=True)
            except (ValueError, RecursionError, TypeError, jsonschema_rs.ValidationError):
                made = None
            # The schema is kept, so that its identity is not given to another one.
            known = self._validators[id(schema)] = (schema, made)
        return known[1]

    def _schemes(self) -> Iterator[Mapping[str, Any]]:
        for raw in (self._document.get("components", {}).get("securitySchemes") or {}).values():
            scheme = resolve(self._document, raw)
            if isinstance(scheme, Mapping) and "name" in scheme:
                yield scheme


def _is_open(name: str, leaves: Mapping[str, QueryLeaf]) -> bool:
    """Whether a name stands below a parameter that is an object of any members."""
    parts = [leaf for leaf in leaves if name.startswith(f"{leaf}[")]
    return any(
        "object" in types_of(leaves[leaf].schema) or not types_of(leaves[leaf].schema) for leaf in parts
    )


def _broken_value(place: str, name: str, fault: Fault, value: object, at: Pointer) -> Breach:
    said = fault.error.message
    message = f"The value of {name} breaks its schema: {said}."
    return Breach(VALUE, place, message, said, value, at, fault=fault)


def _missing(kind: str, name: str, at: Pointer) -> Breach:
    return Breach(MISSING, name, f"The request lacks the required {kind} {name}.", name, "nothing", at)


def _readings(schema: Mapping[str, Any], text: str) -> Iterator[Any]:
    """Yield what a text in a URL may stand for; as text last, whose fault is told."""
    try:
        number = float(text)
        yield int(text) if number.is_integer() and text.lstrip("+-").isdigit() else number
    except (ValueError, OverflowError):
        pass
    if text in ("true", "false"):
        yield text == "true"
    yield text


def _is_read_only(error: Any, document: Mapping[str, Any], schema: Any) -> bool:
    """Whether what is missing may only be read. Source: OpenAPI 3.1.0, Schema Object, readOnly."""
    if error.kind.name != "required":
        return False
    views = composition(document)
    here: Any = views.view(schema)
    for token in error.instance_path:
        here = views.items(here) if isinstance(token, int) else views.properties(here).get(token, {})
    missing = views.properties(here).get(str(error.kind.property), {}) if here else {}
    return bool(missing.get("readOnly"))
