"""Flat views of an operation for schemathesis: one query parameter for each name on the wire.

OpenAPI leaves nested objects and lists inside deepObject parameters undefined, so a generator cannot
spell them; flat names can be spelled by every tool. The positive view is narrowed to values whose
meaning is known; the negative view keeps only parameters of which some text is surely invalid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from trigger_contract.contract.ids import prefix_of, unknown_value
from trigger_contract.contract.snapshot import size_leaf
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import invalid_values, item_schema, plain, some_value
from trigger_contract.document.wire import QueryLeaf

EARLY = ("2015-01-01T00:00:00Z", "2020-02-29T12:30:00.500Z", "2020-02-29T14:30:00+02:00")
LATE = ("2099-12-31T23:59:59Z", "2100-01-01T00:00:00.000Z", "2099-12-31T23:59:59-05:00")

# Sizes and places of pages that every server takes, also where it has a bound that it does not state.
_USUAL_SIZE = 10
_FAR_PAGE = 1000
# How large a number may be that is not for a page: what every language has as an integer.
_USUAL_NUMBER = 2**31 - 1
_MOST_VALUES = 4
_KEPT = (
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
)


def positive_view(
    subject: Subject,
    live: Mapping[str, Sequence[str]],
    ids: Sequence[str],
    sure: Mapping[str, Sequence[str] | None],
    home: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return a document with one operation of which every generated request is valid.

    Args:
        subject: The operation.
        live: Values seen on the server for each query name.
        ids: Live ids for the path.
        sure: The values of each query name that no page disputes; None where any text will do.
        home: Known values of the path parameters before the last one.
    """
    parameters = []
    for leaf in subject.leaves:
        schema = _narrowed(subject, leaf, live.get(leaf.name, ()), sure.get(leaf.name))
        if schema is None and leaf.required and (value := some_value(subject.document, leaf)) is not None:
            schema = {"type": "array" if leaf.is_list else "string", "enum": [value]}
        if schema is not None:
            parameters.append(_parameter(leaf, schema))
    for parameter in subject.path_parameters:
        name, unknown = parameter["name"], unknown_value(subject.document, parameter)
        is_last = parameter is subject.id_parameter
        choices = [*ids[:40], unknown] if is_last else [home.get(name, unknown)]
        parameters.append(_path_parameter(parameter, {"type": "string", "enum": choices}))
    return _document(subject, parameters)


def negative_view(subject: Subject) -> dict[str, Any]:
    """Return a document with one operation of which invalid requests can be generated."""
    parameters = []
    for leaf in subject.leaves:
        if any(True for _ in invalid_values(subject.document, leaf)):
            item = _plain(item_schema(subject.document, leaf))
            schema = {"type": "array", "items": item, "minItems": 1} if leaf.is_list else item
            parameters.append(_parameter(leaf, schema))
    for parameter in subject.path_parameters:
        schema = _plain(plain(subject.document, parameter.get("schema", {"type": "string"})))
        if prefix_of(parameter):
            schema["pattern"] = f"^{prefix_of(parameter)}[a-z0-9]+$"
        parameters.append(_path_parameter(parameter, schema))
    return _document(subject, parameters)


def _narrowed(
    subject: Subject, leaf: QueryLeaf, live: Sequence[str], sure: Sequence[str] | None
) -> dict[str, Any] | None:
    """Return a schema all of whose values are valid beyond doubt; None where there is none."""
    item = _plain(item_schema(subject.document, leaf))
    if sure is not None:
        item["enum"] = [value for value in item["enum"] if str(value) in sure]
    kind = item.get("type")
    pages = subject.pages
    if pages is not None and leaf == pages.after and live:
        # Which pages there are is known from the list alone.
        return {"type": "string", "enum": list(live)}
    if pages is not None and leaf in (pages.after, pages.before) and kind == "string":
        return None
    if "enum" not in item and kind == "string":
        if item.get("format") == "date-time":
            # A range that ends before it starts may be refused, so the two never cross.
            item = {
                "type": "string",
                "enum": list(EARLY if leaf.last_name in ("from", "after", "start") else LATE),
            }
        elif live:
            item = {"type": "string", "enum": list(live)}
        else:
            return None
    elif kind not in ("integer", "boolean", "string"):
        return None
    elif kind == "integer" and "enum" not in item:
        item = {"minimum": -_USUAL_NUMBER, "maximum": _USUAL_NUMBER} | _of_pages(subject, leaf) | item
    if leaf.is_list:
        fewest = max(1, leaf.schema.get("minItems", 1))
        most = min(leaf.schema.get("maxItems", _MOST_VALUES), max(fewest, _MOST_VALUES))
        if most == 0:
            return None
        return {"type": "array", "items": item, "minItems": fewest, "maxItems": most, "uniqueItems": True}
    return _with_room(item, leaf)


def _of_pages(subject: Subject, leaf: QueryLeaf) -> dict[str, Any]:
    """Return the bounds that a number has by what it means for pages, where the document states none.

    No page has fewer than one item, none comes before the first, and how far a server goes it need not say.
    """
    pages = subject.pages
    if leaf == size_leaf(subject):
        return {"minimum": 1, "maximum": max(_USUAL_SIZE, leaf.schema.get("minimum", 1))}
    if pages is None or leaf != pages.after:
        return {}
    least = pages.first
    return {"minimum": least, "maximum": max(_FAR_PAGE, leaf.schema.get("minimum", least))}


def _with_room(item: dict[str, Any], leaf: QueryLeaf) -> dict[str, Any]:
    """Raise a bound that no document stated, where the least number that is allowed lies beyond it."""
    if "maximum" in leaf.schema or "maximum" not in item:
        return item
    least = leaf.schema.get("exclusiveMinimum", item.get("minimum", 0))
    return {**item, "maximum": max(item["maximum"], least + item.get("multipleOf", 1))}


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in _KEPT if key in schema}


def _parameter(leaf: QueryLeaf, schema: Mapping[str, Any]) -> dict[str, Any]:
    explode = leaf.separator is None
    return {
        "in": "query",
        "name": leaf.name,
        "required": leaf.required,
        "style": "form",
        "explode": explode,
        "schema": dict(schema),
    }


def _path_parameter(parameter: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"in": "path", "name": parameter["name"], "required": True, "schema": dict(schema)}


def _document(subject: Subject, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    operation = {
        "operationId": subject.name,
        "parameters": parameters,
        "responses": {"200": {"description": "Whatever the canonical document says."}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"View of {subject.name}", "version": "1"},
        "paths": {subject.operation.path: {subject.operation.method: operation}},
    }
