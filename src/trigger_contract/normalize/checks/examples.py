"""Examples held against their own schemas and texts."""

from __future__ import annotations

from typing import Any

from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.faults import faults
from trigger_contract.normalize.checks.limit_phrases import read_limits
from trigger_contract.normalize.ledger import Claim, brief, claim, quoted
from trigger_contract.normalize.located import Node, Pointer, kinds_of, map_of, text_of
from trigger_contract.normalize.naming import words

_WITH_EXAMPLES = frozenset(("parameter", "header", "mediaType"))
_SHOWS = "An example shows, a schema promises: the schema stands, and the example is kept as published."
_PREFIX = "The text that promises the prefix stands; the example is kept as published."


def check_examples(draft: Draft) -> None:
    """Note examples that break their schema, a prefix or a text."""
    prefixes: dict[str, tuple[str, Claim]] = {}
    for pointer, node, kind in draft.found:
        if kind == "schema":
            _own_example(draft, pointer, node, node)
            _prefix(pointer, node, prefixes)
        elif kind in _WITH_EXAMPLES and isinstance(node.get("schema"), Node):
            _own_example(draft, pointer, node, node["schema"])
            for name, example in map_of(node, "examples").items():
                if isinstance(example, Node) and "value" in example:
                    _check(draft, (*pointer, "examples", name, "value"), example, node["schema"])
    for pointer, node in draft.schemas():
        _other_prefix(draft, pointer, node, prefixes)


def _own_example(draft: Draft, pointer: Pointer, holder: Node, schema: Node) -> None:
    if "example" in holder:
        _check(draft, (*pointer, "example"), holder, schema)
    shown = holder.get("examples")
    if holder is schema and isinstance(shown, LocatedSequence):
        for index, value in enumerate(shown):
            if "example" not in schema or value != schema["example"]:
                _check(draft, (*pointer, "examples", index), shown, schema)


def _check(draft: Draft, pointer: Pointer, holder: Any, schema: Node) -> None:
    """Judge the example that stands in a holder under the last token of its place."""
    value = holder[pointer[-1]]
    if isinstance(value, dict) and "$ref" in value:
        return  # an example that is shown elsewhere
    fault = next(faults(value, schema, draft.lookup), None)
    if fault is not None:
        claims = (
            claim(schema, "", f"the schema: {fault}"),
            claim(holder, pointer[-1], f"the example: {brief(value)}"),
        )
        draft.ledger.rule("example", pointer, _SHOWS, *claims, chosen=fault)


def _prefix(pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]]) -> None:
    """Remember what the ids of a thing start with: of ``schedule.id``, or of ``scheduleId``."""
    text = text_of(schema, "description")
    thing = _thing(pointer) if len(pointer) > 3 and pointer[-2] == "properties" else ""
    for limit in (
        read_limits(text, kinds_of(schema)) if thing and any(mark in text for mark in "`\"'") else ()
    ):
        if limit.keyword == "pattern":
            prefix = str(limit.value)[1:].replace("\\", "")
            prefixes.setdefault(thing, (prefix, quoted(schema, limit.words)))


def _thing(pointer: Pointer) -> str:
    parts = words(str(pointer[-1]))
    if len(parts) > 1 and parts[-1].lower() == "id":
        return "".join(parts[:-1]).lower()
    if len(parts) == 1 and parts[0].lower() == "id" and len(pointer) > 4 and pointer[-4] == "properties":
        return str(pointer[-3]).lower()
    return ""


def _other_prefix(
    draft: Draft, pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]]
) -> None:
    """An example of an id that does not start as the ids of that thing do."""
    example = text_of(schema, "example")
    if not example or len(pointer) < 2 or pointer[-2] != "properties":
        return
    promise = prefixes.get(str(pointer[-1]).lower()) or prefixes.get(_thing(pointer))
    described = str(schema.get("description", "")).lower()
    if promise is not None and not example.startswith(promise[0]) and " id" in f" {described}":
        shown = claim(schema, "example", f"the example: {example}")
        draft.ledger.rule("example", (*pointer, "example"), _PREFIX, promise[1], shown, chosen=promise[0])
