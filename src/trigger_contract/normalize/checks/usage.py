"""What texts say about how things go together, where no keyword says it: "must be used with `to`".

Read are names of things that stand beside the one with the text, how many an operation takes, and fields that
an answer leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.limit_phrases import number
from trigger_contract.normalize.checks.phrases import PHRASES, said
from trigger_contract.normalize.ledger import claim, quoted
from trigger_contract.normalize.located import Node, Pointer, as_map, list_of, map_of, text_of

_CONDITION = re.compile(r"\b(?:if|when|unless|where|with|without|may|can|for|by default)\b", re.IGNORECASE)
_ALONE = "No keyword of a parameter can say so; whoever calls has to know."
_BESIDE = "The schema does not say so; whether the text is a rule is for a person to say."
_STANDS = "Where the text and the schema of one page differ, the schema stands: machines read it."
_SILENT = "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."


def check_usage(draft: Draft) -> None:
    """Note what only a text tells of, and fields that a text denies and a schema shows."""
    for pointer, node, kind in draft.found:
        if kind == "operation":
            parameters = [draft.follow(parameter) for parameter in list_of(node, "parameters")]
            known = {str(as_map(parameter).get("name")) for parameter in parameters}
            for index, parameter in enumerate(parameters):
                _together(draft, (*pointer, "parameters", index), parameter, known, _ALONE)
            _counts(draft, pointer, node)
            _left_out(draft, pointer, node)
        properties = node.get("properties") if kind == "schema" else None
        if isinstance(properties, Node) and "dependentRequired" not in node:
            for name, schema in properties.items():
                _together(draft, (*pointer, "properties", name), schema, set(properties), _BESIDE)


def _together(draft: Draft, place: Pointer, holder: Any, known: set[str], reason: str) -> None:
    """Note a text that makes one thing hang on another that stands beside it."""
    match = said("together", " ".join(text_of(holder, "description").split()))
    name = str(holder.get("name")) if match and place[-2] == "parameters" else str(place[-1])
    if match is None or name in match.groups() or match[2] not in known:
        return
    without = f"`{name}` goes {'with' if match['never'] else 'without'} `{match[2]}`"
    shown = claim(holder, "", f"the schema: {without}")
    where, chosen = (*place, "description"), "stays in prose"
    words = quoted(holder, match[0])
    draft.ledger.rule("dependency in prose only", where, reason, shown, words, chosen=chosen)


def _counts(draft: Draft, pointer: Pointer, operation: Node) -> None:
    """How many of something the text of an operation allows, against the list of that name in it."""
    text = text_of(operation, "description")
    counts = {match[2].casefold(): match for match in PHRASES["count"].pattern.finditer(text)}
    repeated = {match[1].casefold(): match[0] for match in PHRASES["repeated"].pattern.finditer(text)}
    for place, names, schema in _lists(draft, pointer, operation) if counts or repeated else ():
        match = next((match for name, match in counts.items() if name in names), None)
        known = schema.get("maxItems")
        if match and known is None:
            shown, chosen = claim(schema, "type", "no maxItems"), "stays in prose"
            words = quoted(operation, match[0])
            draft.ledger.rule(
                "limit in prose only", (*place, "maxItems"), _SILENT, shown, words, chosen=chosen
            )
        elif match and known != int(number(match[1].rstrip(","))):
            shown = claim(schema, "maxItems", f"maxItems: {known}")
            draft.ledger.rule("limit", (*place, "maxItems"), _STANDS, shown, quoted(operation, match[0]))
        again = next((words for name, words in repeated.items() if name in names), None)
        if again is not None and schema.get("uniqueItems") is True:
            where, shown = (*place, "uniqueItems"), claim(schema, "uniqueItems", "uniqueItems: true")
            draft.ledger.rule("uniqueItems", where, _STANDS, shown, quoted(operation, again))


def _lists(draft: Draft, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, set[str], Node]]:
    """Yield each list among the parameters and in the body of an operation, with the words it is known by.

    Those are its name and the first word or two of its text ("An array of payloads").
    """
    places: list[tuple[Pointer, str, Any, str]] = []
    for index, parameter in enumerate(list_of(operation, "parameters")):
        held = draft.follow(parameter) or {}
        where: Pointer = (*pointer, "parameters", index, "schema")
        places.append((where, str(held.get("name")), held.get("schema"), text_of(held, "description")))
    for start, body in draft.bodies((*pointer, "requestBody"), operation.get("requestBody")):
        for where, leaf in draft.leaves(start, body):
            for name, schema in map_of(leaf, "properties").items():
                places.append(((*where, "properties", name), name, schema, ""))
    for where, name, schema, text in places:
        for place, leaf in draft.leaves(where, schema):
            if leaf.get("type") == "array":
                named = said("list of", text or text_of(leaf, "description"))
                yield place, {name.casefold(), named[1].casefold() if named else ""}, leaf


def _left_out(draft: Draft, pointer: Pointer, operation: Node) -> None:
    """Note a field that, as the text of an operation says, answers do not have, and that the schema has."""
    for sentence in re.split(r"(?<=[.;!])\s+|\n\n", text_of(operation, "description")):
        match = said("left out", sentence)
        if match is None or _CONDITION.search(sentence):
            continue
        for where, schema in _answers(draft, pointer, operation):
            if match[1] in schema["properties"]:
                required = ", required" if match[1] in list_of(schema, "required") else ""
                shown = claim(schema["properties"], match[1], f"properties: {match[1]}{required}")
                place = (*where, "properties", match[1])
                draft.ledger.rule("property", place, _STANDS, shown, quoted(operation, match[0]))


def _answers(draft: Draft, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, Node]]:
    """Yield objects that are answered, and those in lists right below them."""
    for start in draft.answers(pointer, operation):
        stack = [(*start, 0)]
        while stack:
            where, schema, depth = stack.pop()
            for place, leaf in draft.leaves(where, schema):
                if "items" in leaf:
                    stack.append(((*place, "items"), leaf["items"], depth))
                if isinstance(leaf.get("properties"), Node):
                    yield place, leaf
                    for name, below in leaf["properties"].items() if depth == 0 else ():
                        stack.append(((*place, "properties", name), below, depth + 1))
