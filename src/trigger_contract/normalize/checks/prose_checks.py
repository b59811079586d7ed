"""Texts that say something else than the keywords beside them: values, whether a thing is required, counts.

Only phrases that leave no doubt are read. Where a text and a keyword differ, the keyword stands,
because machines read it; the report tells which page to put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trigger_contract.normalize.checks.limit_phrases import number
from trigger_contract.normalize.checks.values_in_prose import check_values
from trigger_contract.normalize.model import (
    APART,
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
)
from trigger_contract.normalize.naming import words
from trigger_contract.normalize.reach import Lookup, leaves

_REASON = "Where the text and the schema of one page differ, the schema stands: machines read it."
_SILENT = "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
_APART = "Each place keeps what its own page says, but a value of any kind need not be an object."
_REQUIRED = re.compile(r"\A\s*[(\[*_]*(required|optional)[)\]*_]*(?:[.:,;]|\s*$|\s+-)", re.IGNORECASE)
_COUNT = re.compile(r"\b(?:maximum of|up to|at most|no more than) (\d[\d,]*) ([a-z]\w+)\b", re.IGNORECASE)
_REPEATED = re.compile(
    r"\bduplicated? (\w+) (?:are|will be|get) (?:ignored|allowed|removed|dropped|merged)\b", re.IGNORECASE
)
_WHETHER = re.compile(
    r"\bwhether (?:or not )?to (include|exclude|show|hide|enable|disable|skip|omit)\b", re.IGNORECASE
)
_ANY_VALUE = re.compile(
    r"\b(?:any (?:valid )?JSON(?:[- ]serializable)?(?: (?:value|data|type|payload)|(?= ?[.,;)]|$))"
    r"|anything that (?:is|can be) (?:JSON|serialized)[\w -]*)",
    re.IGNORECASE,
)
_OPPOSITE = {
    "include": ("exclude", "omit", "skip", "hide", "without"),
    "show": ("hide", "exclude", "omit"),
    "enable": ("disable",),
    "exclude": ("include", "with"),
    "omit": ("include", "with"),
    "skip": ("include",),
    "hide": ("show", "include"),
    "disable": ("enable",),
}
# A duration such as `1h42m`, and the form of one: how many letters each unit has.
_DURATION = re.compile(r"(?:\d{1,18}[a-z]{1,18})+")
_FORMAT = re.compile(
    r"\b(?:in (?:the|this) format(?: of)?|formatted (?:as|like)):?\s+"
    r"((?:[`\"'][^`\"'\s]+[`\"'](?:,\s*|\s+or\s+)?)+)",
    re.IGNORECASE,
)


def check_prose(found: Sequence[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Note each text that contradicts a keyword, a name or an example of what it describes."""
    nodes = {pointer: node for pointer, node, kind in found if kind in ("schema", "parameter")}
    for pointer, node, kind in found:
        text = node.get("description")
        if not isinstance(text, str):
            continue
        if kind == "parameter":
            schema = node.get("schema")
            if isinstance(schema, Node):
                check_values((*pointer, "schema"), node, schema, lookup, ledger)
            _required(pointer, node, text, node.get("required") is True, node, ledger)
            _polarity(pointer, str(node.get("name", "")), node, text, ledger)
            _form(pointer, node, text, ledger)
        elif kind == "schema":
            check_values(pointer, node, node, lookup, ledger)
            _form(pointer, node, text, ledger)
            _any_value(pointer, node, text, ledger)
            parent = nodes.get(pointer[:-2])
            if parent is not None and len(pointer) > 2 and pointer[-2] == "properties":
                names = parent.get("required")
                required = isinstance(names, list) and pointer[-1] in names
                _required(pointer, node, text, required, parent, ledger)
                _polarity(pointer, str(pointer[-1]), node, text, ledger)
        elif kind == "operation":
            _counts(lookup, pointer, node, text, ledger)
    _anything(nodes, ledger)


def _note(
    kind: str, pointer: Pointer, keyword: str, schema: Node, text: Node, says: str, said: str
) -> Contradiction:
    claims = (
        Claim(schema.source, line_of(schema, keyword) or schema.line or None, says),
        Claim(text.source, line_of(text, "description"), f'the text: "{said}"'),
    )
    return Contradiction(kind, pointer, claims, says, RULE, _REASON)


def _required(
    pointer: Pointer, holder: Node, text: str, required: bool, parent: Node, ledger: Ledger
) -> None:
    match = _REQUIRED.match(text)
    if match is None or (match[1].casefold() == "required") == required:
        return
    says = "required" if required else "not required"
    ledger.add(_note("required", (*pointer, "required"), "required", parent, holder, says, match[1]))


def _polarity(pointer: Pointer, name: str, node: Node, text: str, ledger: Ledger) -> None:
    """A switch whose name says the opposite of its text: ``excludeUtc``, "whether to include UTC"."""
    match = _WHETHER.search(text)
    first = next(iter(words(name)), "").lower()
    if match is not None and first in _OPPOSITE[match[1].lower()]:
        where = (*pointer, "description")
        ledger.add(_note("text", where, "name", node, node, f"the name: {name}", match[0]))


