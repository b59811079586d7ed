"""Schemas of answers as the validator takes them: what is only written is no part of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from trigger_contract.document.composition import composition, with_parts_once
from trigger_contract.document.references import lookup, split_pointer, walk

_UNSPOKEN = "writeOnly"
_NEVER = {"not": {"$comment": _UNSPOKEN}}


def compiled(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a schema; where a pattern cannot be understood, without patterns."""
    schema = with_parts_once(schema)
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError):
        return jsonschema_rs.Draft202012Validator(_without_patterns(schema), validate_formats=True)


def without_write_only(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as answers keep it: properties that are ``writeOnly`` are not there.

    Source: OpenAPI 3.1.0, Schema Object, and JSON Schema 2020-12, Validation, section 9.4.

    Args:
        document: The document as plain lists and dictionaries; it is changed.
    """
    if not any(_is_written_only(value) for _, value in walk(document)):
        return document
    written = [value for _, value in walk(document) if _is_written_only(value)]
    _relax(document, "writeOnly")
    for schema in written:
        schema.clear()
        schema.update(_NEVER)
    return document


def without_read_only(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as requests keep it: properties that are ``readOnly`` need not be there.

    Args:
        document: The document as plain lists and dictionaries; it is changed.
    """
    if any(isinstance(value, Mapping) and value.get("readOnly") is True for _, value in walk(document)):
        _relax(document, "readOnly")
    return document


def _relax(document: dict[str, Any], word: str) -> None:
    """Ask no longer for properties with a keyword that says they go one way only."""
    views = composition(document)
    # What is found out about a document holds only until it changes, so all is found out first.
    relaxed = [
        (part, hidden)
        for _, value in walk(document)
        if isinstance(value, dict) and ({"properties", "allOf"} & set(value))
        if (hidden := {name for name, view in views.properties(value).items() if view.get(word) is True})
        for part in _parts(document, value)
        if isinstance(part.get("required"), list)
    ]
    for schema, hidden in relaxed:
        schema["required"] = [name for name in schema["required"] if name not in hidden]


def alone(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with what it refers to at the places where that stands in a document, and nothing else.

    A validator keeps a copy of all it is given, and a document may have a thousand answers and megabytes.

    Args:
        document: The document.
        schema: A schema of it.
    """
    root = dict(schema)
    waiting: list[Any] = [schema]
    seen: set[str] = set()
    while waiting:
        for _, value in walk(waiting.pop()):
            reference = value.get("$ref") if isinstance(value, Mapping) else None
            if not isinstance(reference, str) or reference in seen:
                continue
            seen.add(reference)
            target = lookup(document, reference)
            waiting.append(target)
            tokens = split_pointer(reference.removeprefix("#")) if reference.startswith("#/") else []
            if not tokens or not _placed(root, tokens, target):
                # What stands in a list or has a name of its own keeps its surroundings.
                root |= {key: document[key] for key in (tokens[:1] or ["components"]) if key in document}
    return root


def _placed(root: dict[str, Any], tokens: list[str], target: Any) -> bool:
    """Put a value where a pointer leads; False where that goes through a list."""
    if any(token.isdigit() for token in tokens[:-1]):
        return False
    holder = root
    for token in tokens[:-1]:
        below = holder.setdefault(token, {})
        if not isinstance(below, _Holder):
            if below:
                # It stands in something that is there as a whole.
                return True
            below = holder[token] = _Holder()
        holder = below
    if not isinstance(target, Mapping) or tokens[-1] not in holder or isinstance(holder[tokens[-1]], _Holder):
        holder[tokens[-1]] = target
    return True


class _Holder(dict[str, Any]):
    """Holds some members of an object of the document."""


def is_unspoken(error: jsonschema_rs.ValidationError) -> bool:
    """Whether a value is wrong because it is only written."""
    return str(error.kind.name) == "not" and getattr(error.kind, "schema", None) == _NEVER["not"]


def _parts(document: Mapping[str, Any], schema: Any) -> Iterator[dict[str, Any]]:
    """Yield the schemas that one is composed of by ``allOf`` and references, each once, itself among them."""
    waiting, seen = [schema], set()
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []
        if isinstance(part.get("$ref"), str):
            waiting.append(lookup(document, part["$ref"]))


def _is_written_only(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("writeOnly") is True


def _without_patterns(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_patterns(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not (key == "pattern" and isinstance(item, str))}
    return [_without_patterns(item) for item in value] if isinstance(value, list) else value
