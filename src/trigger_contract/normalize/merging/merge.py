"""Fragments of several pages become one draft; wherever two of them disagree, a contradiction is noted.

Fragments come newest first. A newer page wins where both speak; properties, parameters, responses and
bodies that only one page shows are kept, because a page that does not mention one denies nothing; a
limit, a type or a required name that only the older page has is dropped, because the newer page
defines the same thing without it; so is what the older page says and the newer one leaves to OpenAPI's
default. A rendered page proves nothing by what it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.document.shape import (
    COMPONENT_KINDS,
    LIST,
    MAP,
    ONE,
    REFERENCE_KINDS,
    field_shape,
    is_extension,
)
from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.ledger import Ledger, claim, contrast
from trigger_contract.normalize.located import Node, Pointer, copy_value, find, line_of, node_like, put
from trigger_contract.normalize.merging.flatten import flatten
from trigger_contract.normalize.merging.notes import (
    Notes,
    entry_kind,
    implied_value,
    is_implied,
    kind_of,
    left_out,
)
from trigger_contract.normalize.model import Fragment
from trigger_contract.normalize.rendered.types import ShownNumber

_ANNOTATIONS = frozenset(
    [
        "title",
        "description",
        "example",
        "examples",
        "externalDocs",
        "xml",
        "summary",
        "tags",
        "$comment",
        "operationId",
        "x-ref-identifier",
        "x-codeSamples",
    ]
)
_EXTRAS = ("externalDocs", "jsonSchemaDialect")
_UNORDERED = frozenset(("required", "enum"))
# Without one of these nobody knows how a credential is sent.
_SENT = ("type", "in", "name", "scheme")
_SILENT = frozenset(("x-ref-identifier",))
_KEPT_APART = frozenset(
    ("parameters", "responses", "content", "requestBody", "properties", "headers", "links", "schema")
)
_NOTED_ALONE = _KEPT_APART | {"security"}


@dataclass
class Merger:
    """Merges fragments into one draft.

    Attributes:
        fragments: Newest first; ties have been broken already.
        notes: Where contradictions are noted.
        services: The number of the service of each page, by the page's name.
        draft: The document so far.
    """

    fragments: Sequence[Fragment]
    notes: Notes
    services: Mapping[str, int] = field(default_factory=dict)
    draft: Node = field(default_factory=Node)
    _owners: dict[Pointer, Node] = field(default_factory=dict)

    def merge(self) -> Node:
        """Merge all fragments and return the draft."""
        put(self.draft, "openapi", "3.1.0")
        for section in ("info", "tags"):
            for fragment in self.fragments:
                self._top(fragment, section)
        for group in COMPONENT_KINDS:
            for fragment in self.fragments:
                self._named(fragment, group)
        for group in ("paths", "webhooks"):
            for fragment in self.fragments:
                self._paths(fragment, group)
        for fragment in self.fragments:
            self._rest(fragment.document.get("components"))
            extras = [key for key in fragment.document if key.startswith("x-") or key in _EXTRAS]
            for key in extras:
                self._first(self.draft, fragment.document, key, (key,))
        return self.draft

    def _first(self, known: Node, own: Node, key: str, pointer: Pointer) -> None:
        """Take over what the newest page says where there can be one only."""
        if key not in known:
            put(known, key, own[key], line_of(own, key))
            self._owners[pointer] = own
        elif known[key] != own[key]:
            self.notes.note(
                kind_of(key), pointer, self._owners.get(pointer, known), own, known[key], own[key]
            )

    def _top(self, fragment: Fragment, section: str) -> None:
        value = fragment.document.get(section)
        if value is None:
            return
        known = self.draft.get(section)
        if known is None:
            put(self.draft, section, value, line_of(fragment.document, section))
        elif section == "tags":
            names = {tag.get("name"): tag for tag in known if isinstance(tag, dict)}
            for tag in value:
                if isinstance(tag, Node) and tag.get("name") in names:
                    self.object("tag", names[tag.get("name")], tag, ("tags", str(tag.get("name"))))
                else:
                    known.append(tag)
        elif self._same_api(known.source, fragment):
            self.object("info", known, value, ("info",))
        else:
            self._other_api(known, value)

    def _other_api(self, known: Node, other: Node) -> None:
        """Note what is not said of a second service, since a document has one ``info``."""
        for key, value in other.items():
            if known.get(key) != value:
                ours, theirs = contrast(known.get(key, "nothing"), value)
                claims = claim(known, key, ours), claim(other, key, theirs)
                reason = "Two services meet, and a document has one `info`: that of the newest page."
                self.notes.ledger.rule("info", ("info", key), reason, *claims)

    def _same_api(self, source: str, fragment: Fragment) -> bool:
        return self.services.get(source, 0) == self.services.get(fragment.page.name, 0)

    def _named(self, fragment: Fragment, group: str) -> None:
        own = fragment.document.get("components", {}).get(group)
        if not own:
            return
        components = self.draft.setdefault("components", node_like(fragment.document))
        named = components.setdefault(group, node_like(own))
        for name, value in own.items():
            if name not in named:
                put(named, name, value, line_of(own, name))
            else:
                where = ("components", group, name)
                named[name] = self.object(COMPONENT_KINDS[group], named[name], value, where, named, own)

    def _rest(self, own: Any) -> None:
        """Keep what is no known group of components, for an extension or for the validation to name."""
        for key in own if isinstance(own, Node) else ():
            if key not in COMPONENT_KINDS:
                components = self.draft.setdefault("components", node_like(own))
                self._first(components, own, key, ("components", key))

    def _paths(self, fragment: Fragment, group: str) -> None:
        own = fragment.document.get(group)
        if not own:
            return
        items = self.draft.setdefault(group, node_like(own))
        for path, item in own.items():
            if path not in items or is_extension("document", group, path):
                self._first(items, own, path, (group, path))
            else:
                items[path] = self.object("pathItem", items[path], item, (group, path))

    # -- objects ---------------------------------------------------------------------------------

    def object(self, kind: str, newer: Any, older: Any, pointer: Pointer, *holders: Any) -> Any:
        """Merge one object into its newer self and return it.

        Args:
            kind: What it is, as in ``shape``.
            newer: The object on the newer page; a schema may be true or false.
            older: The one on the older page.
            pointer: Where it stands in the draft.
            holders: What the two stand in, which tells where they were read if they do not.
        """
        if not isinstance(newer, Node) or not isinstance(older, Node):
            if newer != older:
                places = [
                    own if isinstance(own, Node) else holder
                    for own, holder in zip((newer, older), holders, strict=True)
                ]
                self.notes.note("value", pointer, places[0], places[1], newer, older)
            return newer
        if newer is older:
            return newer
        if newer == older:
            newer.also.append(older)
            return newer
        if kind in REFERENCE_KINDS and ("$ref" in newer) != ("$ref" in older):
            return self._reference_and_inline(kind, newer, older, pointer)
        newer.also.append(older)
        for key in [*older]:
            self._field(kind, newer, older, key, pointer)
        for key in newer:
            if key not in older:
                self._only_newer(kind, newer, older, key, pointer)
        return newer

    def _reference_and_inline(self, kind: str, newer: Node, older: Node, pointer: Pointer) -> Any:
        """One page names a component where the other writes it out."""
        resolved_newer = self._resolve(newer)
        resolved_older = self._resolve(older)
        if resolved_newer is None or resolved_older is None:
            self.notes.note(
                "reference", pointer, newer, older, newer.get("$ref", "inline"), older.get("$ref", "inline")
            )
            return newer
        trial = Merger(self.fragments, replace(self.notes, ledger=Ledger()), self.services, self.draft)
        trial.object(kind, copy_value(resolved_newer), copy_value(resolved_older), pointer)
        if not trial.notes.ledger.entries:
            kept = newer if "$ref" in newer else older
            kept.also.append(older if kept is newer else newer)
            return kept
        if "$ref" in newer:
            newer.also.append(older)
            for contradiction in trial.notes.ledger.entries.values():
                self.notes.ledger.add(contradiction)
            return newer
        return self.object(kind, newer, copy_value(resolved_older), pointer)

    def _lookup(self, node: Node) -> Callable[[str], Any]:
        """Follow references in the page that wrote them, else in the draft."""
        fragment = self.notes.by_source.get(node.source)
        roots = [self.draft] if fragment is None else [fragment.document, self.draft]
        return lambda reference: next(
            (value for root in roots if (value := find(root, reference)) is not None), None
        )

    def _resolve(self, node: Node) -> Node | None:
        """Follow a reference and merge ``allOf`` as the expanded dialect does."""
        return flatten(node, self._lookup(node))

    def _field(self, kind: str, newer: Node, older: Node, key: str, pointer: Pointer) -> None:
        value = older[key]
        if key not in newer:
            self._only_older(kind, newer, older, key, pointer)
            return
        known = newer[key]
        if known == value and not isinstance(known, Node):
            return
        if isinstance(known, ShownNumber) and value == "integer":
            put(newer, key, value, older.lines.get(key))
            return
        if isinstance(value, ShownNumber) and known == "integer":
            return
        form, child_kind = field_shape(kind, key) or ("", "")
        below: Pointer = (*pointer, key)
        if form == ONE:
            newer[key] = self.object(child_kind, known, value, below, newer, older)
        elif form == MAP and isinstance(known, Node) and isinstance(value, Node):
            self._map(child_kind, known, value, below)
        elif form == LIST and child_kind == "parameter":
            self._parameters(known, value, below)
        elif (
            form == LIST and isinstance(known, list) and isinstance(value, list) and len(known) == len(value)
        ):
            for index, (ours, theirs) in enumerate(zip(known, value, strict=True)):
                known[index] = self.object(child_kind, ours, theirs, (*below, index), known, value)
        elif key in _UNORDERED and _same_members(known, value):
            return
        elif _words(known) == _words(value) and key in _ANNOTATIONS:
            return  # the same text, folded in another way
        elif key == "description" and known == "" and self._partial(newer):
            put(newer, key, value, older.lines.get(key))  # it shows none
        elif key == "description" and value == "" and self._partial(older):
            return
        elif known != value and key not in _SILENT:
            self.notes.note(kind_of(key), below, newer, older, known, value)

    def _only_older(self, kind: str, newer: Node, older: Node, key: str, pointer: Pointer) -> None:
        value, line, below = older[key], older.lines.get(key), (*pointer, key)
        implied = implied_value(kind, newer, key)
        if self._partial(newer) or is_implied(kind, older, key):
            put(newer, key, value, line)
        elif implied is not None:
            self.notes.note(kind_of(key), below, newer, older, left_out(implied), value, chosen=implied)
        elif key in _ANNOTATIONS or key.startswith("x-"):
            put(newer, key, value, line)
        elif kind == "schema" and key not in _KEPT_APART:
            self.notes.note(kind_of(key), below, newer, older, "nothing", value, chosen="nothing")
        else:
            put(newer, key, value, line)
            if key in _NOTED_ALONE or (kind == "securityScheme" and key in _SENT):
                self.notes.note_only(kind_of(key), below, newer, older, value)

    def _only_newer(self, kind: str, newer: Node, older: Node, key: str, pointer: Pointer) -> None:
        if self._partial(older) or older.source == newer.source or is_implied(kind, newer, key):
            return
        implied, below = implied_value(kind, older, key), (*pointer, key)
        if implied is not None:
            self.notes.note(kind_of(key), below, newer, older, newer[key], left_out(implied))
        elif key in _ANNOTATIONS or key.startswith("x-"):
            return
        elif (
            kind == "schema"
            or (kind == "securityScheme" and key in _SENT)
            or key in _KEPT_APART
            or key == "security"
        ):
            self.notes.note(kind_of(key), below, newer, older, newer[key], "nothing")

    def _map(self, kind: str, newer: Node, older: Node, pointer: Pointer) -> None:
        for key, value in older.items():
            if key in newer:
                newer[key] = self.object(kind, newer[key], value, (*pointer, key), newer, older)
                continue
            put(newer, key, value, older.lines.get(key))
            if not self._partial(newer):
                self.notes.note_only(
                    entry_kind(pointer), (*pointer, key), newer, older, "shown", chosen="kept"
                )
        if self._partial(older) or older.source == newer.source:
            return
        for key in newer:
            if key not in older and _source(newer[key]) != older.source:
                self.notes.note(
                    entry_kind(pointer), (*pointer, key), newer, older, "shown", "nothing", chosen="kept"
                )

    def _parameters(self, newer: LocatedSequence, older: LocatedSequence, pointer: Pointer) -> None:
        known = {self._identity(parameter): index for index, parameter in enumerate(newer)}
        seen = set()
        for parameter in older:
            identity = self._identity(parameter)
            seen.add(identity)
            if identity in known:
                index = known[identity]
                newer[index] = self.object("parameter", newer[index], parameter, (*pointer, index))
                continue
            newer.append(parameter)
            newer.lines.append(parameter.line)
            if not self._partial(newer):
                where = (*pointer, len(newer) - 1)
                self.notes.note_only("parameter", where, newer, parameter, identity[0], chosen="kept")
        if self._partial(older):
            return
        for identity, index in known.items():
            if identity not in seen:
                self.notes.note(
                    "parameter", (*pointer, index), newer[index], older, identity[0], "nothing", chosen="kept"
                )

    def _identity(self, parameter: Any) -> tuple[str, str]:
        resolved = self._resolve(parameter) if "$ref" in parameter else parameter
        resolved = resolved or parameter
        return (str(resolved.get("name", resolved.get("$ref"))), str(resolved.get("in")))

    def _partial(self, node: Node | LocatedSequence) -> bool:
        fragment = self.notes.by_source.get(node.source)
        return fragment is not None and fragment.partial


def _same_members(first: Any, second: Any) -> bool:
    if not isinstance(first, list) or not isinstance(second, list):
        return False
    return sorted(map(repr, first)) == sorted(map(repr, second))


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _source(value: Any) -> str:
    return str(getattr(value, "source", ""))
