"""How clients authenticate and which servers they call, compared for the oracle in ``facts``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plain_schemas import Reader, text
from schema_facts import Facts, Found

URLS = ("authorizationUrl", "tokenUrl", "refreshUrl")


def security(facts: Facts, one: Any, other: Any) -> Iterator[Found]:
    """Yield what changed in the alternatives of authentication, each a set of schemes with scopes."""
    same = dict(_renamed(facts))
    old = _alternatives(one.get("security", facts.old.document.get("security")), same)
    new = _alternatives(other.get("security", facts.new.document.get("security")), {})
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    for before in [*gone]:
        after = next((found for found in come if found.keys() == before.keys()), None)
        if after is None:
            continue
        gone.remove(before)
        come.remove(after)
        for name in before:
            yield from (("scope+", "breaking", (scope,)) for scope in after[name] - before[name])
            yield from (("scope-", "additive", (scope,)) for scope in before[name] - after[name])
    free = {} in old, {} in new
    if free[0] and not free[1]:
        yield "security", "breaking", ()
        come = []
    if free[1] and not free[0]:
        yield "security", "additive", ()
    if not free[1] and any(gone):
        yield "security-", "breaking", ()
    if any(come):
        yield "security+", "additive", ()


def _alternatives(raw: Any, names: dict[str, str]) -> list[dict[str, set[str]]]:
    listed: list[dict[str, set[str]]] = []
    for requirement in raw or [{}]:
        one = {names.get(name, name): set(scopes) for name, scopes in requirement.items()}
        if one not in listed:
            listed.append(one)
    return listed


def _schemes(reader: Reader) -> dict[str, Any]:
    found = (reader.document.get("components") or {}).get("securitySchemes") or {}
    return {name: reader.resolve(scheme) for name, scheme in found.items()}


def _demand(scheme: Any) -> str:
    where = str(scheme.get("name")).lower() if scheme.get("in") == "header" else scheme.get("name")
    return text([scheme.get("type"), scheme.get("in"), where, str(scheme.get("scheme", "")).lower()])


def _renamed(facts: Facts) -> Iterator[tuple[str, str]]:
    old, new = _schemes(facts.old), _schemes(facts.new)
    free = [name for name in new if name not in old]
    for name in old:
        if name not in new:
            other = next((found for found in free if _demand(new[found]) == _demand(old[name])), None)
            if other is not None:
                free.remove(other)
                yield name, other


def schemes(facts: Facts) -> Iterator[Found]:
    """Yield what changed in the security schemes themselves."""
    old, new = _schemes(facts.old), _schemes(facts.new)
    same = dict(_renamed(facts))
    old = {same.get(name, name): scheme for name, scheme in old.items()}
    for name in {*old, *new}:
        if name not in new or name not in old:
            yield "scheme-" if name in old else "scheme+", "additive", (name,)
        elif _demand(old[name]) != _demand(new[name]):
            yield "scheme", "breaking", (name,)
        else:
            if old[name].get("openIdConnectUrl") != new[name].get("openIdConnectUrl"):
                yield "schemeUrl", "risky", (name,)
            flows = old[name].get("flows") or {}, new[name].get("flows") or {}
            for kind in {*flows[0], *flows[1]}:
                yield from _flow(name, flows[0].get(kind), flows[1].get(kind))


def _flow(name: str, old: Any, new: Any) -> Iterator[Found]:
    if old is None or new is None:
        yield ("flow+", "additive", (name,)) if old is None else ("flow-", "risky", (name,))
        return
    if any(old.get(key) != new.get(key) for key in URLS):
        yield "schemeUrl", "risky", (name,)
    scopes = set(old.get("scopes") or ()), set(new.get("scopes") or ())
    yield from (("schemeScope+", "additive", (scope,)) for scope in scopes[1] - scopes[0])
    yield from (("schemeScope-", "risky", (scope,)) for scope in scopes[0] - scopes[1])


def servers(items: list[Any], one: Any, other: Any, facts: Facts) -> Iterator[Found]:
    """Yield what changed in the servers that apply to an operation."""
    sides = []
    for operation, item, reader in zip((one, other), items, (facts.old, facts.new), strict=True):
        nearest = next(
            (
                level["servers"]
                for level in (operation, item, reader.document)
                if level.get("servers") is not None
            ),
            None,
        )
        sides.append({server.get("url", "/"): server for server in nearest or [{}]})
    old, new = sides
    yield from (("server-", "risky", (url,)) for url in old if url not in new)
    yield from (("server+", "additive", (url,)) for url in new if url not in old)
    for url in old:
        if url in new and text(old[url].get("variables")) != text(new[url].get("variables")):
            yield "serverVariables", "risky", (url,)
    if old.keys() == new.keys() and list(old) != list(new):
        yield "serverOrder", "risky", ()
