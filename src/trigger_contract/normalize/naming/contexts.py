"""What a schema would be called by what stands around it: operation, status, property, list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from trigger_contract.document.shape import children
from trigger_contract.normalize.located import Node, Pointer, as_map, list_of, map_of, operations_of, text_of
from trigger_contract.normalize.naming.words import (
    joined,
    noun,
    pascal,
    singular,
    singular_name,
    status_phrase,
    unversioned,
    words,
)

_JSON = "application/json"
_MEDIA_WORDS = {
    "text/event-stream": "Event",
    "application/x-ndjson": "Line",
    "application/jsonl": "Line",
    "multipart/form-data": "Form",
    "application/x-www-form-urlencoded": "Form",
    "application/xml": "XML",
    "text/plain": "Text",
}
# Parts of a name that are no words of it: an entry of a list, the entry of a list that has a name of its
# own, and what an alternative of the thing before is called.
_ITEM, _ENTRY, _VARIANT = "\0item", "\0entry", "\0variant "
_ABBREVIATIONS = frozenset(("HTTP", "HTTPS", "HTML", "JSON", "UUID"))
# Lists that are called by what every list is, not by what is in them.
_CONTAINERS = frozenset(("Data", "Items", "Results", "Records", "Entries", "Values", "Nodes", "Rows"))

NAME = "x-component"


@dataclass
class Context:
    """Where a schema stands.

    Attributes:
        outer: The context of the nearest schema around it that has a name, or None.
        base: The name to start from where there is no such schema.
        parts: What is added to the name of what is outside.
        last: The property or parameter name that led here, or an empty text.
        role: ``parameter``, ``request``, ``response`` or ``error``, where the first part says which;
            ``shared`` inside components that are no schemas; empty inside schemas.
        body: What is added to the name of a body, such as ``NotFoundResponse``, in a body or response.
        given: The name that this schema got, once it has one.
    """

    outer: Context | None
    base: str
    parts: tuple[str, ...] = ()
    last: str = ""
    role: str = ""
    body: str = ""
    given: str = ""

    def around(self) -> str:
        """The name of what stands around."""
        if self.outer is not None:
            return self.outer.given or self.outer.name()
        return self.base

    def name(self) -> str:
        """The full name by place."""
        return _extended(self.around(), self.parts, str.__add__)

    def short(self) -> str:
        """The name as a person would say it: ``RetrieveBatchResponse`` has a ``BatchStatus``.

        What a body or an alternative is called stays whole.
        """
        name, parts = self.around(), self.parts
        if self.role in ("request", "response", "error"):
            name, parts = name + parts[0], parts[1:]
        if not parts or parts[0].startswith(_VARIANT):
            return self.name()
        following = (*parts[1:], "")
        spoken = [
            _ITEM if part in _CONTAINERS and after == _ENTRY else part
            for part, after in zip(parts, following, strict=True)
        ]
        return _extended(noun(name, verb=self.role == "parameter"), spoken, joined)

    def outwards(self) -> Iterator[Context]:
        """Yield the context and those around it, the outermost last."""
        context: Context | None = self
        while context is not None:
            yield context
            context = context.outer

    def is_error(self) -> bool:
        """Whether it stands inside the body of an error."""
        return any(context.role == "error" for context in self.outwards())

    def component(self) -> str:
        """The published component that it stands in, or an empty text."""
        *_, outermost = self.outwards()
        return "" if outermost.role else outermost.base

    def below(self, part: str, last: str | None = None, role: str = "") -> Context:
        """The context one step further in, with nothing named in between."""
        parts = (*self.parts, part) if part else self.parts
        return Context(self.outer, self.base, parts, self.last if last is None else last, role or self.role)


def needs_component(schema: Any) -> bool:
    """Whether a schema is an object with properties or an enum that stands inline."""
    if not isinstance(schema, Node) or "$ref" in schema:
        return False
    return bool(schema.get("properties") or schema.get("enum") or NAME in schema)


def _extended(name: str, parts: Iterable[str], join: Callable[[str, str], str]) -> str:
    """Add parts to a name; an entry of a list is called like the list, in the singular."""
    for part in parts:
        if part in (_ITEM, _ENTRY):
            name = singular_name(name) or (name if part == _ENTRY else f"{name}Item")
        else:
            name = join(name, part.removeprefix(_VARIANT))
    return name


@dataclass
class Place:
    """A schema that stands inline.

    Attributes:
        container: The mapping or list that holds it.
        key: Under which key or index.
        schema: The schema.
        context: What it is called by what stands around it.
    """

    container: Any
    key: str | int
    schema: Node
    context: Context


def places(document: Node) -> Iterator[Place]:
    """Yield the place of every schema that needs a component.

    Parents come first, in the order of the document. The roots of ``components.schemas`` and the parts of an
    ``allOf`` are no such places: those have their names, these are named by the whole.
    """
    operations = [(text_of(found[3], "operationId"), found[3]) for found in operations_of(document)]
    stems = Counter(unversioned(identifier) for identifier, _ in operations)
    for identifier, operation in operations:
        stem = unversioned(identifier)
        # The version is kept where another operation differs in nothing else.
        base = pascal(stem if stems[stem] == 1 else identifier) or pascal(identifier) or "Operation"
        yield from _below("operation", operation, Context(None, base))
    yield from _below("components", document.get("components"), Context(None, ""))


def _below(kind: str, value: Any, context: Context) -> Iterator[Place]:
    if not isinstance(value, Node):
        return
    for tokens, child, child_kind, container in children(kind, value):
        inner = _step(kind, value, tokens, child, context)
        if child_kind == "schema" and tokens[0] not in ("schemas", "allOf") and needs_component(child):
            yield Place(container, tokens[-1], child, inner)
            inner = Context(inner, "")
        yield from _below(child_kind, child, inner)


def _step(kind: str, holder: Node, tokens: Pointer, child: Any, context: Context) -> Context:
    """The context of what stands right below an object."""
    field, key = str(tokens[0]), tokens[-1]
    if kind == "schema":
        return _in_schema(holder, field, key, context)
    if kind == "components":
        return _component(field, str(key))
    if kind == "operation":
        return _in_operation(holder, field, key, child, context)
    if field == "content" and kind not in ("parameter", "header"):
        media_types = list(holder["content"])
        first = _JSON if _JSON in media_types else media_types[0]
        word = _MEDIA_WORDS.get(str(key).partition(";")[0]) or pascal(str(key).rpartition("/")[2])
        return context.below(("" if key == first else word) + context.body, "")
    if field in ("headers", "encoding"):
        return context.below(context.body.removesuffix("Response") + pascal(str(key)), str(key))
    return context


def _component(group: str, name: str) -> Context:
    if group == "schemas":
        return Context(None, name)
    base = pascal(name) or name
    body = {"responses": "Response", "requestBodies": "Request"}.get(group, "")
    return Context(None, base, role="shared", body="" if base.endswith((body, "Body")) else body)


def _in_operation(holder: Node, field: str, key: str | int, child: Any, context: Context) -> Context:
    if field == "parameters":
        name = text_of(child, "name")
        return context.below(pascal(name), name, "parameter")
    if field == "requestBody":
        return replace(context, role="request", body="Request")
    if field == "responses":
        status = str(key)
        successes = [known for known in holder["responses"] if known.startswith("2")]
        plain = status == (successes[0] if successes else "default")
        role = "response" if plain or status.startswith("2") else "error"
        return replace(context, role=role, body=("" if plain else status_phrase(status)) + "Response")
    return context.below(pascal(str(key))) if field == "callbacks" else context


def _in_schema(schema: Node, keyword: str, key: str | int, context: Context) -> Context:
    if keyword == "allOf":
        return context
    if keyword in ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"):
        return context.below(pascal(str(key)) or "Property", str(key))
    if keyword in ("items", "contains", "prefixItems"):
        position = str(int(key) + 1) if isinstance(key, int) else ""
        *before, final = words(context.last) or [""]
        entry = _ENTRY if context.last else _ITEM
        return context.below(entry, " ".join([*before, singular(final)])).below(position)
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        last = singular_name(pascal(context.last))
        return context.below(_ENTRY if last else "Value", context.last)
    if keyword in ("anyOf", "oneOf"):
        return _alternative(schema[keyword], key, context)
    return context.below(pascal(keyword), "")


def _alternative(members: list[Any], index: Any, context: Context) -> Context:
    """The context of one alternative; of a thing and a list of such things, both are called by the thing."""
    for one, many in (members, members[::-1]) if len(members) == 2 else ():
        if as_map(many).get("items") == one:
            return context
    part = _variant(members, index)
    return context.below(_VARIANT + part if part else "", "")


_MOST_COMPARED = 200
"""How many alternatives are named by what sets each apart from all the others."""


def _variant(members: list[Any], index: Any) -> str:
    """Name one alternative: by nothing if the others are null, by its title, its constant, or its number."""
    mappings = [as_map(member) for member in members]
    member, number = mappings[index], f"Option{int(index) + 1}"
    title = pascal(text_of(member, "title"))
    if len(members) > _MOST_COMPARED:
        return title or _constant(member) or number
    others = [
        other for position, other in enumerate(mappings) if position != index and other.get("type") != "null"
    ]
    if title or not others:
        return title if others else ""
    own = _constant(member) or _own_value(member, others, _constant)[1]
    if own:
        return own
    kind = member.get("type")
    alike = [other for other in others if other.get("type") == kind]
    if isinstance(kind, str) and not alike and kind != "object":
        return pascal(kind)
    if len([other for other in mappings if other and "$ref" not in other]) == 1:
        return "Object"
    if "enum" in member and not any("enum" in other for other in alike):
        return "Value"  # beside any text, those that are known
    own = _own_property(member, others)
    if own:
        return f"With{own}"
    _, shown = _own_value(member, others, _first_value)
    name, own = _own_value(member, others, _kind)
    return shown or (f"With{pascal(name)}{own}" if own else number)


def _own_value(member: Any, others: list[Any], read: Callable[[Any], str]) -> tuple[str, str]:
    """The first property of an alternative that is read as something that it is not in the others."""
    for name, schema in map_of(member, "properties").items():
        value = read(schema)
        if value and all(read(map_of(other, "properties").get(name)) != value for other in others):
            return name, value
    return "", ""


def _constant(schema: Any) -> str:
    """The one value that a schema allows, as part of a name."""
    enum = list_of(schema, "enum")
    constant = text_of(schema, "const") or (enum[0] if len(enum) == 1 else "")
    return _spoken(constant)


def _first_value(schema: Any) -> str:
    """The first of the values that a schema allows, as part of a name."""
    return _spoken(next(iter(list_of(schema, "enum")), ""))


def _spoken(value: Any) -> str:
    """A value as part of a name; capitals that are no abbreviation are small: ``ON_CLICK`` is OnClick."""
    if not isinstance(value, str):
        return ""
    word = value.isalnum() and (len(value) < 4 or value in _ABBREVIATIONS)
    return pascal(value if word or not value.isupper() else value.lower())


def _own_property(member: Any, others: list[Any]) -> str:
    """The first property, required ones before the rest, that only this one of inline alternatives has."""
    mine, required = map_of(member, "properties"), list_of(member, "required")
    needed = [name for name in mine if name in required]
    theirs = {name for other in others for name in map_of(other, "properties")}
    return next((pascal(name) for name in (*needed, *mine) if name not in theirs and pascal(name)), "")


def _kind(schema: Any) -> str:
    return pascal(text_of(schema, "$ref").rpartition("/")[2] or text_of(schema, "type"))
