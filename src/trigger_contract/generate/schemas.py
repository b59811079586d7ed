"""The types that a client needs, as plain data: what a schema becomes in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

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


@dataclass(frozen=True)
class Scalar:
    """A value without parts, or anything at all."""

    kind: ScalarKind


@dataclass(frozen=True)
class Named:
    """A generated class: a model or an enum.

    Attributes:
        name: The class.
        module: Its module in ``models``.
        is_enum: Whether it is an enum.
        is_integer: Whether it is an enum of integers.
    """

    name: str
    module: str
    is_enum: bool = False
    is_integer: bool = False


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
    """

    members: tuple[Type, ...]
    discriminator: str | None = None
    mapping: tuple[tuple[str, Named], ...] = ()


Type = Scalar | Named | ArrayOf | MapOf | Nullable | UnionOf

ANY = Scalar("any")


@dataclass(frozen=True)
class Field:
    """One property of a model.

    Attributes:
        name: The attribute in Python.
        wire: The name in JSON.
        type: What it holds.
        required: Whether it is always there.
        description: The document's words.
    """

    name: str
    wire: str
    type: Type
    required: bool
    description: str


@dataclass
class Model:
    """An object with named properties.

    Attributes:
        reference: The class.
        description: The document's words.
        fields: Required ones first, otherwise in the document's order.
        status: The field that holds a status with a terminal value, if there is one.
    """

    reference: Named
    description: str
    fields: list[Field] = field(default_factory=list)
    status: Field | None = None

    def imports(self) -> list[Named]:
        """Classes that its fields name, without itself."""
        found = {item for entry in self.fields for item in named(entry.type)}
        return sorted(found - {self.reference}, key=lambda item: item.name)


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


def annotation(type_: Type, *, builtins: str = "") -> str:
    """Spell a type as an annotation.

    Args:
        type_: The type.
        builtins: Prefix for ``list`` and ``dict`` where a class body gives these names another meaning.
    """
    match type_:
        case Scalar(kind=kind):
            return _ANNOTATIONS[kind]
        case Named(name=name):
            return name
        case ArrayOf(item=item):
            return f"{builtins}list[{annotation(item, builtins=builtins)}]"
        case MapOf(value=value):
            return f"{builtins}dict[str, {annotation(value, builtins=builtins)}]"
        case Nullable(inner=inner):
            text = annotation(inner, builtins=builtins)
            return text if text == "Any" or text.endswith("None") else f"{text} | None"
        case UnionOf(members=members, discriminator=discriminator):
            texts = list(dict.fromkeys(annotation(member, builtins=builtins) for member in members))
            if discriminator:
                # A variant that the document does not know yet is kept as it came.
                texts.append(f"{builtins}dict[str, Any]")
            return "Any" if "Any" in texts else " | ".join(dict.fromkeys(texts))
    raise AssertionError(type_)


def shape(type_: Type) -> str:
    """Spell a type as the expression of its run-time shape (``_shapes`` in the client)."""
    match type_:
        case Scalar(kind=kind):
            return f"shapes.{kind.upper()}"
        case Named(name=name, is_enum=True):
            return f"shapes.EnumShape({name})"
        case Named(name=name):
            return f"shapes.ModelShape({name})"
        case ArrayOf(item=item):
            return f"shapes.ArrayShape({shape(item)})"
        case MapOf(value=value):
            return f"shapes.MapShape({shape(value)})"
        case Nullable(inner=inner):
            return f"shapes.NullableShape({shape(inner)})"
        case UnionOf(members=members, discriminator=discriminator, mapping=mapping):
            text = "".join(f"{shape(member)}, " for member in members)
            if not discriminator:
                return f"shapes.UnionShape(({text}))"
            entries = "".join(f"{value!r}: {target.name}, " for value, target in mapping)
            return f"shapes.UnionShape(({text}), {discriminator!r}, {{{entries}}})"
    raise AssertionError(type_)
