"""Pages of several services in one document: their components may share a name and nothing else.

Inside one service a name means one thing, and two contents are a contradiction. Across services they
are a coincidence: the newer service keeps the name, the other's component gets the service's name in
front. Which pages belong to one service is told by ``sources.yaml``, else by title and host. Inside one, a
security scheme is called what the pages call it that show its name; the others make one up.
"""

from __future__ import annotations

from collections.abc import KeysView, Sequence
from operator import itemgetter
from typing import Any

from trigger_contract.document.shape import COMPONENT_KINDS
from trigger_contract.document.urls import split_url
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, list_of, map_of, put, text_of
from trigger_contract.normalize.model import Fragment
from trigger_contract.normalize.naming.words import component_key, folded, pascal
from trigger_contract.normalize.reading.names import rename_components

# Under these, every name one level below is somebody else's.
_SHARED_HOSTING = (
    *("vercel.app", "herokuapp.com", "github.io", "run.app", "amazonaws.com", "netlify.app"),
    *("azurewebsites.net", "fly.dev", "workers.dev", "onrender.com"),
)
_BEARERS = ("oauth2", "openIdConnect")


def separate_services(fragments: Sequence[Fragment]) -> None:
    """Tell the service of each fragment, newest first, and rename what would collide, in place.

    Raises:
        UserError: Two services have the same method on the same path, which one document cannot hold.
    """
    _check_paths(fragments)
    groups = _groups(fragments)
    if len(groups) > 1:
        _rename_collisions(groups)
    for number, group in enumerate(groups):
        _adopt_scheme_names(group)
        for fragment in group:
            fragment.service = number


def _check_paths(fragments: Sequence[Fragment]) -> None:
    """Refuse two pages that show one path at two addresses and are called differently: two services.

    Whole documents that are called differently are of two services also where they name no server.
    """
    seen: dict[tuple[str, str, str], tuple[Fragment, str, KeysView[str]]] = {}
    for fragment in fragments:
        title = fragment.page.api or text_of(fragment.document.get("info"), "title")
        for group, path, method, operation in fragment.operations():
            served = _addresses(operation)
            known, name, other = seen.setdefault((group, path, method), (fragment, title, served))
            whole = known.dialect == fragment.dialect == "document"
            apart = not served & other if whole else served and other and not served & other
            if apart and title and name and title != name:
                there, here = _named(name, other), _named(title, served)
                raise UserError(
                    f"{method.upper()} {path} is another service's in {known.page.name} ({there}) than here "
                    f"({here}); one document cannot hold both, so normalize them apart",
                    source=fragment.page.name,
                    line=operation.line or None,
                )


def _named(title: str, addresses: KeysView[str]) -> str:
    return f"{title}, on {', '.join(sorted(addresses))}" if addresses else title


def _addresses(operation: Node) -> KeysView[str]:
    """Where an operation's servers are, without the protocol, in their order."""
    urls = (text_of(server, "url") for server in list_of(operation, "servers"))
    parts = [split_url(url) for url in urls]
    return {address: None for one in parts if (address := one.netloc.lower() + one.path.rstrip("/"))}.keys()


def _hosts(operation: Node) -> KeysView[str]:
    """The hosts of an operation's servers, in their order."""
    urls = (text_of(server, "url") for server in list_of(operation, "servers"))
    return {host: None for url in urls if (host := split_url(url).hostname)}.keys()


