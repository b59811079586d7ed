"""Operations the runs model does not know: requests validated, answers taken from the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from trigger_contract.document.composition import composition
from trigger_contract.document.operations import FORMS, Operation, is_json
from trigger_contract.document.references import resolve
from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.collections.sheet import NOT_MADE, examples_of
from trigger_contract.mock.forms import form_value
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.messages import Answer, Request, json_answer
from trigger_contract.mock.query import Reading, readings, spell
from trigger_contract.mock.refusals import Refusals

_MAX_DETAILS = 20


class Judged(NamedTuple):
    """A request that breaks nothing the document says, with its JSON body."""

    body: Any


class GenericOperation:
    """One operation answered from its schema alone.

    Args:
        document: The OpenAPI document.
        operation: The operation.
        refusals: Writes errors.
        judge: Judges what is sent.
        maker: Makes what is answered.
        beginnings: What values of the path begin with, by the parameter's name, where nothing else tells
            whether there is what they name.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        operation: Operation,
        refusals: Refusals,
        judge: Judge,
        maker: Maker,
        beginnings: Mapping[str, str] | None = None,
    ) -> None:
        self._maker = maker
        self._beginnings = beginnings or {}
        self._document = document
        self._operation = operation
        self._refusals = refusals
        self._answer: Answer | None = None
        body = resolve(document, operation.definition.get("requestBody"))
        self._body: Mapping[str, Any] | None = body if isinstance(body, Mapping) else None
        self._judge = judge
        self._headers = [
            (p["name"], p)
            for p in operation.parameters
            if p["in"] == "header" and p.get("schema") is not None
        ]

    @property
    def reads_headers(self) -> bool:
        """Whether the answer may depend on a header that the document declares."""
        return bool(self._headers)

    def judge(self, request: Request, path: Mapping[str, str], reading: Reading) -> Answer | Judged:
        """Judge all of a request: returns the refusal, or what was sent."""
        wrong_query = bool(reading.details)
        self._read_path(path, reading)
        only_path = bool(reading.details) and not wrong_query
        self._read_headers(request, reading)
        body, media_problem = self._read_body(request, reading)
        if not reading.details and not media_problem:
            return Judged(body)
        # An id that cannot be one names nothing, where that is all that is documented.
        statuses = (400, 422, 404) if only_path and self._refused_as_unknown else (400, 422)
        status = self._refusals.documented(self._operation, *((415,) if media_problem else ()), *statuses)
        return self._refusals.answer(
            self._operation, status or media_problem or 400, details=reading.details[:_MAX_DETAILS],
            text=_said(reading.details[0]) if reading.details else "Unsupported media type",
        )  # fmt: skip

    @property
    def _refused_as_unknown(self) -> bool:
        documents = self._refusals.documents
        return documents(self._operation, 404) and not (
            documents(self._operation, 400) or documents(self._operation, 422)
        )

    def answer(self) -> Answer:
        """Answer from the schema alone."""
        if self._answer is None:
            self._answer = self._success()
        return self._answer

    def _success(self) -> Answer:
        responses = self._operation.definition.get("responses", {})
        name = next((name for name in sorted(map(str, responses)) if name[0] == "2"), None)
        name = name or ("default" if "default" in responses else next(iter(map(str, responses)), "200"))
        digits = name.replace("X", "0")
        status = int(digits) if digits.isdigit() else 200
        response = resolve(self._document, responses.get(name)) or {}
        headers = self._response_headers(response)
        content = response.get("content") or {}
        if not content or status in (204, 205, 304):
            return Answer(status, b"", headers)
        media_type = next((name for name in content if is_json(name)), next(iter(content)))
        value = self._value(content[media_type])
        if is_json(media_type):
            return json_answer(status, value, headers)
        text = value if isinstance(value, str) else json.dumps(value)
        fixed = media_type if "*" not in media_type else "text/plain"
        return Answer(status, text.encode("utf-8", "replace"), ((b"content-type", fixed.encode()), *headers))

    def _value(self, content: Mapping[str, Any]) -> Any:
        """Return the first example that satisfies the schema, else what is made of the schema."""
        schema = content.get("schema", True)
        shown = list(examples_of(self._document, content))
        fitting = (value for value in shown if self._maker.judge.fits(schema, value))
        value = next(fitting, None)
        if value is not None:
            return value
        made = self._maker.make(schema)
        return shown[0] if shown and not self._maker.judge.fits(schema, made) else made

    def _response_headers(self, response: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
        headers = []
        for name, raw in (response.get("headers") or {}).items():
            header = resolve(self._document, raw)
            if name.lower() in NOT_MADE:
                continue
            value = header["example"] if "example" in header else self._maker.make(header.get("schema", {}))
            text = value if isinstance(value, str) else json.dumps(value)
            headers.append((name.lower().encode(), text.encode("ascii", "replace").replace(b"\n", b" ")))
        return tuple(headers)

    def _read_headers(self, request: Request, reading: Reading) -> None:
        for name, parameter in self._headers:
            # OpenAPI 3.1, Parameter Object: definitions of these three are ignored.
            if name.lower() in ("accept", "content-type", "authorization"):
                continue
            value = request.headers.get(name.lower().encode())
            if value is None:
                if parameter.get("required"):
                    reading.refuse(name, "Required", "invalid_type")
                continue
            self._judge_text(parameter["schema"], value.decode("utf-8", "replace"), reading, name)

    def _read_path(self, path: Mapping[str, str], reading: Reading) -> None:
        """Judge the path parameters."""
        for parameter in self._operation.parameters:
            if parameter["in"] == "path" and parameter["name"] in path:
                name = parameter["name"]
                self._judge_text(parameter.get("schema", {}), path[name], reading, name)
                if not path[name].startswith(begins := self._beginnings.get(name, "")):
                    reading.refuse(name, f"Must start with {begins}", "custom")

    def _read_body(self, request: Request, reading: Reading) -> tuple[Any, int | None]:
        """Judge the body; returns it, and 415 where its media type is none of the documented ones."""
        if self._body is None:
            return None, None
        if request.body is None:
            reading.refuse("body", "The body is too large or did not come in time", "too_big")
            return None, None
        if not request.body:
            if self._body.get("required"):
                reading.refuse("body", "Required", "invalid_type")
            return None, None
        content = self._body.get("content") or {}
        named = request.headers.get(b"content-type", b"application/json").decode("latin-1")
        given = named.split(";")[0].strip().lower()
        chosen = next((name for name in content if _covers(name, given)), None)
        if content and chosen is None:
            return None, int(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if chosen is None or not (is_json(given) or given in FORMS):
            return None, None
        try:
            if given in FORMS:
                value = self._read_form(request.body, named, content[chosen].get("schema"))
            else:
                value = json.loads(request.body)
        except (ValueError, RecursionError):
            reading.refuse(
                "body", f"The body is not {'JSON' if is_json(given) else 'a form'}", "invalid_json"
            )
            return None, None
        if "schema" in content[chosen]:
            self._judge_value(content[chosen]["schema"], value, reading, "body")
        return value, None

    def _read_form(self, body: bytes, named: str, schema: Any) -> Any:
        views = composition(self._document)
        properties = views.properties(views.view(schema)) if schema is not None else {}
        return form_value(body, named, properties, self._judge.kinds, views.items)

    def _judge_text(self, schema: Any, text: str, reading: Reading, name: str) -> None:
        """Judge the text of a path parameter or a header, whose items are joined by commas."""
        kinds = self._judge.kinds(schema)
        if "array" in kinds:
            items = self._judge.resolved(schema).get("items") or {}
            of_items = self._judge.kinds(items)
            value: Any = [next(readings(of_items, part.strip()), part) for part in text.split(",")]
            self._judge_value(schema, value, reading, name)
            return
        if kinds and kinds <= {"object", "null"}:
            return  # spelled as a list of names and values, which says nothing of their types
        candidates = list(readings(kinds, text))
        if not candidates:
            reading.refuse(name, f"Expected {' or '.join(sorted(kinds))}", "invalid_type")
        elif not any(self._judge.fits(schema, value) for value in candidates):
            self._judge_value(schema, candidates[0], reading, name)

    def _judge_value(self, schema: Any, value: Any, reading: Reading, name: str) -> None:
        for fault in self._judge.faults(schema, value):
            where = ".".join(str(part) for part in fault.path)
            message, code = spell(fault, str(fault.path[-1]) if fault.path else name)
            reading.refuse(f"{name}.{where}" if where else name, message, code)
            if len(reading.details) >= _MAX_DETAILS:
                return


def _said(detail: Mapping[str, Any]) -> str:
    return f"{detail['path'][0]}: {detail['message']}"


def _covers(documented: str, given: str) -> bool:
    documented = documented.split(";")[0].strip().lower()
    if documented in (given, "*/*"):
        return True
    return documented.endswith("/*") and given.startswith(documented[:-1])
