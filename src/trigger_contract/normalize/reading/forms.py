"""Does a page have the form of an OpenAPI document? Checked once, so that no later step has to ask.

The validator judges the finished document; this names the line of the page, and refuses only what no
reader could go on with: a list where a mapping belongs, a mapping where a text belongs.
"""

from __future__ import annotations

from typing import Any

from trigger_contract.document.shape import (
    COMPONENT_KINDS,
    LIST,
    MAP,
    ONE,
    REFERENCE_KINDS,
    field_shape,
    is_extension,
)
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import line_of, node_like
from trigger_contract.normalize.reading.mending import mend
from trigger_contract.normalize.reading.mending_schemas import mend_required
from trigger_contract.normalize.reading.slips import Slip, follow_text, settled_scalar

_TYPES = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))
_TEXT, _NUMBER, _SWITCH, _TEXTS, _VALUES, _MAPPINGS, _MAPPING = (
    "a text",
    "a number",
    "true or false",
    "a list of texts",
    "a list",
    "a list of mappings",
    "a mapping",
)
_STRING = "a text in quotes"
_LIST_OR_NAMED = "a list or a mapping"
_DESCRIBED = {"description": _TEXT, "summary": _TEXT}
_FIELDS: dict[str, dict[str, str]] = {
    "document": {"security": _MAPPINGS, "tags": _MAPPINGS},
    "info": {"title": _TEXT, "version": _TEXT, "description": _TEXT},
    "pathItem": _DESCRIBED,
    "operation": {
        **_DESCRIBED,
        "operationId": _TEXT,
        "tags": _TEXTS,
        "security": _MAPPINGS,
        "deprecated": _SWITCH,
    },
    "parameter": {"name": _TEXT, "in": _TEXT, "description": _TEXT, "style": _TEXT, "explode": _SWITCH}
    | {"required": _SWITCH},
    "header": {"description": _TEXT, "required": _SWITCH},
    "requestBody": {"description": _TEXT, "required": _SWITCH},
    "response": {"description": _TEXT},
    "server": {"url": _TEXT, "description": _TEXT, "variables": _MAPPING},
    "tag": {"name": _TEXT, **_DESCRIBED},
    "securityScheme": {"type": _TEXT, "description": _TEXT, "name": _TEXT, "in": _TEXT, "scheme": _TEXT},
    "schema": {
        **dict.fromkeys(("title", "description", "format", "pattern", "$id", "$comment"), _STRING),
        **dict.fromkeys(("maximum", "minimum", "multipleOf"), _NUMBER),
        **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems"), _NUMBER),
        **dict.fromkeys(("maxProperties", "minProperties", "maxContains", "minContains"), _NUMBER),
        **dict.fromkeys(("readOnly", "writeOnly", "deprecated", "uniqueItems"), _SWITCH),
        "enum": _VALUES,
        "examples": _LIST_OR_NAMED,
        "required": _TEXTS,
        "discriminator": _MAPPING,
    },
}
_SCALARS: dict[str, type] = {_STRING: str, _NUMBER: float, _SWITCH: bool}
_NOTHING = frozenset(("schema", "response", "mediaType"))  # where a name alone says that there is one


def check_form(document: Any, kind: str, slips: list[Slip] | None = None) -> None:
    """Mend what can be mended in an object and below it, and refuse what no reader could go on with.

    Args:
        document: The object, changed where it is mended.
        kind: What kind of object it is.
        slips: Where is noted what was mended; None if nothing may be.

    Raises:
        UserError: A mapping stands where a list belongs, a scalar where an object belongs, or a
            reference is not text or leaves the document.
    """
    stack: list[tuple[Any, str, Any, str | int, Any]] = [(document, kind, None, "", None)]
    while stack:
        value, kind, container, key, holder = stack.pop()
        if not isinstance(value, LocatedMapping):
            if kind == "schema" and isinstance(value, bool):
                continue
            if value is None and kind in _NOTHING and slips is not None:
                value = container[key] = node_like(container)
            else:
                raise _form_error(container, key, f"`{key}` must be a mapping")
        if slips is not None:
            mend(value, kind, slips)
        if "$ref" in value and kind in REFERENCE_KINDS:
            _check_reference(value, kind)
        if kind == "schema" and slips is not None and isinstance(value.get("required"), bool):
            mend_required(value, holder, "" if holder is container else str(key), slips)
        _check_fields(value, kind, document, slips)
        for name, below in value.items():
            shape = field_shape(kind, name)
            if shape is None:
                continue
            form, child_kind = shape
            if form == ONE:
                stack.append((below, child_kind, value, name, value if kind == "parameter" else None))
            elif form == LIST:
                if not isinstance(below, LocatedSequence):
                    if child_kind == "schema" and name == "items":
                        continue
                    raise _form_error(value, name, f"`{name}` must be a list")
                stack.extend((item, child_kind, below, index, None) for index, item in enumerate(below))
            elif form == MAP:
                if not isinstance(below, LocatedMapping):
                    raise _form_error(value, name, f"`{name}` must be a mapping")
                above = value if name == "properties" else None
                stack.extend(
                    (item, child_kind, below, entry, above)
                    for entry, item in below.items()
                    if not is_extension(kind, name, entry)
                )


