"""Fragments of several pages become one draft; wherever two of them disagree, a contradiction is noted.

Fragments come newest first. A newer page wins where both speak; properties, parameters, responses and
bodies that only one page shows are kept, because a page that does not mention one denies nothing; a
limit, a type or a required name that only the older page has is dropped, because the newer page
defines the same thing without it; so is what the older page says and the newer one leaves to OpenAPI's
default. A rendered page proves nothing by what it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.document.conjunction import merge
from trigger_contract.document.shape import (
    COMPONENT_KINDS,
    LIST,
    MAP,
    ONE,
    REFERENCE_KINDS,
    field_shape,
    is_extension,
)
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import (
    Lookup,
    Node,
    Pointer,
    copy_value,
    find,
    in_any_order,
    line_of,
    list_of,
    node_like,
    node_of,
    put,
    take,
    text_of,
)
from trigger_contract.normalize.merging.notes import Notes, called, implied_value, is_implied
from trigger_contract.normalize.model import Fragment, Ledger, brief, claim, contrast
from trigger_contract.normalize.rendered.types import ShownNumber

_ANNOTATIONS = frozenset((
    "title", "description", "example", "examples", "externalDocs", "xml", "summary", "tags", "$comment",
    "operationId", "x-ref-identifier", "x-codeSamples",
))  # fmt: skip
_EXTRAS = ("externalDocs", "jsonSchemaDialect")
_UNORDERED = frozenset(("required", "enum"))
# Without one of these nobody knows how a credential is sent.
_SENT = ("type", "in", "name", "scheme")
_SILENT = frozenset(("x-ref-identifier",))
_NOTED_ALONE = frozenset((
    "parameters", "responses", "content", "requestBody", "properties", "headers", "links", "schema",
    "security",
))  # fmt: skip
_MAXIMUM_STEPS = 50
_ONE_INFO = "Two services meet, and a document has one `info`: that of the newest page."


@dataclass
class Merger:
    """Merges fragments into one draft.

    Attributes:
        fragments: Newest first; ties have been broken already.
        notes: Where contradictions are noted.
        draft: The document so far.
    """

    fragments: Sequence[Fragment]
    notes: Notes
    draft: Node = field(default_factory=Node)
    _owners: dict[Pointer, LocatedMapping] = field(default_factory=dict)

    def merge(self) -> Node:
        """Merge all fragments and return the draft."""
        put(self.draft, "openapi", "3.1.0")
        for fragment in self.fragments:
            self._info(fragment)
            self._tags(fragment)
        for group in COMPONENT_KINDS:
            for fragment in self.fragments:
                self._named(fragment.named(group), group)
        for group in ("paths", "webhooks"):
            for fragment in self.fragments:
                self._paths(fragment, group)
        for fragment in self.fragments:
            own = node_of(fragment.document, "components")
            for key in [key for key in own if key not in COMPONENT_KINDS]:
                # No known group, for an extension or for the validation to name.
                components = self.draft.setdefault("components", node_like(own))
                self._first(components, own, key, ("components", key))
            for key in fragment.document:
                if key.startswith("x-") or key in _EXTRAS:
                    self._first(self.draft, fragment.document, key, (key,))
        return self.draft

    def _first(self, known: LocatedMapping, own: LocatedMapping, key: str, pointer: Pointer) -> None:
        """Take over what the newest page says where there can be one only."""
        if key not in known:
            put(known, key, own[key], line_of(own, key))
            self._owners[pointer] = own
        elif known[key] != own[key]:
            self.notes.note(pointer, self._owners.get(pointer, known), own, known[key], own[key])

    def _info(self, fragment: Fragment) -> None:
        """Merge what is said of one service; a document has one ``info``, so of a second it is noted only."""
        value, known = fragment.document.get("info"), self.draft.get("info")
        if value is None:
            return
        if known is None:
            take(self.draft, fragment.document, "info")
        elif self.notes.by_source[known.source].service == fragment.service:
            self.object("info", known, value, ("info",))
        else:
            for key, other in value.items():
                if known.get(key) != other:
                    ours, theirs = contrast(known.get(key, "nothing"), other)
                    claims = claim(known, key, ours), claim(value, key, theirs)
                    self.notes.ledger.rule("info", ("info", key), _ONE_INFO, *claims)

    def _tags(self, fragment: Fragment) -> None:
        if "tags" not in self.draft and "tags" in fragment.document:
            take(self.draft, fragment.document, "tags")
            return
        known = self.draft.get("tags", [])
        names = {tag.get("name"): tag for tag in known if isinstance(tag, dict)}
        for tag in fragment.document.get("tags", ()):
            if isinstance(tag, Node) and tag.get("name") in names:
                self.object("tag", names[tag.get("name")], tag, ("tags", str(tag.get("name"))))
            else:
                known.append(tag)

    def _named(self, own: LocatedMapping, group: str) -> None:
        if not own:
            return
        components = self.draft.setdefault("components", node_like(own))
        named = components.setdefault(group, node_like(own))
        for name, value in own.items():
            if name not in named:
                put(named, name, value, line_of(own, name))
            else:
                where = ("components", group, name)
                named[name] = self.object(COMPONENT_KINDS[group], named[name], value, where, named, own)

    def _paths(self, fragment: Fragment, group: str) -> None:
        own = node_of(fragment.document, group)
        items = self.draft.setdefault(group, node_like(own)) if own else own
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
        if newer is older:
            return newer
        if not isinstance(newer, Node) or not isinstance(older, Node):
            if newer != older:
                pairs = zip((newer, older), holders, strict=True)
                places = [own if isinstance(own, Node) else holder for own, holder in pairs]
                self.notes.note(pointer, places[0], places[1], newer, older, kind="value")
            return newer
        if newer != older and kind in REFERENCE_KINDS and ("$ref" in newer) != ("$ref" in older):
            return self._reference_and_inline(kind, newer, older, pointer)
        newer.also.append(older)
        for key in [*older, *newer] if newer != older else ():
            if key in newer and key in older:
                self._field(kind, newer, older, key, pointer)
            else:
                self._one_sided(kind, newer, older, key, pointer)
        return newer

    def _reference_and_inline(self, kind: str, newer: Node, older: Node, pointer: Pointer) -> Any:
        """One page names a component where the other writes it out."""
        resolved_newer, resolved_older = self._resolve(newer), self._resolve(older)
        if resolved_newer is None or resolved_older is None:
            ours, theirs = newer.get("$ref", "inline"), older.get("$ref", "inline")
            self.notes.note(pointer, newer, older, ours, theirs, kind="reference")
            return newer
        trial = Merger(self.fragments, replace(self.notes, ledger=Ledger()), self.draft)
        trial.object(kind, copy_value(resolved_newer), copy_value(resolved_older), pointer)
        noted = trial.notes.ledger.entries.values()
        if noted and "$ref" not in newer:
            return self.object(kind, newer, copy_value(resolved_older), pointer)
        kept, other = (newer, older) if "$ref" in newer else (older, newer)
        kept.also.append(other)
        for contradiction in noted:
            self.notes.ledger.add(contradiction)
        return kept

    def _resolve(self, node: Node) -> Node | None:
        """Follow references in the page that wrote them, else in the draft, and merge ``allOf``."""
        fragment = self.notes.by_source.get(node.source)
        roots = [self.draft] if fragment is None else [fragment.document, self.draft]
        return flatten(
            node, lambda to: next((value for root in roots if (value := find(root, to)) is not None), None)
        )

    def _field(self, kind: str, newer: Node, older: Node, key: str, pointer: Pointer) -> None:
        """Merge what both say under a key."""
        known, value = newer[key], older[key]
        if known == value and not isinstance(known, Node):
            return
        form, child_kind = field_shape(kind, key) or ("", "")
        below: Pointer = (*pointer, key)
        lists = isinstance(known, LocatedSequence) and isinstance(value, LocatedSequence)
        if (isinstance(known, ShownNumber) and value == "integer") or (
            key == "description" and known == "" and self._partial(newer)
        ):
            put(newer, key, value, older.lines.get(key))
        elif isinstance(value, ShownNumber) and known == "integer":
            return
        elif form == ONE:
            newer[key] = self.object(child_kind, known, value, below, newer, older)
        elif (form == MAP and isinstance(known, Node) and isinstance(value, Node)) or (
            lists and child_kind == "parameter"
        ):
            self._union(child_kind, known, value, below)
        elif form == LIST and lists and len(known) == len(value):
            for index, (ours, theirs) in enumerate(zip(known, value, strict=True)):
                known[index] = self.object(child_kind, ours, theirs, (*below, index), known, value)
        elif known != value and not (
            (key in _UNORDERED and in_any_order(known) == in_any_order(value))
            or (key in _ANNOTATIONS and _words(known) == _words(value))  # folded in another way
            or (key == "description" and value == "" and self._partial(older))
            or key in _SILENT
        ):
            self.notes.note(below, newer, older, known, value)

    def _one_sided(self, kind: str, newer: Node, older: Node, key: str, pointer: Pointer) -> None:
        """Judge a key that only one of two objects has.

        It is kept, but for a limit of the older page: the newer one defines the thing without it.
        """
        is_new = key in newer
        holder, other = (newer, older) if is_new else (older, newer)
        value, below = holder[key], (*pointer, key)
        implied = implied_value(kind, other, key)
        left = "nothing" if implied is None else f"nothing, which means {brief(implied)}"
        silent = self._partial(other) or is_implied(kind, holder, key)
        silent = silent or (is_new and older.source == newer.source)
        alone = key in _NOTED_ALONE
        telling = kind == "schema" or alone or (kind == "securityScheme" and key in _SENT)
        telling = telling and key not in _ANNOTATIONS and not key.startswith("x-")
        noted = not silent and (telling or implied is not None)
        if not is_new and noted and (implied is not None or (kind == "schema" and not alone)):
            chosen = "nothing" if implied is None else implied
            self.notes.note(below, newer, older, left, value, chosen=chosen)
            return
        if not is_new:
            put(newer, key, value, older.lines.get(key))
        if noted and is_new:
            self.notes.note(below, newer, older, value, left)
        elif noted:
            self.notes.note_only(below, newer, older, value)

    def _union(self, kind: str, newer: Any, older: Any, pointer: Pointer) -> None:
        """Merge what has one name in two maps, or is one parameter in two lists, and keep all the rest."""
        ours, theirs = self._keys(newer), self._keys(older)
        listed, kind_of_entry = isinstance(newer, LocatedSequence), called(pointer[-1], entry=True)
        for name, key in theirs.items():
            if name in ours:
                place = (*pointer, ours[name])
                newer[ours[name]] = self.object(kind, newer[ours[name]], older[key], place, newer, older)
                continue
            holder, says = (older[key], name[0]) if listed else (older, "shown")
            if listed:
                newer.append(holder)
                newer.lines.append(holder.line)
                key = len(newer) - 1
            else:
                put(newer, key, older[key], older.lines.get(key))
            if not self._partial(newer):
                where = (*pointer, key)
                self.notes.note_only(where, newer, holder, says, chosen="kept", kind=kind_of_entry)
        if self._partial(older) or older.source == newer.source:
            return
        for name, key in ours.items():
            if name not in theirs and (listed or getattr(newer[key], "source", "") != older.source):
                holder, says = (newer[key], name[0]) if listed else (newer, "shown")
                where = (*pointer, key)
                self.notes.note(where, holder, older, says, "nothing", chosen="kept", kind=kind_of_entry)

    def _keys(self, holder: Any) -> dict[Any, Any]:
        """Under which key or index each entry stands, by its name, or by name and place of a parameter."""
        if isinstance(holder, Node):
            return {key: key for key in holder}
        resolved = [(self._resolve(each) if "$ref" in each else each) or each for each in holder]
        return {
            (str(each.get("name", each.get("$ref"))), str(each.get("in"))): index
            for index, each in enumerate(resolved)
        }

    def _partial(self, node: Node | LocatedSequence) -> bool:
        fragment = self.notes.by_source.get(node.source)
        return fragment is not None and fragment.partial


def flatten(node: Any, lookup: Lookup, steps: int = 0) -> Node | None:
    """Return an object with the reference at its root followed and its ``allOf`` merged, or None."""
    if not isinstance(node, Node) or steps > _MAXIMUM_STEPS:
        return None
    reference = text_of(node, "$ref")
    inner = [*([lookup(reference)] if reference else []), *list_of(node, "allOf")]
    if not inner:
        return node
    own = node_like(node)
    take(own, node, but=("$ref", "allOf"))
    parts = [flatten(part, lookup, steps + 1) for part in inner]
    known = [part for part in (*parts, own) if part]
    if None in parts or len(known) == 1:
        return None if None in parts else known[0]
    result = node_like(node)
    for key, value in merge(known, lambda schemas: schemas[-1]).items():
        line = next((part.lines.get(key) for part in reversed(known) if key in part), None)
        put(result, key, copy_value(value), line)
    return result


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value
