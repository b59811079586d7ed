"""What is promised of lists, of their parameters, and of fields beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract.findings import Tier
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import composition
from trigger_contract.document.promises import Promise, promise
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf


def excluded_fields(subject: Subject) -> list[str]:
    """Return the fields that items of a list are promised not to have."""
    array = composition(subject.document).at(subject.answer_schema, subject.items or ())
    found = promise(subject.document, array, "without")
    return list(found["properties"]) if found else []


def secret_fields(subject: Subject) -> dict[str, Tier]:
    """Return the fields a public key must not see, each with how firmly that stands.

    What stands in for such a field, as the address to download it does, tells the same secret.
    """
    fields = _properties(subject)
    found: dict[str, Tier] = {}
    for name, raw in fields.items():
        if hidden := promise(subject.document, raw, "hidden"):
            found[name] = hidden.tier
    for name, raw in fields.items():
        instead = promise(subject.document, raw, "instead-of")
        if instead and instead["property"] in found:
            found.setdefault(name, "derived")
    return found


def dev_fields(subject: Subject) -> dict[str, str]:
    """Return the fields of items that are promised to be free, each with the environment where they are."""
    fields = subject.item_schema.get("properties", {})
    found = {name: promise(subject.document, raw, "free-in") for name, raw in fields.items()}
    return {name: str(made["environment"]) for name, made in found.items() if made}


def required_lists(subject: Subject) -> list[str]:
    """Return the lists an answer must have."""
    properties = _properties(subject)
    return [
        name
        for name in subject.answer_schema.get("required", [])
        if resolve(subject.document, properties.get(name, {})).get("type") == "array"
    ]


def omitted_lists(subject: Subject) -> list[tuple[str, str]]:
    """Return lists, by object and name, that are promised to be left out where there is nothing in them."""
    return [
        (group, name)
        for group, raw in _properties(subject).items()
        for name, inner in (resolve(subject.document, raw).get("properties") or {}).items()
        if promise(subject.document, inner, "omitted-if-empty")
    ]


def promised_order(subject: Subject) -> Promise | None:
    """Return the order in which a list is promised to come."""
    return promise(subject.document, subject.operation.definition, "order")


def place_field(subject: Subject) -> str | None:
    """Return the field of items that tells where they are, where the list is promised to be of one place."""
    found = promise(subject.document, subject.operation.definition, "one-place")
    fields = subject.item_schema.get("properties", {})
    noun = str(found["noun"]).lower() if found else ""
    return next((name for name in fields if len(name) > 2 and noun.startswith(name.lower())), None)


def place_name(told: Any) -> str:
    """Return what names a place: the text itself, or the identity or name in the object that tells of it."""
    if isinstance(told, Mapping):
        told = told.get("id") or told.get("name")
    return str(told) if isinstance(told, (str, int)) else ""


def ignored_parameters(subject: Subject) -> Iterator[tuple[QueryLeaf, QueryLeaf]]:
    """Yield each parameter that is promised to be ignored beside another, with that other."""
    by_name = {leaf.name: leaf for leaf in subject.leaves}
    for leaf in subject.leaves:
        found = promise(subject.document, leaf.described, "ignored-beside")
        if found and found["parameter"] in by_name:
            yield leaf, by_name[found["parameter"]]


def _properties(subject: Subject) -> dict[str, Any]:
    """Return the properties of an answer as they stand in the document."""
    return dict(subject.answer_schema.get("properties", {}))
