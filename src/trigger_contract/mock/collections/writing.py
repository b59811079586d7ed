"""What a write makes of a thing: created, replaced, changed, acted on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.resource import Action
from trigger_contract.document.statuses import listed
from trigger_contract.document.verbs import participles
from trigger_contract.document.words import flat, words
from trigger_contract.mock import dates
from trigger_contract.mock.collections.shaping import same_name
from trigger_contract.mock.collections.table import Scope, Table, Thing

_EMPTY: dict[str, tuple[Any, ...]] = {
    "array": ([],), "object": ({},), "boolean": (False,), "integer": (0, 1), "number": (0, 1), "string": (),
}  # fmt: skip

_SETS = re.compile(
    r"\b(?:sets?|changes?|moves?|puts?|turns?|switches) (?:the |its )?[`\"']?(\w+)[`\"']? "
    r"(?:of [^.;]{1,40}? )?to (?:be )?[`\"']?(\w+)",
    re.IGNORECASE,
)


class Writer:
    """Changes the things of one table as requests say.

    Args:
        table: The things.
        status: The property that holds a thing's state, if there is one.
        final: The states in which it stays.
    """

    def __init__(self, table: Table, status: str | None, final: frozenset[str]) -> None:
        self._table = table
        self._views = table.maker.views
        self._judge = table.maker.judge
        self._status = status
        self._final = final
        self.declared: dict[str, View] = {}
        self._required: set[str] = set()
        for schema in table.schemas:
            for name, view in table.shaper.declared(schema).items():
                self.declared.setdefault(name, view)
            for one in self._views.alternatives(schema):
                self._required |= set(one.get("required") or ())

    def fresh(
        self, members: Mapping[str, Any], body: View, scope: Scope, number: int, now: int
    ) -> dict[str, Any]:
        """Return the state of a new thing.

        Args:
            members: What was sent.
            body: The view of what may be sent.
            scope: What it stands below.
            number: Its turn.
            now: The time in milliseconds.
        """
        asked = self._table.shaper.declared(body)
        made = self._table.made(number, scope)
        state: dict[str, Any] = {}
        for name, view in self.declared.items():
            if same_name(name, members) is not None:
                continue
            if (sent := same_name(name, asked)) is not None:
                self._left_out(state, name, view, asked[sent], made)
            elif name == self._table.field:
                continue
            else:
                self._of_server(state, name, view, made, now)
        self._write(state, members)
        self._table.relate(state, number, scope)
        for name in members:
            kept = same_name(name, self.declared) or name
            state[kept] = members[name]
        return state

    def replaced(self, thing: Thing, members: Mapping[str, Any], body: View, now: int) -> None:
        """Put what was sent in the place of all that may be sent."""
        asked = self._table.shaper.declared(body)
        state = dict(thing.state)
        for name, view in asked.items():
            kept = same_name(name, self.declared) or name
            if kept == self._table.field or name in members:
                continue
            state.pop(kept, None)
            if kept in self.declared:
                self._left_out(state, kept, self.declared[kept], view, thing.state)
        self._write(state, members)
        self._keep(thing, state, now)

    def changed(self, thing: Thing, members: Mapping[str, Any], now: int, *, deep: bool) -> None:
        """Change what was sent and nothing else.

        Args:
            thing: The thing.
            members: What was sent.
            now: The time in milliseconds.
            deep: Merge objects into objects (RFC 7396) and do not put them in their place.
        """
        state = dict(thing.state)
        for name, value in members.items():
            kept = same_name(name, self.declared) or name
            if value is None and kept in self.declared and not self._judge.fits(self.declared[kept], None):
                state.pop(kept, None)
                continue
            state[kept] = merged(state.get(kept), value) if deep else value
        self._keep(thing, state, now)

    def acted(self, thing: Thing, action: Action, members: Mapping[str, Any], now: int) -> None:
        """Do to a thing what an action promises, and take over what was sent along."""
        state = dict(thing.state)
        for name, value in members.items():
            kept = same_name(name, self.declared)
            if kept is None or kept in (self._table.field, self._status):
                continue
            if self._judge.fits(self.declared[kept], value):
                state[kept] = value
        sets = self.effect(action)
        if sets is not None:
            state[sets[0]] = sets[1]
            self._date(state, action, now)
        if state != thing.state:
            self._keep(thing, state, now)

    def effect(self, action: Action) -> tuple[str, Any] | None:
        """Return the property that an action sets and its value: as its text says, else as its name does."""
        definition = action.operation.definition
        said = f"{definition.get('summary') or ''}. {definition.get('description') or ''}"
        for match in _SETS.finditer(said):
            name = same_name(match[1], self.declared)
            if name is None:
                continue
            for value in (
                match[2],
                *listed(self._views, self.declared[name]),
                {"true": True, "false": False},
            ):
                if isinstance(value, Mapping):
                    value = value.get(match[2].lower())
                elif flat(value) != flat(match[2]):
                    continue
                if value is not None and self._judge.fits(self.declared[name], value):
                    return name, value
        return action.sets

    def _date(self, state: dict[str, Any], action: Action, now: int) -> None:
        """Note when it was done, and that what it undoes is undone."""
        done = {f"{state_}at" for state_ in participles(action.name)}
        undone = {f"{state_}at" for state_ in participles(action.opposite)} if action.opposite else set()
        for name, view in self.declared.items():
            plain = flat(name)
            if plain in done and not state.get(name):
                state[name] = dates.to_text(now)
            elif plain in undone and "null" in types_of(view):
                state[name] = None

    def _left_out(
        self, state: dict[str, Any], name: str, view: View, asked: View, made: Mapping[str, Any]
    ) -> None:
        """Write what a member is that may be sent and was not."""
        for source in (asked, view):
            if "default" in source:
                state[name] = source["default"]
                return
        if "null" in types_of(view) or self._judge.fits(view, None):
            state[name] = None
        elif name in self._required:
            empty = next(
                (
                    one
                    for kind in types_of(view)
                    for one in _EMPTY.get(kind, ())
                    if self._judge.fits(view, one)
                ),
                made.get(name),
            )
            if empty is not None:
                state[name] = empty

    def _of_server(
        self, state: dict[str, Any], name: str, view: View, made: Mapping[str, Any], now: int
    ) -> None:
        """Write what a member is that only the service sets."""
        if name == self._status and (states := listed(self._views, view)):
            first = next((one for one in states if one not in self._final), states[0])
            state[name] = view.get("default", first)
        elif "default" in view:
            state[name] = view["default"]
        elif view.get("format") == "date-time":
            if _is_birth(name) or _is_change(name):
                state[name] = dates.to_text(now)
            elif self._judge.fits(view, None):
                state[name] = None
            elif name in self._required:
                state[name] = dates.to_text(now)
        elif {"integer", "number"} & set(types_of(view)) and self._judge.fits(view, 0):
            state[name] = 0
        elif name in made and (name in self._required or made[name] is not None):
            state[name] = made[name]

    def _write(self, state: dict[str, Any], members: Mapping[str, Any]) -> None:
        for name, value in members.items():
            state[same_name(name, self.declared) or name] = value

    def _keep(self, thing: Thing, state: dict[str, Any], now: int) -> None:
        """Write a state over a thing's; its identity stays, its time of change does not."""
        if self._table.field is not None and self._table.field in thing.state:
            state[self._table.field] = thing.state[self._table.field]
        for name, view in self.declared.items():
            if view.get("format") == "date-time" and _is_change(name):
                before = dates.read(str(state.get(name) or ""))
                state[name] = dates.to_text(max(now, int(before or 0) + 1))
        thing.state = state
        thing.shown.clear()


def merged(old: Any, new: Any) -> Any:
    """Merge a change into a value. Source: RFC 7396, section 2."""
    if not isinstance(new, Mapping):
        return new
    result = dict(old) if isinstance(old, Mapping) else {}
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _is_birth(name: str) -> bool:
    return bool({"created", "create", "creation", "inserted", "added", "registered"} & set(words(name)))


def _is_change(name: str) -> bool:
    return bool({"updated", "update", "modified", "changed", "edited"} & set(words(name)))
