"""How arguments are spelled in a signature, and the data that a call needs to write them."""

from __future__ import annotations

from trigger_contract.generate.methods import body_kind
from trigger_contract.generate.plan import Argument, Method, Page, Response
from trigger_contract.generate.schemas import (
    ArrayOf,
    Constant,
    MapOf,
    Named,
    Nullable,
    Scalar,
    Type,
    UnionOf,
    annotation,
    shape,
)

# How a value of a kind is written; what is not here goes by its Python type.
_KINDS = {
    "string": "string",
    "uuid": "string",
    "binary": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "date": "date",
}


def argument_annotation(argument: Argument) -> str:
    """The annotation of a method's argument: a scalar wherever a list is taken, strings for enums."""
    parts: list[str] = []
    _accepted(argument.type, parts)
    if not argument.required:
        parts.append("None")
    return "Any" if "Any" in parts else " | ".join(dict.fromkeys(parts))


def _accepted(type_: Type, parts: list[str]) -> None:
    match type_:
        case Named(name=name, is_enum=True, is_integer=is_integer):
            parts.extend((name, "int" if is_integer else "str"))
        case Named(name=name):
            parts.extend((name, "Mapping[str, Any]"))
        case MapOf():
            parts.append("Mapping[str, Any]")
        case ArrayOf(item=item):
            inner: list[str] = []
            _accepted(item, inner)
            joined = "Any" if "Any" in inner else " | ".join(dict.fromkeys(inner))
            parts.extend((*inner, f"Sequence[{joined}]"))
        case Nullable(inner=inner_type):
            _accepted(inner_type, parts)
        case UnionOf(members=members):
            for member in members:
                _accepted(member, parts)
        case Scalar(kind="uuid"):
            parts.extend(("str", "uuid.UUID"))
        case _:
            parts.append(annotation(type_))


def body_annotation(method: Method) -> str:
    """The annotation of a method's body."""
    assert method.body is not None
    parts: list[str] = []
    if body_kind(method.body.media_type) == "content":
        parts.append("str | bytes")
    else:
        _body_types(method.body.type, parts)
    if not method.body.required:
        parts.append("None")
    return "Any" if "Any" in parts else " | ".join(dict.fromkeys(parts))


def _body_types(type_: Type, parts: list[str]) -> None:
    match type_:
        case ArrayOf(item=item):
            inner: list[str] = []
            _body_types(item, inner)
            parts.append(f"Sequence[{'Any' if 'Any' in inner else ' | '.join(dict.fromkeys(inner))}]")
        case Nullable(inner=inner_type):
            _body_types(inner_type, parts)
        case UnionOf(members=members):
            for member in members:
                _body_types(member, parts)
        case _:
            _accepted(type_, parts)


def parameter_literal(argument: Argument) -> str:
    """The ``Parameter`` of an argument, as an expression of the client."""
    item, is_list = _item(argument.type)
    if argument.object_style == "json":
        item, is_list = argument.type, False
    fields = [
        repr(argument.name),
        repr(argument.wire),
        repr(argument.location),
        repr("json" if argument.object_style == "json" else _kind(item)),
        repr(argument.required),
    ]
    if is_list:
        fields += ["True", repr(argument.separator)]
    if argument.object_style != "json" and _holds_object(item):
        fields.append(f"objects={argument.object_style!r}")
    if argument.prefix:
        fields.append(f"prefix={argument.prefix!r}")
    return f"Parameter({', '.join(fields)})"


def _item(type_: Type) -> tuple[Type, bool]:
    if isinstance(type_, ArrayOf):
        return type_.item, True
    if isinstance(type_, UnionOf):
        arrays = [member for member in type_.members if isinstance(member, ArrayOf)]
        if arrays:
            rest = [member for member in type_.members if not isinstance(member, ArrayOf)]
            return (arrays[0].item if all(member == arrays[0].item for member in rest) else type_), True
    return type_, False


def _holds_object(type_: Type) -> bool:
    match type_:
        case Named(is_enum=is_enum):
            return not is_enum
        case MapOf():
            return True
        case Nullable(inner=inner):
            return _holds_object(inner)
        case UnionOf(members=members):
            return any(_holds_object(member) for member in members)
        case _:
            return type_ == Scalar("any")


def _kind(type_: Type) -> str:
    match type_:
        case Scalar(kind=kind) | Constant(kind=kind):
            return _KINDS.get(kind, "any")
        case Nullable(inner=inner):
            return _kind(inner)
        case _:
            return "any"


def response_literal(response: Response) -> str:
    """The ``ResponseRule`` of a response, as an expression of the client."""
    body = shape(response.type) if response.type is not None and response.media == "json" else "None"
    return f"ResponseRule({response.first}, {response.last}, {response.media!r}, {body})"


def page_literal(page: Page) -> str:
    """The ``PageRule`` of a list, as an expression of the client."""
    fields = (page.kind, page.items, page.after, page.before, page.next, page.previous, page.identity)
    return f"PageRule({', '.join(map(repr, fields))})"
