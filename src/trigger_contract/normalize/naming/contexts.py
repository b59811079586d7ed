"""What a schema would be called by what stands around it: operation, status, property, list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from trigger_contract.document.shape import METHODS, children
from trigger_contract.normalize.located import Node, as_map, list_of, map_of, operations_of, text_of
from trigger_contract.normalize.naming.words import (
    joined,
    noun,
    operation_stem,
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
        resolve: Returns the name that this schema got, once it has one.
    """

    outer: Context | None
    base: str
    parts: tuple[str, ...] = ()
    last: str = ""
    role: str = ""
    resolve: Callable[[], str] | None = None

    def around(self) -> str:
        """The name of what stands around."""
        if self.outer is not None:
            return (self.outer.resolve() if self.outer.resolve else "") or self.outer.name()
        return self.base

    def name(self) -> str:
        """The full name by place."""
        name = self.around()
        for part in self.parts:
            if part in (_ITEM, _ENTRY):
                name = singular_name(name) or (name if part == _ENTRY else f"{name}Item")
            else:
                name += part.removeprefix(_VARIANT)
        return name

    def short(self) -> str:
        """The name as a person would say it: ``RetrieveBatchResponse`` has a ``BatchStatus``.

        What a body or an alternative is called stays whole.
        """
        name, parts = self.around(), self.parts
        if self.role in ("request", "response", "error"):
            name, parts = name + parts[0], parts[1:]
        if not parts or parts[0].startswith(_VARIANT):
            return self.name()
        name = noun(name, verb=self.role == "parameter")
        for index, part in enumerate(parts):
            if part in (_ITEM, _ENTRY):
                name = singular_name(name) or (name if part == _ENTRY else f"{name}Item")
            elif part not in _CONTAINERS or parts[index + 1 : index + 2] != (_ENTRY,):
                name = joined(name, part.removeprefix(_VARIANT))
            elif singular_name(name) is None:
                name = f"{name}Item"
        return name

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

    def may_be_published(self, name: str) -> bool:
        """Whether the place may be a reference to that component: not where it would be inside itself."""
        *_, outermost = self.outwards()
        return self.base != name and (outermost.base != name or bool(outermost.parts))

    def below(self, part: str, last: str | None = None, role: str = "") -> Context:
        """The context one step further in, with nothing named in between."""
        parts = (*self.parts, part) if part else self.parts
        return Context(self.outer, self.base, parts, self.last if last is None else last, role or self.role)


def needs_component(schema: Any) -> bool:
    """Whether a schema is an object with properties or an enum that stands inline."""
    if not isinstance(schema, Node) or "$ref" in schema:
        return False
    return bool(schema.get("properties") or schema.get("enum") or NAME in schema)


Found = tuple[Any, str | int, Any, Context]


def contexts(document: Node) -> Iterator[Found]:
    """Yield ``(container, key, schema, context)`` of every inline schema, parents first, in document order.

    The roots of ``components.schemas`` have their names already and are not yielded.
    """
    stems = Counter(
        unversioned(str(operation.get("operationId", ""))) for *_, operation in operations_of(document)
    )
    for _, path, method, operation in operations_of(document):
        identifier = str(operation.get("operationId") or f"{method} {path}")
        yield from _operation(operation, Context(None, operation_stem(identifier, stems)))
    yield from _components(document)


def _components(document: Node) -> Iterator[Found]:
    components = map_of(document, "components")
    for group in components:
        for name, value in map_of(components, group).items():
            if group == "schemas":
                yield from _inside(value, Context(None, name))
                continue
            base = Context(None, pascal(name) or name, (), "", "shared")
            if group in ("parameters", "headers"):
                yield from _parameter(value, base)
            elif group == "responses":
                yield from _content(value, base, "" if base.base.endswith("Response") else "Response")
            elif group == "requestBodies":
                yield from _content(value, base, "" if base.base.endswith(("Request", "Body")) else "Request")
            elif group == "pathItems":
                yield from _path_item(value, base)
            elif group == "callbacks":
                yield from _callback(value, base)


