"""Schemas made of schemas: ``allOf`` and null, brought to one plain schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.errors import UserError

# What only annotates, and so does not keep an ``allOf`` around one reference from being that reference.
_ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "default",
        "example",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "nullable",
    }
)


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Whether a schema allows null beside something else: type lists, ``nullable``, unions, enums."""
    kinds = schema.get("type")
    if schema.get("nullable") is True or (isinstance(kinds, list) and "null" in kinds and len(kinds) > 1):
        return True
    if isinstance(schema.get("enum"), list) and None in schema["enum"] and len(schema["enum"]) > 1:
        return True
    return any(
        any(_is_null(member) for member in schema.get(key) or ()) and len(schema[key]) > 1
        for key in ("oneOf", "anyOf")
    )


def without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of what is left when null is taken away."""
    plain = {key: value for key, value in schema.items() if key != "nullable"}
    if isinstance(plain.get("type"), list):
        kinds = [kind for kind in plain["type"] if kind != "null"]
        plain["type"] = kinds[0] if len(kinds) == 1 else kinds
    if isinstance(plain.get("enum"), list):
        plain["enum"] = [value for value in plain["enum"] if value is not None]
    for key in ("oneOf", "anyOf"):
        if isinstance(plain.get(key), list):
            members = [member for member in plain[key] if not _is_null(member)]
            if len(members) == 1 and isinstance(members[0], Mapping):
                del plain[key]
                plain = {**plain, **members[0]}
            else:
                plain[key] = members
    return plain


def compose(
    document: Mapping[str, Any], schema: Mapping[str, Any], taken: dict[str, bool] | None = None
) -> Mapping[str, Any]:
    """Merge ``allOf``, and properties beside ``oneOf`` or ``anyOf``, into one object schema.

    A schema that only wraps one reference is returned as that reference. What a reference leads to is
    taken in once: twice would say no more, and the cost would double with each level of ``allOf``.

    Args:
        document: Where references lead.
        schema: The schema.
        taken: References that have been taken in already; True while that is going on.

    Raises:
        UserError: The schema contains itself.
    """
    taken = {} if taken is None else taken
    parts = schema.get("allOf")
    if isinstance(parts, list) and parts:
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        if len(parts) == 1 and set(rest) <= _ANNOTATIONS and isinstance(parts[0], Mapping):
            return parts[0] if "$ref" in parts[0] else compose(document, {**rest, **parts[0]}, taken)
        return _merge(document, [*parts, rest], schema, taken)
    for key in ("oneOf", "anyOf"):
        members = schema.get(key)
        if schema.get("properties") and isinstance(members, list):
            rest = {name: value for name, value in schema.items() if name != key}
            if isinstance(schema.get("discriminator"), Mapping):
                # The members are told apart, and often made of this very schema, which is their base here.
                return rest
            return _merge(document, [rest, {key: members}], schema, taken)
    return schema


def _merge(
    document: Mapping[str, Any], parts: list[Any], whole: Mapping[str, Any], taken: dict[str, bool]
) -> Mapping[str, Any]:
    merged: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    unions: list[list[Any]] = []
    for part in parts:
        reference = part.get("$ref") if isinstance(part, Mapping) else None
        if reference in taken:
            if taken[reference]:
                raise UserError(f"schema {reference!r} contains itself by `allOf`")
            continue
        plain = resolve(document, part)
        if not isinstance(plain, Mapping):
            continue
        if isinstance(reference, str):
            taken[reference] = True
        plain = compose(document, plain, taken)
        plain = resolve(document, plain)
        if isinstance(reference, str):
            taken[reference] = False
        unions += [plain[key] for key in ("oneOf", "anyOf") if isinstance(plain.get(key), list)]
        properties.update(plain.get("properties") or {})
        required.extend(plain.get("required") or ())
        merged.update({key: value for key, value in plain.items() if key not in ("properties", "required")})
    if properties or len(unions) > 1:
        for members in unions:
            _add_variants(document, members, whole, taken, properties, required)
    if properties:
        merged["properties"] = properties
        merged["required"] = list(dict.fromkeys(required))
        merged["type"] = "object"
        for key in ("oneOf", "anyOf", "discriminator"):
            merged.pop(key, None)
    if "description" in whole:
        merged["description"] = whole["description"]
    return merged


def _add_variants(
    document: Mapping[str, Any],
    members: list[Any],
    whole: Mapping[str, Any],
    taken: dict[str, bool],
    properties: dict[str, Any],
    required: list[str],
) -> None:
    """Add what an object has that is one of several as well: each property is what any of them says of it.

    Required is what each of them requires. A variant that is made of the whole itself says no more.
    """
    variants: list[Mapping[str, Any]] = []
    for member in members:
        reference = member.get("$ref") if isinstance(member, Mapping) else None
        plain = resolve(document, member)
        if _is_null(plain) or not isinstance(plain, Mapping):
            continue
        if reference in taken or plain == whole:
            return
        variants.append(compose(document, plain, taken))
    kinds: dict[str, list[Any]] = {}
    for variant in variants:
        for name, schema in (variant.get("properties") or {}).items():
            found = kinds.setdefault(name, [])
            if schema not in found:
                found.append(schema)
    for name, found in kinds.items():
        everywhere = all(name in (variant.get("properties") or {}) for variant in variants)
        if not everywhere and name in properties and properties[name] not in found:
            found.append(properties[name])
        properties[name] = found[0] if len(found) == 1 else {"anyOf": found}
    required += [
        name
        for name in (variants[0].get("required") or () if variants else ())
        if all(name in (variant.get("required") or ()) for variant in variants)
    ]


def children_of(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """List, for each component that names its kind and is no union, the objects made of it by ``allOf``.

    Source: OpenAPI 3.1, Discriminator Object: models that extend others.
    """
    schemas = (document.get("components") or {}).get("schemas")
    if not isinstance(schemas, Mapping):
        return {}
    parents: dict[str, list[str]] = {}
    families: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        reference = "#/components/schemas/" + str(name).replace("~", "~0").replace("/", "~1")
        if not isinstance(schema, Mapping):
            continue
        for part in schema.get("allOf") or ():
            if isinstance(part, Mapping) and isinstance(part.get("$ref"), str):
                parents.setdefault(part["$ref"], []).append(reference)
        kind = schema.get("discriminator")
        if isinstance(kind, Mapping) and isinstance(kind.get("propertyName"), str) and not _is_union(schema):
            families[reference] = []
    for base, found in families.items():
        waiting = list(parents.get(base, ()))
        while waiting:
            child = waiting.pop(0)
            if child not in found and child != base:
                found.append(child)
                waiting.extend(parents.get(child, ()))
    return {base: tuple(found) for base, found in families.items() if found}


def _is_union(schema: Mapping[str, Any]) -> bool:
    return isinstance(schema.get("oneOf"), list) or isinstance(schema.get("anyOf"), list)


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"
