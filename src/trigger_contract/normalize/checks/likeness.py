"""The same property on several pages, in components of different names.

Two properties of one name and one text are taken for the same thing. If their schemas differ, at
least one page is wrong, though nothing in OpenAPI says so. Objects that share most of such properties
are held against each other for what they require.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.ledger import Claim, brief, claim
from trigger_contract.normalize.located import Node, Pointer, line_of, list_of, text_of

_REASON = "Both stay as written, each in its own place: no page is wrong about its own response for sure."
_TEXTS = frozenset(("example", "examples", "title", "default"))
_BOUNDS = frozenset(
    ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
)
_MANY = 8
_SHARE = 0.6

Place = tuple[Pointer, Node, Pointer, Node]


def check_likeness(draft: Draft) -> None:
    """Compare properties of one name and text, then the objects that share most of them."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for pointer, node in draft.schemas():
        properties = node.get("properties")
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
        _compare(draft, name, places)
        for first, second in combinations(places[:_MANY], 2):
            objects[first[2]], objects[second[2]] = first[3], second[3]
            shared[first[2], second[2]] += 1
    for (first_pointer, second_pointer), count in shared.items():
        first_object, second_object = objects[first_pointer], objects[second_pointer]
        smaller = min(len(first_object["properties"]), len(second_object["properties"]))
        if first_pointer != second_pointer and count >= 3 and count >= _SHARE * smaller:
            _compare_required(draft, (first_pointer, first_object), (second_pointer, second_object))


def _text(schema: Any) -> str:
    """The words of a description, or of the description of a list's items."""
    if not isinstance(schema, Node):
        return ""
    described = schema if isinstance(schema.get("description"), str) else schema.get("items")
    return " ".join(re.findall(r"\w+", text_of(described, "description"))).casefold()


def _compare(draft: Draft, name: str, places: list[Place]) -> None:
    first_pointer, first, _, _ = places[0]
    for pointer, schema, _, _ in places[1:]:
        if schema is first or schema == first:
            continue
        (ours, our_path), (theirs, their_path) = _values(first, schema), _values(schema, first)
        for path, our_value, their_value in _differences(ours, theirs, ()):
            said = [
                _says(name, first_pointer, first, (*our_path, *path), our_value),
                _says(name, pointer, schema, (*their_path, *path), their_value),
            ]
            draft.ledger.apart("text" if path[-1] == "description" else str(path[-1]), _REASON, said)


def _says(name: str, pointer: Pointer, schema: Node, path: Pointer, value: Any) -> tuple[Pointer, Claim]:
    shown: Any = schema
    line = schema.line or None
    for token in path:
        line = line_of(shown, token) or line
        shown = shown.get(token) if isinstance(shown, dict) else None
    return (*pointer, *path), Claim(schema.source, line, f"{_owner(pointer)}: {name}: {brief(value)}")


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


def _owner(pointer: Pointer) -> str:
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


def _compare_required(draft: Draft, one: tuple[Pointer, Node], other: tuple[Pointer, Node]) -> None:
    if one[1].source == other[1].source:
        return
    needed = [{str(name) for name in list_of(schema, "required")} for _, schema in (one, other)]
    both = [name for name in one[1]["properties"] if name in other[1]["properties"]]
    differing = [name for name in both if (name in needed[0]) != (name in needed[1])]
    said = []
    for (pointer, schema), required in zip((one, other), needed, strict=True):
        parts = [f"{name} {'required' if name in required else 'optional'}" for name in differing]
        shown = claim(schema, "required", f"{_owner(pointer)}: {', '.join(parts)}")
        said.append(((*pointer, "required"), shown))
    if differing:
        draft.ledger.apart("required", _REASON, said)
