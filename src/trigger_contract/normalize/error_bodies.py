"""Errors of one service, held against each other: bodies, their form, and their texts."""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.normalize.merge import brief
from trigger_contract.normalize.model import APART, Claim, Contradiction, Ledger, Node, Pointer, line_of
from trigger_contract.normalize.shape import METHODS
from trigger_contract.normalize.standard import find

_REASON = "Each operation keeps what its own page says; the pages of one service just do not agree."

Error = tuple[Pointer, str, Node, Any]


def check_error_bodies(draft: Node, ledger: Ledger) -> None:
    """Compare the responses of one error status across the operations of one service."""
    groups: dict[tuple[str, str], list[Error]] = {}
    for path, item in draft.get("paths", {}).items():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, Node) else None
            if not isinstance(operation, Node):
                continue
            service = brief(operation.get("servers", ""))
            for status, response in operation.get("responses", {}).items():
                if not status.startswith(("4", "5")):
                    continue
                while isinstance(response, dict) and isinstance(response.get("$ref"), str):
                    response = find(draft, response["$ref"])
                if isinstance(response, Node):
                    where = ("paths", path, method, "responses", status)
                    entry = (where, f"{method.upper()} {path}", response, _schema(draft, response))
                    groups.setdefault((service, status), []).append(entry)
    for (_, status), errors in groups.items():
        if len(errors) > 1:
            _bodies(status, errors, ledger)
            _forms(status, errors, ledger)
            _texts(status, errors, ledger)


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


def _texts(status: str, errors: list[Error], ledger: Ledger) -> None:
    """Fixed texts that differ in nothing but capitals, blanks or punctuation."""
    texts: dict[tuple[str, str], dict[str, tuple[Error, Node]]] = {}
    for error in errors:
        properties = error[3].get("properties") if isinstance(error[3], Node) else None
        for name, schema in properties.items() if isinstance(properties, dict) else ():
            values = schema.get("enum") or [schema.get("const")] if isinstance(schema, Node) else []
            for value in values:
                if isinstance(value, str):
                    folded = " ".join(re.findall(r"\w+", value)).casefold()
                    texts.setdefault((name, folded), {}).setdefault(value, (error, schema))
    for (name, _), spellings in texts.items():
        if len(spellings) < 2:
            continue
        claims = tuple(
            Claim(schema.source, line_of(schema, "enum"), f"{error[1]}: {status} {name} is {value!r}")
            for value, (error, schema) in spellings.items()
        )
        found = [error for error, _ in spellings.values()]
        where = (*found[0][0], name)
        places = tuple((*error[0], name) for error in found[1:])
        ledger.add(Contradiction("error text", where, claims, "both, apart", APART, _REASON, places))
