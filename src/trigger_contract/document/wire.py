"""The wire form of query parameters: which names go out, and how lists are joined.

OpenAPI leaves objects inside a ``deepObject`` parameter, and arrays inside it, undefined. The list
page defines both in prose: ``filter[createdAt][period]=1d`` and ``filter[status]=QUEUED,EXECUTING``.
The canonical document carries that as an extension on the parameter, read here and nowhere else:

    x-serialization:
      objects: brackets     # a property of an object adds a [name] to the parameter's name
      arrays: comma         # the items of an array are joined by commas into one value
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import Operation

EXTENSION = "x-serialization"
MAXIMUM_LEAVES = 1000
"""How many names of one parameter are told apart; schemas that hold each other have no end of them."""

COMMA_BRACKETS = {"objects": "brackets", "arrays": "comma"}


@dataclass(frozen=True)
class QueryLeaf:
    """One name that may stand in the query string.

    Attributes:
        name: The name on the wire, unescaped, for example ``filter[createdAt][period]``.
        path: Names of the parameter and the properties below it, ``("filter", "createdAt", "period")``.
        schema: The resolved schema of the value; of the whole list where it is an array.
        separator: What joins the items of an array into one value; None where the name is repeated.
        required: Whether the parameter is required.
        description: The nearest description, or an empty text.
        described: What has that description: the parameter, or a schema in it.
    """

    name: str
    path: tuple[str, ...]
    schema: Mapping[str, Any]
    separator: str | None
    required: bool
    description: str
    described: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it is made of; those of a literal ``page[size]`` are ``page`` and ``size``."""
        parts = (part for name in self.path for part in re.split(r"[\[\]]+", name))
        return tuple(part for part in parts if part) or (self.name,)

    @property
    def last_name(self) -> str:
        """The last of its names; a literal ``page[size]`` counts as ``size``."""
        return self.names[-1]

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return "array" in types_of(self.schema)


def query_leaves(document: Mapping[str, Any], operation: Operation) -> tuple[QueryLeaf, ...]:
    """Flatten an operation's query parameters to the names that go over the wire, in document order."""
    leaves: list[QueryLeaf] = []
    for parameter in operation.parameters:
        if parameter["in"] == "query":
            leaves.extend(_parameter_leaves(document, parameter))
    return tuple(leaves)


def _parameter_leaves(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Iterator[QueryLeaf]:
    serialization = parameter.get(EXTENSION, {})
    style = parameter.get("style", "form")
    explode = parameter.get("explode", style == "form")
    separator = _separator(style, explode, serialization.get("arrays"))
    nested = style == "deepObject" or serialization.get("objects") == "brackets"
    name = parameter["name"]
    views = composition(document)

    def descend(
        path: tuple[str, ...], raw: Any, described: Mapping[str, Any], above: tuple[int, ...] = ()
    ) -> Iterator[QueryLeaf]:
        # What an ``allOf`` is made of counts like own properties.
        schema = views.view(raw)
        described = schema if "description" in schema else described
        if nested and "object" in types_of(schema) and schema.get("properties"):
            # A filter may hold itself, as in `filter[not][name]`: once is enough.
            if above.count(id(schema)) < 2:
                for key, value in schema["properties"].items():
                    yield from descend((*path, key), value, described, (*above, id(schema)))
            return
        wire_name = path[0] + "".join(f"[{part}]" for part in path[1:])
        required = bool(parameter.get("required")) and len(path) == 1
        description = str(described.get("description", ""))
        yield QueryLeaf(wire_name, path, schema, separator, required, description, described)

    yield from islice(descend((name,), parameter.get("schema", {}), parameter), MAXIMUM_LEAVES)


def _separator(style: str, explode: bool, arrays: str | None) -> str | None:
    if arrays == "comma":
        return ","
    if explode:
        return None
    return {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}.get(style)


def encode_query(leaves: Sequence[QueryLeaf], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Turn values by wire name into the pairs of a query string, in the order of the leaves.

    Args:
        leaves: The operation's leaves.
        values: A scalar or a list for each wire name; None is left out.

    Raises:
        ValueError: A list item holds the separator that would split it on the server.
    """
    pairs: list[tuple[str, str]] = []
    for leaf in leaves:
        value = values.get(leaf.name)
        if value is None:
            continue
        if not isinstance(value, (list, tuple)):
            pairs.append((leaf.name, encode_scalar(value)))
            continue
        items = [encode_scalar(item) for item in value]
        if leaf.separator is None:
            pairs.extend((leaf.name, item) for item in items)
            continue
        for item in items:
            if leaf.separator in item:
                raise ValueError(f"{leaf.name}: an item cannot contain {leaf.separator!r}: {item!r}")
        pairs.append((leaf.name, leaf.separator.join(items)))
    return pairs


def encode_scalar(value: Any) -> str:
    """Spell a scalar as it stands in a query: booleans in lower case, dates as RFC 3339."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("+00:00", "Z")
    return str(value)


def split_list(leaf: QueryLeaf, value: str) -> list[str]:
    """Split a value from the wire into its items; the inverse of joining in ``encode_query``."""
    return value.split(leaf.separator) if leaf.separator else [value]
