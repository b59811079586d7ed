"""From JSON Schema to types: every object and enum becomes a class, found by form."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.references import lookup, resolve, split_pointer
from trigger_contract.generate.composition import children_of, compose, is_nullable, without_null
from trigger_contract.generate.examples import example_of, short, spelled
from trigger_contract.generate.naming import (
    TYPE_NAMES,
    Names,
    constant_case,
    module_name,
    pascal_case,
    snake_case,
)
from trigger_contract.generate.schemas import (
    ANY,
    ArrayOf,
    Constant,
    Enum,
    Field,
    MapOf,
    Model,
    Named,
    Nullable,
    Scalar,
    Type,
    UnionOf,
    is_torn,
    text_of,
)
from trigger_contract.generate.status import is_status

_LARGEST_UNION = 2_000
"""Of more types nobody can read the union, and components that each hold the next one twice have billions."""

_FORMATS: dict[str, Scalar] = {
    "date-time": Scalar("datetime"),
    "date": Scalar("date"),
    "uuid": Scalar("uuid"),
    "binary": Scalar("binary"),
}
_SCALARS: dict[str, Scalar] = {
    "string": Scalar("string"),
    "integer": Scalar("integer"),
    "number": Scalar("number"),
    "boolean": Scalar("boolean"),
    "null": Scalar("null"),
}
# Attributes and methods that every model has.
_MODEL_NAMES = frozenset(
    {
        *("extra", "problems", "from_dict", "to_dict", "from_json", "to_json"),
        *("self", "tuple", "classmethod", "property"),
    }
)
PRIVATE = "\ue000"
"""Begins names that are only for the decoder; no document means anything by it."""
_ATTRIBUTES: dict[type, frozenset[str]] = {kind: frozenset(dir(kind)) for kind in (str, int)}
_STATUS_NAMES = ("status", "state")


class SchemaReader:
    """Reads schemas once each and keeps the classes they become.

    Args:
        document: The OpenAPI document.
        reserved: Class names that mean something else in the package.
    """

    def __init__(self, document: Mapping[str, Any], reserved: frozenset[str]) -> None:
        self.document = document
        self._models: dict[Named, Model] = {}
        self._by_reference: dict[str, Type] = {}
        self._announced: dict[str, Named] = {}
        self._children = children_of(document)
        self._enums: dict[Named, Enum] = {}
        self._classes = Names(reserved, key=str.casefold)
        self._modules = Names(key=str.casefold)
        # Named components come first so that inline schemas cannot take their names.
        schemas = (document.get("components") or {}).get("schemas") or {}
        self._component_names = {
            f"#/components/schemas/{_escape(name)}": self._class_name(pascal_case(str(name)))
            for name in schemas
        }

    def read(self, raw: Any, hint: str) -> Type:
        """Return the type of a schema.

        Args:
            raw: The schema as it stands, perhaps a reference.
            hint: Name for the class if the schema is an inline object or enum.

        Raises:
            UserError: A reference points to nothing or outside the document.
        """
        if not isinstance(raw, Mapping):
            return ANY
        if isinstance(raw.get("$ref"), str):
            type_ = self._reference(raw["$ref"])
            return Nullable(type_) if raw.get("nullable") is True else type_
        if is_nullable(raw):
            inner = self.read(without_null(raw), hint)
            return inner if inner == ANY or isinstance(inner, Nullable) else Nullable(inner)
        return self._plain(raw, hint)

    def enum(self, type_: Type) -> Enum | None:
        """Return the enum that a type is, if it is one."""
        inner = type_.inner if isinstance(type_, Nullable) else type_
        return self._enums.get(inner) if isinstance(inner, Named) else None

    def model(self, type_: Type) -> Model | None:
        """Return the model that a type is, if it is one."""
        return self._models.get(type_) if isinstance(type_, Named) else None

    @property
    def models(self) -> list[Model]:
        """The models so far."""
        return list(self._models.values())

    @property
    def enums(self) -> list[Enum]:
        """The enums so far."""
        return list(self._enums.values())

    def _reference(self, reference: str) -> Type:
        known = self._by_reference.get(reference)
        if known is not None:
            return known
        target = lookup(self.document, reference)
        if isinstance(target, Mapping) and reference in self._children:
            return self._family(target, reference)
        # A schema that only leads back to itself through lists and unions has no finite spelling.
        self._by_reference[reference] = ANY
        name = self._component_names.get(reference) or pascal_case(split_pointer(reference)[-1])
        type_ = (
            self.read(target, name)
            if not isinstance(target, Mapping)
            else self._named(target, name, reference)
        )
        self._by_reference[reference] = type_
        return type_

    def _family(self, target: Mapping[str, Any], reference: str) -> Type:
        """Read an object that names its kind, and stands for whichever object is made of it by ``allOf``.

        Source: OpenAPI 3.1, Discriminator Object.
        """
        base = self._announce(reference)
        children = [(child, named) for child in self._children[reference] if (named := self._announce(child))]
        discriminator = target["discriminator"]
        mapping = {split_pointer(child)[-1]: named for child, named in children}
        for value, other in (discriminator.get("mapping") or {}).items():
            found = self._announced.get(_full_reference(str(other)))
            if found:
                mapping[str(value)] = found
        members = [named for _, named in children] + ([base] if base else [])
        if not members:
            return ANY
        type_ = UnionOf(tuple(members), discriminator["propertyName"], tuple(mapping.items()), base)
        self._by_reference[reference] = type_
        if base:
            self._plain(target, base.name, reference)
        for child, named in children:
            self._reference(child)
            self._plain(lookup(self.document, child), named.name, child)
        return type_

    def _announce(self, reference: str) -> Named | None:
        """Make the class of a component before it is read, so that others can name it; None for no object."""
        if reference not in self._announced:
            whole = compose(self.document, lookup(self.document, reference))
            if not isinstance(whole.get("properties"), Mapping) or not whole["properties"]:
                return None
            self._announced[reference] = self._new_class(split_pointer(reference)[-1], reference, whole)
        return self._announced[reference]

    def _named(self, target: Mapping[str, Any], name: str, reference: str) -> Type:
        if "$ref" in target or is_nullable(target):
            return self.read(target, name)
        return self._plain(target, name, reference)

    def _plain(self, schema: Mapping[str, Any], hint: str, reference: str | None = None) -> Type:
        """Read a schema that is neither a reference nor nullable."""
        if isinstance(schema.get("discriminator"), Mapping) and "allOf" not in schema:
            members = schema.get("oneOf") or schema.get("anyOf")
            if isinstance(members, list) and members:
                return self._union(schema, members, hint)
        schema = compose(self.document, schema)
        if "$ref" in schema:
            return self.read(schema, hint)
        if isinstance(schema.get("enum"), list):
            return self._enum(schema, hint, reference)
        if "const" in schema:
            return _constant(schema["const"])
        for key in ("oneOf", "anyOf"):
            if isinstance(schema.get(key), list) and schema[key]:
                return self._union(schema, schema[key], hint)
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return self._several(schema, kinds, hint, reference)
        if kinds == "object" or (
            kinds is None and ("properties" in schema or "additionalProperties" in schema)
        ):
            return self._object(schema, hint, reference)
        if kinds == "array" or (kinds is None and "items" in schema):
            return ArrayOf(self.read(schema.get("items"), hint + "Item"))
        if kinds == "string":
            return _FORMATS.get(str(schema.get("format")), _SCALARS["string"])
        return _SCALARS.get(str(kinds), ANY)

    def _several(self, schema: Mapping[str, Any], kinds: list[str], hint: str, reference: str | None) -> Type:
        if len(kinds) == 1:
            return self._plain({**schema, "type": kinds[0]}, hint, reference)
        members = [self._plain({**schema, "type": kind}, hint) for kind in kinds]
        return _union(members)

    def _union(self, schema: Mapping[str, Any], members: list[Any], hint: str) -> Type:
        types = [
            self.read(member, _variant(hint, member, number)) for number, member in enumerate(members, 1)
        ]
        discriminator = schema.get("discriminator")
        if not isinstance(discriminator, Mapping) or not isinstance(discriminator.get("propertyName"), str):
            return _union(types)
        name = discriminator["propertyName"]
        mapping: dict[str, Named] = {}
        flat: list[Type] = []
        for member, type_ in zip(members, types, strict=True):
            inner = type_.inner if isinstance(type_, Nullable) else type_
            if isinstance(inner, UnionOf) and inner.discriminator == name:
                mapping.update(inner.mapping)
                flat += inner.members
                continue
            flat.append(inner)
            if isinstance(inner, Named) and isinstance(member, Mapping) and "$ref" in member:
                mapping[split_pointer(str(member["$ref"]))[-1]] = inner
        for value, target in (discriminator.get("mapping") or {}).items():
            found = self._reference(_full_reference(str(target)))
            if isinstance(found, Named):
                mapping[str(value)] = found
        if not all(isinstance(type_, Named) and not type_.is_enum for type_ in flat):
            return _union(types)
        union = UnionOf(tuple(dict.fromkeys(flat)), name, tuple(mapping.items()))
        return Nullable(union) if any(isinstance(type_, Nullable) for type_ in types) else union

    def _object(self, schema: Mapping[str, Any], hint: str, reference: str | None) -> Type:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            return MapOf(self.read(schema.get("additionalProperties"), hint + "Value"))
        announced = self._announced.get(reference or "")
        if announced and self.model(announced):
            return announced
        named = announced or self._new_class(hint, reference, schema)
        model = Model(named, _text(schema.get("description")))
        self._models[named] = model
        if reference and self._by_reference.get(reference, ANY) == ANY:
            self._by_reference[reference] = named
        required = set(schema.get("required") or ())
        names = Names(_MODEL_NAMES)
        fields: list[Field] = []
        for wire, raw in properties.items():
            plain = snake_case(wire)
            name = names.take(
                f"{plain}_" if plain in TYPE_NAMES or plain in _MODEL_NAMES else plain, f"{plain}_"
            )
            type_ = self.read(raw, model.reference.name + pascal_case(wire))
            whole = self._followed(raw)
            fields.append(
                Field(
                    name,
                    wire,
                    type_,
                    required=wire in required and whole.get("writeOnly") is not True,
                    description=_text(raw.get("description")) or _text(whole.get("description")),
                    needed=wire in required and whole.get("readOnly") is not True,
                    fixed=self.only_value(type_) is not None,
                    example=short(example_of(self.document, whole)),
                    spelled=spelled(whole, type_),
                    read_only=whole.get("readOnly") is True,
                )
            )
        model.fields = sorted(fields, key=lambda entry: not entry.required)
        model.text = text_of(fields)
        rest = schema.get("additionalProperties")
        model.rest = self.read(rest, model.reference.name + "Extra") if isinstance(rest, Mapping) else ANY
        model.status = next(
            (
                entry
                for entry in fields
                if entry.wire in _STATUS_NAMES and (enum := self.enum(entry.type)) and enum.is_status
            ),
            None,
        )
        return model.reference

    def only_value(self, type_: Type) -> str | int | float | bool | None:
        """Return the one value that a type has, if there is one that is not null."""
        enum = self.enum(type_)
        if enum is not None:
            return enum.members[0][1] if isinstance(type_, Named) and len(enum.members) == 1 else None
        return type_.value if isinstance(type_, Constant) else None

    def _followed(self, raw: Any) -> Mapping[str, Any]:
        """A property's schema with what its reference leads to, for what stands beside its type."""
        target = resolve(self.document, raw)
        whole = {
            **(target if isinstance(target, Mapping) else {}),
            **(raw if isinstance(raw, Mapping) else {}),
        }
        if whole.keys() & {"allOf", "anyOf", "oneOf"}:
            # The direction may stand in what it is made of, where 3.0 allows nothing beside a reference.
            view = composition(self.document).view(whole)
            whole |= {key: view[key] for key in ("readOnly", "writeOnly") if key in view}
        return whole

    def _enum(self, schema: Mapping[str, Any], hint: str, reference: str | None) -> Type:
        # An object or a list may be a value too; none of them has a name.
        values = [value for value in schema["enum"] if value is not None]
        # True equals 1 in Python, but is another value in JSON.
        known: dict[tuple[type, Any], Any] = {}
        for value in values:
            known.setdefault((type(value), value if isinstance(value, Hashable) else repr(value)), value)
        values = list(known.values())
        base = next(
            (kind for kind in (str, int) if values and all(type(value) is kind for value in values)), None
        )
        if base is None:
            return _constant(values[0]) if len(values) == 1 else _union([_type_of(value) for value in values])
        # Names that an enum class or a string already has would be shadowed.
        names = Names(_ATTRIBUTES[base])
        members = [
            (
                names.take(constant_case(str(value) if base is str else f"value_{value}", fallback="EMPTY")),
                value,
            )
            for value in values
        ]
        named = self._new_class(hint, reference, schema, base.__name__)
        enum = Enum(named, _text(schema.get("description")), base.__name__, members, is_status(values))
        self._enums[named] = enum
        return named

    def _new_class(
        self, hint: str, reference: str | None, schema: Mapping[str, Any], base: str = ""
    ) -> Named:
        """Name the class of an object, or of an enum of ``str`` or ``int``."""
        name = self._component_names.get(reference or "") or self._class_name(pascal_case(hint))
        module = self._modules.take(module_name(snake_case(name)))
        if base:
            return Named(name, module, True, base == "int", any(map(is_torn, schema["enum"])))
        rest = schema.get("additionalProperties")
        careful = any(map(is_unspellable, schema.get("properties") or ()))
        return Named(name, module, is_careful=careful or (isinstance(rest, Mapping) and bool(rest)))

    def _class_name(self, name: str) -> str:
        return self._classes.take(name, f"{name}Model")


