"""How a list is walked, found by its form, never by an operation's name.

What the form does not show, or shows wrongly, an extension on the operation declares:

    x-pagination: false            # no list that is walked
    x-pagination:
      kind: cursor                 # cursor, last-id, number, offset, url or link
      items: data.things           # names from the body to the array, joined by dots; "" for the body itself
      after: cursor                # names on the wire of what is sent; size and before likewise
      next: meta.next              # where it comes from; previous, has_more, total and total_pages likewise
      first: 0                     # the number of the first page
    number: meta.page            # where the body says which page it is
      identity: key                # the field of an item that a cursor is
      cursor_is_id: true
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from trigger_contract.document import page_names
from trigger_contract.document.composition import Composition, View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.identity import identity_of
from trigger_contract.document.listing import answer_schema, item_schema, items_of
from trigger_contract.document.operations import Operation, response_of, success_statuses
from trigger_contract.document.paths import template
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.document.words import flat
from trigger_contract.errors import UserError

EXTENSION = "x-pagination"

Kind = Literal["cursor", "last-id", "number", "offset", "url", "link"]
Path = tuple[str, ...]

_NUMBERS = frozenset(("integer", "number"))
_DEEPEST = 3
_ADDRESS = re.compile(r"\b(?:url|uri|link|href|address|https?://)", re.IGNORECASE)
_AN_ID = re.compile(r"\b(?:id|identifier|primary key)\b", re.IGNORECASE)
_NO_ID = re.compile(
    r"\bopaque\b|\b(?:no|not|never|isn't|nor)\b[^.;]{0,20}\b(?:id|identifier)\b"
    r"|\b(?:cursor|page|request|token)[ -](?:id|identifier)\b",
    re.IGNORECASE,
)
_FROM_ZERO = re.compile(
    r"\b(?:zero|0)[ -](?:based|indexed)"
    r"|\b(?:starts?|starting|begins?|beginning|counted|numbered) (?:at|with|from) (?:zero|0)\b"
    r"|\bfirst page is `?(?:0|zero)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pagination:
    """How one list operation is walked.

    Attributes:
        kind: ``cursor`` (a token of the answer is sent back), ``last-id`` (the identity of the last item is),
            ``number`` (page after page by number), ``offset`` (how many items are skipped), ``url`` (the body
            names the address of the next page) or ``link`` (the header ``Link`` does, RFC 8288).
        items: Path to the items in the body; empty where the body itself is the array.
        size: What sets how many items a page has.
        after: What takes the cursor, the page's number or the offset.
        before: What takes the cursor of the page before.
        next: Where the next cursor or address stands in the body.
        previous: Where the one before stands.
        has_more: Where the body says whether there is more.
        total: Where the body says how many items there are.
        total_pages: Where the body says how many pages there are.
        first: Number of the first page, or the offset of the first item.
        number: Where the body says which page it is.
        cursor_is_id: Whether a cursor is the identity of an item, because the text says so.
        identity: The field of an item that identifies it, for ``last-id`` and for cursors that are ids.
        reason: Why this was found.
    """

    kind: Kind
    items: Path
    size: QueryLeaf | None = None
    after: QueryLeaf | None = None
    before: QueryLeaf | None = None
    next: Path | None = None
    previous: Path | None = None
    has_more: Path | None = None
    total: Path | None = None
    total_pages: Path | None = None
    first: int = 1
    number: Path | None = None
    cursor_is_id: bool = False
    identity: str | None = None
    reason: str = ""


def pagination(document: Mapping[str, Any], operation: Operation) -> Pagination | None:
    """Return how a list is walked, or None where an operation is no list or gives all at once.

    Raises:
        UserError: ``x-pagination`` declares what the operation does not have.
    """
    declared = operation.definition.get(EXTENSION)
    if declared is False:
        return None
    form = _Form(document, operation) if items_of(document, operation) is not None else None
    if isinstance(declared, Mapping):
        return _declared(document, operation, declared, form.found() if form else None)
    return form.found() if form else None


class _Form:
    """What the form of one list shows: names that are sent, fields that come back."""

    def __init__(self, document: Mapping[str, Any], operation: Operation) -> None:
        self._document, self._operation = document, operation
        self._views = composition(document)
        self._noun = template(operation.path).noun
        self.items = items_of(document, operation) or ()
        leaves = query_leaves(document, operation)
        self.numbered = [leaf for leaf in leaves if _may_be_number(self._views.view(leaf.schema))]
        self.size = _leaf(self.numbered, page_names.SIZE)
        self.after = _leaf(leaves, page_names.AFTER)
        self.before = _leaf(leaves, page_names.BEFORE)
        self.page = _leaf(self.numbered, page_names.NUMBER)
        self.offset = _leaf(self.numbered, page_names.OFFSET)
        self.page_token = None if self.page else _leaf(leaves, frozenset(("page",)))
        body = answer_schema(document, operation) or {}
        self.fields = [
            found
            for part in self._views.alternatives(body)
            for found in _fields(self._views, part, self.items)
        ]
        self.item = item_schema(document, operation, self.items)

    def found(self) -> Pagination | None:
        """Decide on the kind: what the answer hands over first, then what is counted."""
        has_more, total = (
            self._field(page_names.HAS_MORE, ("boolean",)),
            self._field(page_names.TOTAL, _NUMBERS),
        )
        pages = self._field(page_names.TOTAL_PAGES, _NUMBERS)
        base = Pagination("cursor", self.items, self.size, has_more=has_more, total=total, total_pages=pages)
        return (
            self._cursor(base)
            or self._last_id(base)
            or self._address(base)
            or self._link(base)
            or self._offset(base)
            or self._number(base)
        )

    def _cursor(self, base: Pagination) -> Pagination | None:
        after = self.after or self.page_token
        found = self._next(address=False)
        if after is None or found is None:
            return None
        path, view = found
        previous = self._path(page_names.PREVIOUS, _is_token)
        is_id = _says_id(after.description, after.schema.get("description"), view.get("description"))
        identity = identity_of(self._views, self.item, noun=self._noun) if is_id else None
        text = "the text says that it is an item's id" if is_id else "opaque"
        return replace(
            base, after=after, before=self.before, next=path, previous=previous,
            cursor_is_id=identity is not None, identity=identity,
            reason=f"`{after.name}` takes the cursor of `{_dotted(path)}`, {text}",
        )  # fmt: skip

    def _last_id(self, base: Pagination) -> Pagination | None:
        identity = identity_of(self._views, self.item, noun=self._noun)
        if self.after is None or identity is None or flat(self.after.last_name) not in page_names.IDS_AFTER:
            return None
        says = _says_id(self.after.description, self.after.schema.get("description"))
        if base.has_more is None and not says:
            return None
        why = (
            f"`{_dotted(base.has_more)}` says whether there is more" if base.has_more else "the text says so"
        )
        return replace(
            base, kind="last-id", after=self.after, before=self.before, cursor_is_id=True, identity=identity,
            reason=f"`{self.after.name}` takes the `{identity}` of the last item; {why}",
        )  # fmt: skip

    def _address(self, base: Pagination) -> Pagination | None:
        found = self._next(address=True)
        if found is None:
            return None
        previous = self._path(page_names.PREVIOUS | page_names.PREVIOUS_URL, _leads_on)
        number = self.page or self.offset or self.after
        reason = f"`{_dotted(found[0])}` is the address of the next page"
        return replace(base, kind="url", after=number, next=found[0], previous=previous, reason=reason)

    def _link(self, base: Pagination) -> Pagination | None:
        if base.total_pages or base.has_more or (base.total and self.offset):
            return None
        for status in success_statuses(self._operation)[:1]:
            response = response_of(self._document, self._operation, status) or {}
            if any(name.lower() == "link" for name in response.get("headers") or {}):
                reason = "the answer has the header `Link`"
                return replace(base, kind="link", after=self.page or self.offset or self.after, reason=reason)
        return None

    def _offset(self, base: Pagination) -> Pagination | None:
        if self.offset is None or (self.page is not None and base.total_pages is not None):
            return None
        if self.size is None and base.total is None and base.has_more is None:
            return None
        first = self.offset.schema.get("default")
        return replace(
            base, kind="offset", after=self.offset, first=first if first == 1 else 0,
            reason=f"`{self.offset.name}` is a number that skips items",
        )  # fmt: skip

    def _number(self, base: Pagination) -> Pagination | None:
        if self.page is None:
            return None
        first = _first_number(self.page)
        ends = next((path for path in (base.total_pages, base.has_more, base.total) if path), None)
        why = f"`{_dotted(ends)}` tells the end" if ends else "the end is a page that is not full"
        return replace(
            base, kind="number", after=self.page, first=first,
            number=self._field(page_names.NUMBER, _NUMBERS),
            reason=f"`{self.page.name}` is the page's number, from {first}; {why}",
        )  # fmt: skip

    def _next(self, *, address: bool) -> tuple[Path, View] | None:
        """Return where the next cursor, or the next page's address, stands."""
        # Where the query takes nothing that leads on, the next page can only be an address.
        alone = not (self.after or self.page or self.offset or self.page_token)
        for path, view in self.fields:
            name = _name_of(path)
            is_address = _leads_on(path, view) or (
                alone and name in ("next", "nextpage") and "string" in types_of(view)
            )
            if address and is_address and name in page_names.NEXT | page_names.NEXT_URL:
                return path, view
            if not address and not is_address and name in page_names.NEXT and _is_token(path, view):
                return path, view
        return None

    def _path(self, names: frozenset[str], fits: Any) -> Path | None:
        for path, view in self.fields:
            if _name_of(path) in names and fits(path, view):
                return path
        return None

    def _field(self, names: frozenset[str], types: Iterable[str]) -> Path | None:
        allowed = set(types)
        return self._path(names, lambda _, view: bool(allowed & set(types_of(view))))


