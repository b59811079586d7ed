"""openapi-spec-validator with two things added: where a fault is, and no judgement of Python's on patterns.

The library reports a fault inside a schema relative to that schema, and takes a pattern that Python's
``re`` cannot compile for no pattern at all (see ``patterns``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from jsonschema_path.paths import SchemaPath
from openapi_schema_validator import oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords

_FORMATS = copy(oas31_format_checker)
_FORMATS.checkers = {name: check for name, check in _FORMATS.checkers.items() if name != "regex"}

Path = tuple[Any, ...]


class _Schema(keywords.OpenAPIV31SchemaValidator):
    """Notes the place of the innermost schema that a fault was found in."""

    schema_validator_format_checker = _FORMATS

    def __call__(
        self, schema: SchemaPath, require_properties: bool = True, meta_checked: bool = False
    ) -> Iterator[Any]:
        for error in super().__call__(schema, require_properties, meta_checked):
            yield _placed(error, schema)


class _Operation(keywords.OperationValidator):
    """Notes the operation that a fault was found in, where nothing closer is known."""

    def __call__(
        self, url: str, name: str, operation: SchemaPath, path_parameters: SchemaPath | None
    ) -> Iterator[Any]:
        for error in super().__call__(url, name, operation, path_parameters):
            yield _placed(error, operation)


class _Value(keywords.OpenAPIV31ValueValidator):
    """Lets a default pass whose pattern it is not for us to try.

    The library tries it with an ECMAScript engine where one happens to be installed, else with Python's
    ``re``; what a page is worth must not hang on that.
    """

    value_validator_format_checker = _FORMATS

    def __call__(self, schema: SchemaPath, value: Any) -> Iterator[Any]:
        try:
            for error in super().__call__(schema, value):
                if error.validator != "pattern":
                    yield error
        except re.error:
            return


class SpecificationValidator(OpenAPIV31SpecValidator):
    """Validates an OpenAPI 3.1 document; ``place`` tells where a fault is."""

    keyword_validators: dict[str, type[keywords.KeywordValidator]] = {
        **OpenAPIV31SpecValidator.keyword_validators,
        "schema": _Schema,
        "operation": _Operation,
        "default": _Value,
    }


def _placed(error: Any, where: SchemaPath) -> Any:
    if not hasattr(error, "found_in"):
        error.found_in = tuple(where.parts)
    return error


def place(error: Any) -> Path:
    """Return the path from the root of the document to what is at fault, through references."""
    return (*getattr(error, "found_in", ()), *error.absolute_path)
