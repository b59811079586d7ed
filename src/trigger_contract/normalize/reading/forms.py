"""Does a page have the form of an OpenAPI document? Checked once, so that no later step has to ask.

The validator judges the finished document; this names the line of the page, and refuses only what no
reader could go on with: a list where a mapping belongs, a mapping where a text belongs.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.document.shape import (
    COMPONENT_KINDS,
    LIST,
    MAP,
    ONE,
    REFERENCE_KINDS,
    SHAPE,
    field_shape,
    is_extension,
)
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import node_like, refusal
from trigger_contract.normalize.model import Slip, brief
from trigger_contract.normalize.reading.fields import FITS, FORMS, MEANING
from trigger_contract.normalize.reading.mending import PLAIN, mend, slip

_HELD = frozenset(("exclusiveMaximum", "exclusiveMinimum", "pattern", "discriminator"))
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
    stack: list[tuple[Any, str, Any, str | int]] = [(document, kind, None, "")]
    while stack:
        value, kind, container, key = stack.pop()
        if not isinstance(value, LocatedMapping):
            if kind == "schema" and isinstance(value, bool):
                continue
            if value is None and kind in _NOTHING and slips is not None:
                value = container[key] = node_like(container)
            else:
                raise refusal(container, key, f"`{key}` must be a mapping")
        if slips is not None:
            mend(value, kind, slips)
        if "$ref" in value and kind in REFERENCE_KINDS:
            _check_reference(value, kind)
        _check_fields(value, kind, document, slips)
        shapes, callback = SHAPE[kind], kind == "callback"
        if shapes.keys().isdisjoint(value) and not callback:
            continue
        for name, below in value.items():
            shape = field_shape(kind, name) if callback else shapes.get(name)
            if shape is None:
                continue
            form, child_kind = shape
            if form == ONE:
                stack.append((below, child_kind, value, name))
            elif form == LIST and isinstance(below, LocatedSequence):
                stack.extend((item, child_kind, below, index) for index, item in enumerate(below))
            elif form == LIST and (child_kind, name) != ("schema", "items"):
                raise refusal(value, name, f"`{name}` must be a list")
            elif form == MAP and isinstance(below, LocatedMapping):
                stack.extend(
                    (item, child_kind, below, entry)
                    for entry, item in below.items()
                    if not is_extension(kind, name, entry)
                )
            elif form == MAP:
                raise refusal(value, name, f"`{name}` must be a mapping")


def _check_reference(value: LocatedMapping, kind: str) -> None:
    reference = value["$ref"]
    if not isinstance(reference, str):
        raise refusal(value, "$ref", "`$ref` must be text")
    if not reference.startswith("#"):
        message = f"external reference {reference!r} is not supported; put the component into this document"
        raise refusal(value, "$ref", message)
    tokens = reference.split("/")
    if len(tokens) == 4 and tokens[1] == "components":
        there = COMPONENT_KINDS.get(tokens[2], kind)
        if there != kind:
            message = f"reference {reference!r} points to a {there}, but a {kind} belongs here"
            raise refusal(value, "$ref", message)


def _check_fields(value: LocatedMapping, kind: str, document: Any, slips: list[Slip] | None) -> None:
    forms = FORMS.get(kind, {})
    for name, said in value.items():
        form = forms.get(name)
        if form and not FITS[form](said):
            settled = _settled(said, form)
            if slips is not None and settled is not None:
                value[name] = settled
            elif slips is None or form not in ("text", "string") or not _follow(value, name, document, slips):
                raise refusal(value, name, f"`{name}` must be {MEANING[form]}")
    if kind == "schema":
        _check_schema(value)
    elif kind == "parameter" and "$ref" not in value and not ("name" in value and "in" in value):
        raise refusal(value, next(iter(value), ""), "a parameter needs `name` and `in`")


def _check_schema(schema: LocatedMapping) -> None:
    declared = schema.get("type", "string")
    for kind in declared if isinstance(declared, list) else [declared]:
        if not isinstance(kind, str) or kind not in PLAIN:
            raise refusal(schema, "type", f"`type` must name types of JSON Schema, not {kind!r:.60}")
    if _HELD.isdisjoint(schema):
        return
    for name in ("exclusiveMaximum", "exclusiveMinimum"):
        if name in schema and not (FITS["number"](schema[name]) or isinstance(schema[name], bool)):
            raise refusal(schema, name, f"`{name}` must be a number")
    fault = pattern_fault(schema["pattern"]) if "pattern" in schema else None
    if fault:
        raise refusal(schema, "pattern", f"`pattern` is no regular expression: it {fault}")
    discriminator = schema.get("discriminator")
    if isinstance(discriminator, dict) and not isinstance(discriminator.get("mapping", {}), dict):
        raise refusal(schema, "discriminator", "`mapping` must be a mapping")


def pattern_fault(pattern: str) -> str | None:
    """Say what keeps a text from being an expression at all, or None.

    Source: ECMA-262, Pattern, ClassContents and Disjunction.
    """
    plain = re.sub(r"\\.", "", pattern, flags=re.DOTALL)
    if plain.endswith("\\"):
        return "ends in a lone backslash"
    plain = re.sub(r"\[[^\]]*\]", "", plain)
    if "[" in plain:
        return "never closes a class `[`"
    depths = [0, *accumulate((mark == "(") - (mark == ")") for mark in plain)]
    if min(depths) < 0:
        return "closes a bracket `)` that was not opened"
    return "never closes a group `(`" if depths[-1] else None


def _follow(value: LocatedMapping, name: str, document: Any, slips: list[Slip]) -> bool:
    """Read a text that stands elsewhere in the document, where a reference to it stands in its place."""
    try:
        found = resolve(document, value[name])
    except UserError:
        return False
    if not isinstance(found, str) or not isinstance(value[name], dict):
        return False
    slips.append(slip(value, name, f"{name}: {brief(value[name])}", brief(found)))
    value[name] = found
    return True


def _settled(value: Any, form: str) -> Any:
    """Read a text as the number or the switch that belongs there, or a number as a text; else None."""
    if form == "switch" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    if form == "number" and isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return None
        return int(number) if number.is_integer() else number if abs(number) < 1e300 else None
    if form == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None
