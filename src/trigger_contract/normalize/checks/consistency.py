"""What one document says in two ways, or says so that one part of it can never be meant.

The version in a name and in a path, one tag in two spellings, a property with one limit or type in one place
and another in another, an alternative that takes in another. Two properties of one name and one text are
taken for the same thing: if their schemas differ, at least one page is wrong, though nothing in OpenAPI says
so. Objects that share most of such properties are held against each other for what they require, and the
errors of one service for their bodies, their form and their texts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any, NamedTuple

from trigger_contract.document.composition import ANNOTATIONS
from trigger_contract.normalize.checks.draft import Draft, Part
from trigger_contract.normalize.checks.phrases import said
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    in_any_order,
    kinds_of,
    line_of,
    list_of,
    map_of,
    text_of,
)
from trigger_contract.normalize.model import Claim, brief, claim, owner, quoted
from trigger_contract.normalize.naming.words import path_version, singular, words

_VERSION = re.compile(r"[_-]?[vV](\d+)\Z")
_PARAMETER = re.compile(r"(?<![^/{}])([^/{}]{1,200})/\{([^{}]{1,200})\}")
_LIMITS = ("maximum", "minimum", "maxLength", "minLength", "maxItems")
_OF_LISTS = frozenset(("page", "per", "limit", "size", "count", "offset", "max", "min"))
_TEXTS = frozenset(("example", "examples", "title", "default"))
_BOUNDS = frozenset(end + of for end in ("min", "max") for of in ("imum", "Length", "Items", "Properties"))
_MANY = 8
_MANY_ALTERNATIVES = 100
_SHARE = 0.6
_VERSIONS = "A published name is kept, because people call the operation by it; the path is what is called."
_TAGS = "Each operation keeps its tag; one of the two spellings is most likely a slip."
_APART = "Each place keeps what its own page says, because the two may be checked apart."
_OWN = "Each operation keeps what its own page says, because each may well spell the thing in its own way."
_OVERLAP = "What fits both is refused by `oneOf`; most likely `anyOf` is meant. Kept as published."
_LIKE = "Both stay as written, each in its own place: no page is wrong about its own response for sure."

Said = tuple[Pointer, Claim]
_DISAGREE = "Each operation keeps what its own page says; the pages of one service just do not agree."
_SENT = "The body's own text stands: it is what is sent."
_ANYTHING = frozenset(("resource", "object", "entity", "record", "item", "page", "is", "are", "be", "it"))


def check_consistency(draft: Draft) -> None:
    """Note names, tags, limits, types and alternatives of a document that do not go together."""
    tags: dict[str, dict[str, Said]] = defaultdict(dict)
    for pointer, operation in draft.operations():
        _versions(draft, pointer, operation)
        for tag in map(str, list_of(operation, "tags")):
            folded = " ".join(singular(word).lower() for word in words(tag)) or tag
            says = claim(operation, "tags", f"{owner(pointer)}: tag {tag}")
            tags[folded].setdefault(tag, ((*pointer, "tags"), says))
    draft.ledger.differing("tag", _TAGS, *tags.values())
    _limits(draft)
    _types(draft)
    for pointer, node in draft.schemas():
        if len(list_of(node, "oneOf")) > 1:
            _overlap(draft, pointer, node, node["oneOf"])
    _likeness(draft)


def _versions(draft: Draft, pointer: Pointer, operation: Node) -> None:
    identifier, path = str(operation.get("operationId", "")), str(pointer[1])
    named, version = _VERSION.search(identifier), path_version(path)
    if named is not None and version and version != f"v{named[1]}":
        shown = claim(operation, "operationId", f"operationId: {identifier}")
        other, where = claim(operation, "", f"the path: {path}"), (*pointer, "operationId")
        draft.ledger.rule("operationId", where, _VERSIONS, shown, other, chosen=identifier)


def _limits(draft: Draft) -> None:
    """Note a property of one name and type that has different limits in different places.

    Names of a single word, and those of a page of a list, mean another thing in each place.
    """
    known: dict[tuple[str, str, str], tuple[Pointer, Node]] = {}
    for pointer, node in draft.schemas():
        name = str(pointer[-1]) if len(pointer) > 1 and pointer[-2] == "properties" else ""
        limits = [keyword for keyword in _LIMITS if keyword in node]
        parts = {word.casefold() for word in words(name)} if limits else set()
        for keyword in limits if len(parts) > 1 and not parts <= _OF_LISTS else ():
            first, other = known.setdefault((name, keyword, str(node.get("type"))), (pointer, node))
            if other[keyword] != node[keyword]:
                said = [
                    ((*place, keyword), claim(shown, keyword, f"{name}: {keyword}: {shown[keyword]}"))
                    for place, shown in ((first, other), (pointer, node))
                ]
                draft.ledger.apart("limit", _APART, said)


def _types(draft: Draft) -> None:
    """Compare the top level of what the operations on one thing (``runs/{runId}``) answer."""
    known: dict[tuple[str, str, str], tuple[Any, Said]] = {}
    for where, operation in draft.operations():
        things = _PARAMETER.findall(str(where[1]))
        for place, schema in draft.answered(where, operation) if things else ():
            for name, value in map_of(schema, "properties").items():
                if kinds_of(value):
                    says = f"{owner(where)}: {name}: {brief(value['type'])}"
                    own = (*place, "properties", name, "type"), claim(value, "type", says)
                    kind, first = known.setdefault((*things[-1], name), (value["type"], own))
                    if kind != value["type"]:
                        draft.ledger.apart("type", _OWN, [first, own])


def _overlap(draft: Draft, pointer: Pointer, schema: Node, members: list[Any]) -> None:
    """``oneOf`` refuses what fits two of its members, so one that takes in another shuts that one out."""
    asserted = [_assertions(draft, member) for member in members[:_MANY_ALTERNATIVES]]
    for (one, wide), (other, narrow) in permutations(enumerate(asserted), 2):
        if wide and _takes_in(wide, narrow) and not (wide == narrow and other < one):
            first = claim(schema, "oneOf", f"alternative {one + 1}: {_brief(wide)}")
            says = f"alternative {other + 1}, all of which fits {one + 1} as well: {_brief(narrow)}"
            second = Claim(schema.source, getattr(members[other], "line", 0) or first.line, says)
            draft.ledger.rule("oneOf", (*pointer, "oneOf"), _OVERLAP, first, second, chosen="oneOf")
            return


def _assertions(draft: Draft, member: Any) -> dict[str, Any]:
    """What a member with one type asserts; nothing of any other."""
    member = draft.follow(member)
    return {
        key: value
        for key, value in (member.items() if text_of(member, "type") else ())
        if key not in ANNOTATIONS and not key.startswith("x-") and not (key == "properties" and not value)
    }


def _takes_in(wide: dict[str, Any], narrow: dict[str, Any]) -> bool:
    """Whether everything that is asked of the wide one is asked of the narrow one, too."""
    kinds = (wide["type"], narrow.get("type"))
    same = kinds[0] == kinds[1] or kinds == ("number", "integer")
    return same and all(narrow.get(key) == value for key, value in wide.items() if key != "type")


def _brief(assertions: dict[str, Any]) -> str:
    rest = sorted(key for key in assertions if key != "type")
    return f"{assertions.get('type')}{' with ' + ', '.join(rest) if rest else ''}"


def _likeness(draft: Draft) -> None:
    """Compare properties of one name and text, then the objects that share most of them."""
    groups: dict[tuple[str, str], list[tuple[Part, Part]]] = defaultdict(list)
    for pointer, node in draft.schemas():
        for name, schema in map_of(node, "properties").items():
            if text := _words(schema):
                groups[name, text].append((((*pointer, "properties", name), schema), (pointer, node)))
    shared: Counter[tuple[Pointer, Pointer]] = Counter()
    objects: dict[Pointer, Node] = {}
    for (name, _), places in groups.items():
        first, _ = places[0]
        for other, _ in places[1:]:
            if other[1] != first[1]:
                _compare(draft, name, first, other)
        for (_, one), (_, another) in combinations(places[:_MANY], 2):
            objects |= (one, another)
            shared[one[0], another[0]] += 1
    for (ours, theirs), count in shared.items():
        smaller = min(len(objects[ours]["properties"]), len(objects[theirs]["properties"]))
        if ours != theirs and count >= 3 and count >= _SHARE * smaller:
            _compare_required(draft, (ours, objects[ours]), (theirs, objects[theirs]))


def _words(schema: Any) -> str:
    """The words of a description, or of the description of a list's items."""
    text = text_of(schema, "description") or text_of(map_of(schema, "items"), "description")
    return " ".join(re.findall(r"\w+", text)).casefold()


