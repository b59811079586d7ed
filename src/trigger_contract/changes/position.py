"""Where a schema is used: the wrapping around the schema proper, taken off.

Silent here: a reference or its content, a one-element ``allOf``, ``oneOf`` or ``anyOf``, and a union
with null, which comes to the same as ``nullable`` (OpenAPI 3.0) or type null (3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from trigger_contract.changes.side import Side, canonical, json_type, line_of
from trigger_contract.document.references import split_pointer

ANNOTATIONS = frozenset({"deprecated", "readOnly", "writeOnly", "default", "xml"})
# Whatever else stands in a schema is an annotation (JSON Schema 2020-12 core, section 6.5).
CONSTRAINTS = frozenset(
    {"$ref", "$dynamicRef", "$recursiveRef", "$defs", "definitions", "type", "nullable", "enum", "const"}
    | {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "discriminator"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "pattern", "format"}
    | {"contentEncoding", "contentMediaType", "contentSchema"}
    | {"items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems"}
    | {"contains", "minContains", "maxContains"}
    | {"properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"}
    | {"required", "minProperties", "maxProperties"}
    | {"dependentRequired", "dependentSchemas", "dependencies"}
)
UNIONS = ("oneOf", "anyOf")
_PREFIX = "#/components/schemas/"
_NOTHING: Mapping[str, Any] = {}


def is_annotation(key: str) -> bool:
    """Whether a schema keyword leaves the set of valid values alone."""
    return key not in CONSTRAINTS


def is_words(key: str) -> bool:
    """Whether a schema keyword only tells a person something."""
    return key not in CONSTRAINTS and key not in ANNOTATIONS


@dataclass(frozen=True)
class Position:
    """A place where a schema is used, with the wrapping around the schema proper taken off.

    Attributes:
        core: The schema proper, unresolved.
        key: Names the schema within its document; empty for one that is written inline.
        component: Name of the component, where it is one.
        null: Whether the wrapping admits null.
        annotations: Annotations of the wrapping, which win over those of the schema proper.
        line: Where it is written.
    """

    core: Mapping[str, Any]
    key: str
    component: str | None
    null: bool
    annotations: Mapping[str, Any]
    line: int | None

    def annotation(self, key: str) -> Any:
        """Return an annotation that applies at this place."""
        return self.annotations.get(key, self.core.get(key))


def position(side: Side, raw: Any) -> Position:
    """Take the wrapping off a schema: references, one-element compositions, unions with null."""
    notes: dict[str, Any] = {}
    reference: str | None = None
    null = False
    seen: set[str] = set()
    line = line_of(raw)
    while True:
        schema = as_schema(side, raw)
        if isinstance(target := schema.get("$ref"), str):
            siblings = {key: value for key, value in schema.items() if key != "$ref"}
            if any(not is_annotation(key) for key in siblings) and not is_legacy(side):
                core = {"allOf": [{"$ref": target}, siblings]}
                return Position(core, canonical(core), None, null, notes, line)
            if target in seen:
                raise side.fail(f"reference {target!r} only points to itself", schema)
            seen.add(target)
            reference = target
            notes = {**{key: value for key, value in siblings.items() if is_annotation(key)}, **notes}
            raw = side.lookup(target, schema)
            continue
        if (wrapped := _only_member(side, schema)) is None:
            break
        raw, admits_null, step = wrapped
        null = null or admits_null
        notes = {**{key: value for key, value in schema.items() if is_annotation(key)}, **notes}
        # Still behind the reference: what is recursive has to be known again.
        reference = reference + step if reference else None
    name = component(reference)
    key = reference or (canonical(schema) if "allOf" in schema else "")
    return Position(schema, key, name, null, notes, line)


def component(reference: str | None) -> str | None:
    """Return the name of the component that a reference points to, or into the wrapping of."""
    if reference is None or not reference.startswith(_PREFIX):
        return None
    return split_pointer("/" + unquote(reference[len(_PREFIX) :]))[0]


def as_schema(side: Side, raw: Any) -> Mapping[str, Any]:
    """Return a schema as a mapping: true allows everything, false nothing.

    Raises:
        UserError: It is neither an object nor a boolean.
    """
    if raw is True or raw is None:
        return _NOTHING
    if raw is False:
        return {"not": {}}
    if not isinstance(raw, Mapping):
        raise side.fail(f"a schema must be an object or a boolean, not {json_type(raw)}", raw)
    return raw


def is_legacy(side: Side) -> bool:
    """OpenAPI 3.0 ignores what stands beside a reference."""
    return str(side.document.get("openapi", "")).startswith("3.0")


def is_null(schema: Any) -> bool:
    """Whether a schema admits null and nothing else."""
    if not isinstance(schema, Mapping):
        return False
    constraints = {key: value for key, value in schema.items() if not is_annotation(key)}
    return constraints in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})


def _only_member(side: Side, schema: Mapping[str, Any]) -> tuple[Any, bool, str] | None:
    """Return the one schema that a composition wraps, whether it admits null besides, and its pointer."""
    keys = {key for key in schema if not is_annotation(key)}
    null = schema.get("nullable") is True
    keys.discard("nullable")
    if len(keys) != 1 or (keyword := next(iter(keys))) not in ("allOf", *UNIONS):
        return None
    members = side.sequence(schema[keyword], f"`{keyword}`", schema)
    if keyword == "allOf":
        return (members[0], null, "/allOf/0") if len(members) == 1 else None
    others = [index for index, member in enumerate(members) if not is_null(member)]
    if len(others) != 1:
        return None
    return members[others[0]], null or len(members) > 1, f"/{keyword}/{others[0]}"
