"""Is the result an OpenAPI 3.1 document? Faults are traced back to the page that made them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from trigger_contract.document.shape import REFERENCE_KINDS
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    find,
    follow,
    line_of,
    list_of,
    map_of,
    node_of,
    objects,
    operations_of,
    refusal,
    text_of,
)

MAXIMUM_VALIDATED = 8_000_000
_PATH = re.compile(r"(?:[^{}]|\{[^{}]*\})*")


def check_structure(document: Node) -> None:
    """Refuse what no later step could make sense of: in references, paths, ``allOf`` and operationIds.

    Raises:
        UserError: Names the page and line of the first such place.
    """
    _check_references(document)
    _check_paths(document)
    _check_containment(document)
    _check_operation_ids(document)


def _check_references(document: Node) -> None:
    """Refuse references that lead nowhere."""
    known: dict[str, bool] = {}
    for _, node, _ in objects(document, *REFERENCE_KINDS):
        reference = text_of(node, "$ref")
        if reference and reference not in known:
            known[reference] = follow(node, lambda target: find(document, target)) is not None
        if reference and not known[reference]:
            raise refusal(node, "$ref", f"reference {reference!r} points to nothing or only to itself")


def _check_containment(document: Node) -> None:
    """Refuse schemas that take themselves in by ``allOf``, which nothing could ever satisfy or refute."""
    schemas = node_of(node_of(document, "components"), "schemas")
    try:
        TopologicalSorter({name: [*_taken_in(schema)] for name, schema in schemas.items()}).prepare()
    except CycleError as error:
        name = error.args[1][0]
        message = f"schema {name!r} contains itself by `allOf`, so nothing can be said of it"
        raise refusal(schemas[name], "", message) from None


def _taken_in(schema: Any) -> Iterator[str]:
    stack = [schema]
    while stack:
        value = stack.pop()
        reference = text_of(value, "$ref")
        if reference.startswith("#/components/schemas/"):
            yield reference.rpartition("/")[2]
        stack.extend(list_of(value, "allOf"))


def _check_paths(document: Node) -> None:
    """Refuse paths with a brace that has no other: the rest was cut off (OpenAPI 3.1, Path Templating)."""
    for path, item in document.get("paths", {}).items():
        if not path.startswith(("/", "x-")):
            raise refusal(item, "", f"path {path!r} must begin with a slash")
        if not _PATH.fullmatch(path):
            raise refusal(item, "", f"path {path!r} has a brace without the other")


def _check_operation_ids(document: Node) -> None:
    """Refuse one operationId on two operations."""
    known: dict[str, tuple[str, Node]] = {}
    for _, path, method, operation in operations_of(document):
        identifier = operation.get("operationId")
        if identifier is None:
            continue
        if identifier in known:
            where, other = known[identifier]
            message = (
                f"operationId {identifier!r} of {method.upper()} {path} is also that of {where} "
                f"({other.source}:{line_of(other, 'operationId')})"
            )
            raise refusal(operation, "operationId", message)
        known[identifier] = (f"{method.upper()} {path}", operation)


def validate(document: dict[str, Any], draft: Node, size: int = 0) -> None:
    """Validate with openapi-spec-validator.

    Beyond ``MAXIMUM_VALIDATED`` characters, where its walk over every schema would take too long, only
    the schema of OpenAPI 3.1 is applied; forms and references have been checked while reading.

    Args:
        document: The document as plain values.
        draft: The same with the page and line of every part.
        size: Length of the document's text in characters.

    Raises:
        UserError: The document is not valid; names the page and line that the faulty place comes from.
    """
    # Slow to import; most runs of the CLI need none.
    from trigger_contract.document.specification import first_fault, place

    document = _without_the_misread(document, draft)
    error = first_fault(document, complete=size <= MAXIMUM_VALIDATED)
    if error is None:
        return
    best = _deepest(error)
    path = (*place(error)[: -len(error.absolute_path) or None], *best.absolute_path)
    source, line = _origin(draft, path)
    where = "/".join(map(str, path)) or "the document"
    message = best.message.split("\n")[0]
    message = message if len(message) < 300 else message[:300] + "…"
    raise UserError(f"not a valid OpenAPI document at {where}: {message}", source=source, line=line)


def _deepest(error: Any) -> Any:
    """Of the alternatives that all failed, the one that got furthest is what was meant."""
    while error.context:
        deepest = max(error.context, key=lambda item: (len(item.absolute_path), item.validator != "required"))
        if len(deepest.absolute_path) < len(error.absolute_path):
            break
        error = deepest
    return error


def _without_the_misread(document: dict[str, Any], draft: Node) -> dict[str, Any]:
    """Leave out what is legal and the library takes for something else.

    Those are defaults with a key ``$ref``, which is data there but would be followed; extensions beside
    paths and in callbacks, which it takes for path items; and the server and the parameters of a link,
    because the schema that is published for OpenAPI 3.1 calls the one ``body``, the others only texts.
    """
    left_out: list[Pointer] = [("paths", path) for path in draft.get("paths", {}) if path.startswith("x-")]
    for pointer, node, kind in objects(draft, "schema", "link", "callback"):
        if kind == "schema":
            words = ["default"] if "$ref" in map_of(node, "default") else []
        elif kind == "link":
            words = [word for word in ("server", "parameters") if word in node]
        else:
            words = [word for word in node if word.startswith("x-")]
        left_out += [(*pointer, word) for word in words]
    if not left_out:
        return document
    copied: Any = plain(draft)
    for *above, key in left_out:
        holder = copied
        for token in above:
            holder = holder[token]
        del holder[key]
    return dict(copied)


def _origin(document: Node, path: Sequence[Any]) -> tuple[str | None, int | None]:
    """Find the nearest place on the way to a fault that was read from a page."""
    found: tuple[str | None, int | None] = (None, None)
    value: Any = document
    for token in path:
        while isinstance(value, dict) and isinstance(value.get("$ref"), str) and token not in value:
            value = find(document, value["$ref"])
        if getattr(value, "source", "") and line_of(value, token):
            found = value.source, line_of(value, token)
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            break
    return (value.source, value.line) if isinstance(value, Node) and value.source and value.line else found


def plain(value: Any) -> Any:
    """Copy into plain dicts and lists, which the validators are fastest with."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
