"""The types that a client needs, as plain data: what a schema becomes in Python."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from trigger_contract.generate.naming import natural

ScalarKind = Literal[
    "any", "string", "integer", "number", "boolean", "null", "datetime", "date", "uuid", "binary"
]

_ANNOTATIONS: dict[str, str] = {
    "any": "Any",
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "datetime": "datetime.datetime",
    "date": "datetime.date",
    "uuid": "str",
    "binary": "bytes",
}
_MEDIA_TYPE = re.compile(r"\b(?:application|text)/[\w.+-]+")
# What the decoder needs to hear beside what people read; see ``_wire`` in the client.
_MARKED = {"datetime": "_DateTime", "number": "_Number"}


@dataclass(frozen=True)
class Scalar:
    """A value without parts, or anything at all."""

    kind: ScalarKind


ANY = Scalar("any")


@dataclass(frozen=True)
class Constant:
    """One value and no other.

    Attributes:
        value: The value.
        kind: ``string``, ``integer``, ``number``, ``boolean`` or ``null``; true is not 1.
    """

    value: str | int | float | bool | None
    kind: ScalarKind


@dataclass(frozen=True)
class Named:
    """A generated class: a model or an enum.

    Attributes:
        name: The class.
        module: Its module in ``models``.
        is_enum: Whether it is an enum.
        is_integer: Whether it is an enum of integers.
        is_careful: Whether only the careful reader can read it.
    """

    name: str
    module: str
    is_enum: bool = False
    is_integer: bool = False
    is_careful: bool = False


@dataclass(frozen=True)
class ArrayOf:
    """A list of one type."""

    item: Type


@dataclass(frozen=True)
class MapOf:
    """An object without named properties."""

    value: Type


@dataclass(frozen=True)
class Nullable:
    """A type or null."""

    inner: Type


@dataclass(frozen=True)
class UnionOf:
    """One of several types.

    Attributes:
        members: In the document's order.
        discriminator: Wire name of the property that tells the models apart.
        mapping: Value of that property and the member it stands for.
        base: What a value stands for that the mapping does not have.
    """

    members: tuple[Type, ...]
    discriminator: str | None = None
    mapping: tuple[tuple[str, Named], ...] = ()
    base: Named | None = None


Type = Scalar | Constant | Named | ArrayOf | MapOf | Nullable | UnionOf


@dataclass(frozen=True)
class Field:
    """One property of a model.

    Attributes:
        name: The attribute in Python.
        wire: The name in JSON.
        type: What it holds.
        required: Whether it is always there in an answer.
        description: The document's words.
        needed: Whether it must be given to build the model.
        fixed: Whether it has one value only, which is filled in.
        example: The document's example, if it is a short one.
        spelled: What a text may be written from beside: spans of time such as ``1h``, moments.
        read_only: Whether it only comes in answers.
    """

    name: str
    wire: str
    type: Type
    required: bool
    description: str
    needed: bool
    fixed: bool = False
    example: str = ""
    spelled: tuple[str, ...] = ()
    read_only: bool = False


@dataclass
class Model:
    """An object with named properties.

    Attributes:
        reference: The class.
        description: The document's words.
        fields: Required ones first, otherwise in the document's order.
        status: The field that holds a status with a terminal value, if there is one.
        rest: What the properties are that have no name here.
        text: The field that holds text of some content type, and the one that names the type.
        identity: The field that says which thing it is, if the document lets it be left out. A server that
            answers with a thing says which one, so type checkers are told that it is there.
    """

    reference: Named
    description: str
    fields: list[Field] = field(default_factory=list)
    status: Field | None = None
    rest: Type = ANY
    text: tuple[Field, Field] | None = None
    identity: Field | None = None

    def imports(self) -> list[Named]:
        """Classes that its fields name, without itself."""
        found = {item for entry in self.fields for item in named(entry.type)} | named(self.rest)
        return sorted(found - {self.reference}, key=lambda item: natural(item.module))


@dataclass
class Enum:
    """A closed list of strings or integers, which a server may still extend.

    Attributes:
        reference: The class.
        description: The document's words.
        base: ``str`` or ``int``.
        members: Name and value.
        is_status: Whether it says how far something has come.
    """

    reference: Named
    description: str
    base: str
    members: list[tuple[str, str | int]]
    is_status: bool


def text_of(fields: list[Field]) -> tuple[Field, Field] | None:
    """Find a field with text beside one that names its content type: ``output`` and ``outputType``."""
    texts = {entry.wire: entry for entry in fields if _is_text(entry.type)}
    if "value" in {entry.name for entry in fields}:
        return None
    for wire, entry in texts.items():
        kind = texts.get(f"{wire}Type") or texts.get(f"{wire}_type")
        if kind and (_MEDIA_TYPE.search(kind.description) or _MEDIA_TYPE.fullmatch(kind.example)):
            return entry, kind
    return None


def _is_text(type_: Type) -> bool:
    return (type_.inner if isinstance(type_, Nullable) else type_) == Scalar("string")


def named(type_: Type) -> set[Named]:
    """Every class that a type mentions."""
    match type_:
        case Named():
            return {type_}
        case ArrayOf(item=inner) | MapOf(value=inner) | Nullable(inner=inner):
            return named(inner)
        case UnionOf(members=members):
            return set().union(*(named(member) for member in members))
        case _:
            return set()


def is_direct(type_: Type) -> bool:
    """Whether the decoder of the client can read a type by itself, without looking twice.

    It tells JSON's own kinds apart, and no two objects, lists or spellings from each other.
    """
    match type_:
        case Constant(value=value):
            return value is None or (type(value) in (str, int) and not is_torn(value))
        case Named(is_careful=is_careful):
            return not is_careful
        case ArrayOf(item=inner) | MapOf(value=inner) | Nullable(inner=inner):
            return is_direct(inner)
        case UnionOf(members=members, discriminator=discriminator):
            kinds = [_json_kind(member) for member in members]
            singles = [kind for kind in kinds if kind in ("array", "object")]
            alone = discriminator is None and len(singles) == len(set(singles)) and "" not in kinds
            return alone and all(is_direct(member) for member in members)
        case _:
            return True


def is_torn(value: object) -> bool:
    """Whether a text holds half of a surrogate pair, which the decoder cannot spell."""
    return isinstance(value, str) and any("\ud800" <= mark <= "\udfff" for mark in value)


def _json_kind(type_: Type) -> str:
    """What a member of a union looks like in JSON; empty where others may look the same."""
    match type_:
        case Scalar(kind="string" | "uuid" | "binary" | "integer" | "number" | "boolean" | "null"):
            return "scalar"
        case ArrayOf():
            return "array"
        case MapOf() | Named(is_enum=False):
            return "object"
        case _:
            return ""


def annotation(type_: Type, *, builtins: str = "", marked: bool = False) -> str:
    """Spell a type as an annotation.

    Args:
        type_: The type.
        builtins: Prefix for ``list`` and ``dict`` where a class body gives these names another meaning.
        marked: Whether to spell it for the decoder too, with the names of ``_wire`` in the client.
    """

    def inner(part: Type) -> str:
        return annotation(part, builtins=builtins, marked=marked)

    match type_:
        case Scalar(kind=kind):
            return _MARKED.get(kind, _ANNOTATIONS[kind]) if marked else _ANNOTATIONS[kind]
        case Constant(value=value, kind=kind):
            return "float" if kind == "number" else "None" if value is None else f"Literal[{value!r}]"
        case Named(name=name):
            return name
        case ArrayOf(item=item):
            return f"{builtins}list[{inner(item)}]"
        case MapOf(value=value):
            return f"{builtins}dict[str, {inner(value)}]"
        case Nullable(inner=rest):
            text = inner(rest)
            return text if text == "Any" or text.endswith("None") else f"{text} | None"
        case UnionOf(members=members, discriminator=discriminator, base=base):
            texts = list(dict.fromkeys(inner(member) for member in members))
            if discriminator and base is None:
                # A variant that the document does not know yet is kept as it came.
                texts.append(f"{builtins}dict[str, Any]")
            return "Any" if "Any" in texts else " | ".join(dict.fromkeys(texts))
    raise AssertionError(type_)


def field_annotation(field: Field) -> str:
    """Spell the annotation of a model's attribute; one that may be left out may be None."""
    direct = is_direct(field.type)
    text = annotation(field.type, marked=direct)
    if not field.required and text != "Any" and not text.endswith("None"):
        text = f"{text} | None"
    return text if direct or text == "Any" else f"_Careful[{text}]"


