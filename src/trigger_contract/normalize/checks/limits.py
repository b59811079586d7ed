"""Limits and defaults that stand in prose, held against the keywords of the schema they are about.

A text that says the same as its schema is no news; one that says something else, or says it alone, is
noted.
"""

from __future__ import annotations

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.limit_phrases import BOUNDS, Limit, read_limits
from trigger_contract.normalize.ledger import claim, quoted
from trigger_contract.normalize.located import Node, Pointer, kinds_of, text_of

_PAIRS = [(f"min{what}", f"max{what}") for what in ("imum", "Length", "Items", "Properties")]
_DATES = frozenset(("date-time", "date", "time", "duration"))
_IMPOSSIBLE = "No value can be right; which of the two is meant, only the page's owner can say."
_SILENT = "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
_STANDS = "Where the text and the schema of one page differ, the schema stands: machines read it."

Part = tuple[Pointer, Node]


def check_limits(draft: Draft) -> None:
    """Note each limit in prose that its schema does not have, or has with another value."""
    nodes: dict[Pointer, Node] = {}
    for pointer, node, kind in draft.found:
        if kind not in ("schema", "parameter"):
            continue
        nodes[pointer] = node
        if kind == "schema":
            _possible(draft, pointer, node)
        where, schema = (pointer, node) if kind == "schema" else ((*pointer, "schema"), node.get("schema"))
        text = text_of(node, "description")
        if not text or not isinstance(schema, Node):
            continue
        parts = list(draft.leaves(where, schema))
        kinds = {name for _, part in parts for name in kinds_of(part)}
        enum = next((part["enum"] for _, part in parts if isinstance(part.get("enum"), list)), ())
        outer = nodes.get(pointer[:-1]) if pointer[-1] == "items" else None
        for limit in read_limits(" ".join(text.split()), kinds, enum):
            around = [(pointer[:-1], outer)] if limit.outer and outer is not None else []
            about = _about(limit, parts, around)
            if about is not None:
                _compare(draft, limit, *about, node)


def _about(limit: Limit, parts: list[Part], around: list[Part]) -> Part | None:
    """The part of a schema that a limit is about: of several the one that has the keyword."""
    fitting = list(around)
    for pointer, part in parts:
        kinds, items = kinds_of(part), part.get("items")
        if limit.outer:
            if "array" in kinds:
                fitting.append((pointer, part))
        elif "array" in kinds and isinstance(items, Node) and "$ref" not in items:
            fitting.append(((*pointer, "items"), items))
        elif not limit.kinds or not set(limit.kinds).isdisjoint(kinds):
            fitting.append((pointer, part))
    known = {limit.keyword, BOUNDS.get(limit.keyword, limit.keyword)}
    return next((part for part in fitting if not known.isdisjoint(part[1])), fitting[0] if fitting else None)


def _possible(draft: Draft, pointer: Pointer, schema: Node) -> None:
    """A least that is more than the most: no value can be right."""
    for low, high in _PAIRS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            claims = [claim(schema, word, f"{word}: {schema[word]}") for word in (low, high)]
            draft.ledger.rule("limit", (*pointer, low), _IMPOSSIBLE, *claims, chosen="both, as published")


def _compare(draft: Draft, limit: Limit, pointer: Pointer, schema: Node, text: Node) -> None:
    other = BOUNDS.get(limit.keyword, limit.keyword)
    keyword = limit.keyword if limit.keyword in schema or other not in schema else other
    known = schema.get(keyword)
    if _same(limit, schema, keyword, known):
        return
    place = (*pointer, keyword)
    word = limit.keyword if limit.keyword in ("default", "format") else "limit"
    said = quoted(text, limit.words)
    if known is None:
        shown = claim(schema, "", f"the schema: no {limit.keyword}")
        draft.ledger.rule(f"{word} in prose only", place, _SILENT, shown, said, chosen="stays in prose")
    else:
        shown = claim(schema, keyword, f"the schema: {keyword} {known}")
        draft.ledger.rule(word, place, _STANDS, shown, said, chosen=f"{keyword}: {known}")


def _same(limit: Limit, schema: Node, keyword: str, known: object) -> bool:
    """Whether the schema says the same, or something that takes it in."""
    if limit.keyword == "pattern":
        return str(known).startswith(str(limit.value))
    if limit.keyword == "format":
        return known in _DATES or "pattern" in schema
    if limit.keyword in BOUNDS and _same_bound(schema, limit):
        return True
    same = known == limit.value and isinstance(known, bool) == isinstance(limit.value, bool)
    return same and keyword == limit.keyword


def _same_bound(schema: Node, limit: Limit) -> bool:
    """Whether the other bound says the same for whole numbers: "min. 1" is ``exclusiveMinimum: 0``."""
    step = 1 if limit.keyword in ("minimum", "exclusiveMaximum") else -1
    return schema.get("type") == "integer" and bool(schema.get(BOUNDS[limit.keyword]) == limit.value - step)
