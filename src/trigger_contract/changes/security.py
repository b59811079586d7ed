"""What changed in how a client has to authenticate, and in where it finds the server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from trigger_contract.changes.law import Effect
from trigger_contract.changes.scope import Scope
from trigger_contract.changes.side import Side, canonical, quoted, same_json, telling

# One alternative: the scopes that each scheme needs, by the scheme's name in the new document.
Alternative = dict[str, frozenset[str]]
_WORDS = ("description", "bearerFormat")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PORTS = {"https": ":443", "http": ":80"}
_URL_CODES = {
    "authorizationUrl": "api-security-component-oauth-url-changed",
    "tokenUrl": "api-security-component-oauth-token-url-changed",
    "refreshUrl": "api-security-component-oauth-refresh-url-changed",
    "openIdConnectUrl": "api-security-component-open-id-url-changed",
}


def compare_security(scope: Scope, old_raw: Any, new_raw: Any) -> None:
    """Report every change in the security requirements that apply to an operation.

    Requirements are alternatives, the schemes and scopes within one apply together. Source: OpenAPI
    3.1, Security Requirement Object.
    """
    names = _renamed(scope.graph.old, scope.graph.new)
    old = _alternatives(scope.graph.old, old_raw, names)
    new = _alternatives(scope.graph.new, new_raw, {})
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    for one in list(gone):
        partner = next((other for other in come if other.keys() == one.keys()), None)
        if partner is not None:
            gone.remove(one)
            come.remove(partner)
            _scopes(scope, one, partner)
    near = (old_raw, new_raw)
    anonymous = {} in old, {} in new
    if anonymous[0] and not anonymous[1]:
        message = f"Authentication is now required: {' or '.join(map(_words, new))}."
        scope.report("api-security-became-required", Effect.NARROWS, message, near=near)
        come = []
    elif anonymous[1] and not anonymous[0]:
        message = "No authentication is needed any more."
        scope.report("api-security-became-optional", Effect.WIDENS, message, near=near)
        come = [one for one in come if one]
    for one in filter(None, gone):
        # An anonymous alternative takes every request, authenticated or not.
        if not anonymous[1]:
            message = f"Authentication by {_words(one)} is no longer offered."
            scope.report("api-security-removed", Effect.NARROWS, message, near=near)
    for one in come:
        message = f"Authentication by {_words(one)} is now offered."
        scope.report("api-security-added", Effect.WIDENS, message, near=near)


def _alternatives(side: Side, raw: Any, names: Mapping[str, str]) -> list[Alternative]:
    """Return the alternatives; an empty one means no authentication."""
    alternatives: list[Alternative] = []
    for requirement in side.sequence(raw, "`security`"):
        alternative: Alternative = {}
        for name, scopes in side.mapping(requirement, "a security requirement").items():
            listed = side.sequence(scopes, f"scopes of {name}", requirement)
            alternative[names.get(name, name)] = frozenset(str(one) for one in listed)
        if alternative not in alternatives:
            alternatives.append(alternative)
    return alternatives or [{}]


def _renamed(old: Side, new: Side) -> dict[str, str]:
    """Return the new name of each scheme that only changed its name, which is not on the wire."""
    before, after = old.components("securitySchemes"), new.components("securitySchemes")
    free = [name for name in after if name not in before]
    renamed: dict[str, str] = {}
    for name in before:
        if name in after:
            continue
        demand = _demand(old.mapping(before[name], f"security scheme {name}", before))
        for other in free:
            if _demand(new.mapping(after[other], f"security scheme {other}", after)) == demand:
                renamed[name] = other
                free.remove(other)
                break
    return renamed


def _demand(scheme: Mapping[str, Any]) -> str:
    """Return what a scheme demands of a request; where OAuth tokens come from is compared apart."""
    demand = {key: scheme.get(key) for key in ("type", "in", "name")}
    if scheme.get("in") == "header":
        demand["name"] = str(scheme.get("name")).lower()
    # Names of authentication schemes do not depend on case (RFC 9110, section 11.1).
    demand["scheme"] = str(scheme.get("scheme", "")).lower()
    return canonical(demand)


def _scopes(scope: Scope, old: Alternative, new: Alternative) -> None:
    for key in old:
        for one in sorted(new[key] - old[key]):
            message = f"Authentication by {quoted(key)} now needs the scope {quoted(one)}."
            scope.report("api-security-scope-added", Effect.NARROWS, message, None, one)
        for one in sorted(old[key] - new[key]):
            message = f"Authentication by {quoted(key)} no longer needs the scope {quoted(one)}."
            scope.report("api-security-scope-removed", Effect.WIDENS, message, one, None)


def _words(alternative: Alternative) -> str:
    return " and ".join(quoted(name) for name in alternative)


def compare_schemes(scope: Scope) -> None:
    """Report changes in the security schemes themselves."""
    sides = scope.graph.old, scope.graph.new
    old, new = (side.components("securitySchemes") for side in sides)
    renamed = _renamed(*sides)
    for name in old:
        if name not in new and name not in renamed:
            message = f"The security scheme {quoted(name)} was removed."
            scope.report("api-security-component-removed", Effect.NONE, message, name, near=(old[name], None))
    for name in new:
        if name not in old and name not in renamed.values():
            message = f"The security scheme {quoted(name)} was added."
            near = (None, new[name])
            scope.report("api-security-component-added", Effect.NONE, message, None, name, near=near)
    for name in old:
        if (other := renamed.get(name, name)) in new:
            before = sides[0].mapping(old[name], f"security scheme {name}", old)
            after = sides[1].mapping(new[other], f"security scheme {other}", new)
            _compare_scheme(scope, other, before, after)


def _compare_scheme(scope: Scope, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    sides = scope.graph.old, scope.graph.new
    if _demand(old) != _demand(new):
        message = f"The security scheme {quoted(name)} demands something else of a request."
        scope.report("api-security-scheme-changed", Effect.INCOMPARABLE, message, near=(old, new))
        scope.texts("api-security-scheme", f"the security scheme {quoted(name)}", old, new, _WORDS)
        return
    _urls(scope, f"security scheme {quoted(name)}", old, new, ("openIdConnectUrl",))
    flows = [
        side.mapping(one.get("flows"), "`flows`", one) for side, one in ((sides[0], old), (sides[1], new))
    ]
    for kind in dict.fromkeys([*flows[0], *flows[1]]):
        _compare_flow(scope, f"{quoted(kind)} flow of {quoted(name)}", flows[0].get(kind), flows[1].get(kind))
    scope.texts("api-security-scheme", f"the security scheme {quoted(name)}", old, new, _WORDS)


def _compare_flow(scope: Scope, what: str, old_raw: Any, new_raw: Any) -> None:
    """Report every change in one OAuth flow: where tokens come from, and which scopes there are."""
    old = scope.graph.old.mapping(old_raw, "a flow", old_raw)
    new = scope.graph.new.mapping(new_raw, "a flow", new_raw)
    near = (old, new)
    if old_raw is None or new_raw is None:
        verb, effect = ("added", Effect.NONE) if old_raw is None else ("removed", Effect.UNKNOWN)
        scope.report(f"api-security-scheme-flow-{verb}", effect, f"The {what} was {verb}.", near=near)
        return
    _urls(scope, what, old, new, ("authorizationUrl", "tokenUrl", "refreshUrl"))
    scopes = old.get("scopes") or {}, new.get("scopes") or {}
    for name in dict.fromkeys([*scopes[0], *scopes[1]]):
        before, after = (one.get(name) for one in scopes)
        code = "api-security-component-oauth-scope"
        if name not in scopes[0]:
            message = f"The {what} has the new scope {quoted(name)}."
            scope.report(f"{code}-added", Effect.NONE, message, None, name, near=near)
        elif name not in scopes[1]:
            # Whether it is still given out on demand, a document cannot tell.
            message = f"The {what} no longer has the scope {quoted(name)}."
            scope.report(f"{code}-removed", Effect.UNKNOWN, message, name, None, near=near)
        elif before != after:
            message = f"The scope {quoted(name)} of the {what} has a new description."
            scope.report(f"{code}-changed", Effect.TEXT, message, before, after, near=near)


def _urls(
    scope: Scope, what: str, old: Mapping[str, Any], new: Mapping[str, Any], keys: Sequence[str]
) -> None:
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before != after:
            message = f"The {what} has {telling(quoted(key), before, after)}."
            code = _URL_CODES[key]
            scope.report(code, Effect.UNKNOWN, message, before, after, near=(old, new))


def compare_servers(scope: Scope, old_raw: Any, new_raw: Any) -> None:
    """Report every change in the servers that apply to an operation.

    Whether a server that is no longer named still answers, a document cannot tell: that is risky.
    """
    old = _servers(scope.graph.old, old_raw)
    new = _servers(scope.graph.new, new_raw)
    for address, server in old.items():
        if address not in new:
            url = _url(server)
            message = f"The server {quoted(url)} is no longer named."
            scope.report("api-server-removed", Effect.UNKNOWN, message, url, None, near=(server, new_raw))
    for address, server in new.items():
        url = _url(server)
        if address not in old:
            message = f"The server {quoted(url)} was added."
            scope.report("api-server-added", Effect.NONE, message, None, url, near=(old_raw, server))
            continue
        before = _url(old[address])
        if before != url:
            message = f"The server {quoted(before)} is now spelled {quoted(url)}."
            code = "api-server-respelled"
            scope.report(code, Effect.TEXT, message, before, url)
        _compare_variables(scope, url, old[address], server)
        scope.texts("api-server", f"the server {quoted(url)}", old[address], server, ("description", "name"))
    if list(old) != list(new) and set(old) == set(new):
        first = (quoted(_url(next(iter(one.values())))) for one in (new, old))
        message = "Another server comes first: {} (was {}).".format(*first)
        scope.report("api-server-order-changed", Effect.UNKNOWN, message)


def _servers(side: Side, raw: Any) -> dict[str, Mapping[str, Any]]:
    servers = [side.mapping(one, "a server") for one in side.sequence(raw, "`servers`")]
    # Without servers, the document's own address is the server (OpenAPI 3.1, OpenAPI Object).
    return {_address(_url(server)): server for server in servers} or {"/": {}}


def _url(server: Mapping[str, Any]) -> str:
    return str(server.get("url", "/"))


def _address(url: str) -> str:
    """Return what all spellings of a server's address have in common; paths are appended to it.

    Sources: RFC 3986, section 6.2; OpenAPI 3.1, Server Object.
    """
    scheme, mark, rest = _VARIABLE.sub("{}", url).rstrip("/").partition("://")
    if not mark:
        return scheme or "/"
    host, slash, path = rest.partition("/")
    port = _PORTS.get(scheme.lower(), "")
    return f"{scheme}://{host.removesuffix(port)}".lower() + slash + path


def _compare_variables(scope: Scope, url: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Compare the variables of a server by their places in its address."""
    pairs = list(zip(*(_variables(server) for server in (old, new)), strict=False))
    values = old.get("variables"), new.get("variables")
    if (
        any(map(_loses, *zip(*pairs, strict=True)))
        if pairs
        else not same_json(*(one or None for one in values))
    ):
        message = f"The server {quoted(url)} has other variables."
        scope.report("api-server-variables-changed", Effect.UNKNOWN, message, *values)
    elif any(_allowed(one) != _allowed(other) for one, other in pairs):
        message = f"The variables of the server {quoted(url)} may have more values."
        scope.report("api-server-variables-generalized", Effect.NONE, message, *values)
    elif any(one.get("description") != other.get("description") for one, other in pairs):
        message = f"The variables of the server {quoted(url)} are described in other words."
        code = "api-server-variables-description-changed"
        scope.report(code, Effect.TEXT, message, *values)


def _variables(server: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the variables in the order in which they stand in the address."""
    declared = server.get("variables")
    found = (
        [declared.get(name) for name in _VARIABLE.findall(_url(server))]
        if isinstance(declared, Mapping)
        else []
    )
    return [one if isinstance(one, Mapping) else {} for one in found]


def _allowed(variable: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the values that a variable may have, None for any."""
    values = variable.get("enum")
    return frozenset(map(str, values)) if isinstance(values, list) and values else None


def _loses(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a client can no longer count on an address, or means another one by saying nothing."""
    before, after = _allowed(old), _allowed(new)
    narrower = after is not None and (before is None or not before <= after)
    return narrower or not same_json(old.get("default"), new.get("default"))