def _operation(operation: Any, context: Context) -> Iterator[Found]:
    for parameter in operation.get("parameters", ()):
        name = pascal(str(parameter.get("name", "")))
        below = context.below(name, str(parameter.get("name", "")), "parameter")
        yield from _parameter(parameter, below)
    yield from _content(operation.get("requestBody"), context, "Request", "request")
    responses = operation.get("responses", {})
    successes = [status for status in responses if status.startswith("2")]
    for status, response in responses.items():
        plain = status == (successes[0] if successes else "default")
        role = "response" if plain or status.startswith("2") else "error"
        yield from _content(response, context, ("" if plain else status_phrase(status)) + "Response", role)
    for name, callback in operation.get("callbacks", {}).items():
        yield from _callback(callback, context.below(pascal(name)))


def _callback(callback: Any, context: Context) -> Iterator[Found]:
    for expression, item in as_map(callback).items():
        if expression != "$ref" and not expression.startswith("x-"):
            yield from _path_item(item, context)


def _path_item(item: Any, context: Context) -> Iterator[Found]:
    for method in METHODS:
        if method in as_map(item):
            yield from _operation(item[method], context)


def _parameter(parameter: Any, context: Context) -> Iterator[Found]:
    if isinstance(parameter, Node):
        yield from _schema(parameter, "schema", context)
        for media_type in parameter.get("content", {}).values():
            yield from _schema(media_type, "schema", context)


def _content(value: Any, context: Context, suffix: str, role: str = "") -> Iterator[Found]:
    """Walk a body or a response with its headers."""
    if not isinstance(value, Node):
        return
    content = value.get("content", {})
    first = _JSON if _JSON in content else next(iter(content), None)
    for name, media_type in content.items():
        word = (
            ""
            if name == first
            else _MEDIA_WORDS.get(name.partition(";")[0]) or pascal(name.rpartition("/")[2])
        )
        yield from _schema(media_type, "schema", context.below(word + suffix, "", role))
        for part, encoding in media_type.get("encoding", {}).items():
            for header, definition in encoding.get("headers", {}).items():
                yield from _parameter(definition, context.below(pascal(part) + pascal(header), header))
    for name, header in map_of(value, "headers").items():
        yield from _parameter(header, context.below(suffix.removesuffix("Response") + pascal(name), name))


def _schema(container: Any, key: str | int, context: Context) -> Iterator[Found]:
    """Yield the schema at a place, if it is inline, and everything below it."""
    if isinstance(container, dict) and key not in container:
        return
    schema = container[key]
    if not isinstance(schema, Node) or ("$ref" in schema and len(schema) == 1):
        return
    yield container, key, schema, context
    named = needs_component(schema)
    yield from _inside(schema, Context(context, "") if named else context)


def _inside(schema: Any, context: Context) -> Iterator[Found]:
    if not isinstance(schema, Node):
        return
    for tokens, _, _, container in children("schema", schema):
        keyword, key = tokens[0], tokens[-1]
        if keyword == "allOf":
            # The parts of one schema: named by the whole, and only what is inside them.
            yield from _inside(container[key], context)
        else:
            yield from _schema(container, key, _step(schema, str(keyword), key, container, context))


def _step(schema: Node, keyword: str, key: str | int, container: Any, context: Context) -> Context:
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
    if any("$ref" in other or "allOf" in other for other in others):
        return ""  # what those have does not show here
    mine, required = map_of(member, "properties"), list_of(member, "required")
    needed = [name for name in mine if name in required]
    theirs = {name for other in others for name in map_of(other, "properties")}
    return next((pascal(name) for name in (*needed, *mine) if name not in theirs and pascal(name)), "")


def _kind(schema: Any) -> str:
    return pascal(text_of(schema, "$ref").rpartition("/")[2] or text_of(schema, "type"))
