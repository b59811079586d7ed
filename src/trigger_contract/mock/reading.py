"""Reading the document that is served, also one of many megabytes within a second."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trigger_contract.document.files import read_text
from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import METHODS
from trigger_contract.document.references import check_references, lookup
from trigger_contract.document.validity import fault_error, openapi_schema
from trigger_contract.document.version30 import upgrade
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError

_LARGE = 2_000_000
"""From so many characters on a JSON document is read without the lines that only a fault needs."""

_REFERENCE = re.compile(r'"\$ref"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read(path: Path) -> Mapping[str, Any]:
    """Read a document of the user's.

    Raises:
        UserError: It is not a valid OpenAPI document; the message names the first fault.
    """
    if path.suffix == ".json" and (quick := _read_large(path)) is not None:
        return quick
    document = read_document(path)
    version = str(document["openapi"])
    if not version.startswith(("3.0", "3.1", "3.2")):
        raise UserError(f"is OpenAPI {version}; 3.0 and 3.1 are served", source=path)
    check_references(document)
    try:
        error = fault_error(document, path)
    except ModuleNotFoundError:
        # The extra `mock` comes without the library that validates whole documents.
        error = _form_fault(document, path)
    if error is not None:
        raise error
    return document


def _form_fault(document: Mapping[str, Any], source: Path | None = None) -> UserError | None:
    """Return why a document cannot be served, by the places that a server looks at; None if it can."""
    line = None
    for holder, name, kind, what in _places(document):
        line = getattr(holder, "lines", {}).get(name) or line  # of what is missing, where it should stand
        if not isinstance(holder.get(name), kind):
            message = f"is no valid OpenAPI document: {what} must be {_KINDS[kind]}"
            return UserError(message, source=source, line=line)
    return None


_KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}


def _places(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, type, str]]:
    """Yield each place with its holder, its name there, the kind it must be of and what it is called."""
    if "paths" not in document:
        return
    yield document, "paths", dict, "`paths`"
    for path, item in document["paths"].items():
        if path.startswith("x-"):
            continue
        yield document["paths"], path, dict, f"`{path}`"
        if "$ref" in item:
            continue
        for method in METHODS:
            if method not in item:
                continue
            yield item, method, dict, f"`{method}` of `{path}`"
            operation = item[method]
            yield operation, "responses", dict, f"`responses` of `{method} {path}`"
            if "parameters" in operation:
                yield operation, "parameters", list, f"`parameters` of `{method} {path}`"
            for parameter in [*item.get("parameters", ()), *operation.get("parameters", ())]:
                yield {"it": parameter}, "it", dict, f"a parameter of `{method} {path}`"
                if "$ref" not in parameter:
                    yield parameter, "name", str, f"the `name` of a parameter of `{method} {path}`"
                    yield parameter, "in", str, f"the `in` of a parameter of `{method} {path}`"


def read_data(path: Path) -> Mapping[str, Any]:
    """Read a file of things.

    Raises:
        UserError: It cannot be read, or is no mapping of collections.
    """
    data = load(read_text(path), str(path))
    if not isinstance(data, Mapping):
        raise UserError("must map collections to lists of things", source=path)
    return data


def _read_large(path: Path) -> Mapping[str, Any] | None:
    """Read a large document of JSON; None where it is small, or a line is needed for a fault."""
    try:
        import jsonschema_rs
        import orjson
    except ModuleNotFoundError:
        return None
    text = read_text(path)
    if len(text) < _LARGE or "$dynamic" in text:
        return None
    try:
        document = orjson.loads(text)
        version = str(document["openapi"])
        if not version.startswith(("3.0", "3.1")):
            return None
        schema = openapi_schema(version[:3])
        if schema is None or not jsonschema_rs.validator_for(schema).is_valid(document):
            return None
        # What looks like a reference inside of an example and is none sends the document the long way.
        for reference in set(_REFERENCE.findall(text)):
            lookup(document, json.loads(f'"{reference}"'))
    except (ValueError, KeyError, TypeError, UserError):
        return None
    upgrade(document)
    found: Mapping[str, Any] = document
    return found
