"""Error bodies as the document has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from trigger_contract.document.operations import Operation, is_json, operations, response_of, response_schema
from trigger_contract.document.references import resolve
from trigger_contract.mock.messages import Answer, json_answer

if TYPE_CHECKING:
    from trigger_contract.mock.collections.making import Maker

_TEXTS = ("error", "message", "detail", "title")
"""What the member that says what is wrong is called."""


class Refusals:
    """Answers with the documented body of an error."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._all = tuple(operations(document))

    @cached_property
    def _maker(self) -> Maker:
        """Makes what an error must have and nothing tells."""
        from trigger_contract.mock.collections.making import Maker
        from trigger_contract.mock.judging import Judge

        return Maker(self._document, Judge(self._document, sent=False), 0)

    def documented(self, operation: Operation, *statuses: int) -> int | None:
        """Return the first of these statuses that the operation documents, exactly or as a range."""
        responses = operation.definition.get("responses", {})
        for status in statuses:
            if str(status) in responses:
                return status
        return next((s for s in statuses if f"{s // 100}XX" in responses or "default" in responses), None)

    def documents(self, operation: Operation, status: int) -> bool:
        """Whether the operation documents a status, exactly or as a range."""
        responses = operation.definition.get("responses") or {}
        return str(status) in responses or f"{status // 100}XX" in responses

    def answer(
        self,
        operation: Operation,
        status: int,
        *,
        details: Sequence[Mapping[str, Any]] = (),
        text: str | None = None,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> Answer:
        """Answer with an error.

        Args:
            operation: What was asked for.
            status: The status code.
            details: One entry for each fault, sent where the body has a place for them.
            text: What to say where the document fixes no text.
            headers: More headers.
        """
        schema = self._schema(operation, status)
        if schema is None:
            return json_answer(status, self._undocumented(operation, status, text), headers)
        answer = json_answer(status, self._body(schema, status, details, text), headers)
        media = self._media(operation, status)
        return answer if media is None else Answer(status, answer.body, (media, *answer.headers[1:]))

    def _media(self, operation: Operation, status: int) -> tuple[bytes, bytes] | None:
        """Return the content type of an error that is documented as JSON of its own kind (RFC 9457)."""
        response = response_of(self._document, operation, str(status)) or {}
        names = [str(name) for name in response.get("content") or {} if is_json(str(name))]
        if not names or any(name.split(";")[0].strip() == "application/json" for name in names):
            return None
        return (b"content-type", names[0].encode("latin-1", "replace"))

    def text(self, operation: Operation, status: int) -> str:
        """Return the error text of a status: the operation's own, else a sibling's, else the standard phrase.

        A response documented without content leaves the text open, and clients read a string
        ``error`` all the same; the sibling's text for the same status is the nearest promise.
        """
        same_tag = [other for other in self._all if other.tag == operation.tag]
        for candidate in (operation, *same_tag):
            properties = self._properties(self._schema(candidate, status) or {})
            if fixed := self._fixed(properties.get("error")):
                return fixed
        return HTTPStatus(status).phrase

    def _undocumented(self, operation: Operation, status: int, text: str | None) -> dict[str, Any]:
        said = text or self.text(operation, status)
        body = {"error": said}
        success = self._properties(response_schema(self._document, operation, "200") or {})
        # An answer that calls itself a success in a `status` member has an error with one too.
        if self._fixed(success.get("status")) == "success":
            return {"status": "error", **body}
        return body

    def _body(
        self, schema: Mapping[str, Any], status: int, details: Sequence[Mapping[str, Any]], text: str | None
    ) -> dict[str, Any]:
        body: dict[str, Any] = {}
        required = schema.get("required", ())
        for name, raw in self._properties(schema).items():
            fixed = self._fixed(raw)
            if name in ("details", "errors", "issues") and raw.get("type") == "array":
                if details or name in required:
                    body[name] = [self._detail(raw, detail) for detail in details]
            elif fixed is not None:
                body[name] = fixed
            elif isinstance(raw.get("enum"), list) and raw["enum"] and name in _TEXTS:
                body[name] = text if text in raw["enum"] else raw["enum"][0]
            elif name in _TEXTS and "string" in str(raw.get("type")):
                said = text if name != "error" or "example" not in raw else raw["example"]
                body[name] = said or HTTPStatus(status).phrase
            elif name == "status" and raw.get("type") in ("integer", "number"):
                body[name] = status
            elif name in required:
                body[name] = self._maker.make(raw, name=name)
        return body

    def _detail(self, raw: Mapping[str, Any], detail: Mapping[str, Any]) -> Any:
        items = resolve(self._document, raw.get("items") or {})
        if "string" in str(items.get("type")):
            return f"{', '.join(detail['path'])}: {detail['message']}"
        made: dict[str, Any] = {}
        for name, inner in self._properties(items).items():
            is_none = name in detail and "enum" in inner and detail[name] not in inner["enum"]
            if is_none or (name in items.get("required", ()) and name not in detail):
                made[name] = self._maker.make(inner, name=name)
        return {**detail, **made} if made else detail

    def _schema(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in operation.definition.get("responses", {}):
                schema = response_schema(self._document, operation, name)
                return schema if isinstance(schema, Mapping) else None
        return None

    def _properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        return {name: resolve(self._document, raw) for name, raw in properties.items()}

    def _fixed(self, schema: Any) -> str | None:
        """Return the one text a schema allows, if it allows only one."""
        if not isinstance(schema, Mapping):
            return None
        if isinstance(schema.get("const"), str):
            return str(schema["const"])
        enum = list(schema.get("enum") or [])
        return enum[0] if len(enum) == 1 and isinstance(enum[0], str) else None
