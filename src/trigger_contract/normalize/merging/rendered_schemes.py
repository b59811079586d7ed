"""Security schemes of rendered pages under the names that other pages publish.

A rendered page shows a header and what it holds, never what the scheme is called; the reader makes a name up.
Where another page of the same service has a scheme that is sent alike, its name is the published one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trigger_contract.normalize.located import Node, line_of, put
from trigger_contract.normalize.model import Fragment

_BEARERS = ("oauth2", "openIdConnect")


def adopt_schemes(fragments: Sequence[Fragment], services: Mapping[str, int]) -> None:
    """Rename the schemes of each rendered fragment, in place, as the other pages of its service call them.

    Args:
        fragments: Newest first.
        services: The number of the service of each page, by the page's name.
    """
    for fragment in fragments:
        own = _schemes(fragment) if fragment.dialect == "rendered" else Node()
        if not own:
            continue
        service = services.get(fragment.page.name, 0)
        others = [
            other
            for other in fragments
            if other.dialect != "rendered" and services.get(other.page.name, 0) == service
        ]
        for name in [*own] if others else ():
            published = _published(own[name], fragment, others)
            if published is not None and published[0] != name:
                _rename(fragment, own, name, *published)


def _published(scheme: Node, fragment: Fragment, others: Sequence[Fragment]) -> tuple[str, bool] | None:
    """Find a scheme that is sent alike, first among those that the same operation asks for."""
    shown = {found[:3] for found in fragment.operations()}
    asked = {
        name
        for other in others
        for *where, operation in other.operations()
        if tuple(where) in shown
        for requirement in operation.get("security") or ()
        for name in requirement
    }
    found = [
        (name not in asked, not _is_equal(scheme, candidate), index, name)
        for index, (name, candidate) in enumerate(_all_schemes(others))
        if _is_equal(scheme, candidate) or (name in asked and _is_bearer(scheme, candidate))
    ]
    if not found:
        return None
    *_, unequal, _, name = min(found)
    return name, not unequal


def _rename(fragment: Fragment, own: Node, old: str, new: str, equal: bool) -> None:
    scheme, line = own.pop(old), line_of(own, old)
    if equal and new not in own:
        put(own, new, scheme, line)  # it may have a text of its own
    for *_, operation in fragment.operations():
        for requirement in operation.get("security") or ():
            if old in requirement:
                put(requirement, new, requirement.pop(old), line_of(requirement, old))


def _schemes(fragment: Fragment) -> Node:
    components = fragment.document.get("components")
    found = components.get("securitySchemes") if isinstance(components, Node) else None
    return found if isinstance(found, Node) else Node()


def _all_schemes(fragments: Sequence[Fragment]) -> Iterator[tuple[str, Any]]:
    for fragment in fragments:
        yield from _schemes(fragment).items()


def _is_equal(first: Mapping[str, Any], second: Any) -> bool:
    return isinstance(second, dict) and _sent(first) == _sent(second)


def _is_bearer(first: Mapping[str, Any], second: Any) -> bool:
    """A token of OAuth or OpenID Connect is sent as a bearer token (RFC 6750, section 2.1)."""
    return _sent(first) == ("http", "bearer") and isinstance(second, dict) and second.get("type") in _BEARERS


def _sent(scheme: Mapping[str, Any]) -> tuple[str, ...]:
    """How a scheme is sent; the names of headers and of HTTP schemes do not depend on case."""
    if scheme.get("type") == "http":
        return ("http", str(scheme.get("scheme")).lower())
    if scheme.get("type") == "apiKey":
        name = str(scheme.get("name"))
        return ("apiKey", str(scheme.get("in")), name.lower() if scheme.get("in") == "header" else name)
    return (str(scheme.get("type")),)
