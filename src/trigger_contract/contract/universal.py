"""What holds for every answer, whatever was asked: status, content type, JSON, schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import jsonschema_rs

from trigger_contract.contract.citations import Pointer, follow
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.findings import Tier
from trigger_contract.contract.pointers import items_pointer
from trigger_contract.contract.readings import Readings
from trigger_contract.contract.showing import spelled
from trigger_contract.contract.streams import Malformed, parts_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.validators import alone, compiled, is_unspoken, without_write_only
from trigger_contract.document.composition import composition
from trigger_contract.document.operations import is_json, response_of
from trigger_contract.document.references import join_pointer, resolve

SERVER_ERROR = "robustness/no-server-error"
NO_ANSWER = "robustness/always-an-answer"
STATUS = "status/documented"
CONTENT_TYPE = "content-type/documented"
JSON = "schema/valid-json"
SCHEMA = "schema/response"
# Laws of single answers, told apart by the situation or by the status of the answer.
SITUATIONAL = frozenset({SERVER_ERROR, NO_ANSWER, STATUS})
OF_CONTENT = frozenset({CONTENT_TYPE, JSON, SCHEMA})
# More of a body than is shown, so that secrets are taken out before it is cut.
_SHOWN = 2000
UNIVERSAL = (SERVER_ERROR, NO_ANSWER, STATUS, CONTENT_TYPE, JSON, SCHEMA)
# Source: RFC 9110, sections 15.3.5 and 15.3.6.
_WITHOUT_CONTENT = frozenset({204, 205})


@dataclass(frozen=True)
class Fault:
    """How a value breaks its schema, for whoever wants more of it than its words.

    Attributes:
        error: What the validator says.
        base: Where the schema stands in the document that the value was held against.
    """

    error: jsonschema_rs.ValidationError
    base: Pointer

    def place(self, error: jsonschema_rs.ValidationError | None = None) -> Pointer:
        """Return where a keyword stands in the document: that of the error, or of one that it rests on."""
        path = tuple((error or self.error).schema_path)
        # What a reference leads to is named from the root of the document, all else from the schema.
        return path if path[:1] in (("components",), ("paths",)) else (*self.base, *path)


@dataclass(frozen=True)
class Breach:
    """A broken promise in one answer, before it is tied to a run.

    Attributes:
        law: Code of the law.
        place: What tells it apart within the law.
        message: One sentence.
        expected: What the promise asks for.
        received: What came, any value.
        pointer: Where the promise stands in the document.
        sentence: Its words where they are not a description of the document.
        tier: How firmly it stands.
        fault: How the value breaks its schema, where that is what is broken.
    """

    law: str
    place: str
    message: str
    expected: str
    received: object
    pointer: Pointer
    sentence: str | None = None
    tier: Tier = "documented"
    fault: Fault | None = field(default=None, compare=False, repr=False)


class Judge:
    """Judges single answers of one document; validators are compiled once.

    Args:
        document: The OpenAPI document.
        readings: What else the published pages name.
    """

    def __init__(self, document: Mapping[str, Any], readings: Readings | None = None) -> None:
        self._readings = readings or Readings([])
        # The validator takes plain lists and dictionaries only.
        self._document: dict[str, Any] = without_write_only(json.loads(json.dumps(document)))
        self._validators: dict[Pointer, jsonschema_rs.Draft202012Validator] = {}

    def judge(self, subject: Subject, exchange: Exchange, *, lenient: bool) -> Iterator[Breach]:
        """Yield every broken promise of an answer to the method of an operation.

        Args:
            subject: The operation asked.
            exchange: The request and its answer.
            lenient: Whether the request was odd enough that any refusal (4xx) will do.
        """
        status = exchange.status
        at = subject.pointer
        if status == 0:
            sentence = "RFC 9110, section 3.4: a server answers each request it receives."
            yield Breach(
                NO_ANSWER, "", "The server gave no answer.", "an answer", exchange.trouble, at, sentence
            )
            return
        is_reading = exchange.request.method in ("GET", "HEAD", "OPTIONS")
        if status >= 500 and not self._documents(subject, status):
            yield Breach(
                SERVER_ERROR,
                "",
                "The server failed on a request that only reads." if is_reading else "The server failed.",
                "a documented status",
                f"status {status}",
                (*at, "responses"),
                "The page documents no server error for this operation.",
            )
            return
        if status == 429 or exchange.request.method.lower() != subject.operation.method:
            return
        key = self._response_key(subject, status)
        if key is None:
            # That nothing is there needs no page to say so (RFC 9110, section 15.5.5).
            is_absence = status == 404 and bool(subject.path_parameters)
            if not is_absence and not (lenient and 400 <= status < 500):
                yield self._undocumented(subject, status)
            return
        # An odd request may be refused before it reaches the API; a refusal from there has no format.
        if not (lenient and 400 <= status < 500):
            yield from self._content(subject, exchange, key)

    def _documents(self, subject: Subject, status: int) -> bool:
        return self._response_key(subject, status) not in (None, "default")

    @staticmethod
    def _response_key(subject: Subject, status: int) -> str | None:
        responses = {str(key).upper(): str(key) for key in subject.operation.definition.get("responses", {})}
        keys = (str(status), f"{status // 100}XX", "DEFAULT")
        return next((responses[key] for key in keys if key in responses), None)

    @staticmethod
    def _undocumented(subject: Subject, status: int) -> Breach:
        documented = ", ".join(subject.operation.definition.get("responses", {}))
        return Breach(
            STATUS,
            "",
            f"The page documents no status {status} for this operation.",
            f"one of {documented}",
            f"status {status}",
            (*subject.pointer, "responses"),
            f"The documented responses are {documented}.",
        )

    def _content(self, subject: Subject, exchange: Exchange, key: str) -> Iterator[Breach]:
        pointer: Pointer = (*subject.pointer, "responses", key)
        response = response_of(subject.document, subject.operation, key) or {}
        yield from self._headers(subject, exchange, response, pointer)
        content = response.get("content") or {}
        if not content or exchange.status in _WITHOUT_CONTENT:
            return
        types = {name.split(";")[0].strip().lower(): name for name in content}
        chosen = next((name for name in types if _covers(name, exchange.media_type)), None)
        if chosen is None:
            yield Breach(
                CONTENT_TYPE,
                "",
                "The answer does not come in the documented content type.",
                " or ".join(types),
                exchange.headers.get("content-type", "no Content-Type"),
                (*pointer, "content"),
                f"The response's content is {' or '.join(types)}.",
            )
            chosen = next((name for name in types if is_json(name)), None)
            # What is neither called JSON nor is any has one fault, not two.
            if chosen is None or (exchange.media_type and not exchange.is_json):
                return
        elif _is_other_charset(types[chosen], exchange):
            yield Breach(
                CONTENT_TYPE,
                "charset",
                "The answer does not name the documented charset.",
                types[chosen],
                exchange.headers.get("content-type", ""),
                (*pointer, "content"),
                f"The response's content is {types[chosen]}.",
            )
        # A range says nothing about the form; what comes does.
        if not is_json(chosen) and not (chosen.endswith("*") and is_json(exchange.media_type)):
            yield from self._other(exchange, (*pointer, "content", types[chosen]), content[types[chosen]])
            return
        if exchange.is_partial:
            return
        if not exchange.is_json:
            sentence = "RFC 8259: the content of application/json is JSON text in UTF-8."
            received = exchange.body[:_SHOWN].decode("utf-8", "replace")
            yield Breach(JSON, "", "The body is not JSON.", "JSON text", received, pointer, sentence)
            return
        if "schema" in content[types[chosen]]:
            yield from self.violations((*pointer, "content", types[chosen], "schema"), exchange.json)

    def _other(self, exchange: Exchange, pointer: Pointer, media: Mapping[str, Any]) -> Iterator[Breach]:
        """Judge a body that is no JSON text, as far as its media type and its schema say what it is."""
        word = "itemSchema" if "itemSchema" in media else "schema"
        place: Pointer = (*pointer, word)
        try:
            found, are_items = parts_of(exchange, media, composition(self._document))
        except Malformed as error:
            sentence = f"The response's content is {pointer[-1]}."
            law = JSON if error.is_json else SCHEMA
            yield Breach(
                law,
                error.place,
                error.message,
                str(pointer[-1]),
                error.received,
                pointer,
                sentence,
                "derived",
            )
            return
        if are_items:
            place = items_pointer(self._document, place)
        for part in found:
            for breach in self.violations(place, part.value):
                yield breach if part.is_sure else replace(breach, tier="advisory")

    @staticmethod
    def _headers(
        subject: Subject, exchange: Exchange, response: Mapping[str, Any], pointer: Pointer
    ) -> Iterator[Breach]:
        """Yield the headers that an answer must have and has not. Source: OpenAPI 3.1.0, Header Object."""
        for name, raw in (response.get("headers") or {}).items():
            header = resolve(subject.document, raw)
            # The media type is told by the content. Source: OpenAPI 3.1.0, Response Object.
            is_told = str(name).lower() in exchange.headers or str(name).lower() == "content-type"
            if isinstance(header, Mapping) and header.get("required") is True and not is_told:
                yield Breach(
                    SCHEMA,
                    f"header {name}",
                    f"The answer lacks the header {name}.",
                    f"the header {name}",
                    sorted(exchange.headers),
                    (*pointer, "headers", name),
                    "The header is required.",
                )

    def violations(self, pointer: Pointer, value: Any) -> Iterator[Breach]:
        """Yield every way in which something that the service sent breaks the schema at a pointer."""
        base = list(follow(self._document, pointer))[-1][0]
        for error in self._validator(pointer).iter_errors(value):
            fault = Fault(error, base)
            if is_unspoken(error):
                yield _written_only(error, value)
                continue
            where = tuple(error.instance_path)
            keyword = str(error.kind.name)
            place = generalised(where)
            broken = fault.place()
            if keyword == "required":
                missing = str(getattr(error.kind, "property", ""))
                place += f"/{missing}"
                broken = (*broken[:-1], "properties", missing)
            elif keyword in ("enum", "const", "type", "format", "pattern", "minimum"):
                broken = broken[:-1]
            found = next((item for item in _path(value, where)), None)
            tier: Tier = "documented"
            if keyword == "enum" and self._readings.allow(found, getattr(error.kind, "options", ())):
                tier, keyword = "advisory", f"enum, though another page names {found}"
            yield Breach(
                SCHEMA,
                f"{place or '/'} {keyword}",
                f"{_subject_of(where)} breaks its schema: {error.message}.",
                _expectation(error),
                found,
                broken,
                tier=tier,
                fault=fault,
            )

    def _validator(self, pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
        if pointer not in self._validators:
            place, schema = list(follow(self._document, pointer))[-1]
            is_named = place[:2] == ("components", "schemas") or not isinstance(schema, dict)
            root = {"$ref": "#" + join_pointer(*place)} if is_named else schema
            self._validators[pointer] = compiled(alone(self._document, root))
        return self._validators[pointer]


def _written_only(error: jsonschema_rs.ValidationError, value: Any) -> Breach:
    where = tuple(error.instance_path)
    return Breach(
        SCHEMA,
        f"{generalised(where)} writeOnly",
        f"{_subject_of(where)} is written only, and it is read.",
        "no such member in an answer",
        # Such a value is a secret more often than not.
        "a value",
        tuple(error.schema_path)[:-1],
        "OpenAPI 3.1.0, Schema Object: what is writeOnly should not be sent as part of an answer.",
        "derived",
    )


def generalised(path: tuple[str | int, ...]) -> str:
    """Spell a place in an answer as a JSON Pointer with ``*`` for every index."""
    return join_pointer(*("*" if isinstance(token, int) else token for token in path))


def _covers(documented: str, received: str) -> bool:
    """Whether a documented media type or range covers a received one. Source: RFC 9110, section 12.5.1."""
    if documented == received or documented == "*/*":
        return bool(received)
    return documented.endswith("/*") and received.startswith(documented[:-1])


def _is_other_charset(documented: str, exchange: Exchange) -> bool:
    """Whether an answer names another charset than is documented; JSON needs none (RFC 8259, section 8.1)."""
    wanted, named = _charset_of(documented), _charset_of(exchange.headers.get("content-type", ""))
    return bool(wanted) and named != wanted and not (not named and is_json(documented))


def _charset_of(media_type: str) -> str:
    """Return the charset of a media type in small letters. Source: RFC 9110, section 8.3.2."""
    for parameter in media_type.lower().split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return value.strip('" ')
    return ""


def _path(value: Any, path: tuple[str | int, ...]) -> Iterator[Any]:
    for token in path:
        value = value[token]
    yield value


def _subject_of(path: tuple[str | int, ...]) -> str:
    return f"The value at {join_pointer(*path)}" if path else "The answer"


def _expectation(error: jsonschema_rs.ValidationError) -> str:
    kind = error.kind
    for name in ("property", "types", "options", "format", "pattern", "limit", "expected_value"):
        if hasattr(kind, name):
            return f"{kind.name}: {spelled(getattr(kind, name))}"
    return str(kind.name)
