"""One client for each server: its name, its environment variables and its secrets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.references import resolve
from trigger_contract.document.security import Scheme, requirements
from trigger_contract.document.urls import split_url
from trigger_contract.generate.naming import Names, constant_case, pascal_case, snake_case, words
from trigger_contract.generate.plan import Client, Credential, ServerVariable

HINT = "x-client"

# Hosting platforms give every customer a label of their own in front of these.
_PLATFORMS = (
    "vercel.app",
    "netlify.app",
    "herokuapp.com",
    "onrender.com",
    "fly.dev",
    "pages.dev",
    "workers.dev",
    "web.app",
    "github.io",
    "azurewebsites.net",
    "run.app",
    "amazonaws.com",
)
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})
_PLAIN_WORDS = frozenset({"api", "www", "rest", "app", "prod", "production"})


def server_url(document: Mapping[str, Any], operation: Operation) -> str:
    """Return the URL of the first server that applies, with the defaults of its variables filled in."""
    return _filled(_definition(document, operation))


def _definition(document: Mapping[str, Any], operation: Operation) -> Mapping[str, Any]:
    """The Server Object that counts: the first one."""
    item = resolve(document, document["paths"][operation.path])
    servers = operation.definition.get("servers") or item.get("servers") or document.get("servers") or []
    return servers[0] if servers else {}


def _filled(server: Mapping[str, Any]) -> str:
    url = str(server.get("url") or "")
    for name, variable in _variables_of(server).items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")))
    # Without a scheme it is that of the document, which nobody should read without encryption.
    return f"https:{url}".rstrip("/") if url.startswith("//") else url.rstrip("/")


def _variables_of(server: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    declared = server.get("variables") or {}
    return {name: raw for name, raw in declared.items() if isinstance(raw, Mapping)}


def read_clients(document: Mapping[str, Any], by_url: Mapping[str, list[Operation]]) -> dict[str, Client]:
    """Make one client for each server URL, in the order given.

    Args:
        document: The OpenAPI document.
        by_url: The operations on each server.
    """
    names = Names(key=str.casefold)
    environments = Names()
    clients: dict[str, Client] = {}
    for url, group in by_url.items():
        definition = _definition(document, group[0])
        given = definition.get(HINT)
        hint: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        derived = pascal_case(str(hint.get("name") or _name_of(url, document)), fallback="Api")
        name = names.take(derived, *([] if hint.get("name") else _longer_names(url, derived)))
        prefix = str(hint.get("env_prefix") or "_".join(words(name)))
        environment = environments.take(constant_case(prefix))
        absolute = url if split_url(url).scheme in ("http", "https") and split_url(url).netloc else None
        client = Client(name, environment, absolute, str(definition.get("description") or ""))
        taken = Names(_CLIENT_ARGUMENTS)
        client.credentials = _credentials(document, group, environment, taken)
        client.variables = _variables(definition, client, taken)
        written = str(definition.get("url") or "").rstrip("/")
        written = f"https:{written}" if written.startswith("//") else written
        client.template = written if absolute else _path_of(written)
        client.optional = all(
            not operation.security or any(not alternative for alternative in operation.security)
            for operation in group
        )
        clients[url] = client
    return clients


def security_of(
    document: Mapping[str, Any], operation: Operation, credentials: Iterable[Credential]
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return an operation's alternatives: credential arguments, each with its name on the wire.

    A scheme that goes over the wire exactly like another one is the same credential.
    """
    arguments = {(item.location, item.name, item.prefix): item.argument for item in credentials}
    alternatives: dict[tuple[tuple[str, str], ...], None] = {}
    for requirement in requirements(document, operation):
        wires = [_wire(scheme) for scheme in requirement.schemes if scheme.parameter]
        if all(wire in arguments for wire in wires):
            alternatives[tuple((arguments[wire], wire[1]) for wire in wires)] = None
    return tuple(alternatives)


def _path_of(url: str) -> str:
    path = split_url(url).path
    return f"/{path}" if path and not path.startswith("/") else path


