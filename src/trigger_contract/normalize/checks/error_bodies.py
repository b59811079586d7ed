"""Errors of one service, held against each other: bodies, their form, and their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trigger_contract.normalize.model import (
    APART,
    RULE,
    Claim,
    Contradiction,
    Ledger,
    Node,
    Pointer,
    line_of,
    operations_of,
)
from trigger_contract.normalize.reading.standard import find
from trigger_contract.normalize.wording import brief

_REASON = "Each operation keeps what its own page says; the pages of one service just do not agree."

_NOT_FOUND = re.compile(r"\b([A-Za-z]\w*) (?:was )?not found\b", re.IGNORECASE)
_ANYTHING = frozenset(("resource", "object", "entity", "record", "item", "page", "is", "are", "be", "it"))

Error = tuple[Pointer, str, Node, Any]


def check_error_bodies(draft: Node, ledger: Ledger) -> None:
    """Compare the responses of one error status across the operations of one service."""
    groups: dict[tuple[str, str], list[Error]] = {}
    for group, path, method, operation in operations_of(draft):
        if group != "paths":
            continue
        service = brief(operation.get("servers", ""))
        for status, response in operation.get("responses", {}).items():
            if not status.startswith(("4", "5")):
                continue
            while isinstance(response, dict) and isinstance(response.get("$ref"), str):
                response = find(draft, response["$ref"])
            if isinstance(response, Node):
                where = (group, path, method, "responses", status)
                entry = (where, f"{method.upper()} {path}", response, _schema(draft, response))
                groups.setdefault((service, status), []).append(entry)
    services: dict[str, list[Error]] = {}
    for (service, status), errors in groups.items():
        services.setdefault(service, []).extend(errors)
        for error in errors:
            _not_found(status, error, ledger)
        if len(errors) > 1:
            _bodies(status, errors, ledger)
            _forms(status, errors, ledger)
    for errors in services.values():
        _texts(errors, ledger)


def _not_found(status: str, error: Error, ledger: Ledger) -> None:
    """A response that speaks of one thing while its body's fixed text speaks of another."""
    pointer, _, response, schema = error
    said = _NOT_FOUND.search(str(response.get("description", "")))
    if said is None:
        return
    for name, value, node in _fixed(schema):
        match = _NOT_FOUND.search(value)
        names = {found[1].casefold() for found in (said, match) if found}
        if len(names) < 2 or not _ANYTHING.isdisjoint(names):
            continue
        claims = (
            Claim(node.source, line_of(node, "enum"), f"{status} {name} is {value!r}"),
            Claim(response.source, line_of(response, "description"), f'the text: "{said[0]}"'),
        )
        reason = "The body's own text stands: it is what is sent."
        where = (*pointer, "description")
        ledger.add(Contradiction("error text", where, claims, f"{name}: {value!r}", RULE, reason))


def _fixed(schema: Any) -> Iterator[tuple[str, str, Node]]:
    """Yield the properties of a body that always say the same, with what they say."""
    properties = schema.get("properties") if isinstance(schema, Node) else None
    for name, node in properties.items() if isinstance(properties, dict) else ():
        for value in (node.get("enum") or [node.get("const")]) if isinstance(node, Node) else ():
            if isinstance(value, str):
                yield name, value, node


def _schema(draft: Node, response: Node) -> Any:
    for media_type in (response.get("content") or {}).values():
        schema = media_type.get("schema") if isinstance(media_type, dict) else None
        steps = 0
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and steps < 20:
            schema, steps = find(draft, schema["$ref"]), steps + 1
        return schema
    return None


def _bodies(status: str, errors: list[Error], ledger: Ledger) -> None:
    without = [error for error in errors if not error[2].get("content")]
    if not without or len(without) == len(errors):
        return
    shown = next(error for error in errors if error[2].get("content"))
    claims = (
        Claim(shown[2].source, line_of(shown[2], "content"), f"{shown[1]}: {status} has a body"),
        *(
            Claim(error[2].source, error[2].line or None, f"{error[1]}: {status} has none")
            for error in without[:10]
        ),
    )
    places = tuple((*error[0], "content") for error in without)
    ledger.add(Contradiction("body", (*shown[0], "content"), claims, "both, apart", APART, _REASON, places))


def _forms(status: str, errors: list[Error], ledger: Ledger) -> None:
    forms: dict[str, Error] = {}
    for error in errors:
        schema = error[3]
        if isinstance(schema, Node) and isinstance(schema.get("properties"), dict):
            required = schema.get("required") or ()
            names = [f"{name}{'' if name in required else '?'}" for name in sorted(schema["properties"])]
            forms.setdefault(", ".join(names), error)
    if len(forms) < 2:
        return
    claims = tuple(
        Claim(error[3].source, error[3].line or None, f"{error[1]}: {status} is {{{form}}}")
        for form, error in list(forms.items())[:10]
    )
    found = list(forms.values())
    places = tuple(error[0] for error in found[1:])
    ledger.add(Contradiction("error form", found[0][0], claims, "both, apart", APART, _REASON, places))


def _texts(errors: list[Error], ledger: Ledger) -> None:
    """Fixed texts of one service that differ in nothing but capitals, blanks or punctuation."""
    texts: dict[tuple[str, str], dict[str, tuple[Error, Node]]] = {}
    for error in errors:
        for name, value, schema in _fixed(error[3]):
            folded = " ".join(re.findall(r"\w+", value)).casefold()
            texts.setdefault((name, folded), {}).setdefault(value, (error, schema))
    for (name, _), spellings in texts.items():
        if len(spellings) < 2:
            continue
        claims = tuple(
            Claim(schema.source, line_of(schema, "enum"), f"{error[1]}: {error[0][-1]} {name} is {value!r}")
            for value, (error, schema) in spellings.items()
        )
        found = [error for error, _ in spellings.values()]
        where = (*found[0][0], name)
        places = tuple((*error[0], name) for error in found[1:])
        ledger.add(Contradiction("error text", where, claims, "both, apart", APART, _REASON, places))
