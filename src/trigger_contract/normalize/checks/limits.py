"""Limits and defaults that stand in prose, held against the keywords of the schema they are about.

A text that says the same as its schema is no news; one that says something else, or says it alone, is
noted.
"""

from __future__ import annotations

from collections.abc import Iterable

from trigger_contract.normalize.checks.limit_phrases import BOUNDS, Limit, read_limits
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
)
from trigger_contract.normalize.reach import Lookup, kinds_of, leaves

_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_DATES = frozenset(("date-time", "date", "time", "duration"))

Part = tuple[Pointer, Node]


def check_limits(found: Iterable[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Note each limit in prose that its schema does not have, or has with another value."""
    nodes: dict[Pointer, Node] = {}
    for pointer, node, kind in found:
        if kind not in ("schema", "parameter"):
            continue
        nodes[pointer] = node
        if kind == "schema":
            _possible(pointer, node, ledger)
        description = node.get("description")
        if not isinstance(description, str):
            continue
        schema = node if kind == "schema" else node.get("schema")
        if not isinstance(schema, Node):
            continue
        where = pointer if kind == "schema" else (*pointer, "schema")
        parts = list(leaves(where, schema, lookup))
        kinds = {name for _, part in parts for name in kinds_of(part)}
        enum = next((part["enum"] for _, part in parts if isinstance(part.get("enum"), list)), ())
        outer = nodes.get(pointer[:-1]) if pointer[-1] == "items" else None
        for limit in read_limits(" ".join(description.split()), kinds, enum):
            around = [(pointer[:-1], outer)] if limit.outer and outer is not None else []
            about = _about(limit, parts, around)
            if about is not None:
                _compare(limit, about, node, ledger)


def _about(limit: Limit, parts: list[Part], around: list[Part]) -> Part | None:
    """The part of a schema that a limit is about: of several the one that has the keyword."""
    fitting = list(around)
    for pointer, part in parts:
        kinds = kinds_of(part)
        items = part.get("items")
        if limit.outer:
            if "array" in kinds:
                fitting.append((pointer, part))
        elif "array" in kinds and isinstance(items, Node) and "$ref" not in items:
            fitting.append(((*pointer, "items"), items))
        elif not limit.kinds or not set(limit.kinds).isdisjoint(kinds):
            fitting.append((pointer, part))
    known = {limit.keyword, BOUNDS.get(limit.keyword, limit.keyword)}
    return next((part for part in fitting if not known.isdisjoint(part[1])), fitting[0] if fitting else None)


def _possible(pointer: Pointer, schema: Node, ledger: Ledger) -> None:
    """A least that is more than the most: no value can be right."""
    for low, high in _PAIRS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            claims = (
                Claim(schema.source, line_of(schema, low), f"{low}: {least}"),
                Claim(schema.source, line_of(schema, high), f"{high}: {most}"),
            )
            reason = "No value can be right; which of the two is meant, only the page's owner can say."
            ledger.add(Contradiction("limit", (*pointer, low), claims, "both, as published", RULE, reason))


def _compare(limit: Limit, about: Part, text: Node, ledger: Ledger) -> None:
    pointer, schema = about
    other = BOUNDS.get(limit.keyword, limit.keyword)
    keyword = limit.keyword if limit.keyword in schema or other not in schema else other
    known = schema.get(keyword)
    same = known == limit.value and isinstance(known, bool) == isinstance(limit.value, bool)
    if same and keyword == limit.keyword:
        return
    if limit.keyword == "pattern" and str(known).startswith(str(limit.value)):
        return
    if limit.keyword == "format" and (known in _DATES or "pattern" in schema):
        return
    if limit.keyword in BOUNDS and _same_bound(schema, limit):
        return
    said = Claim(text.source, line_of(text, "description"), f'the text: "{limit.words}"')
    word = limit.keyword if limit.keyword in ("default", "format") else "limit"
    if known is None:
        shown = Claim(schema.source, schema.line or None, f"the schema: no {limit.keyword}")
        kind, chosen = f"{word} in prose only", "stays in prose"
        reason = (
            "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
        )
    else:
        shown = Claim(schema.source, line_of(schema, keyword), f"the schema: {keyword} {known}")
        kind, chosen = word, f"{keyword}: {known}"
        reason = "Where the text and the schema of one page differ, the schema stands: machines read it."
    place = (*pointer, keyword)
    ledger.add(Contradiction(kind, place, (shown, said), chosen, RULE, reason))


def _same_bound(schema: Node, limit: Limit) -> bool:
    """Whether the other bound says the same for whole numbers: "min. 1" is ``exclusiveMinimum: 0``."""
    if schema.get("type") != "integer":
        return False
    step = 1 if limit.keyword in ("minimum", "exclusiveMaximum") else -1
    return bool(schema.get(BOUNDS[limit.keyword]) == limit.value - step)