def _union(members: list[Type]) -> Type:
    """Join types; nested unions are flattened and null becomes ``Nullable``."""
    flat: list[Type] = []
    nullable = False
    for member in members:
        if isinstance(member, Nullable):
            nullable, member = True, member.inner
        if member == _SCALARS["null"]:
            nullable = True
        elif isinstance(member, UnionOf) and member.discriminator is None:
            flat.extend(member.members)
        else:
            flat.append(member)
    if sum(map(_size, flat)) > _LARGEST_UNION:
        return ANY
    flat = list(dict.fromkeys(flat))
    if ANY in flat or not flat:
        return ANY if flat or not nullable else _SCALARS["null"]
    type_ = flat[0] if len(flat) == 1 else UnionOf(tuple(flat))
    return Nullable(type_) if nullable else type_


def _size(type_: Type) -> int:
    """Count the types that a type is made of; those it is made of have been bounded themselves."""
    if isinstance(type_, UnionOf):
        return sum(map(_size, type_.members))
    if isinstance(type_, ArrayOf):
        return 1 + _size(type_.item)
    if isinstance(type_, MapOf):
        return 1 + _size(type_.value)
    return 1 + _size(type_.inner) if isinstance(type_, Nullable) else 1


def _type_of(value: Any) -> Type:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return _SCALARS.get(kinds.get(type(value), ""), ANY)


def _constant(value: Any) -> Type:
    type_ = _type_of(value)
    if (
        not isinstance(type_, Scalar)
        or type_ == ANY
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return type_
    return _SCALARS["null"] if value is None else Constant(value, type_.kind)


def is_unspellable(wire: str) -> bool:
    """Whether the client's decoder takes no property of this name."""
    return (
        any(mark in '"\\' or ord(mark) < 0x20 for mark in wire) or wire.startswith(PRIVATE) or is_torn(wire)
    )


def _full_reference(target: str) -> str:
    """Spell a mapping's value, which may be a component's bare name, as a reference."""
    return target if target.startswith("#") else f"#/components/schemas/{_escape(target)}"


def _variant(hint: str, member: Any, number: int) -> str:
    title = member.get("title") if isinstance(member, Mapping) else None
    return f"{hint}{pascal_case(title)}" if isinstance(title, str) and title else f"{hint}Variant{number}"


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