def _compare(draft: Draft, name: str, one: Part, other: Part) -> None:
    (ours, our_path), (theirs, their_path) = _values(one[1], other[1]), _values(other[1], one[1])
    for path, our_value, their_value in _differences(ours, theirs, ()):
        said = [
            _says(name, *one, (*our_path, *path), our_value),
            _says(name, *other, (*their_path, *path), their_value),
        ]
        draft.ledger.apart("text" if path[-1] == "description" else str(path[-1]), _LIKE, said)


def _says(name: str, pointer: Pointer, schema: Node, path: Pointer, value: Any) -> Said:
    shown: Any = schema
    line = schema.line or None
    for token in path:
        line = line_of(shown, token) or line
        shown = shown.get(token) if isinstance(shown, dict) else None
    of = owner(pointer) or str(pointer[-1])
    return (*pointer, *path), Claim(schema.source, line, f"{of}: {name}: {brief(value)}")


def _values(schema: Node, other: Node) -> tuple[Node, Pointer]:
    """A filter takes a list of what the thing itself has one of: compare the values."""
    for keyword in ("oneOf", "anyOf"):
        members = list_of(schema, keyword)
        for index, many in enumerate(members[::-1] if len(members) == 2 and keyword not in other else ()):
            if isinstance(members[index], Node) and map_of(many, "items") == members[index]:
                return members[index], (keyword, index)
    items = schema.get("items")
    return (items, ("items",)) if isinstance(items, Node) and "items" not in other else (schema, ())


