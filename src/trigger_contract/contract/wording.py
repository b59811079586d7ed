"""What the descriptions of lists and their parameters say about each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trigger_contract.contract.findings import Tier
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf

_WITHOUT = re.compile(r"without (?P<names>\w+(?:(?:, | and |, and )\w+)*) fields?\b")
_SECRET = re.compile(r"omitted if .*public (?:api )?key", re.IGNORECASE)
_DEV = re.compile(r"does not apply to DEV", re.IGNORECASE)
_OMITTED = re.compile(r"omitted if .* (?:has )?no ", re.IGNORECASE)
_IGNORED = re.compile(r"ignored when `?(?P<name>\w+)`? is (?:provided|given|set)")


def excluded_fields(subject: Subject) -> list[str]:
    """Return the fields that items of a list are said not to have.

    Source: a description of the array such as "without output and error fields".
    """
    properties: dict[str, Any] = subject.answer_schema.get("properties", {})
    array = resolve(subject.document, properties.get(subject.items or "", {}))
    found = _WITHOUT.search(" ".join(str(array.get("description", "")).split()))
    return re.split(r", and |, | and ", found["names"]) if found else []


def secret_fields(subject: Subject) -> dict[str, Tier]:
    """Return the fields a public key must not see, each with how firmly that stands.

    Source: the field's description; the address to download such a field tells the same secret.
    """
    schema = subject.answer_schema.get("properties", {})
    found: dict[str, Tier] = {
        name: "documented"
        for name, raw in schema.items()
        if _SECRET.search(str(resolve(subject.document, raw).get("description", "")))
    }
    for name in list(found):
        for other in schema:
            if other.startswith(name) and other.lower().endswith("url"):
                found[other] = "derived"
    return found


def dev_fields(subject: Subject) -> list[str]:
    """Return the fields of items that are said not to apply to DEV."""
    fields = subject.properties(subject.item_pointer)
    return [name for name, schema in fields.items() if _DEV.search(str(schema.get("description", "")))]


def required_lists(subject: Subject) -> list[str]:
    """Return the lists an answer must have."""
    properties: dict[str, Any] = subject.answer_schema.get("properties", {})
    return [
        name
        for name in subject.answer_schema.get("required", [])
        if resolve(subject.document, properties.get(name, {})).get("type") == "array"
    ]


def omitted_lists(subject: Subject) -> list[tuple[str, str]]:
    """Return lists, by object and name, that are said to be omitted where there is nothing in them."""
    found = []
    for group, raw in subject.answer_schema.get("properties", {}).items():
        for name, inner in (resolve(subject.document, raw).get("properties") or {}).items():
            schema = resolve(subject.document, inner)
            if schema.get("type") == "array" and _OMITTED.search(str(schema.get("description", ""))):
                found.append((group, name))
    return found


def ignored_parameters(subject: Subject) -> Iterator[tuple[QueryLeaf, QueryLeaf]]:
    """Yield each parameter that is said to be ignored beside another, with that other."""
    by_name = {leaf.name: leaf for leaf in subject.leaves}
    for leaf in subject.leaves:
        found = _IGNORED.search(leaf.description)
        if found and found["name"] in by_name:
            yield leaf, by_name[found["name"]]