def _variables(server: Mapping[str, Any], client: Client, names: Names) -> tuple[ServerVariable, ...]:
    """Source: OpenAPI 3.1, Server Variable Object: `default` is what is sent if nothing else is chosen."""
    found = []
    for name, raw in _variables_of(server).items():
        if "{" + name + "}" not in str(server.get("url")):
            continue
        argument = names.take(snake_case(name), f"server_{snake_case(name).rstrip('_')}")
        variable = f"{client.environment}_{argument.rstrip('_').upper()}"
        found.append(
            ServerVariable(
                argument=argument,
                environment=f"{variable}_PART" if variable == client.url_variable else variable,
                name=str(name),
                default=str(raw.get("default", "")),
                values=tuple(str(value) for value in raw.get("enum") or ()),
                description=str(raw.get("description") or ""),
            )
        )
    return tuple(found)


def _credentials(
    document: Mapping[str, Any], group: list[Operation], environment: str, names: Names
) -> list[Credential]:
    """Secrets that some operation asks for, those of first alternatives first."""
    found: dict[tuple[str, str, str], Credential] = {}
    asked = [requirements(document, operation) for operation in group]
    first = [requirement for alternatives in asked for requirement in alternatives[:1]]
    others = [requirement for alternatives in asked for requirement in alternatives[1:]]
    for scheme in (scheme for requirement in (*first, *others) for scheme in requirement.schemes):
        wire = _wire(scheme)
        if wire in found or not scheme.parameter:
            continue
        argument = names.take(snake_case(scheme.name), f"{snake_case(scheme.name)}_")
        variables = [f"{environment}_{argument.rstrip('_').upper()}"]
        if wire[2] == "Bearer":
            variables.append(f"{environment}_ACCESS_TOKEN")
        found[wire] = Credential(
            argument=argument,
            environment=tuple(dict.fromkeys(variables)),
            scheme=scheme.name,
            location=wire[0],
            name=wire[1],
            prefix=wire[2],
            description=scheme.description,
        )
    return list(found.values())


_CLIENT_ARGUMENTS = (
    "self",
    "base_url",
    "timeout",
    "total_timeout",
    "max_retries",
    "retry_policy",
    "default_headers",
    "api_version",
    "max_response_size",
    "response_validation",
    "on_request",
    "on_response",
    "http_client",
    # What the client's __init__ calls by these names.
    "dict",
    "super",
    "tuple",
    "zip",
    "headers",
    "given",
    "setup",
)


def _wire(scheme: Scheme) -> tuple[str, str, str]:
    """Where a secret goes: location, name and what stands before it."""
    location = scheme.kind if scheme.kind in ("query", "cookie") else "header"
    return location, scheme.parameter, scheme.prefix.strip()


def _name_of(url: str, document: Mapping[str, Any]) -> str:
    """Derive a name from a host: the owner's own label without ``api`` and the like."""
    host = (split_url(url).hostname or "").lower()
    label = _label(host)
    parts = [word for word in words(label) if word not in _PLAIN_WORDS]
    if parts:
        return "".join(pascal_case(part) for part in parts)
    title = [word for word in words(str((document.get("info") or {}).get("title", ""))) if word.isalpha()]
    return pascal_case(title[0].lower()) if title else "Api"


def _longer_names(url: str, name: str) -> list[str]:
    """Names for a server whose short one is taken: with its subdomains, then with its path."""
    host = (split_url(url).hostname or "").lower()
    path = split_url(url).path
    label = _label(host)
    before = host.partition(label)[0] if label else ""
    labels = [word for word in words(before) if word not in _PLAIN_WORDS]
    longer = "".join(pascal_case(word) for word in labels) + name
    ending = pascal_case(path) if path.strip("/") else ""
    return list(dict.fromkeys([longer, longer + ending]))


def _label(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return ""
    for platform in _PLATFORMS:
        if host.endswith("." + platform):
            return host.removesuffix("." + platform).rpartition(".")[2]
    labels = host.split(".")
    if len(labels) < 2:
        return "" if host == "localhost" else host
    if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2:
        return labels[-3]
    return labels[-2]
