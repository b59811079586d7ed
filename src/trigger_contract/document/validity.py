"""Whether a document is one of OpenAPI, told quickly where it is.

The library that says in which way a document is not valid takes half a second to be imported, and as long
again for sixty operations. What is approved of here is what it finds no fault in, for certain; of all others
it is asked. Rust holds the document and its schemas against OpenAPI's own, and one walk looks for the rest.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from trigger_contract.document import shape
from trigger_contract.document.references import join_pointer, resolve
from trigger_contract.errors import UserError

_DIALECT = "https://spec.openapis.org/oas/3.1/dialect/base"
_VOCABULARY = "https://spec.openapis.org/oas/3.1/meta/base"
_DOCUMENT = "urn:document"
_TEMPLATE = re.compile(r"\{([^{}]+)\}")
_PARTS = ("allOf", "anyOf", "oneOf")
# What two libraries may judge otherwise: a default that hangs on one of these is left to the other one.
_FORMATS = (
    "binary", "byte", "color", "date", "date-time", "duration", "email", "hostname", "idn-email",
    "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer",
    "time", "uri", "uri-reference", "uri-template", "uuid",
)  # fmt: skip
_SMALL = 1 << 31


def fault_error(document: Mapping[str, Any], source: Path | None = None) -> UserError | None:
    """Return what makes a document no OpenAPI document, with its line; None if it is one.

    Raises:
        ModuleNotFoundError: The library that would say it is not installed.
    """
    if is_surely_valid(document):
        return None
    from trigger_contract.document import specification

    return specification.fault_error(document, source)


def is_surely_valid(document: Mapping[str, Any]) -> bool:
    """Whether a document of OpenAPI 3.1 has none of the faults that the library looks for.

    Args:
        document: Plain dicts and lists, whose references lead somewhere.

    Returns:
        False also where that is not certain.
    """
    if not str(document.get("openapi")).startswith("3.1") or "jsonSchemaDialect" in document:
        return False
    try:
        validator = _validator31()
        return validator is not None and validator.is_valid(document) and not any(_doubts(document))
    except (AttributeError, KeyError, RecursionError, TypeError, UserError, ValueError):
        return False


def openapi_schema(version: str) -> Any | None:
    """Return the schema of whole documents of OpenAPI, or None where the library is not installed.

    It is read from the library's files, as to import the library takes longer than what it is needed for.

    Args:
        version: ``3.0`` or ``3.1``.
    """
    return _read("openapi_spec_validator", f"resources/schemas/v{version}/schema.json")


def _read(package: str, path: str) -> Any | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / path
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


@cache
def _validator31() -> jsonschema_rs.Draft202012Validator | None:
    """Return what judges a document and all its schemas. Source: OpenAPI 3.1, schema-base/2022-10-07."""
    whole = openapi_schema("3.1")
    dialect = _read("openapi_schema_validator", "schemas/oas3.1/metaschema.json")
    vocabulary = _read("openapi_schema_validator", "schemas/oas3.1/vocabularies/base")
    if whole is None or dialect is None or vocabulary is None:
        return None
    registry = jsonschema_rs.Registry([(whole["$id"], whole), (_DIALECT, dialect), (_VOCABULARY, vocabulary)])
    base = {
        "$id": "https://spec.openapis.org/oas/3.1/schema-base/2022-10-07",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": whole["$id"],
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": _DIALECT, "properties": {"$schema": False}}},
    }
    return jsonschema_rs.Draft202012Validator(base, registry=registry, validate_formats=True, offline=True)


def _doubts(document: Mapping[str, Any]) -> Iterator[bool]:
    """Yield for each rule that no schema holds whether a place may break it."""
    yield _repeats(tag["name"] for tag in document.get("tags", ()))
    names = []
    defaults = []
    for pointer, node, kind in shape.walk("document", document):
        if not isinstance(node, Mapping):
            continue
        if kind == "schema":
            if "allOf" in node and "required" in node:
                known = set(_reachable(document, node))
                yield not known.issuperset(node["required"])
            if "default" in node:
                defaults.append((pointer, node["default"]))
        elif kind == "operation":
            names.append(node.get("operationId"))
        elif kind == "pathItem":
            yield from _parameters(document, str(pointer[-1]), node)
    yield _repeats(name for name in names if name is not None)
    yield from _defaults(document, defaults)


def _repeats(values: Iterable[Any]) -> bool:
    found = list(values)
    return len(set(found)) < len(found)


def _parameters(document: Mapping[str, Any], path: str, item: Mapping[str, Any]) -> Iterator[bool]:
    """Judge the parameters of a path: each stands once, and there are those that it names."""
    yield "$ref" in item
    shared = [resolve(document, one) for one in item.get("parameters", ())]
    wanted = set(_TEMPLATE.findall(path))
    yield _repeats((one["name"], one["in"]) for one in shared)
    for method in shape.METHODS:
        if method in item:
            own = [resolve(document, one) for one in item[method].get("parameters", ())]
            yield _repeats((one["name"], one["in"]) for one in own)
            yield {one["name"] for one in (*shared, *own) if one["in"] == "path"} != wanted


def _reachable(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of a schema's properties and of all that it is composed of."""
    yield from schema.get("properties") or ()
    stack = [*schema["allOf"]]
    seen = set()
    while stack:
        part = resolve(document, stack.pop())
        if not isinstance(part, Mapping) or id(part) in seen:
            continue
        seen.add(id(part))
        yield from part.get("properties") or ()
        stack += [one for keyword in _PARTS for one in part.get(keyword, ())]
        stack += [part[keyword] for keyword in ("items", "not") if keyword in part]


def _defaults(document: Mapping[str, Any], found: list[tuple[Any, Any]]) -> Iterator[bool]:
    """Judge the defaults of schemas, which stand at pointers."""
    if not found:
        return
    registry = jsonschema_rs.Registry([(_DOCUMENT, json.loads(json.dumps(document)))])
    for pointer, value in found:
        schema = {"$ref": f"{_DOCUMENT}#{quote(join_pointer(*pointer))}"}
        judge = jsonschema_rs.Draft202012Validator(
            schema, registry=registry, formats=dict.fromkeys(_FORMATS, _never), validate_formats=True
        )
        # Formats of numbers bound them; these are inside of all bounds.
        yield not judge.is_valid(value) or not all(abs(number) < _SMALL for number in _numbers(value))


def _never(_: Any) -> bool:
    return False


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _numbers(inner)