def _form_error(container: Any, key: str | int, message: str) -> UserError:
    return UserError(message, source=getattr(container, "source", None), line=line_of(container, key))


def _check_reference(value: LocatedMapping, kind: str) -> None:
    reference = value["$ref"]
    if not isinstance(reference, str):
        raise _form_error(value, "$ref", "`$ref` must be text")
    if not reference.startswith("#"):
        message = f"external reference {reference!r} is not supported; put the component into this document"
        raise _form_error(value, "$ref", message)
    tokens = reference.split("/")
    if len(tokens) == 4 and tokens[1] == "components":
        there = COMPONENT_KINDS.get(tokens[2], kind)
        if there != kind:
            message = f"reference {reference!r} points to a {there}, but a {kind} belongs here"
            raise _form_error(value, "$ref", message)


def _check_fields(value: LocatedMapping, kind: str, document: Any, slips: list[Slip] | None) -> None:
    fields = _FIELDS.get(kind)
    if fields is None:
        return
    for name, form in fields.items():
        if name in value and not _fits(value[name], form):
            settled = settled_scalar(value[name], _SCALARS[form]) if form in _SCALARS else None
            if slips is not None and settled is not None:
                value[name] = settled
                continue
            if slips is not None and form in (_TEXT, _STRING) and follow_text(value, name, document, slips):
                continue
            raise _form_error(value, name, f"`{name}` must be {form}")
    if kind == "schema":
        _check_schema(value)
    elif kind == "parameter" and "$ref" not in value and not ("name" in value and "in" in value):
        raise _form_error(value, next(iter(value), ""), "a parameter needs `name` and `in`")


def _check_schema(schema: LocatedMapping) -> None:
    declared = schema.get("type", "string")
    kinds = declared if isinstance(declared, list) else [declared]
    for kind in kinds:
        if not isinstance(kind, str) or kind not in _TYPES:
            raise _form_error(schema, "type", f"`type` must name types of JSON Schema, not {kind!r:.60}")
    for name in ("exclusiveMaximum", "exclusiveMinimum"):
        if name in schema and not (_fits(schema[name], _NUMBER) or isinstance(schema[name], bool)):
            raise _form_error(schema, name, f"`{name}` must be a number")
    fault = pattern_fault(schema["pattern"]) if "pattern" in schema else None
    if fault:
        raise _form_error(schema, "pattern", f"`pattern` is no regular expression: it {fault}")
    discriminator = schema.get("discriminator")
    if isinstance(discriminator, dict) and not isinstance(discriminator.get("mapping", {}), dict):
        raise _form_error(schema, "discriminator", "`mapping` must be a mapping")


def _fits(value: Any, form: str) -> bool:
    if form == _TEXT:
        return not isinstance(value, (dict, list))
    if form == _STRING:
        return isinstance(value, str)
    if form == _NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if form == _SWITCH:
        return isinstance(value, bool)
    if form == _MAPPING:
        return isinstance(value, dict)
    if form == _LIST_OR_NAMED:
        return isinstance(value, (list, dict))
    if not isinstance(value, list):
        return False
    if form == _TEXTS:
        return all(not isinstance(item, (dict, list)) for item in value)
    return form == _VALUES or all(isinstance(item, dict) for item in value)


def pattern_fault(pattern: str) -> str | None:
    """Say what keeps a text from being an expression at all, or None.

    Source: ECMA-262, Pattern, ClassContents and Disjunction.
    """
    depth = 0
    in_class = False
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            if next(characters, None) is None:
                return "ends in a lone backslash"
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                return "closes a bracket `)` that was not opened"
    if in_class:
        return "never closes a class `[`"
    return "never closes a group `(`" if depth else None