def given_annotation(field: Field) -> str:
    """Spell the annotation and default of a field as an argument that builds its model."""
    optional = field.fixed or not field.needed
    text = _given(field.type)
    if not optional or text == "Any":
        return f"{text} = NOT_GIVEN" if optional else text
    if isinstance(field.type, Nullable):
        return f"{text} | NotGiven = NOT_GIVEN"
    return f"{text} = None" if text.endswith("None") else f"{text} | None = None"


def _given(type_: Type) -> str:
    """Spell what a model can be built from: spellings of dates and of enums' values will do."""
    match type_:
        case Scalar(kind="datetime" | "date"):
            return f"{annotation(type_)} | str"
        case Named(is_enum=True, is_integer=is_integer, name=name):
            return f"{name} | {'int' if is_integer else 'str'}"
        case Nullable(inner=inner):
            return f"{_given(inner)} | None"
        case _:
            return annotation(type_)


def shape(type_: Type) -> str:
    """Spell a type as the expression of its run-time shape (``_shapes`` and ``_unions`` in the client)."""
    match type_:
        case Scalar(kind=kind):
            return f"shapes.{kind.upper()}"
        case Constant(value=value):
            return f"shapes.ConstantShape({value!r}{'' if is_direct(type_) else ', is_careful=True'})"
        case Named(name=name, is_enum=True, is_careful=careful):
            return f"shapes.EnumShape({name}{', is_careful=True' if careful else ''})"
        case Named(name=name):
            return f"shapes.ModelShape({name})"
        case ArrayOf(item=item):
            return f"shapes.ArrayShape({shape(item)})"
        case MapOf(value=value):
            return f"shapes.MapShape({shape(value)})"
        case Nullable(inner=inner):
            return f"shapes.NullableShape({shape(inner)})"
        case UnionOf(members=members, discriminator=discriminator, mapping=mapping, base=base):
            text = "".join(f"{shape(member)}, " for member in members)
            if not discriminator:
                return f"unions.{'EitherShape' if is_direct(type_) else 'UnionShape'}(({text}))"
            entries = "".join(f"{value!r}: {target.name}, " for value, target in mapping)
            last = f", {base.name}" if base else ""
            return f"unions.UnionShape(({text}), {discriminator!r}, {{{entries}}}{last})"
    raise AssertionError(type_)
