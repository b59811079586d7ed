"""Attributes of attributes: a rendered page shows those that were opened under dotted names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trigger_contract.normalize.rendered.fields import Field, read_fields
from trigger_contract.normalize.rendered.markup import Line

_OBJECT = re.compile(r"([A-Z][A-Z0-9_ .-]*?) (?:OBJECT|ARRAY(?: OF OBJECTS)?)\Z")
_ALTERNATIVE = re.compile(r"-(?:one|any)-of-\d+\Z")


def read_nested(lines: Sequence[Line]) -> list[Field]:
    """Read the fields of a section in which ``OWNER OBJECT`` stands above the attributes of ``owner``.

    Attributes of something that the section does not have are left of the last field above them.
    """
    start = next((index for index, (_, text) in enumerate(lines) if _OBJECT.match(text)), len(lines))
    fields = read_fields(list(lines[:start]))
    known = {_folded(field.name): field for field in fields if field.name}
    while start < len(lines):
        match = _OBJECT.match(lines[start][1])
        following = range(start + 1, len(lines))
        end = next((index for index in following if _OBJECT.match(lines[index][1])), len(lines))
        parent = known.get(_folded(match[1])) if match else None
        if parent is not None:
            parent.children += read_fields(list(lines[start + 1 : end]))
            known |= {_folded(field.name): field for field in parent.children if field.name}
        elif fields:
            fields[-1].left += lines[start:end]
        start = end
    return fields


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def with_children(fields: Sequence[Field]) -> list[Field]:
    """Put each field into the field that it belongs to, by its dotted name or by its address on the page.

    A name with dots whose beginning is the name of no other field stays what it is: a name. What belongs
    to one of several alternatives is left out, because the page shows the first alternative only.

    Args:
        fields: The fields of one section, in the order of the page.
    """
    known: dict[str, Field] = {}
    anchored: dict[str, Field] = {}
    top: list[Field] = []
    for field in fields:
        parent, name = _parent(field.name, known)
        if parent is None and field.anchor:
            parent = _above(field, anchored)
        known[field.name] = field
        anchored.setdefault(_ALTERNATIVE.sub("", field.anchor), field)
        if parent is None:
            top.append(field)
        elif not parent.alternatives:
            field.name = name
            parent.children.append(field)
        else:
            field.alternatives = True
            parent.left.append((field.line, field.name))
    return top


def _above(field: Field, anchored: dict[str, Field]) -> Field | None:
    """Find the field at whose address this one's begins, if its own name is all the rest."""
    anchor = _ALTERNATIVE.sub("", field.anchor)
    own = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", field.name).lower()).strip("-")
    return anchored.get(anchor.removesuffix(own).rstrip("-")) if anchor.endswith(own) else None


def _parent(name: str, known: dict[str, Field]) -> tuple[Field | None, str]:
    start = len(name)
    while (start := name.rfind(".", 0, start)) > 0:
        if name[:start] in known:
            return known[name[:start]], name[start + 1 :]
    return None, name


def united(said: dict[str, Any], example: Any) -> dict[str, Any]:
    """Unite what a field says with what an example shows of it, which has types and nothing else."""
    if not isinstance(example, dict):
        return said
    kind = said.get("type")
    if kind == "array" and isinstance(example.get("items"), dict):
        items = said.get("items", {})
        said["items"] = united(items, example["items"]) if set(items) - {"type"} else example["items"]
    elif kind == "object" and isinstance(example.get("properties"), dict):
        properties = {
            name: united(said.get("properties", {}).get(name, schema), schema)
            for name, schema in example["properties"].items()
        }
        said["properties"] = {**said.get("properties", {}), **properties}
    return said