def _groups(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Join pages of one listed API, and pages that nobody listed with those whose title or host they share.

    A page with neither title nor host joins the first that has one. Two listed APIs are never joined.
    """
    groups = [[index] for index in range(len(fragments))]  # the first of each is the least
    listed = [{fragment.page.api} - {None, ""} for fragment in fragments]

    def join(one: int, other: int) -> None:
        first, second = sorted((groups[one], groups[other]), key=itemgetter(0))
        apis = listed[first[0]] | listed[second[0]]
        if first is not second and len(apis) < 2:
            listed[first[0]] = apis
            first += second
            for index in second:
                groups[index] = first

    owner: dict[str, int] = {}
    marks = [_marks(fragment) for fragment in fragments]
    for index in range(len(fragments)):
        for mark in marks[index] or ["nothing"]:
            join(owner.setdefault(mark, index), index)
    if "nothing" in owner:
        join(next((index for index, found in enumerate(marks) if found), 0), owner["nothing"])
    return [
        [fragments[member] for member in sorted(group)]
        for index, group in enumerate(groups)
        if index == min(group)
    ]


def _marks(fragment: Fragment) -> list[str]:
    title = map_of(fragment.document, "info").get("title")
    found = [f"api {fragment.page.api}"] if fragment.page.api else []
    found += [f"title {title}"] if isinstance(title, str) else []
    found += [f"site {_site(host)}" for *_, operation in fragment.operations() for host in _hosts(operation)]
    return list(dict.fromkeys(found))


def _site(host: str) -> str:
    labels = host.split(".")
    keep = 3 if host.endswith(_SHARED_HOSTING) else 2
    return ".".join(labels[-keep:])


def _rename_collisions(groups: list[list[Fragment]]) -> None:
    for kind in COMPONENT_KINDS:
        first: dict[str, tuple[int, Any]] = {}
        for number, group in enumerate(groups):
            renamed: dict[tuple[str, str], str] = {}
            for fragment in group:
                for name, value in fragment.named(kind).items():
                    owner, known = first.setdefault(name, (number, value))
                    if owner != number and known != value:
                        renamed[kind, name] = component_key(_service_name(group) + pascal(name))
            for fragment in group:
                rename_components(fragment.document, renamed)


def _service_name(group: list[Fragment]) -> str:
    mark = next((mark for fragment in group for mark in _marks(fragment)), "")
    kind, _, text = mark.partition(" ")
    return pascal(text.split(".")[0] if kind == "site" else text) or "Other"


def _adopt_scheme_names(group: list[Fragment]) -> None:
    """Give schemes of the expanded dialect, which loses the spelling of names, the published names."""
    definitions = {
        name: scheme
        for fragment in reversed(group)
        if fragment.dialect not in ("expanded", "rendered")
        for name, scheme in fragment.named("securitySchemes").items()
    }
    published = {folded(name): name for name in definitions}
    for fragment in group:
        if fragment.dialect == "expanded":
            own = fragment.named("securitySchemes")
            called = {("securitySchemes", name): published.get(folded(name), name) for name in own}
            rename_components(fragment.document, {old: new for old, new in called.items() if new != old[1]})
            _deal_out_again(own, definitions)


def _deal_out_again(own: LocatedMapping, published: dict[str, Any]) -> None:
    """Give schemes that changed places the definitions that another page publishes under their names.

    Only an exchange is put right: the page must show every one of these definitions, under another name.
    """
    names = [name for name in own if name in published]
    wanted = {name: _sent(published[name]) for name in names}
    shown = {_sent(own[name]): own[name] for name in names}
    if len(shown) == len(names) and set(shown) == set(wanted.values()):
        for name in names:
            put(own, name, shown[wanted[name]])


def adopt_schemes(fragments: Sequence[Fragment]) -> None:
    """Rename the schemes of each rendered fragment, in place, as the other pages of its service call them."""
    for fragment in fragments:
        own = fragment.named("securitySchemes") if fragment.partial else None
        if not own:
            continue
        others = [each for each in fragments if not each.partial and each.service == fragment.service]
        for name in [*own] if others else ():
            for unequal, published in _published(own[name], fragment, others):
                if published != name:
                    if unequal or published in own:
                        del own[name]  # else it may have a text of its own
                    rename_components(fragment.document, {("securitySchemes", name): published})


def _published(scheme: Node, fragment: Fragment, others: Sequence[Fragment]) -> list[tuple[bool, str]]:
    """Find a scheme that is sent alike, first among those that the same operation asks for."""
    shown = {found[:3] for found in fragment.operations()}
    asked = {
        name
        for other in others
        for *where, operation in other.operations()
        if tuple(where) in shown
        for requirement in list_of(operation, "security")
        for name in requirement
    }
    known = [entry for other in others for entry in other.named("securitySchemes").items()]
    # A token of OAuth or OpenID Connect is sent as a bearer token (RFC 6750, section 2.1).
    bearer = _sent(scheme) == ("http", "bearer")
    found = [
        (name not in asked, _sent(scheme) != _sent(candidate), index, name)
        for index, (name, candidate) in enumerate(known)
        if _sent(scheme) == _sent(candidate)
        or (name in asked and bearer and text_of(candidate, "type") in _BEARERS)
    ]
    return [(unequal, name) for _, unequal, _, name in sorted(found)[:1]]


def _sent(scheme: Any) -> tuple[str, ...]:
    """How a scheme is sent; the names of headers and of HTTP schemes do not depend on case."""
    kind, place, name = (text_of(scheme, key) for key in ("type", "in", "name"))
    if kind == "http":
        return (kind, text_of(scheme, "scheme").lower())
    if kind == "apiKey":
        return (kind, place, name.lower() if place == "header" else name)
    return (kind,)
