"""From the document to the plan of a client."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trigger_contract.document.operations import Operation, operations
from trigger_contract.document.resources import resources
from trigger_contract.errors import UserError
from trigger_contract.generate.calling import method_names, short_id, tag_of
from trigger_contract.generate.following import Placed, find_following
from trigger_contract.generate.identity import read_identity
from trigger_contract.generate.inputs import input_names
from trigger_contract.generate.methods import read_method
from trigger_contract.generate.naming import (
    TYPE_NAMES,
    Names,
    module_name,
    pascal_case,
    snake_case,
    stem,
    words,
)
from trigger_contract.generate.omissions import omissions
from trigger_contract.generate.plan import Client, Method, Plan, Resource, terminal_field
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.reserved import CLASS_NAMES, CLIENT_ATTRIBUTES, METHOD_NAMES
from trigger_contract.generate.schemas import Model, Named, Scalar
from trigger_contract.generate.servers import read_clients, security_of, server_url


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document's canonical JSON as 64 hex digits.

    It depends on what the document says, not on how its YAML is written.
    """
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def make_plan(document: Mapping[str, Any], *, package: str | None = None, version: str | None = None) -> Plan:
    """Plan the client of a document.

    Args:
        document: The document.
        package: Name of the package; by default what ``x-client`` of ``info`` says, or the title.
        version: Version of the distribution; by default that of ``x-client``, or this program's.

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
    groups = _resources(document, clients, by_url)
    resource_names = {
        f"{prefix}{resource.class_name}{suffix}"
        for resource in groups.values()
        for prefix in ("", "Async")
        for suffix in ("", "WithRawResponse", "WithStreamingResponse")
    }
    reader = SchemaReader(document, frozenset(CLASS_NAMES | client_names | resource_names))
    placed = _add_methods(document, clients, by_url, groups, reader)
    info = document.get("info") or {}
    identity = read_identity(document, package, version)
    return Plan(
        package=identity.package,
        project=identity.project,
        version=identity.version,
        title=str(info.get("title") or "API"),
        document_version=str(info.get("version") or ""),
        description=str(info.get("description") or "").strip(),
        digest=digest(document),
        clients=tuple(clients.values()),
        models=tuple(sorted(reader.models, key=lambda model: model.reference.name)),
        enums=tuple(sorted(reader.enums, key=lambda enum: enum.reference.name)),
        inputs=input_names(reader, groups.values(), CLASS_NAMES | client_names | resource_names),
        left_out=omissions(document, placed),
    )


def _key(operation: Operation) -> str:
    """What the operations of one resource share: the noun of their tag, whether one or many are meant."""
    parts = [word.lower() for word in words(tag_of(operation))] or ["default"]
    return " ".join([*parts[:-1], stem(parts[-1])])


def _resources(
    document: Mapping[str, Any], clients: Mapping[str, Client], by_url: Mapping[str, list[Operation]]
) -> dict[tuple[str, str], Resource]:
    """Make one resource for each tag of each server; only a tag on several servers needs a longer name."""
    descriptions = {
        str(tag.get("name")): str(tag.get("description") or "") for tag in document.get("tags") or ()
    }
    keys: dict[str, set[str]] = {}
    names: dict[str, Counter[str]] = {}
    for url, group in by_url.items():
        for operation in group:
            key = _key(operation)
            keys.setdefault(key, set()).add(url)
            names.setdefault(key, Counter())[tag_of(operation)] += 1
    packages = Names(key=str.casefold)
    classes = Names(CLASS_NAMES, key=str.casefold)
    resources: dict[tuple[str, str], Resource] = {}
    for url, group in by_url.items():
        client = clients[url]
        attributes = Names(CLIENT_ATTRIBUTES | TYPE_NAMES)
        for operation in group:
            key = _key(operation)
            if (url, key) in resources:
                continue
            # Of ``run`` and ``runs`` the one that more operations carry, then the plural.
            tag = max(names[key], key=lambda name, of=names[key]: (of[name], len(name)))  # type: ignore[misc]
            plain = snake_case(tag, fallback="default")
            shared = len(keys[key]) > 1
            name = pascal_case(tag, fallback="Default")
            longer = f"{client.name}{name}"
            resource = Resource(
                attribute=attributes.take(plain, f"{plain.rstrip('_')}_resource"),
                package=packages.take(module_name(snake_case(longer) if shared else plain)),
                class_name=classes.take(longer if shared else name, f"{longer}Resource"),
                tag=tag,
                description=descriptions.get(tag, "").strip(),
            )
            resources[url, key] = resource
            client.resources.append(resource)
        for (of, key), resource in resources.items():
            others = dict.fromkeys(snake_case(tag, fallback="default") for tag in names[key])
            if of == url:
                resource.aliases = tuple(attributes.take(name) for name in others if name not in attributes)
    return resources


def _add_methods(
    document: Mapping[str, Any],
    clients: Mapping[str, Client],
    by_url: Mapping[str, list[Operation]],
    resources: Mapping[tuple[str, str], Resource],
    reader: SchemaReader,
) -> list[Placed]:
    taken: dict[str, Names] = {}
    placed: list[Placed] = []
    for url, group in by_url.items():
        client = clients[url]
        by_resource: dict[str, list[Operation]] = {}
        for operation in group:
            by_resource.setdefault(_key(operation), []).append(operation)
        chosen: dict[tuple[str, str], str] = {}
        for key, members in by_resource.items():
            resource = resources[url, key]
            methods = taken.setdefault(resource.package, Names(METHOD_NAMES))
            chosen.update(method_names(document, members, resource.tag, methods))
        modules: dict[str, Names] = {}
        for operation in group:
            resource = resources[url, _key(operation)]
            module = modules.setdefault(resource.package, Names(key=str.casefold)).take(
                module_name(snake_case(short_id(operation)))
            )
            name = chosen[operation.path, operation.method]
            method = read_method(document, operation, name, module, reader)
            method.security = security_of(document, operation, client.credentials)
            client.security = tuple(dict.fromkeys((*client.security, *method.security)))
            resource.methods.append(method)
            placed.append((operation, resource, method))
    models = {model.reference.name: model for model in reader.models}
    _add_identities(document, placed, models)
    _add_others(resources, taken, models)
    _add_followings(document, clients, placed, taken, models)
    return placed


def _add_identities(document: Mapping[str, Any], placed: list[Placed], models: Mapping[str, Model]) -> None:
    """Find in each answer, and in what a list gives, the field that says which thing it is."""
    for operation, _, method in placed:
        resource = resources(document).of(operation)
        known = resource.identity.field if resource and resource.identity else "id"
        for type_ in (*method.result_types, *([method.page.item] if method.page else [])):
            model = models.get(type_.name) if isinstance(type_, Named) else None
            for entry in model.fields if model else ():
                plain = entry.type in (Scalar("string"), Scalar("integer"))
                if model and plain and not entry.required and entry.wire in ("id", known):
                    model.identity = entry


def _add_others(
    resources: Mapping[tuple[str, str], Resource], taken: Mapping[str, Names], models: Mapping[str, Model]
) -> None:
    """Name the second methods of some operations: those that wait, and those that give values one by one."""
    for resource in resources.values():
        methods = taken[resource.package]
        for method in resource.methods:
            status = terminal_field(models, method)
            if method.verb == "GET" and len(method.path_arguments) == 1 and status:
                method.poll = methods.take(_poll_name(method))
            if method.streamed and any(not item.is_stream for item in method.responses):
                method.stream = methods.take(f"{method.name.rstrip('_')}_stream")


def _add_followings(
    document: Mapping[str, Any],
    clients: Mapping[str, Client],
    placed: list[Placed],
    taken: Mapping[str, Names],
    models: Mapping[str, Model],
) -> None:
    """Give each method that starts something the one that waits for its end as well."""
    for client in clients.values():
        own = [entry for entry in placed if entry[1] in client.resources]
        readers = [entry for entry in own if entry[2].poll]
        for entry in own:
            _, resource, method = entry
            following = find_following(document, entry, readers, models)
            if following is not None:
                name = taken[resource.package].take(f"{method.name.rstrip('_')}_and_poll")
                method.following = replace(following, name=name)


def _poll_name(method: Method) -> str:
    head, _, rest = method.name.partition("_")
    return (
        f"poll_{rest}"
        if head in ("retrieve", "get") and rest
        else "poll"
        if not rest
        else f"poll_{method.name}"
    )
