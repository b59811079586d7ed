"""How arguments are spelled in a signature, and the data that a call needs to write them."""

from __future__ import annotations

from collections.abc import Mapping

from trigger_contract.generate.arguments import Argument, BodyForm
from trigger_contract.generate.plan import Method, Page, Response
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


Inputs = Mapping[Named, str]
"""What may stand beside a class in what is sent; see ``inputs``."""


def argument_annotation(argument: Argument, inputs: Inputs) -> str:
    """The annotation of a method's argument: a scalar wherever a list is taken, literals beside enums."""
    parts: list[str] = []
    _accepted(argument.type, inputs, parts)
    if not argument.required:
        parts.append("None")
    return _joined(parts)


def input_annotation(type_: Type, inputs: Inputs, spelled: tuple[str, ...] = ()) -> str:
    """The annotation of a value in a body: models or mappings of their properties, sequences as lists."""
    parts: list[str] = []
    _given(type_, inputs, parts)
    parts += [f"datetime.{name}" for name in spelled]
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    if "Any" in parts:
        return "Any"
    # None stands last, as people write it.
    unique = dict.fromkeys(part for part in parts if part != "None")
    return " | ".join([*unique, *(["None"] if "None" in parts else [])])


def _given(type_: Type, inputs: Inputs, parts: list[str]) -> None:
    match type_:
        case Named(name=name):
            parts.extend((name, inputs[type_]) if type_ in inputs else (name, "Mapping[str, Any]"))
        case ArrayOf(item=item):
            parts.append(f"Sequence[{input_annotation(item, inputs)}]")
        case MapOf(value=value):
            parts.append(f"Mapping[str, {input_annotation(value, inputs)}]")
        case Nullable(inner=inner):
            _given(inner, inputs, parts)
            parts.append("None")
        case UnionOf(members=members):
            for member in members:
                _given(member, inputs, parts)
        case Scalar(kind="uuid"):
            parts.extend(("str", "uuid.UUID"))
        case Scalar(kind="datetime" | "date"):
            parts.extend((annotation(type_), "str"))
        case Scalar(kind="binary"):
            # Bytes, an open file, a path, or (name, content) and perhaps its type.
            parts.append("FileInput")
        case _:
            parts.append(annotation(type_))


def _accepted(type_: Type, inputs: Inputs, parts: list[str]) -> None:
    match type_:
        case Named(name=name, is_enum=True):
            parts.extend((name, inputs[type_]) if type_ in inputs else (name, "str"))
        case Named(name=name):
            parts.extend((name, "Mapping[str, Any]"))
        case MapOf():
            parts.append("Mapping[str, Any]")
        case ArrayOf(item=item):
            inner: list[str] = []
            _accepted(item, inputs, inner)
            parts.extend((*inner, f"Sequence[{_joined(inner)}]"))
        case Nullable(inner=inner_type):
            _accepted(inner_type, inputs, parts)
        case UnionOf(members=members):
            for member in members:
                _accepted(member, inputs, parts)
        case Scalar(kind="uuid"):
            parts.extend(("str", "uuid.UUID"))
        case Scalar(kind="datetime" | "date"):
            parts.extend((annotation(type_), "str"))
        case _:
            parts.append(annotation(type_))


def body_annotation(method: Method) -> str:
    """The annotation of a method's body as a whole."""
    assert method.body is not None
    parts: list[str] = []
    for form in method.body.forms:
        if form.kind == "lines":
            parts += ["Iterable[Any]", "str", "bytes"]
        elif form.kind == "text":
            parts += ["str", "bytes"]
        elif form.kind == "binary":
            parts += ["str", "FileContent", "Iterable[bytes]", "AsyncIterable[bytes]"]
        else:
            _body_types(form.type, parts)
    return _joined(parts)


def _body_types(type_: Type, parts: list[str]) -> None:
    match type_:
        case ArrayOf(item=item):
            inner: list[str] = []
            _body_types(item, inner)
            parts.append(f"Sequence[{_joined(inner)}]")
        case Named(name=name, is_enum=False):
            parts.extend((name, "Mapping[str, Any]"))
        case Nullable(inner=inner_type):
            _body_types(inner_type, parts)
            parts.append("None")
        case UnionOf(members=members):
            for member in members:
                _body_types(member, parts)
        case _:
            _accepted(type_, {}, parts)


def body_literal(form: BodyForm) -> str:
    """The ``BodyRule`` of a form, as an expression of the client."""
    fields = "".join(
        f"FieldRule({entry.name!r}, {entry.path!r}, {entry.required or entry.fixed}, {shape(entry.type)}), "
        for entry in form.fields
    )
    encodings = ", ".join(
        f"{name!r}: Encoding({style!r}, {explode}, {content_type!r})"
        for name, (style, explode, content_type) in form.encodings
    )
    more = f", {{{encodings}}}" if encodings else ""
    return f"BodyRule({form.kind!r}, {form.media_type!r}, {shape(form.type)}, ({fields}){more})"


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
    if argument.only is not None:
        fields.append(f"only={argument.only!r}")
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
    read = response.media == "json" or (response.is_stream and response.type != Scalar("string"))
    body = shape(response.type) if response.type is not None and read else "None"
    fields = f"{response.first}, {response.last}, {response.media!r}, {body}, {response.media_type!r}"
    return f"ResponseRule({fields})"


def page_literal(page: Page) -> str:
    """The ``PageRule`` of a list, as an expression of the client."""
    fields = (
        page.kind, page.items, page.size, page.after, page.before, page.next, page.previous,
        page.has_more, page.total, page.total_pages, page.number, page.first, page.identity,
    )  # fmt: skip
    return f"PageRule({', '.join(map(repr, fields))})"
