"""From one page of a list to the next: values of the query, or an address that an answer names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.urls import split_url

_LINK = re.compile(r"<(?P<address>[^>]*)>(?P<parameters>(?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]+))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^\s;,]+))", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """What leads to a page.

    Attributes:
        values: A value for each query name that says which page is meant.
        address: The target of the page, where an answer named one.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    address: str | None = None

    @property
    def name(self) -> str:
        """What tells this step from others, for people too."""
        if self.address is not None:
            return f"the address {self.address!r}"
        return " and ".join(f"{name} {value!r}" for name, value in self.values.items())


def at_path(body: Any, path: Sequence[str] | None) -> Any:
    """Return what stands at a path of names in an answer, or None where nothing does or there is no path."""
    if path is None:
        return None
    value = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def link_of(exchange: Exchange, relation: str) -> str | None:
    """Return the address that the field ``Link`` gives for a relation. Source: RFC 8288, section 3."""
    for found in _LINK.finditer(exchange.headers.get("link", "")):
        named = _REL.search(found["parameters"])
        kinds = (named["quoted"] or named["plain"] or "").lower().split() if named else []
        if relation in kinds or (relation == "prev" and "previous" in kinds):
            return found["address"]
    return None


def target_of(exchange: Exchange, address: str) -> str | None:
    """Return the target of the request that an address in an answer stands for; None where it is no address.

    It is asked for at the server under check and nowhere else: behind a gateway a server may name itself
    otherwise than it is reached, and a key goes to no other host.

    Args:
        exchange: The answer; the address may be relative to it.
        address: The address as the answer writes it.
    """
    try:
        parts = urlsplit(urljoin(exchange.url, address))
    except ValueError:
        return None
    asked, path = split_url(exchange.url).path, parts.path or "/"
    # The path at which the server is reached, which the client adds to every target again.
    prefix = asked.removesuffix(exchange.request.target.partition("?")[0])
    if prefix and prefix != asked and path.startswith(prefix + "/"):
        path = path[len(prefix) :]
    target = path + (f"?{parts.query}" if parts.query else "")
    return quote(target, safe="%/?:@!$&'()*+,;=[]~")


def is_addressable(subject: Subject) -> bool:
    """Whether the page that begins at any place can be asked for: by an item's id, a number or an offset."""
    pages = subject.pages
    if pages is None or pages.after is None:
        return False
    return pages.kind in ("last-id", "number", "offset") or (pages.kind == "cursor" and pages.cursor_is_id)


def is_by_id(subject: Subject) -> bool:
    """Whether a page is asked for by the id of an item."""
    return (
        is_addressable(subject) and subject.pages is not None and subject.pages.kind in ("cursor", "last-id")
    )


def start_at(subject: Subject, order: Sequence[str], position: int, size: int) -> tuple[int, dict[str, Any]]:
    """Return the query of a page that begins at a place of the list, and that place.

    Args:
        subject: A list with pages that can be asked for by where they begin.
        order: The ids of the whole list.
        position: How many items stand before the page; a page by its number begins at the next lower multiple
            of the size.
        size: Items a page.
    """
    pages = subject.pages
    assert pages is not None
    assert pages.after is not None
    if pages.kind == "number":
        number = position // size
        return number * size, {pages.after.name: pages.first + number}
    if pages.kind == "offset":
        return position, {pages.after.name: pages.first + position}
    return position, {pages.after.name: order[position - 1]} if position else {}