def _differences(first: Node, second: Node, path: Pointer) -> Iterator[tuple[Pointer, Any, Any]]:
    """Yield what differs; a thing that only one of them says is a difference unless it is an illustration."""
    for key in dict.fromkeys((*first, *second)):
        ours, theirs = first.get(key), second.get(key)
        alone = ours is None or theirs is None
        if (
            ours == theirs
            or key in _TEXTS
            or key.startswith("x-")
            or (key == "description" and (alone or _words(first) == _words(second)))
            or (key in _BOUNDS and alone)  # what is sent may be bounded where what is received is just shown
            or (key == "enum" and _told_apart(ours, theirs))
            or (key in ("enum", "required") and in_any_order(ours) == in_any_order(theirs))
        ):
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


def _compare_required(draft: Draft, one: Part, other: Part) -> None:
    needed = [{str(name) for name in list_of(schema, "required")} for _, schema in (one, other)]
    both = [name for name in one[1]["properties"] if name in other[1]["properties"]]
    differing = [name for name in both if (name in needed[0]) != (name in needed[1])]
    said = []
    for (pointer, schema), required in zip((one, other), needed, strict=True):
        parts = [f"{name} {'required' if name in required else 'optional'}" for name in differing]
        shown = claim(schema, "required", f"{owner(pointer) or pointer[-1]}: {', '.join(parts)}")
        said.append(((*pointer, "required"), shown))
    if differing and one[1].source != other[1].source:
        draft.ledger.apart("required", _LIKE, said)


class _Error(NamedTuple):
    """A response with an error status, whose it is, and the schema of its body."""

    pointer: Pointer
    response: Node
    schema: Any

    def says(self, node: Node, key: str, words: str) -> Claim:
        return claim(node, key, f"{owner(self.pointer)}: {self.pointer[-1]} {words}")


def check_errors(draft: Draft) -> None:
    """Compare the responses of one error status across the operations of one service."""
    services: dict[str, dict[str, list[_Error]]] = defaultdict(lambda: defaultdict(list))
    for where, operation in draft.operations():
        statuses = services[brief(operation.get("servers", ""))]
        for status, raw in map_of(operation, "responses").items():
            response = draft.follow(raw)
            if status.startswith(("4", "5")) and isinstance(response, Node):
                pointer = (*where, "responses", status)
                schemas = (draft.follow(schema) for _, schema in draft.bodies(pointer, response))
                statuses[status].append(_Error(pointer, response, next(schemas, None)))
    for statuses in services.values():
        for errors in statuses.values():
            for error in errors:
                _not_found(draft, error)
            _bodies(draft, errors)
            _forms(draft, errors)
        _texts(draft, [error for errors in statuses.values() for error in errors])


def _not_found(draft: Draft, error: _Error) -> None:
    """A response that speaks of one thing while its body's fixed text speaks of another."""
    match = said("not found", text_of(error.response, "description"))
    for name, value, node in _fixed(error.schema) if match else ():
        other = said("not found", value)
        names = {found[1].casefold() for found in (match, other) if found}
        if match and len(names) == 2 and _ANYTHING.isdisjoint(names):
            shown = claim(node, "enum", f"{error.pointer[-1]} {name} is {value!r}")
            where, words = (*error.pointer, "description"), quoted(error.response, match[0])
            draft.ledger.rule("error text", where, _SENT, shown, words, chosen=f"{name}: {value!r}")


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
        draft.ledger.apart("body", _DISAGREE, said)


def _forms(draft: Draft, errors: list[_Error]) -> None:
    forms: dict[str, Said] = {}
    for error in errors:
        if isinstance(error.schema, Node) and isinstance(error.schema.get("properties"), dict):
            required, names = list_of(error.schema, "required"), sorted(error.schema["properties"])
            form = ", ".join(f"{name}{'' if name in required else '?'}" for name in names)
            forms.setdefault(form, (error.pointer, error.says(error.schema, "", f"is {{{form}}}")))
    draft.ledger.differing("error form", _DISAGREE, forms)


def _texts(draft: Draft, errors: list[_Error]) -> None:
    """Fixed texts of one service that differ in nothing but capitals, blanks or punctuation."""
    texts: dict[tuple[str, str], dict[str, Said]] = defaultdict(dict)
    for error in errors:
        for name, value, node in _fixed(error.schema):
            folded = " ".join(re.findall(r"\w+", value)).casefold()
            says = error.says(node, "enum", f"{name} is {value!r}")
            texts[name, folded].setdefault(value, ((*error.pointer, name), says))
    draft.ledger.differing("error text", _DISAGREE, *texts.values())