def _form(pointer: Pointer, node: Node, text: str, ledger: Ledger) -> None:
    """An example of a duration that is not in the form that the text shows."""
    example = node.get("example")
    match = _FORMAT.search(text) if isinstance(example, str) and _DURATION.fullmatch(example) else None
    if match is None:
        return
    forms = re.findall(r"[`\"']([^`\"'\s]+)[`\"']", match[1])
    if all(_DURATION.fullmatch(form) for form in forms) and _units(example).isdisjoint(
        set().union(*map(_units, forms))
    ):
        says = f"the example: {example}"
        entry = _note("example", (*pointer, "example"), "example", node, node, says, match[0].strip(" ,"))
        ledger.add(entry)


def _any_value(pointer: Pointer, node: Node, text: str, ledger: Ledger) -> None:
    """A text that takes any JSON value, and a schema that takes objects only."""
    match = _ANY_VALUE.search(" ".join(text.split()))
    if match is not None and node.get("type") == "object" and "properties" not in node:
        where = (*pointer, "type")
        ledger.add(_note("type", where, "type", node, node, "type: object", match[0]))


def _anything(nodes: Mapping[Pointer, Node], ledger: Ledger) -> None:
    """A property that is any JSON value by its text in one place and an object by its type in another."""
    free: dict[str, tuple[Pointer, Node, str]] = {}
    for pointer, node in nodes.items():
        if len(pointer) > 1 and pointer[-2] == "properties" and "type" not in node and "$ref" not in node:
            match = _ANY_VALUE.search(" ".join(str(node.get("description", "")).split()))
            if match is not None:
                free.setdefault(str(pointer[-1]), (pointer, node, match[0]))
    for pointer, node in nodes.items():
        name = str(pointer[-1]) if len(pointer) > 1 and pointer[-2] == "properties" else ""
        if name in free and node.get("type") == "object" and "properties" not in node:
            place, text, said = free[name]
            claims = (
                Claim(text.source, line_of(text, "description"), f'{name}: the text: "{said}"'),
                Claim(node.source, line_of(node, "type"), f"{name}: type: object"),
            )
            where, other = (*place, "type"), (*pointer, "type")
            ledger.add(Contradiction("type", where, claims, "both, apart", APART, _APART, (other,)))


def _units(duration: Any) -> set[int]:
    return {len(unit) for unit in re.findall(r"[a-z]+", str(duration))}


def _counts(lookup: Lookup, pointer: Pointer, operation: Node, text: str, ledger: Ledger) -> None:
    """How many of something the text of an operation allows, against the list of that name in it."""
    counts = {match[2].casefold(): match for match in _COUNT.finditer(text)}
    repeated = {match[1].casefold(): match[0] for match in _REPEATED.finditer(text)}
    if not counts and not repeated:
        return
    for place, names, schema in _lists(lookup, pointer, operation):
        match = next((match for name, match in counts.items() if name in names), None)
        most = int(number(match[1].rstrip(","))) if match else None
        known = schema.get("maxItems")
        if match and known is None:
            entry = _note("limit", (*place, "maxItems"), "type", schema, operation, "no maxItems", match[0])
            chosen = "stays in prose"
            ledger.add(
                Contradiction("limit in prose only", entry.pointer, entry.claims, chosen, RULE, _SILENT)
            )
        elif match and known != most:
            says = f"maxItems: {known}"
            ledger.add(_note("limit", (*place, "maxItems"), "maxItems", schema, operation, says, match[0]))
        again = next((said for name, said in repeated.items() if name in names), None)
        if again is not None and schema.get("uniqueItems") is True:
            where, says = (*place, "uniqueItems"), "uniqueItems: true"
            ledger.add(_note("uniqueItems", where, "uniqueItems", schema, operation, says, again))


def _lists(lookup: Lookup, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, set[str], Node]]:
    """Yield each list among the parameters and in the body of an operation, with the words it is known by.

    Those are its name and the first word or two of its text ("An array of payloads").
    """
    places: list[tuple[Pointer, str, Any, Any]] = []
    for index, parameter in enumerate(operation.get("parameters") or ()):
        held = _followed(lookup, parameter)
        where: Pointer = (*pointer, "parameters", index, "schema")
        places.append((where, str(held.get("name")), held.get("schema"), held.get("description")))
    content = _followed(lookup, operation.get("requestBody")).get("content") or {}
    for media_type, value in content.items():
        start = (*pointer, "requestBody", "content", media_type, "schema")
        for where, body in leaves(start, _followed(lookup, value).get("schema"), lookup):
            for name, schema in (body.get("properties") or {}).items():
                places.append(((*where, "properties", name), name, schema, None))
    for where, name, schema, said in places:
        for place, leaf in leaves(where, schema, lookup):
            if leaf.get("type") == "array":
                text = str(said or leaf.get("description") or "")
                named = re.match(r"(?:an? )?(?:array|list) of (\w+)", text, re.IGNORECASE)
                yield place, {name.casefold(), named[1].casefold() if named else ""}, leaf


def _followed(lookup: Lookup, value: Any) -> Any:
    steps = 0
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and steps < 20:
        value, steps = lookup(value["$ref"]), steps + 1
    return value if isinstance(value, dict) else {}
