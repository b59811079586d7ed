"""Is the result an OpenAPI 3.1 document? Faults are traced back to the page that made them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from trigger_contract.document.shape import REFERENCE_KINDS, walk
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, find, line_of, operations_of

MAXIMUM_VALIDATED = 8_000_000
_PATH = re.compile(r"(?:[^{}]|\{[^{}]*\})*")


def check_references(document: Node) -> None:
    """Refuse references that lead nowhere.

    Raises:
        UserError: Names the page and line of the first such reference.
    """
    known: dict[str, bool] = {}
    for _, value, kind in walk("document", document):
        if kind not in REFERENCE_KINDS or not isinstance(value, dict):
            continue
        targets = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        for reference in targets:
            if reference not in known:
                known[reference] = _leads_somewhere(document, value)
            if not known[reference]:
                raise UserError(
                    f"reference {reference!r} points to nothing or only to itself",
                    source=getattr(value, "source", None),
                    line=line_of(value, "$ref"),
                )


def check_containment(document: Node) -> None:
    """Refuse schemas that take themselves in by ``allOf``, which nothing could ever satisfy or refute.

    Raises:
        UserError: Names the page and line of the first such schema.
    """
    schemas = document.get("components", {}).get("schemas", {})
    taken_in = {name: set(_taken_in(schema)) for name, schema in schemas.items()}
    done: set[str] = set()
    for start in taken_in:
        path: list[tuple[str, list[str]]] = [(start, sorted(taken_in[start]))] if start not in done else []
        above = {start}
        while path:
            name, left = path[-1]
            if not left:
                path.pop()
                above.discard(name)
                done.add(name)
                continue
            below = left.pop()
            if below in above:
                raise UserError(
                    f"schema {below!r} contains itself by `allOf`, so nothing can be said of it",
                    source=getattr(schemas[below], "source", None),
                    line=getattr(schemas[below], "line", None),
                )
            if below in taken_in and below not in done:
                above.add(below)
                path.append((below, sorted(taken_in[below])))


def _taken_in(schema: Any) -> Iterator[str]:
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
                yield reference.rpartition("/")[2]
            members = value.get("allOf")
            stack.extend(members if isinstance(members, list) else ())


def _leads_somewhere(document: Node, value: Any) -> bool:
    """Whether following references ends at something that is not a reference."""
    seen: set[str] = set()
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and len(seen) < 1000:
        if value["$ref"] in seen:
            return False
        seen.add(value["$ref"])
        value = find(document, value["$ref"])
    return value is not None


def check_paths(document: Node) -> None:
    """Refuse paths with a brace that has no other: the rest was cut off (OpenAPI 3.1, Path Templating).

    Raises:
        UserError: Names the page and line of the first such path.
    """
    for path, item in document.get("paths", {}).items():
        if not path.startswith(("/", "x-")):
            raise UserError(
                f"path {path!r} must begin with a slash", source=item.source, line=item.line or None
            )
        if not _PATH.fullmatch(path):
            raise UserError(
                f"path {path!r} has a brace without the other", source=item.source, line=item.line or None
            )


def check_operation_ids(document: Node) -> None:
    """Refuse one operationId on two operations.

    Raises:
        UserError: Names the later page and line and the other operation.
    """
    known: dict[str, tuple[str, Node]] = {}
    for _, path, method, operation in operations_of(document):
        identifier = operation.get("operationId")
        if identifier is None:
            continue
        if identifier in known:
            where, other = known[identifier]
            raise UserError(
                f"operationId {identifier!r} of {method.upper()} {path} is also that of {where} "
                f"({other.source}:{line_of(other, 'operationId')})",
                source=operation.source,
                line=line_of(operation, "operationId"),
            )
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
        depths = Counter({id(item): len(item.absolute_path) for item in error.context})
        deepest = max(error.context, key=lambda item: (depths[id(item)], item.validator != "required"))
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
    left_out: list[tuple[str | int, ...]] = []
    for pointer, node, kind in walk("document", draft):
        if kind == "schema" and isinstance(node, dict):
            default = node.get("default")
            if isinstance(default, dict) and "$ref" in default:
                left_out.append((*pointer, "default"))
        elif kind == "link" and isinstance(node, dict):
            left_out.extend((*pointer, word) for word in ("server", "parameters") if word in node)
        elif kind == "callback" and isinstance(node, dict):
            left_out.extend((*pointer, word) for word in node if word.startswith("x-"))
    left_out.extend(("paths", path) for path in draft.get("paths", {}) if path.startswith("x-"))
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
    source: str | None = None
    line: int | None = None
    value: Any = document
    for token in path:
        while isinstance(value, dict) and isinstance(value.get("$ref"), str) and token not in value:
            value = find(document, value["$ref"])
        if getattr(value, "source", "") and line_of(value, token):
            source, line = value.source, line_of(value, token)
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            break
    if isinstance(value, Node) and value.source and value.line:
        source, line = value.source, value.line
    return source, line


def plain(value: Any) -> Any:
    """Copy into plain dicts and lists, which the validators are fastest with."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
