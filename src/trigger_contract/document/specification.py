"""openapi-spec-validator with what it lacks: where a fault is, bounds, and no judgement where JSON has none.

The library reports a fault inside a schema relative to that schema. It follows composed schemas again each
time it meets them, so that it never comes to the end of a parent and children that refer to each other, nor
of thirty components that each take in the next one twice. It takes a pattern that Python's ``re`` cannot
compile for no pattern at all, and tries one on a default with an engine that may need years for it. It asks
that each required name has a property and that defaults fit their schema, which JSON Schema leaves open
(2020-12, validation, 6.5.3 and 9.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, cast

from jsonschema_path.paths import SchemaPath
from openapi_schema_validator import oas31_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords

_FORMATS = copy(oas31_format_checker)
_FORMATS.checkers = {name: check for name, check in _FORMATS.checkers.items() if name != "regex"}

Path = tuple[Any, ...]


class _Ids(set[int]):
    """A set where the library has a list, which it searches for every schema."""

    append = set.add


class _Bounded(keywords.SchemaValidator):
    """Looks at each schema once, and notes the place of the innermost one that a fault was found in."""

    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.visited_schema_ids = cast("list[int]", _Ids())
        self.meta_checked_schema_ids = cast("list[int]", _Ids())
        self._collected: dict[int, set[str]] = {}

    def _collect_properties(self, schema: SchemaPath) -> set[str]:
        value = schema.read_value()
        if id(value) not in self._collected:
            self._collected[id(value)] = set(_reachable(schema))
        return self._collected[id(value)]

    def __call__(
        self, schema: SchemaPath, require_properties: bool = True, meta_checked: bool = False
    ) -> Iterator[Any]:
        for error in super().__call__(schema, False, meta_checked):
            yield _placed(error, schema)


def _reachable(schema: SchemaPath) -> Iterator[str]:
    """Yield the names of properties of a schema and of all that it is composed of."""
    seen = _Ids()
    stack = [schema]
    while stack:
        part = stack.pop()
        value = part.read_value()
        if id(value) in seen or not isinstance(value, Mapping):
            continue
        seen.add(id(value))
        yield from value.get("properties") or ()
        for keyword in ("allOf", "anyOf", "oneOf"):
            stack += [*(part / keyword)] if keyword in value else []
        stack += [part / keyword for keyword in ("items", "not") if keyword in value]


class _Schema30(_Bounded, keywords.OpenAPIV30SchemaValidator):
    pass


class _Schema31(_Bounded, keywords.OpenAPIV31SchemaValidator):
    schema_validator_format_checker = _FORMATS


class _Operation(keywords.OperationValidator):
    """Notes the operation that a fault was found in, where nothing closer is known."""

    def __call__(
        self, url: str, name: str, operation: SchemaPath, path_parameters: SchemaPath | None
    ) -> Iterator[Any]:
        for error in super().__call__(url, name, operation, path_parameters):
            yield _placed(error, operation)


class _Default(keywords.KeywordValidator):
    """Judges no default: it is an annotation, and many a page has one that its own schema forbids."""

    def __call__(self, *_: Any, **__: Any) -> Iterator[Any]:
        yield from ()


class _Validator30(OpenAPIV30SpecValidator):
    keyword_validators: dict[str, type[keywords.KeywordValidator]] = {
        **OpenAPIV30SpecValidator.keyword_validators,
        "schema": _Schema30,
        "operation": _Operation,
        "default": _Default,
    }


class _Validator31(OpenAPIV31SpecValidator):
    keyword_validators: dict[str, type[keywords.KeywordValidator]] = {
        **OpenAPIV31SpecValidator.keyword_validators,
        "schema": _Schema31,
        "operation": _Operation,
        "default": _Default,
    }


def specification_validator(document: Mapping[str, Any]) -> OpenAPIV30SpecValidator | OpenAPIV31SpecValidator:
    """Return the validator for a document of OpenAPI 3.0 or 3.1; ``place`` tells where a fault is.

    Args:
        document: Plain dicts and lists; it names its version.
    """
    old = str(document.get("openapi")).startswith("3.0")
    return (_Validator30 if old else _Validator31)(dict(document))


def _placed(error: Any, where: SchemaPath) -> Any:
    if not hasattr(error, "found_in"):
        error.found_in = tuple(where.parts)
    return error


def place(error: Any) -> Path:
    """Return the path from the root of the document to what is at fault, through references."""
    return (*getattr(error, "found_in", ()), *error.absolute_path)
