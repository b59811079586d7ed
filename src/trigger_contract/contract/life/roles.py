"""What an operation that writes is for the thing that it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract.life.media import MERGE_PATCH, media_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import composition
from trigger_contract.document.operations import Operation
from trigger_contract.document.paths import template
from trigger_contract.document.resources import Resource, resources
from trigger_contract.document.words import flat, singular

_KEYS = ("idempotency", "deduplication", "dedupe", "dedup")
_BODIED = frozenset(("create", "replace", "change", "action"))


def role_of(subject: Subject) -> str | None:
    """Return what an operation is for its resource, see ``Resources.role``."""
    return resources(subject.document).role(subject.operation)


def resource_of(subject: Subject) -> Resource:
    """Return the resource that an operation belongs to."""
    found = resources(subject.document).of(subject.operation)
    assert found is not None
    return found


def maker_of(resource: Resource) -> Operation | None:
    """Return what makes things of a resource: an operation of the collection, else one that names them.

    Source: RFC 9110, section 9.3.4: PUT makes what is not there, and answers 201 then.
    """
    if resource.identity is None:
        return None
    if resource.create is not None:
        return resource.create
    replace = resource.replace
    return replace if replace is not None and "201" in replace.definition.get("responses", {}) else None


def is_made(subject: Subject) -> bool:
    """Whether things of the resource that an operation belongs to can be made."""
    found = resources(subject.document).of(subject.operation)
    return found is not None and maker_of(found) is not None


def makes(subject: Subject) -> bool:
    """Whether an operation makes a thing whose identity is known."""
    found = resources(subject.document).of(subject.operation)
    maker = maker_of(found) if found is not None else None
    return maker is not None and (maker.path, maker.method) == (
        subject.operation.path,
        subject.operation.method,
    )


def makes_below(subject: Subject) -> bool:
    """Whether an operation makes a thing below another."""
    return makes(subject) and bool(resource_of(subject).parents) and resource_of(subject).parent is not None


def makes_once(subject: Subject) -> bool:
    """Whether an operation takes a key that makes it safe to repeat."""
    return makes(subject) and (header_key(subject.operation) is not None or body_key(subject) is not None)


def changes(subject: Subject) -> bool:
    """Whether an operation changes or replaces what another makes."""
    return role_of(subject) in ("change", "replace") and is_made(subject)


def merges(subject: Subject) -> bool:
    """Whether an operation takes a merge patch. Source: RFC 7396."""
    media = media_of(subject.document, subject.operation)
    return changes(subject) and media is not None and media.kind == MERGE_PATCH


def replaces(subject: Subject) -> bool:
    """Whether an operation replaces what another makes."""
    return role_of(subject) == "replace" and is_made(subject)


def acts(subject: Subject) -> bool:
    """Whether an operation does something to a thing."""
    return role_of(subject) == "action" and resource_of(subject).identity is not None


def removes(subject: Subject) -> bool:
    """Whether an operation removes what another makes."""
    return role_of(subject) == "remove" and is_made(subject)


def takes_body(subject: Subject) -> bool:
    """Whether an operation takes a body with members and writes what another makes."""
    media = media_of(subject.document, subject.operation)
    return media is not None and media.is_object and role_of(subject) in _BODIED and is_made(subject)


def is_guarded(subject: Subject) -> bool:
    """Whether an operation that writes asks for a key."""
    return bool(subject.operation.security)


def header_key(operation: Operation) -> str | None:
    """Return the name of the header whose value makes a request safe to repeat, if it takes one."""
    names = (str(item["name"]) for item in operation.parameters if item["in"] == "header")
    return next((name for name in names if is_key(name)), None)


def body_key(subject: Subject) -> tuple[str, ...] | None:
    """Return where in a body the value stands that makes a request safe to repeat, if it takes one."""
    media = media_of(subject.document, subject.operation)
    if media is None or not media.is_object:
        return None
    views = composition(subject.document)
    found = (
        path for item in views.alternatives(media.schema) for path in _named(views.properties(item), subject)
    )
    return min(found, key=len, default=None)


def _named(properties: Mapping[str, Any], subject: Subject, depth: int = 0) -> Iterator[tuple[str, ...]]:
    views = composition(subject.document)
    for name, view in properties.items():
        if is_key(name) and not view.get("readOnly"):
            yield (name,)
        elif depth < 1 and "properties" in view:
            yield from ((name, *path) for path in _named(views.properties(view), subject, depth + 1))


def is_key(name: str) -> bool:
    """Whether a name says that requests with the same value are the same request."""
    plain = flat(name)
    return any(word in plain for word in _KEYS) and not any(
        word in plain for word in ("ttl", "expires", "scope", "options")
    )


def members_of(subject: Subject, view: Any) -> Mapping[str, Any]:
    """Return the views of the members of something that a document describes."""
    return composition(subject.document).properties(view)


def going_along(subject: Subject) -> list[Resource]:
    """Return what stands below a thing and goes with it when it is removed, as the document says."""
    definition = subject.operation.definition
    words = flat(f"{definition.get('summary', '')} {definition.get('description', '')}")
    found = []
    for resource in resources(subject.document).all:
        noun = singular(flat(template(resource.path).noun))
        if resource.parent == resource_of(subject).name and noun and noun in words:
            found.append(resource)
    return found
