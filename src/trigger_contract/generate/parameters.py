"""From parameters to arguments of a method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.generate.arguments import Argument
from trigger_contract.generate.examples import example_of
from trigger_contract.generate.naming import Names, pascal_case, snake_case
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import Nullable, Type

_TEMPLATE_NAME = re.compile(r"\{([^{}]+)\}")
IGNORED_HEADERS = frozenset(("accept", "content-type", "authorization"))
"""Header parameters that OpenAPI tells to ignore. Source: OpenAPI 3.1, Parameter Object."""
_UNDECLARED = {"in": "path", "required": True, "schema": {"type": "string"}}


def read_arguments(
    document: Mapping[str, Any], operation: Operation, base: str, names: Names, reader: SchemaReader
) -> tuple[list[Argument], dict[str, str]]:
    """Read an operation's parameters, those of the path in the path's order.

    Returns:
        The arguments, and the argument for each name in the query.
    """
    arguments: list[Argument] = []
    by_wire: dict[str, str] = {}
    in_path = {
        parameter["name"]: parameter for parameter in operation.parameters if parameter["in"] == "path"
    }
    for name in dict.fromkeys(_TEMPLATE_NAME.findall(operation.path)):
        # A name in the path that is declared nowhere is a text that a call must give.
        parameter = in_path.get(name, {**_UNDECLARED, "name": name})
        arguments.append(_argument(parameter, names, base, reader))
    declared = {
        parameter["name"]: parameter for parameter in operation.parameters if parameter["in"] == "query"
    }
    for leaf in query_leaves(document, operation):
        parameter = declared[leaf.path[0]]
        argument = _query_argument(document, leaf, parameter, names, base, reader)
        arguments.append(argument)
        by_wire[leaf.name] = argument.name
    for parameter in operation.parameters:
        ignored = parameter["name"].lower() in IGNORED_HEADERS
        if parameter["in"] == "cookie" or (parameter["in"] == "header" and not ignored):
            arguments.append(_argument(parameter, names, base, reader))
    return arguments, by_wire


def _query_argument(
    document: Mapping[str, Any],
    leaf: QueryLeaf,
    parameter: Mapping[str, Any],
    names: Names,
    base: str,
    reader: SchemaReader,
) -> Argument:
    # Below the parameter every name counts: filter.createdAt.from is created_at_from.
    parts = leaf.path if len(leaf.path) > 1 else _literal_parts(leaf.path[0])
    short = snake_case("_".join(parts[1:] or parts))
    full = snake_case("_".join(parts))
    raw = leaf.schema if len(leaf.path) > 1 else _schema_of(parameter)
    type_ = reader.read(raw, base + pascal_case("_".join(leaf.path)))
    style = parameter.get("style", "form")
    only = reader.only_value(type_) if leaf.required else None
    return Argument(
        name=names.take(short, full, f"{short.rstrip('_')}_"),
        wire=leaf.name,
        location="query",
        type=_plain(type_),
        required=leaf.required and only is None,
        separator=leaf.separator,
        description=_leaf_description(document, leaf),
        default=leaf.schema.get("default"),
        example=example_of(document, parameter if len(leaf.path) == 1 else {}, leaf.schema),
        object_style="brackets" if style == "deepObject" else _object_style(parameter, leaf),
        only=only,
    )


def _leaf_description(document: Mapping[str, Any], leaf: QueryLeaf) -> str:
    """The leaf's own words, or its items'; those of a whole object say too much about one leaf."""
    own = _text(leaf.schema.get("description"))
    items = resolve(document, leaf.schema.get("items"))
    if not own and isinstance(items, Mapping):
        own = _text(items.get("description"))
    return own if own or len(leaf.path) > 1 else _text(leaf.description)


def _object_style(parameter: Mapping[str, Any], leaf: QueryLeaf) -> str:
    """How an object without named properties goes out: exploded form spells its keys as parameters."""
    if "content" in parameter:
        return "json"
    if len(leaf.path) > 1:
        return "brackets"
    return "form" if parameter.get("explode", True) else "pairs"


def _literal_parts(name: str) -> tuple[str, ...]:
    """The parts of a parameter that is literally called ``filter[createdAt][from]``."""
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return (name,)
    return (head, *(part for part in rest[:-1].split("][") if part))


def _argument(parameter: Mapping[str, Any], names: Names, base: str, reader: SchemaReader) -> Argument:
    short = snake_case(parameter["name"])
    location = str(parameter["in"])
    type_ = reader.read(_schema_of(parameter), base + pascal_case(parameter["name"]))
    schema = resolve(reader.document, _schema_of(parameter))
    separator, prefix = _path_style(parameter)
    must_be_sent = location != "path" and parameter.get("required") is True
    only = reader.only_value(type_) if must_be_sent else None
    return Argument(
        name=names.take(short, f"{location}_{short}", f"{short.rstrip('_')}_"),
        wire=str(parameter["name"]),
        location=location,
        type=_plain(type_),
        required=location == "path" or (must_be_sent and only is None),
        separator=separator,
        description=_text(parameter.get("description")),
        default=schema.get("default") if isinstance(schema, Mapping) else None,
        example=example_of(reader.document, parameter, schema),
        object_style="json"
        if "content" in parameter
        else "form"
        if parameter["in"] in ("header", "path") and parameter.get("explode") is True
        else "pairs",
        prefix=prefix,
        only=only,
    )


def _path_style(parameter: Mapping[str, Any]) -> tuple[str, str]:
    """Return what joins the items of a list, and what stands before them.

    Source: OpenAPI 3.1, Parameter Object, style values (RFC 6570 label and path-style expansion).
    """
    style, explode = parameter.get("style", "simple"), parameter.get("explode") is True
    if style == "label":
        return ("." if explode else ","), "."
    if style == "matrix":
        name = f";{parameter['name']}="
        return (name if explode else ","), name
    return ",", ""


def _schema_of(parameter: Mapping[str, Any]) -> Any:
    if "schema" in parameter:
        return parameter["schema"]
    content = parameter.get("content") or {}
    return next((media.get("schema", {}) for media in content.values()), {})


def _plain(type_: Type) -> Type:
    """A parameter has no way to say null, so it is left out instead."""
    return type_.inner if isinstance(type_, Nullable) else type_


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
