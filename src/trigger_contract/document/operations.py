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


def security_scheme(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the resolved Security Scheme Object of that name."""
    scheme: Mapping[str, Any] = resolve(document, document["components"]["securitySchemes"][name])
    return scheme


def response_schema(document: Mapping[str, Any], operation: Operation, status: str) -> Any:
    """Return the resolved JSON schema of a documented response, or None where it has none."""
    response = resolve(document, operation.definition.get("responses", {}).get(status))
    for media_type, content in ((response or {}).get("content") or {}).items():
        if media_type.split(";")[0].strip() == "application/json" and "schema" in content:
            return resolve(document, content["schema"])
    return None
