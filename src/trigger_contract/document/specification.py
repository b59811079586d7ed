"""openapi-spec-validator with what it lacks: where a fault is, bounds, and no judgement on patterns.

The library reports a fault inside a schema relative to that schema. It follows composed schemas again each
time it meets them, so that it never comes to the end of a parent and children that refer to each other, nor
of thirty components that each take in the next one twice. It takes a pattern that Python's ``re`` cannot
compile for no pattern at all, and tries one on a default with an engine that may need years for it. It holds
each schema against the meta-schema in Python; here it does so only where jsonschema-rs has found a fault.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
from jsonschema.validators import extend  # type: ignore[import-untyped]  # jsonschema ships no types
from jsonschema_path.paths import SchemaPath
from openapi_schema_validator import (
    OAS31_BASE_DIALECT_ID,
    OAS30Validator,
    OAS31Validator,
    oas31_format_checker,
)
from openapi_schema_validator._specifications import (
    REGISTRY,
)  # what `check_schema` reads; no public way to it
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from trigger_contract.errors import UserError

_FORMATS = copy(oas31_format_checker)
_FORMATS.checkers = {name: check for name, check in _FORMATS.checkers.items() if name != "regex"}


def _untried(*_: Any) -> None:
    """Judge no pattern: what a page is worth must not hang on an engine, nor on how long one takes."""


_NO_PATTERNS = {"pattern": _untried, "patternProperties": _untried}

_TEMPLATE = re.compile(r"\{([^{}]+)\}")

Place = tuple[Any, ...]


class _Seen(set[Any]):
    """A set where the library has a list, which it searches for every schema and every operation."""

    append = set.add


class _Bounded(keywords.SchemaValidator):
    """Looks at each schema once, and notes the place of the innermost one that a fault was found in."""

    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.visited_schema_ids = cast("list[int]", _Seen())
        self._checked = _Seen()
        self.meta_checked_schema_ids = cast("list[int]", self._checked)
        self._collected: dict[int, set[str]] = {}

    def _collect_properties(self, schema: SchemaPath) -> set[str]:
        value = schema.read_value()
        if id(value) not in self._collected:
            self._collected[id(value)] = set(_reachable(schema))
        return self._collected[id(value)]

    def __call__(
        self, schema: SchemaPath, require_properties: bool = True, meta_checked: bool = False
    ) -> Iterator[Any]:
        for error in super().__call__(schema, require_properties, meta_checked):
            yield _placed(error, schema)

    def components(self, schemas: SchemaPath) -> Iterator[Any]:
        """Hold each component against the meta-schema before anything follows a reference to it."""
        for _, schema in schemas.items():
            value = schema.read_value()
            if id(value) not in self._checked:
                self._checked.add(id(value))
                fault = self._validate_schema_meta(schema, value)
                if fault is not None:
                    yield _placed(fault, schema)


class _Root(keywords.RootValidator):
    """Begins with the schemas of the components, which the library takes for checked wherever one is used."""

    def __call__(self, spec: SchemaPath) -> Iterator[Any]:
        if "components" in spec and "schemas" in spec / "components":
            yield from cast("_Bounded", self.registry["schema"]).components(spec / "components" / "schemas")
        yield from super().__call__(spec)


def _reachable(schema: SchemaPath) -> Iterator[str]:
    """Yield the names of properties of a schema and of all that it is composed of."""
    seen = _Seen()
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

    def _validate_schema_meta(self, schema: SchemaPath, schema_value: Any) -> Any:
        if self._is_base_dialect(schema, schema_value) and _is_schema31(schema_value):
            return None
        return super()._validate_schema_meta(schema, schema_value)

    def _is_base_dialect(self, schema: SchemaPath, schema_value: Any) -> bool:
        try:
            return self._get_schema_dialect_id(schema, schema_value) == OAS31_BASE_DIALECT_ID
        except ValueError:
            return False


def _is_schema31(value: Any) -> bool:
    """Whether a value is a schema of OpenAPI 3.1 for certain; if not, it may be one that Rust cannot take."""
    try:
        return _meta_schema31().is_valid(value)
    except (ValueError, TypeError, RecursionError):
        return False


@cache
def _meta_schema31() -> jsonschema_rs.Draft202012Validator:
    """Return the base dialect of OpenAPI 3.1, section 4.8.24, and the vocabulary that it brings."""
    base = OAS31Validator.META_SCHEMA
    vocabulary = "https://spec.openapis.org/oas/3.1/meta/base"
    return jsonschema_rs.Draft202012Validator(
        base,
        registry=jsonschema_rs.Registry([(vocabulary, REGISTRY.contents(vocabulary))]),
        formats={name: partial(_conforms, name) for name in ("iri", "regex", "uri", "uri-reference")},
        validate_formats=True,
        offline=True,
    )


def _conforms(name: str, value: Any) -> bool:
    """Judge a format as the check in Python does, which knows those that are installed."""
    return bool(_FORMATS.conforms(value, name))


class _Operation(keywords.OperationValidator):
    """Notes the operation that a fault was found in, where nothing closer is known."""

    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.operation_ids_registry = cast("list[str]", _Seen())

    def _get_path_params_from_url(self, url: str) -> Iterator[str]:
        # The library takes a path for a format of Python's, which a lone brace is none of.
        return iter(_TEMPLATE.findall(url))

    def __call__(
        self, url: str, name: str, operation: SchemaPath, path_parameters: SchemaPath | None
    ) -> Iterator[Any]:
        for error in super().__call__(url, name, operation, path_parameters):
            yield _placed(error, operation)


class _Value31(keywords.OpenAPIV31ValueValidator):
    value_validator_cls = extend(OAS31Validator, _NO_PATTERNS)
    value_validator_format_checker = _FORMATS


class _Value30(keywords.OpenAPIV30ValueValidator):
    value_validator_cls = extend(OAS30Validator, _NO_PATTERNS)


class _Validator30(OpenAPIV30SpecValidator):
    keyword_validators: dict[str, type[keywords.KeywordValidator]] = {
        **OpenAPIV30SpecValidator.keyword_validators,
        "__root__": _Root,
        "schema": _Schema30,
        "operation": _Operation,
        "default": _Value30,
    }


class _Validator31(OpenAPIV31SpecValidator):
    keyword_validators: dict[str, type[keywords.KeywordValidator]] = {
        **OpenAPIV31SpecValidator.keyword_validators,
        "__root__": _Root,
        "schema": _Schema31,
        "operation": _Operation,
        "default": _Value31,
    }


def specification_validator(document: Mapping[str, Any]) -> OpenAPIV30SpecValidator | OpenAPIV31SpecValidator:
    """Return the validator for a document of OpenAPI 3.0 or 3.1; ``place`` tells where a fault is.

    Args:
        document: Plain dicts and lists; it names its version.
    """
    old = str(document.get("openapi")).startswith("3.0")
    return (_Validator30 if old else _Validator31)(dict(document))


def default_judge(document: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], str | None]:
    """Return what says in which way a schema's default breaks the schema, or None where it fits.

    Args:
        document: A document of OpenAPI 3.1, plain dicts and lists or what acts as such, which the schemas
            that are asked about stand in.
    """
    with SchemaPath.from_dict(cast("Any", document)).resolve() as resolved:
        resolver = resolved.resolver

    def judge(schema: Mapping[str, Any]) -> str | None:
        validator = _Value31.value_validator_cls(schema, _resolver=resolver, format_checker=_FORMATS)
        fault = next(iter(validator.iter_errors(schema["default"])), None)
        return None if fault is None else str(fault.message)

    return judge


def first_fault(document: Mapping[str, Any], *, complete: bool = True) -> Any | None:
    """Return the first fault of a document of OpenAPI 3.0 or 3.1, or None; ``place`` tells where it is.

    Where the library itself gives up, at schemas hundreds deep or at data that it takes for a reference, what
    is left is the schema of OpenAPI.

    Args:
        document: Plain dicts and lists; it names its version.
        complete: Whether more than the schema of OpenAPI is applied.
    """
    validator = specification_validator(document)
    if complete:
        with contextlib.suppress(Exception):
            return next(iter(validator.iter_errors()), None)
    return next(iter(validator.schema_validator.iter_errors(document)), None)


def _placed(error: Any, where: SchemaPath) -> Any:
    if not hasattr(error, "found_in"):
        if not isinstance(error, OpenAPIValidationError):  # the library would do it later, and lose the place
            error = OpenAPIValidationError.create_from(error)
        error.found_in = tuple(where.parts)
    return error


def place(error: Any) -> Place:
    """Return the path from the root of the document to what is at fault, through references."""
    return (*getattr(error, "found_in", ()), *error.absolute_path)


def fault_error(document: Mapping[str, Any], source: Path | None = None) -> UserError | None:
    """Return what makes a document no OpenAPI document, with its line; None if it is one."""
    fault = first_fault(document)
    if fault is None:
        return None
    path = place(fault)
    line, value = None, document
    for token in path:
        lines = getattr(value, "lines", None)
        try:
            line = lines[token] if lines is not None else line
            value = value[token]
        except (KeyError, IndexError, TypeError):
            break
    where = "/".join(map(str, path)) or "the document"
    message = f"is not a valid OpenAPI document: {where}: {fault.message[:200]}"
    return UserError(message, source=source, line=line)
