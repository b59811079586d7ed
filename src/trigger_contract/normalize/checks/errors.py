"""Errors of one service, held against each other: bodies, their form, and their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.phrases import said
from trigger_contract.normalize.ledger import Claim, brief, claim, owner, quoted
from trigger_contract.normalize.located import Node, Pointer, list_of, map_of

_APART = "Each operation keeps what its own page says; the pages of one service just do not agree."
_SENT = "The body's own text stands: it is what is sent."
_ANYTHING = frozenset(("resource", "object", "entity", "record", "item", "page", "is", "are", "be", "it"))


class _Error(NamedTuple):
    """A response with an error status, whose it is, and the schema of its body."""

    pointer: Pointer
    response: Node
    schema: Any

    def says(self, node: Node, key: str, words: str) -> Claim:
        return claim(node, key, f"{owner(self.pointer)}: {self.pointer[-1]} {words}")


def check_errors(draft: Draft) -> None:
    """Compare the responses of one error status across the operations of one service."""
    services: dict[str, dict[str, list[_Error]]] = {}
    for where, operation in draft.operations():
        statuses = services.setdefault(brief(operation.get("servers", "")), {})
        for status, raw in map_of(operation, "responses").items():
            response = draft.follow(raw)
            if status.startswith(("4", "5")) and isinstance(response, Node):
                pointer = (*where, "responses", status)
                schemas = [draft.follow(schema) for _, schema in draft.bodies(pointer, response)]
                error = _Error(pointer, response, schemas[0] if schemas else None)
                statuses.setdefault(status, []).append(error)
    for statuses in services.values():
        for errors in statuses.values():
            for error in errors:
                _not_found(draft, error)
            _bodies(draft, errors)
            _forms(draft, errors)
        _texts(draft, [error for errors in statuses.values() for error in errors])


def _not_found(draft: Draft, error: _Error) -> None:
    """A response that speaks of one thing while its body's fixed text speaks of another."""
    match = said("not found", str(error.response.get("description", "")))
    for name, value, node in _fixed(error.schema) if match else ():
        other = said("not found", value)
        names = {found[1].casefold() for found in (match, other) if found}
        if match and len(names) == 2 and _ANYTHING.isdisjoint(names):
            shown = claim(node, "enum", f"{error.pointer[-1]} {name} is {value!r}")
            where, chosen = (*error.pointer, "description"), f"{name}: {value!r}"
            words = quoted(error.response, match[0])
            draft.ledger.rule("error text", where, _SENT, shown, words, chosen=chosen)


def _fixed(schema: Any) -> Iterator[tuple[str, str, Node]]:
    """Yield the properties of a body that always say the same, with what they say."""
    for name, node in map_of(schema, "properties").items():
        for value in (node.get("enum") or [node.get("const")]) if isinstance(node, Node) else ():
            if isinstance(value, str):
                yield name, value, node


def _bodies(draft: Draft, errors: list[_Error]) -> None:
    shown = [error for error in errors if error.response.get("content")]
    without = [error for error in errors if not error.response.get("content")]
    if shown and without:
        parts = [(shown[0], "content", "has a body"), *((error, "", "has none") for error in without)]
        said = [((*of.pointer, "content"), of.says(of.response, key, words)) for of, key, words in parts]
        draft.ledger.apart("body", _APART, said)


def _forms(draft: Draft, errors: list[_Error]) -> None:
    forms: dict[str, tuple[Pointer, Claim]] = {}
    for error in errors:
        if isinstance(error.schema, Node) and isinstance(error.schema.get("properties"), dict):
            required, names = list_of(error.schema, "required"), sorted(error.schema["properties"])
            form = ", ".join(f"{name}{'' if name in required else '?'}" for name in names)
            forms.setdefault(form, (error.pointer, error.says(error.schema, "", f"is {{{form}}}")))
    draft.ledger.differing("error form", _APART, forms)


def _texts(draft: Draft, errors: list[_Error]) -> None:
    """Fixed texts of one service that differ in nothing but capitals, blanks or punctuation."""
    texts: dict[tuple[str, str], dict[str, tuple[Pointer, Claim]]] = {}
    for error in errors:
        for name, value, node in _fixed(error.schema):
            folded = " ".join(re.findall(r"\w+", value)).casefold()
            says = error.says(node, "enum", f"{name} is {value!r}")
            texts.setdefault((name, folded), {}).setdefault(value, ((*error.pointer, name), says))
    draft.ledger.differing("error text", _APART, *texts.values())
