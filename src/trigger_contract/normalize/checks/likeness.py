"""The same property on several pages, in components of different names.

Two properties of one name and one text are taken for the same thing. If their schemas differ, at
least one page is wrong, though nothing in OpenAPI says so. Objects that share most of such properties
are held against each other for what they require.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from trigger_contract.normalize.model import (
    APART,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
)
from trigger_contract.normalize.wording import brief

_REASON = "Both stay as written, each in its own place: no page is wrong about its own response for sure."
_TEXTS = frozenset(("example", "examples", "title", "default"))
_BOUNDS = frozenset(
    ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
)
_MANY = 8
_SHARE = 0.6

Place = tuple[Pointer, Node, Pointer, Node]


def check_likeness(found: Sequence[Found], ledger: Ledger) -> None:
    """Compare properties of one name and text, then the objects that share most of them."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for pointer, node, kind in found:
        properties = node.get("properties") if kind == "schema" else None
        if not isinstance(properties, Node):
            continue
        for name, schema in properties.items():
            text = _text(schema)
            if text and isinstance(schema, Node):
                place = ((*pointer, "properties", name), schema, pointer, node)
                groups.setdefault((name, text), []).append(place)
    shared: Counter[tuple[Pointer, Pointer]] = Counter()
    objects: dict[Pointer, Node] = {}
    for (name, _), places in groups.items():
        if len(places) < 2:
            continue
        _compare(name, places, ledger)
        for first, second in combinations(places[:_MANY], 2):
            objects[first[2]], objects[second[2]] = first[3], second[3]
            shared[first[2], second[2]] += 1
    for (first_pointer, second_pointer), count in shared.items():
        first_object, second_object = objects[first_pointer], objects[second_pointer]
        smaller = min(len(first_object["properties"]), len(second_object["properties"]))
        if first_pointer != second_pointer and count >= 3 and count >= _SHARE * smaller:
            _compare_required(first_pointer, first_object, second_pointer, second_object, ledger)


def _text(schema: Any) -> str:
    """The words of a description, or of the description of a list's items."""
    if not isinstance(schema, Node):
        return ""
    description = schema.get("description")
    if not isinstance(description, str):
        items = schema.get("items")
        description = items.get("description") if isinstance(items, dict) else None
    return " ".join(re.findall(r"\w+", description)).casefold() if isinstance(description, str) else ""


def _compare(name: str, places: list[Place], ledger: Ledger) -> None:
    first_pointer, first, _, _ = places[0]
    for pointer, schema, _, _ in places[1:]:
        if schema is first or schema == first:
            continue
        (ours, our_path), (theirs, their_path) = _values(first, schema), _values(schema, first)
        for path, our_value, their_value in _differences(ours, theirs, ()):
            where, place = (*first_pointer, *our_path, *path), (*pointer, *their_path, *path)
            claims = (
                Claim(first.source, _line(first, (*our_path, *path)), _says(name, first_pointer, our_value)),
                Claim(schema.source, _line(schema, (*their_path, *path)), _says(name, pointer, their_value)),
            )
            kind = "text" if path[-1] == "description" else str(path[-1])
            ledger.add(Contradiction(kind, where, claims, "both, apart", APART, _REASON, (place,)))


def _values(schema: Node, other: Node) -> tuple[Node, Pointer]:
    """A filter takes a list of what the thing itself has one of: compare the values."""
    for keyword in ("oneOf", "anyOf"):
        members = schema.get(keyword)
        if isinstance(members, list) and len(members) == 2 and keyword not in other:
            for index, (one, many) in enumerate((members, members[::-1])):
                if isinstance(one, Node) and isinstance(many, dict) and many.get("items") == one:
                    return one, (keyword, index)
    items = schema.get("items")
    if isinstance(items, Node) and "items" not in other:
        return items, ("items",)
    return schema, ()


def _says(name: str, pointer: Pointer, value: Any) -> str:
    return f"{owner(pointer)}: {name}: {brief(value)}"


def owner(pointer: Pointer) -> str:
    """Name the component or the operation that a place belongs to."""
    if pointer[0] == "components":
        return str(pointer[2])
    return f"{str(pointer[2]).upper()} {pointer[1]}" if len(pointer) > 2 else str(pointer[-1])


def _differences(first: Node, second: Node, path: Pointer) -> Iterator[tuple[Pointer, Any, Any]]:
    """Yield what differs; a thing that only one of them says is a difference unless it is an illustration."""
    for key in dict.fromkeys((*first, *second)):
        ours, theirs = first.get(key), second.get(key)
        if ours == theirs or key in _TEXTS or key.startswith("x-"):
            continue
        if key == "description" and (ours is None or theirs is None or _text(first) == _text(second)):
            continue
        if key in _BOUNDS and (ours is None or theirs is None):
            continue  # what is sent may be bounded where what is received is just shown
        if key == "enum" and _told_apart(ours, theirs):
            continue
        if key in ("enum", "required") and _members(ours) == _members(theirs):
            continue
        if isinstance(ours, Node) and isinstance(theirs, Node) and len(path) < 6:
            yield from _differences(ours, theirs, (*path, key))
        else:
            yield (*path, key), "nothing" if ours is None else ours, "nothing" if theirs is None else theirs


def _told_apart(ours: Any, theirs: Any) -> bool:
    """Whether two lists of values have nothing in common, as where a value tells one object from another."""
    known = [values for values in (ours, theirs) if isinstance(values, list)]
    if len(known) < 2:
        return any(len(values) == 1 for values in known)
    return not any(value in known[1] for value in known[0])


def _members(value: Any) -> Any:
    return sorted(map(repr, value)) if isinstance(value, list) else value


def _line(schema: Node, path: Pointer) -> int | None:
    value: Any = schema
    line = schema.line or None
    for token in path:
        line = line_of(value, token) or line
        value = value.get(token) if isinstance(value, dict) else None
    return line


def _compare_required(
    first_pointer: Pointer, first: Node, second_pointer: Pointer, second: Node, ledger: Ledger
) -> None:
    if first.source == second.source and first.get("required") == second.get("required"):
        return
    ours, theirs = _names(first), _names(second)
    both = [name for name in first["properties"] if name in second["properties"]]
    differing = [name for name in both if (name in ours) != (name in theirs)]
    if not differing or first.source == second.source:
        return
    claims = (
        Claim(first.source, line_of(first, "required"), _required(first_pointer, ours, differing)),
        Claim(second.source, line_of(second, "required"), _required(second_pointer, theirs, differing)),
    )
    places = ((*second_pointer, "required"),)
    where = (*first_pointer, "required")
    ledger.add(Contradiction("required", where, claims, "both, apart", APART, _REASON, places))


def _names(schema: Node) -> set[str]:
    required = schema.get("required")
    return {str(name) for name in required} if isinstance(required, list) else set()


def _required(pointer: Pointer, required: set[str], differing: list[str]) -> str:
    parts = [f"{name} {'required' if name in required else 'optional'}" for name in differing]
    return f"{owner(pointer)}: {', '.join(parts)}"
