"""From the document to the plan of a client."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.operations import Operation, operations
from trigger_contract.errors import UserError
from trigger_contract.generate.methods import method_name, read_method
from trigger_contract.generate.naming import TYPE_NAMES, Names, module_name, pascal_case, snake_case
from trigger_contract.generate.plan import Client, Method, Plan, Resource, terminal_field
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.reserved import CLASS_NAMES, CLIENT_ATTRIBUTES, METHOD_NAMES
from trigger_contract.generate.servers import read_clients, security_of, server_url


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document's canonical JSON as 64 hex digits.

    It depends on what the document says, not on how its YAML is written.
    """
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def make_plan(document: Mapping[str, Any]) -> Plan:
    """Plan the client of a document.

    Raises:
        UserError: The document has no operations, or a reference or security scheme leads nowhere.
    """
    found = list(operations(document))
    if not found:
        raise UserError("the document has no operations, so there is nothing to generate")
    by_url: dict[str, list[Operation]] = {}
    for operation in found:
        by_url.setdefault(server_url(document, operation), []).append(operation)
    clients = read_clients(document, by_url)
    client_names = {f"{prefix}{client.class_name}" for client in clients.values() for prefix in ("", "Async")}
    tags = _tags_by_server(by_url)
    resources = _resources(document, clients, by_url, tags)
    resource_names = {
        f"{prefix}{resource.class_name}{suffix}"
        for resource in resources.values()
        for prefix in ("", "Async")
        for suffix in ("", "WithRawResponse")
    }
    reader = SchemaReader(document, frozenset(CLASS_NAMES | client_names | resource_names))
    _add_methods(document, clients, by_url, resources, reader)
    info = document.get("info") or {}
    return Plan(
        title=str(info.get("title") or "API"),
        document_version=str(info.get("version") or ""),
        description=str(info.get("description") or "").strip(),
        digest=digest(document),
        clients=tuple(clients.values()),
        models=tuple(sorted(reader.models, key=lambda model: model.reference.name)),
        enums=tuple(sorted(reader.enums, key=lambda enum: enum.reference.name)),
    )


def _tags_by_server(by_url: Mapping[str, list[Operation]]) -> dict[str, set[str]]:
    tags: dict[str, set[str]] = {}
    for url, group in by_url.items():
        for operation in group:
            tags.setdefault(operation.tag, set()).add(url)
    return tags


def _resources(
    document: Mapping[str, Any],
    clients: Mapping[str, Client],
    by_url: Mapping[str, list[Operation]],
    tags: Mapping[str, set[str]],
) -> dict[tuple[str, str], Resource]:
    """Make one resource for each tag of each server; only a tag on several servers needs a longer name."""
    descriptions = {
        str(tag.get("name")): str(tag.get("description") or "") for tag in document.get("tags") or ()
    }
    packages = Names(key=str.casefold)
    classes = Names(CLASS_NAMES, key=str.casefold)
    resources: dict[tuple[str, str], Resource] = {}
    for url, group in by_url.items():
        client = clients[url]
        attributes = Names(CLIENT_ATTRIBUTES | TYPE_NAMES)
        for operation in group:
            tag = operation.tag
            if (url, tag) in resources:
                continue
            plain = snake_case(tag, fallback="default")
            shared = len(tags[tag]) > 1
            name = pascal_case(tag, fallback="Default")
            longer = f"{client.name}{name}"
            resource = Resource(
                attribute=attributes.take(plain, f"{plain.rstrip('_')}_resource"),
                package=packages.take(module_name(snake_case(longer) if shared else plain)),
                class_name=classes.take(longer if shared else name, f"{longer}Resource"),
                tag=tag,
                description=descriptions.get(tag, "").strip(),
            )
            resources[url, tag] = resource
            client.resources.append(resource)
    return resources


def _add_methods(
    document: Mapping[str, Any],
    clients: Mapping[str, Client],
    by_url: Mapping[str, list[Operation]],
    resources: Mapping[tuple[str, str], Resource],
    reader: SchemaReader,
) -> None:
    taken: dict[str, tuple[Names, Names]] = {}
    for url, group in by_url.items():
        client = clients[url]
        for operation in group:
            resource = resources[url, operation.tag]
            methods, modules = taken.setdefault(
                resource.package, (Names(METHOD_NAMES), Names(key=str.casefold))
            )
            full = snake_case(operation.operation_id)
            short = method_name(operation, operation.tag)
            short = f"{short}_" if short in METHOD_NAMES else short
            name = methods.take(short, full)
            method = read_method(document, operation, name, modules.take(module_name(full)), reader)
            method.security = security_of(document, operation, client.credentials)
            resource.methods.append(method)
    models = {model.reference.name: model for model in reader.models}
    for resource in resources.values():
        methods, _ = taken[resource.package]
        for method in resource.methods:
            status = terminal_field(models, method)
            if method.verb == "GET" and len(method.path_arguments) == 1 and status:
                method.poll = methods.take(_poll_name(method))


def _poll_name(method: Method) -> str:
    head, _, rest = method.name.partition("_")
    return (
        f"poll_{rest}"
        if head in ("retrieve", "get") and rest
        else "poll"
        if not rest
        else f"poll_{method.name}"
    )
