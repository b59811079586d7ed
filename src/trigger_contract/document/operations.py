"""The operations of a document with everything that applies to them gathered in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.document.references import resolve

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    """One method on one path.

    Attributes:
        path: The path template, for example ``/api/v3/runs/{runId}``.
        method: The method in lower case.
        definition: The Operation Object as it stands in the document.
        parameters: Resolved Parameter Objects, those of the path first; the operation's own win.
        security: The alternatives that apply; each maps scheme names to scopes. Empty: no authentication.
        servers: URLs of the servers that apply.
    """

    path: str
    method: str
    definition: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    security: tuple[Mapping[str, Any], ...]
    servers: tuple[str, ...]

    @property
    def operation_id(self) -> str:
        """The operationId; every operation of the canonical document has one."""
        return str(self.definition.get("operationId", f"{self.method} {self.path}"))

    @property
    def tag(self) -> str:
        """The first tag."""
        return str((self.definition.get("tags") or ["default"])[0])


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation in the document's order.

    Source: OpenAPI 3.1, Path Item Object (parameters and servers of the path apply to each operation,
    and an operation's own servers and security replace those above); Paths Object, which may be extended.
    """
    for path, reference in document.get("paths", {}).items():
        if path.startswith("x-"):
            continue
        item = resolve(document, reference)
        for method in METHODS:
            if method not in item:
                continue
            definition = item[method]
            merged: dict[tuple[str, str], Mapping[str, Any]] = {}
            for raw in [*item.get("parameters", []), *definition.get("parameters", [])]:
                parameter = resolve(document, raw)
                merged[parameter["in"], parameter["name"]] = parameter
            servers = definition.get("servers") or item.get("servers") or document.get("servers") or []
            yield Operation(
                path=path,
                method=method,
                definition=definition,
                parameters=tuple(merged.values()),
                security=tuple(definition.get("security", document.get("security", []))),
                servers=tuple(server["url"] for server in servers),
            )


FORMS = frozenset(("multipart/form-data", "application/x-www-form-urlencoded"))
"""The media types of forms. Source: RFC 7578 and the URL Standard."""


def security_scheme(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the resolved Security Scheme Object of that name."""
    scheme: Mapping[str, Any] = resolve(document, document["components"]["securitySchemes"][name])
    return scheme


def success_statuses(operation: Operation) -> tuple[str, ...]:
    """Return the names of the responses that mean success: ``200``, ``2XX``, else ``default``.

    Source: OpenAPI 3.1.0, Responses Object: a status may be a range, an exact one comes before its range, and
    ``default`` stands for all that are not declared.
    """
    declared = [str(name) for name in operation.definition.get("responses") or {}]
    exact = sorted(name for name in declared if len(name) == 3 and name[0] == "2" and name.isdigit())
    ranges = [name for name in declared if name.upper() == "2XX"]
    return (*exact, *ranges) or tuple(name for name in declared if name == "default")


def response_of(document: Mapping[str, Any], operation: Operation, status: str) -> Mapping[str, Any] | None:
    """Return the resolved Response Object that applies to a status, or None where none does.

    Args:
        document: The document.
        operation: The operation.
        status: A status such as ``200``, or the name of a response, ``2XX`` or ``default``.
    """
    responses = operation.definition.get("responses") or {}
    by_name = {str(name).upper(): raw for name, raw in responses.items()}
    for name in (status.upper(), f"{status[:1]}XX", "DEFAULT"):
        if name in by_name:
            found = resolve(document, by_name[name])
            return found if isinstance(found, Mapping) else None
    return None


def is_json(media_type: str) -> bool:
    """Whether a body of this media type is JSON (RFC 8259, RFC 6839), whatever parameters follow it."""
    name = media_type.split(";")[0].strip().lower()
    return name in ("application/json", "text/json") or name.endswith("+json")


def json_media(content: Any) -> Mapping[str, Any] | None:
    """Return the Media Type Object that describes JSON, else that of a range such as ``*/*``."""
    found = {str(name): media for name, media in content.items()} if isinstance(content, Mapping) else {}
    plain = {name.split(";")[0].strip().lower(): media for name, media in found.items()}
    ranges = [plain[name] for name in ("application/*", "*/*") if name in plain]
    media = next((media for name, media in found.items() if is_json(name)), ranges[0] if ranges else None)
    return media if isinstance(media, Mapping) else None


def response_schema(document: Mapping[str, Any], operation: Operation, status: str) -> Any:
    """Return the resolved JSON schema of a response, or None where it has none.

    The response is that of the status, of its range, or the default one.
    """
    response = response_of(document, operation, status)
    media = json_media(response.get("content")) if response else None
    return resolve(document, media["schema"]) if media is not None and "schema" in media else None


def request_schema(document: Mapping[str, Any], operation: Operation) -> Any:
    """Return the resolved schema of the request's JSON, else that of its form, or None where it has none."""
    body = resolve(document, operation.definition.get("requestBody"))
    content = body.get("content") if isinstance(body, Mapping) else None
    media = json_media(content) or _form_media(content)
    return resolve(document, media["schema"]) if media is not None and "schema" in media else None


def _form_media(content: Any) -> Mapping[str, Any] | None:
    """Return the Media Type Object that describes a form, whose fields are the members of what is sent."""
    for name, media in content.items() if isinstance(content, Mapping) else ():
        if str(name).split(";")[0].strip().lower() in FORMS and isinstance(media, Mapping):
            return media
    return None


def success_schema(document: Mapping[str, Any], operation: Operation) -> Any:
    """Return the resolved JSON schema of the first successful response that has one, or None."""
    for status in success_statuses(operation):
        schema = response_schema(document, operation, status)
        if schema is not None:
            return schema
    return None
