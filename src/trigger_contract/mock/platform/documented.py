"""The service's answers where the pages' promises are kept: what is documented, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import Composition, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import Operation, response_schema
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.messages import Answer, json_answer
from trigger_contract.mock.refusals import Refusals


class Documented:
    """Brings answers of the service to what a document has for an operation.

    Args:
        document: The OpenAPI document.
        refusals: Writes errors.
        judge: Says what fits a schema.
    """

    def __init__(self, document: Mapping[str, Any], refusals: Refusals, judge: Judge) -> None:
        self._document = document
        self._refusals = refusals
        self._judge = judge

    def fit(self, operation: Operation, answer: Answer) -> Answer | None:
        """Return an answer that the document allows, or None where there is none.

        Args:
            operation: What was asked for.
            answer: What the service answers.
        """
        try:
            body = json.loads(answer.body)
        except ValueError:
            body = {"error": answer.body.decode("utf-8", "replace")}
        if answer.status >= 400:
            return self._refused(operation, answer.status, body)
        status = next((name for name in _successes(operation, answer.status)), None)
        if status is None:
            return None
        schema = response_schema(self._document, operation, status)
        if schema is not None and not self._judge.fits(schema, body):
            # Where the pages know of no null, a member without a value is left out.
            body = _without_nulls(body)
            if not self._judge.fits(schema, body):
                body = _by_id(composition(self._document), schema, body)
            if not self._judge.fits(schema, body):
                return None
        headers = [header for header in answer.headers if header[0] != b"content-type"]
        return json_answer(int(status) if status.isdigit() else answer.status, body, headers)

    def _refused(self, operation: Operation, status: int, body: Any) -> Answer:
        text = body.get("error") if isinstance(body, dict) else None
        # The pages promise no failures of the service itself: what causes one is a bad request.
        near = (status, 400, 422, 404) if status < 500 else (404, 400, 422)
        chosen = self._refusals.documented(operation, *near) or (status if status < 500 else 400)
        return self._refusals.answer(operation, chosen, text=str(text or ""))


def _successes(operation: Operation, status: int) -> list[str]:
    """Return the documented successes, the one of a status first."""
    names = [str(name) for name in operation.definition.get("responses", {})]
    return sorted((name for name in names if name[:1] == "2"), key=lambda name: name != str(status))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _by_id(views: Composition, schema: Any, value: Any) -> Any:
    """Return a value with ids where texts are documented, and under the one name that is missing."""
    view = views.view(schema)
    if isinstance(value, list):
        return [_by_id(views, views.items(view), item) for item in value]
    if not isinstance(value, dict):
        return value
    if "string" in types_of(view):
        return value.get("id", value)
    properties = views.properties(view)
    missing = [name for name in view.get("required", ()) if name not in value and name.endswith("Id")]
    if "id" in value and "id" not in properties and len(missing) == 1:
        value = {missing[0] if name == "id" else name: inner for name, inner in value.items()}
    return {name: _by_id(views, properties.get(name, {}), inner) for name, inner in value.items()}
