"""Decisions that people took, as an OpenAPI Overlay 1.0 on the draft.

Sources: OpenAPI Overlay Specification 1.0.0; RFC 9535 (JSONPath). Beyond them, every action must say
why (``x-reason``, or else its ``description``) and must match something: a decision about a thing that is
gone is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import eq
from typing import Any

import jsonpath_rfc9535

from trigger_contract.document.yaml import LocatedMapping, LocatedSequence, load
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, Pointer, as_map, copy_value, node_like, refusal
from trigger_contract.normalize.model import OVERLAY, Contradiction, Ledger, brief

_VERSION = re.compile(r"1\.0(?:\.[0-9]+)?")
_FIELDS = ("overlay", "info", "extends", "actions")
# Source: JSON Schema 2020-12, Validation, sections 6.1.1, 6.1.2 and 6.5.3: no item stands there twice.
_SETS = frozenset({"type", "enum", "required"})
_COMPONENT = re.compile(r"\$\.components\b")
_FORMS: dict[str, tuple[type, str]] = {"info": (dict, "a mapping"), "extends": (str, "a text")}
_OF_ACTION = ("target", "description", "update", "remove", "reason")
_REASONS = ("x-reason", "reason", "description")


@dataclass(frozen=True)
class Action:
    """One action, ready to apply.

    Attributes:
        target: The JSONPath as written.
        query: The same, compiled.
        update: The value to merge, or None.
        remove: Whether what is targeted is removed.
        reason: Why.
        source: File of the overlay.
        line: Line of the action.
    """

    target: str
    query: Any
    update: Any
    remove: bool
    reason: str
    source: str
    line: int | None


Touched = tuple[Pointer, Action]
"""A place in the draft that an action changed or confirmed, and the action."""


def read_overlay(text: str, source: str) -> list[Action]:
    """Read an overlay.

    Raises:
        UserError: It is not an Overlay 1.0 document, or an action has no reason, no legal target, or
            nothing to do.
    """
    document = load(text, source)
    if not isinstance(document, LocatedMapping) or "overlay" not in document:
        raise UserError("is not an OpenAPI Overlay: it has no `overlay` key", source=source, line=1)
    if not _VERSION.fullmatch(str(document["overlay"])):
        raise refusal(document, "overlay", f"is Overlay {document['overlay']}; only 1.0 is read")
    for key, value in document.items():
        if key not in _FIELDS and not key.startswith("x-"):
            raise refusal(document, key, f"an Overlay has no `{key}`")
        if key in _FORMS and not isinstance(value, _FORMS[key][0]):
            raise refusal(document, key, f"`{key}` must be {_FORMS[key][1]}")
    actions = document.get("actions")
    if not isinstance(actions, LocatedSequence) or not actions:
        raise refusal(document, "", "`actions` must be a list with at least one action")
    return [_read_action(actions, index) for index in range(len(actions))]


def _read_action(actions: LocatedSequence, index: int) -> Action:
    action = as_map(actions[index])
    unknown = next((key for key in action if key not in _OF_ACTION and not key.startswith("x-")), "")
    target, remove, query, fault = action.get("target"), action.get("remove", False), None, ""
    reason = next((action[key] for key in _REASONS if action.get(key)), None)
    try:
        query = jsonpath_rfc9535.compile(str(target))
    except (jsonpath_rfc9535.JSONPathError, RecursionError) as error:
        fault = str(error).splitlines()[0]
    for message, holds in (
        ("an action must be a mapping", not isinstance(actions[index], dict)),
        (f"an action of Overlay 1.0 has no `{unknown}`", unknown),
        ("an action needs a `target`, a JSONPath", not isinstance(target, str)),
        (f"target {target!r} is not a JSONPath: {fault}", fault),
        (
            "an action needs a reason: say in `x-reason` or `description` why",
            not isinstance(reason, str) or not reason.strip(),
        ),
        ("`remove` must be true or false", not isinstance(remove, bool)),
        ("an action needs `update` or `remove: true`", not remove and "update" not in action),
    ):
        if holds:
            raise refusal(actions, index, message)
    why = " ".join(str(reason).split())
    return Action(str(target), query, action.get("update"), remove, why, actions.source, actions.lines[index])


def split(draft: Node, actions: list[Action]) -> tuple[list[Action], list[Action]]:
    """Return the actions that are about the pages, and those that are about the named document.

    The latter match nothing before inline schemas become components: somebody read the document and decided
    about what stands there. Each keeps its place among its like.
    """
    late = [action for action in actions if _COMPONENT.match(action.target) and not _places(draft, action)]
    return [action for action in actions if action not in late], late


def _places(draft: Node, action: Action) -> list[Pointer]:
    try:
        return [tuple(node.location) for node in action.query.find(draft)]
    except (jsonpath_rfc9535.JSONPathError, RecursionError) as error:
        raise _fail(action, f"target {action.target!r}: {str(error).splitlines()[0]}") from None


def apply_overlay(draft: Node, actions: list[Action]) -> list[Touched]:
    """Apply the actions in order, in place.

    Returns:
        Every place that an action changed or set again to the value that it had.

    Raises:
        UserError: An action matches nothing, or its value does not fit what it matches.
    """
    touched: list[Touched] = []
    for action in actions:
        pointers = _places(draft, action)
        if not pointers:
            raise _fail(action, f"target {action.target!r} matches nothing; the pages have changed")
        if not action.remove:
            touched += [(place, action) for each in pointers for place in _update(draft, each, action)]
            continue
        # From the back, so that the positions of what is still to be removed stay right.
        pointers = sorted(set(pointers), key=lambda place: [(isinstance(each, int), each) for each in place])
        for pointer in reversed(pointers):
            _remove(draft, pointer, action)
            touched.append((pointer, action))
    return touched


def _fail(action: Action, message: str) -> UserError:
    return UserError(message, source=action.source, line=action.line)


def _at(draft: Any, pointer: Pointer) -> Any:
    for token in pointer:
        draft = draft[token]
    return draft


def _remove(draft: Node, pointer: Pointer, action: Action) -> None:
    if not pointer:
        raise _fail(action, "the whole document cannot be removed")
    container = _at(draft, pointer[:-1])
    del container[pointer[-1]]
    if isinstance(container, LocatedSequence) and isinstance(pointer[-1], int):
        del container.lines[pointer[-1] : pointer[-1] + 1]


def _update(draft: Node, pointer: Pointer, action: Action) -> Iterator[Pointer]:
    value = _at(draft, pointer)
    if isinstance(value, list):
        value.append(_own(action.update, value))
        if isinstance(value, LocatedSequence):
            value.lines.append(value.line)
        yield (*pointer, len(value) - 1)
    elif isinstance(value, dict):
        if not isinstance(action.update, dict):
            raise _fail(action, f"target {action.target!r} is an object, so `update` must be a mapping")
        yield from _merge(value, action.update, pointer)
    else:
        raise _fail(action, f"target {action.target!r} must select objects or lists, not plain values")


def _merge(value: dict[str, Any], update: dict[str, Any], pointer: Pointer) -> Iterator[Pointer]:
    """Merge objects recursively, append lists, replace everything else."""
    if not update:
        yield pointer
    for key, item in update.items():
        known = value.get(key)
        if isinstance(known, dict) and isinstance(item, dict):
            yield from _merge(known, item, (*pointer, key))
        elif isinstance(known, list) and isinstance(item, list):
            # What a set holds already is not added twice: a page may be read as saying it in another form.
            new = [entry for entry in item if key not in _SETS or entry not in known]
            known.extend(_own(entry, known) for entry in new)
            if isinstance(known, LocatedSequence):
                known.lines.extend([known.line] * len(new))
            yield (*pointer, key)
        else:
            value[key] = _own(item, value)
            yield (*pointer, key)


def _own(item: Any, like: Any) -> Any:
    """Copy a value of the overlay into the draft; it was written where the overlay says so."""
    copied = copy_value(item)
    if not isinstance(copied, (dict, list)):
        return copied
    return copied if isinstance(copied, (Node, LocatedSequence)) else node_like(like)


def settle(ledger: Ledger, touched: list[Touched], draft: Node) -> tuple[Contradiction, ...]:
    """Mark what the overlay decided; the last action that touches a place is the one that counts."""
    result = []
    for entry in ledger.entries.values():
        places = (entry.pointer, *entry.places)
        decided = [action for place, action in touched if any(all(map(eq, place, each)) for each in places)]
        if decided:
            reason = decided[-1].reason
            entry = replace(entry, settled=OVERLAY, reason=reason, chosen=_now(draft, entry))
        result.append(entry)
    return tuple(sorted(result, key=lambda entry: (list(map(str, entry.pointer)), entry.kind)))


def _now(draft: Node, entry: Contradiction) -> str:
    """What stands in the draft after the overlay."""
    value: Any = draft
    for token in entry.pointer:
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            return entry.chosen if token != entry.pointer[-1] else f"no {token}"
    return brief(value)