def _fields(views: Composition, body: View, items: Path) -> Iterator[tuple[Path, View]]:
    """Yield the scalars of a body that do not stand in its items, the outer ones first."""
    level: list[tuple[Path, View]] = [((), body)]
    for _ in range(_DEEPEST):
        below: list[tuple[Path, View]] = []
        for path, view in level:
            for name, inner in views.properties(view).items():
                if (*path, name) == items:
                    continue
                if "properties" in inner:
                    below.append(((*path, name), inner))
                else:
                    yield (*path, name), inner
        level = below


def _name_of(path: Path) -> str:
    """The last name of a path; the ``href`` of HAL's ``next`` is called next."""
    return flat(path[-2] if path[-1] == "href" and len(path) > 1 else path[-1])


def _is_token(path: Path, view: View) -> bool:
    kinds = set(types_of(view))
    return bool(kinds & {"string", "integer", "number"}) and not _is_address(path, view)


def _leads_on(path: Path, view: View) -> bool:
    """Whether a field holds the address of another page, by its name or by its form."""
    kinds = types_of(view)
    named = _name_of(path) in page_names.NEXT_URL | page_names.PREVIOUS_URL
    return (named and (not kinds or "string" in kinds)) or _is_address(path, view)


def _is_address(path: Path, view: View) -> bool:
    kinds = types_of(view)
    if kinds and "string" not in kinds:
        return False
    if view.get("format") in ("uri", "url", "uri-reference", "iri", "iri-reference"):
        return True
    if path[-1] == "href" or any(flat(name) in ("links", "link") for name in path[:-1]):
        return True
    shown = [view.get("example"), view.get("default"), *(_listed(view.get("examples")))]
    if any(isinstance(value, str) and value.startswith(("http://", "https://", "/")) for value in shown):
        return True
    return bool(_ADDRESS.search(str(view.get("description") or ""))) and not any(
        "cursor" in flat(name) or "token" in flat(name) for name in path[-1:]
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _says_id(*texts: Any) -> bool:
    said = " ".join(text for text in texts if isinstance(text, str))
    return bool(_AN_ID.search(said)) and not _NO_ID.search(said)


def _may_be_number(view: View) -> bool:
    kinds = types_of(view)
    return bool(_NUMBERS & set(kinds)) or (not kinds and "enum" not in view)


def _first_number(leaf: QueryLeaf) -> int:
    for key in ("default", "minimum"):
        value = leaf.schema.get(key)
        if value in (0, 1) and not isinstance(value, bool):
            return int(value)
    texts = f"{leaf.description} {leaf.schema.get('description') or ''}"
    return 0 if _FROM_ZERO.search(texts) else 1


def _leaf(leaves: Iterable[QueryLeaf], names: frozenset[str]) -> QueryLeaf | None:
    return next((leaf for leaf in leaves if flat(leaf.last_name) in names), None)


def _dotted(path: Path | None) -> str:
    return ".".join(path or ())


def _declared(
    document: Mapping[str, Any], operation: Operation, declared: Mapping[str, Any], found: Pagination | None
) -> Pagination:
    """Read the extension; what it leaves out is what the form shows."""
    leaves = {leaf.name: leaf for leaf in query_leaves(document, operation)}

    def fail(message: str, key: str) -> UserError:
        line = getattr(declared, "lines", {}).get(key)
        source = getattr(declared, "source", None)
        return UserError(f"{EXTENSION} of {operation.operation_id}: {message}", source=source, line=line)

    changes: dict[str, Any] = {"reason": f"declared by {EXTENSION}"}
    for key, value in declared.items():
        if key in ("size", "after", "before"):
            if value not in leaves:
                raise fail(f"{value!r} is no name of its query; there are {', '.join(leaves) or 'none'}", key)
            changes[key] = leaves[value]
        elif key in ("items", "next", "previous", "has_more", "total", "total_pages", "number"):
            changes[key] = tuple(name for name in str(value).split(".") if name)
        elif key in ("kind", "first", "cursor_is_id", "identity"):
            changes[key] = value
        else:
            raise fail(f"{key!r} is none of its keys", key)
    kind = changes.get("kind", found.kind if found else None)
    if kind not in get_args(Kind):
        raise fail(f"kind is one of {', '.join(get_args(Kind))}", "kind")
    return replace(found or Pagination("cursor", items_of(document, operation) or ()), **changes)
