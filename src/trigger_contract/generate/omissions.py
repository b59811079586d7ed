"""What a document has and its client does not: told, so that nobody looks for it in vain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from trigger_contract.document.listing import items_of
from trigger_contract.document.operations import METHODS, Operation
from trigger_contract.document.pagination import EXTENSION, pagination
from trigger_contract.document.quoting import markdown_code
from trigger_contract.document.references import resolve
from trigger_contract.document.security import requirements
from trigger_contract.generate.answers import media_kind
from trigger_contract.generate.bodies import body_kind
from trigger_contract.generate.following import Placed
from trigger_contract.generate.parameters import IGNORED_HEADERS
from trigger_contract.generate.plan import Method, Omission

_STRUCTURES = frozenset(("properties", "items", "allOf", "oneOf", "anyOf"))
_OF_A_PATH = frozenset(("parameters", "servers", "summary", "description", "$ref"))


code = partial(markdown_code, cell=True)


def omissions(document: Mapping[str, Any], placed: Iterable[Placed]) -> tuple[Omission, ...]:
    """List what a document has and its client does not.

    Args:
        document: The document.
        placed: Its operations, each with its method.
    """
    found: dict[Omission, None] = {}
    for operation, _, method in placed:
        where = f"{method.verb} {method.path}"
        for kind, words in _of_operation(document, operation, method):
            found[Omission(kind, where, words)] = None
        for kind, part, words in _around(document, operation):
            found[Omission(kind, part, words)] = None
    for path, raw in (document.get("paths") or {}).items():
        item = resolve(document, raw)
        for name in item if isinstance(item, Mapping) and not path.startswith("x-") else ():
            if name not in METHODS and name not in _OF_A_PATH and not str(name).startswith("x-"):
                found[
                    Omission(
                        "unknown methods",
                        f"{name} {path}",
                        "no method of OpenAPI 3.1; `request` of a client sends it",
                    )
                ] = None
    for name in document.get("webhooks") or {}:
        found[Omission("webhooks", str(name), "called by the server, which a client does not answer")] = None
    return tuple(found)


def summary(left_out: Iterable[Omission]) -> str:
    """Say in one line how much of what is left out; empty where nothing is."""
    counts = Counter(item.kind for item in left_out)
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


def _of_operation(
    document: Mapping[str, Any], operation: Operation, method: Method
) -> Iterator[tuple[str, str]]:
    if method.page is None and (reason := _why_no_pages(document, operation, method)):
        yield "lists without pages", reason
    for parameter in operation.parameters:
        if parameter["in"] == "header" and parameter["name"].lower() in IGNORED_HEADERS:
            name = parameter["name"]
            yield "headers", f"the parameter {code(name)} is none by OpenAPI; `extra_headers` sends it"
    request = resolve(document, operation.definition.get("requestBody"))
    for media_type, media in _content(request):
        if body_kind(media_type) in ("text", "binary") and _is_structured(document, media):
            yield (
                "contents",
                f"{code(media_type)} is sent as the text or bytes that are given",
            )
    for status, raw in (operation.definition.get("responses") or {}).items():
        for media_type, media in _content(resolve(document, raw)):
            schema = resolve(document, media.get("schema"))
            if media_kind(media_type, schema) in ("text", "binary") and _is_structured(document, media):
                yield "contents", f"{code(media_type)} of {status} is read as text or bytes, not as a model"
    for name in operation.definition.get("callbacks") or {}:
        yield "callbacks", f"{code(name)} is called by the server, which a client does not answer"


def _around(document: Mapping[str, Any], operation: Operation) -> Iterator[tuple[str, str, str]]:
    for server in operation.servers[1:]:
        yield (
            "servers",
            server,
            "only the first server has a client; give this one as `base_url`",
        )
    for requirement in requirements(document, operation):
        for scheme in requirement.schemes:
            if not scheme.parameter:
                yield "credentials", scheme.name, f"{scheme.kind}: give an `http_client` that shows it"


def _why_no_pages(document: Mapping[str, Any], operation: Operation, method: Method) -> str:
    if operation.definition.get(EXTENSION) is False:
        return f"{code(EXTENSION)} says that it is not walked"
    if method.verb != "GET" or items_of(document, operation) is None:
        return ""
    found = pagination(document, operation)
    if found is None:
        return "neither its query nor its answer has anything that leads to another page"
    return f"paged by {found.kind}, but its answer has no one type that holds the items"


def _content(holder: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    content = holder.get("content") if isinstance(holder, Mapping) else None
    for media_type, media in (content or {}).items():
        yield media_type, media if isinstance(media, Mapping) else {}


def _is_structured(document: Mapping[str, Any], media: Mapping[str, Any]) -> bool:
    schema = resolve(document, media.get("schema"))
    return isinstance(schema, Mapping) and bool(
        {"properties", "items", "allOf", "oneOf", "anyOf"} & set(schema)
    )
