"""The things of one resource: which there are, below which others, and how each is told from the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.resource import Resource
from trigger_contract.document.words import flat, singular, words
from trigger_contract.mock.collections.making import ABSENT, Maker, leaves
from trigger_contract.mock.collections.shaping import Shaper
from trigger_contract.mock.collections.varying import another, fitted

Scope = tuple[str, ...]
"""The identities that a thing stands below, from the outermost."""

_ENDS = frozenset(("finished", "completed", "ended", "canceled", "cancelled", "failed", "expired", "closed"))
TOP = 30
BELOW = 12
_SCOPES = 200
"""Below so many things something is seeded; below those after them there is nothing at first."""
_MOST = 90
_FEWEST, _VALUES = 4, 900
"""At least so many things are seeded, and of large ones no more than have so many values together."""
_DRAFTS = 2
_LARGE, _MADE = 225, 1500
"""Where more values than this are made for one thing, so many are made in all, and shown in turns."""
_REMEMBERED = 10_000


class Thing:
    """One thing.

    Attributes:
        key: Its identity as it stands in a path.
        scope: What it stands below.
        number: Its turn, by which what a schema asks for beside the state is made.
        shown: Its state as schemas show it, by the ``id`` of the schema; forgotten with each change.
    """

    __slots__ = ("_state", "key", "number", "scope", "shown")

    def __init__(
        self, key: str, scope: Scope, state: dict[str, Any] | Callable[[], dict[str, Any]], number: int
    ) -> None:
        self.key = key
        self.scope = scope
        self.number = number
        self.shown: dict[int, Any] = {}
        self._state = state

    @property
    def state(self) -> dict[str, Any]:
        """All that is known of it, also what is never shown; that of a seeded one is made when asked for."""
        if callable(self._state):
            self._state = self._state()
        return self._state

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._state = state


class Table:
    """All things of one resource, seeded where they are first asked for.

    Args:
        resource: The resource.
        schemas: The schemas that show one thing, the fullest first.
        shaper: Writes and makes values.
        examples: Things that the document shows as examples.
        relation: Returns the identity that a property of some name takes over from another resource.
        field: The property that tells things apart where no path takes it, but a cursor does.
    """

    def __init__(
        self,
        resource: Resource,
        schemas: list[View],
        shaper: Shaper,
        examples: list[Mapping[str, Any]],
        relation: Callable[[str, int], Any],
        field: str | None = None,
    ) -> None:
        self.resource = resource
        self.schemas = schemas
        self.shaper = shaper
        self.maker: Maker = shaper.maker
        self._examples = examples
        self._relation = relation
        self.scopes: dict[Scope, dict[str, Thing]] = {}
        self._gone: set[tuple[Scope, str]] = set()
        self._count = 0
        self._drafts: dict[int, dict[str, Any]] = {}
        identity = resource.identity
        self.field = identity.field if identity else field
        self.identity_view: View = self._identity_view()

    def _identity_view(self) -> View:
        identity = self.resource.identity
        for schema in self.schemas:
            declared = self.shaper.declared(schema)
            if self.field in declared:
                return declared[self.field]
        return identity.schema if identity is not None else {}

    # Reading

    def things(self, scope: Scope) -> dict[str, Thing]:
        """Return the things below others, by identity, in the order in which they were made."""
        found = self.scopes.get(scope)
        if found is None:
            found = self.scopes[scope] = {}
            if len(self.scopes) <= _SCOPES:
                self._seed(scope, found)
        return found

    def get(self, scope: Scope, key: str) -> Thing | None:
        """Return the thing of that identity."""
        return self.things(scope).get(key)

    def was_made(self, thing: Thing) -> bool:
        """Whether a thing was made by a request, and not seeded."""
        return thing.number > _MOST

    def was_there(self, scope: Scope, key: str) -> bool:
        """Whether there was a thing of that identity which was removed."""
        return (scope, key) in self._gone

    def total(self) -> int:
        """Return how many things there are, as far as they were seeded."""
        return sum(len(things) for things in self.scopes.values())

    # Writing

    def add(self, scope: Scope, state: dict[str, Any], key: str, number: int) -> Thing:
        """Add a thing, or put it in the place of another one of this identity."""
        thing = Thing(key, scope, state, number)
        self.things(scope)[key] = thing
        return thing

    def place(self, scope: Scope, states: list[tuple[str, dict[str, Any]]]) -> None:
        """Put things with their identities in the place of all that stand there."""
        self.scopes[scope] = {
            key: Thing(key, scope, state, number) for number, (key, state) in enumerate(states)
        }

    def remove(self, thing: Thing) -> None:
        """Remove a thing."""
        if len(self._gone) < _REMEMBERED:
            self._gone.add((thing.scope, thing.key))
        self.scopes.get(thing.scope, {}).pop(thing.key, None)

    def remove_below(self, scope: Scope) -> None:
        """Remove everything that stands below a thing; nothing is seeded there again."""
        for known in [known for known in self.scopes if known[: len(scope)] == scope]:
            self.scopes[known] = {}
        if len(self.resource.parents) == len(scope):
            self.scopes[scope] = {}

    def next_number(self) -> int:
        """Return a turn that no thing had."""
        self._count = max(self._count, _MOST)
        self._count += 1
        return self._count

    def kept(self) -> Callable[[], None]:
        """Remember all things as they are; what is returned brings them back."""
        scopes = {scope: dict(things) for scope, things in self.scopes.items()}
        states = [(thing, thing.state) for things in scopes.values() for thing in things.values()]
        gone = set(self._gone)

        def bring_back() -> None:
            # What was first asked for since then is seeded again.
            self.scopes = scopes
            for thing, state in states:
                if thing.state is not state:
                    thing.state = state
                    thing.shown.clear()
            self._gone = gone

        return bring_back

    # Making

    def identity(self, scope: Scope, number: int) -> Any:
        """Return the identity of a number, in the form of the document's examples."""
        if self.field is None:
            return None
        view = self.identity_view
        shown = [example[self.field] for example in self._examples if self.field in example]
        offset = sum(sum(map(ord, part)) * 7 + 31 for part in scope) if scope else 0
        kinds = types_of(view) or types_of(self.resource.identity.schema if self.resource.identity else {})
        if not scope and number < len(shown):
            return shown[number]
        if {"integer", "number"} & set(kinds) and "string" not in kinds:
            first = shown[0] if shown and isinstance(shown[0], int) else None
            return self._integer(first, number + offset)
        if view.get("format") == "uuid":
            name = f"{self.resource.name}/{'/'.join(scope)}"
            return self.maker.formatted("uuid", number, name)
        base = next((text for text in shown if isinstance(text, str)), None)
        if base is None:
            made = self.maker.make(view, 0, name=self.field, depth=1)
            base = made if isinstance(made, str) and "enum" not in view else singular(self.resource.name)
            if flat(self.field) in ("id", "uid", "guid") and "pattern" not in view and " " in base:
                base = f"{singular(self.resource.name)}_1"
        for text in another(base, number + offset):
            fit = fitted(text, view)
            if "/" not in fit and " " not in fit and self._fits_identity(fit):
                return fit
        return next(text for text in another(base, number + offset))

    def _integer(self, first: int | None, number: int) -> int:
        view = self.identity_view
        low = first if first is not None else max(int(view.get("minimum") or 1), 1)
        return low + number

    def _fits_identity(self, value: Any) -> bool:
        identity = self.resource.identity
        return self.maker.judge.fits(self.identity_view, value) and (
            identity is None or self.maker.judge.fits(identity.schema, value)
        )

    def made(self, number: int, scope: Scope = (), key: Any = None) -> dict[str, Any]:
        """Return the state of a thing of that number, with its identity and what it stands below."""
        state = dict(self._draft(number))
        self.relate(state, number, scope)
        if self.field is not None:
            state[self.field] = self.identity(scope, number) if key is None else key
        return state

    def _draft(self, number: int) -> dict[str, Any]:
        """Return what a thing of that number has wherever it stands; the first ones are asked for again."""
        if number >= _DRAFTS and self._turns:
            number %= self._turns
        if number in self._drafts:
            return self._drafts[number]
        state = self._drafted(number)
        if number < _DRAFTS or self._turns:
            self._drafts[number] = state
        return state

    @cached_property
    def _turns(self) -> int:
        """After how many turns things begin again, where so much is made for one that it takes its time."""
        size = max(leaves(self._draft(number)) for number in range(_DRAFTS)) * len(self.schemas)
        return max(_DRAFTS, _MADE // size) if size > _LARGE else 0

    def _drafted(self, number: int) -> dict[str, Any]:
        hint = self._examples[number % len(self._examples)] if self._examples else ABSENT
        state: dict[str, Any] = {}
        for schema in reversed(self.schemas):
            made = self.maker.make(schema, number, hint=hint)
            state |= made if isinstance(made, dict) else {}
        self._leave_out_kin(state)
        self._agree(state, number)
        return state

    @cached_property
    def _kin(self) -> dict[str, tuple[View, bool]]:
        """The members that hold things of the same kind, each with its view and whether it may be missing."""
        found: dict[str, tuple[View, bool]] = {}
        for schema in self.schemas if self.field is not None else ():
            declared = self.shaper.declared(schema)
            for name, view in declared.items():
                names = self.shaper.names(self.shaper.views.items(view) if _is_array(view) else view)
                if self.field in names and len(names & declared.keys()) * 2 > len(declared):
                    found[name] = view, name not in (schema.get("required") or ())
        return found

    def _leave_out_kin(self, state: dict[str, Any]) -> None:
        """Leave out things of the same kind inside of a thing: made up, they would be nowhere else."""
        for name, (view, is_optional) in self._kin.items():
            if name not in state:
                continue
            if is_optional:
                del state[name]
            else:
                nothing: tuple[Any, ...] = ([], None, state[name])
                state[name] = next(one for one in nothing if self.maker.judge.fits(view, one))

    def _relate_kin(self, things: list[Thing]) -> None:
        """Let every other thing name the one before it, which names none."""
        for other, thing in zip(things[::2], things[1::2], strict=False):
            for name, (view, _) in self._kin.items():
                inner = self.shaper.views.items(view) if _is_array(view) else view
                made = self.shaper.shape(inner, other.state, other.number, name)
                # What the other one has not, or has in another form, it would not say of itself.
                made = {key: value for key, value in made.items() if self._says(other.state, key, value)}
                value = [made] if _is_array(view) else made
                if self.maker.judge.fits(view, value):
                    thing.state[name] = value

    def _says(self, state: dict[str, Any], name: str, value: Any) -> bool:
        """Whether a state has a value, in the form in which every operation shows it."""
        views = (self.shaper.declared(schema).get(name) for schema in self.schemas)
        return (
            name in state
            and state[name] == value
            and all(self.maker.judge.fits(view, value) for view in views if view is not None)
        )

    def _agree(self, state: dict[str, Any], number: int) -> None:
        """Let what several schemas show be the same in all, and let nothing be over that goes on."""
        views: dict[str, list[View]] = {}
        for schema in self.schemas:
            for name, view in self.shaper.declared(schema).items():
                known = views.setdefault(name, [])
                known += [view] if all(one is not view for one in known) else []
        for name, shown in views.items():
            # What only one schema says was judged when it was made.
            if name not in state or len(shown) == 1:
                continue
            if all(self.maker.judge.fits(view, state[name]) for view in shown):
                continue
            for view in shown:
                made = self.maker.make(view, number, name=name, depth=1)
                if all(self.maker.judge.fits(other, made) for other in shown):
                    state[name] = made
                    break
        status, final = self.resource.status, self.resource.final
        if status is None or not final or state.get(status) in final:
            return
        for name, shown in views.items():
            if name in state and shown[0].get("format") == "date-time" and _ENDS & set(words(name)):
                if all(self.maker.judge.fits(view, None) for view in shown):
                    state[name] = None
                elif all(name not in (view.get("required") or ()) for view in self.schemas):
                    del state[name]

    def relate(self, state: dict[str, Any], number: int, scope: Scope) -> None:
        """Write identities of other things into a state: of those it stands below, and of those it names."""
        above = dict(zip(map(flat, self.resource.parents), scope, strict=False))
        if self.resource.parent and scope:
            above.setdefault(flat(singular(self.resource.parent.split(".")[-1])) + "id", scope[-1])
        for schema in self.schemas:
            for name, view in self.shaper.declared(schema).items():
                if name == self.field:
                    continue
                value: Any = above.get(flat(name))
                if value is None and name in state and state[name] is not None:
                    value = self._relation(name, number)
                if value is None:
                    continue
                for form in (value, str(value), int(value) if str(value).isdecimal() else value):
                    if self.maker.judge.fits(view, form):
                        state[name] = form
                        break

    def _seed(self, scope: Scope, into: dict[str, Thing]) -> None:
        if self.resource.is_singleton or (self.resource.identity is None and self.resource.list is None):
            into[""] = Thing("", scope, self.made(sum(map(ord, "".join(scope)))), 0)
            return
        for number in range(self._wanted(scope)):
            turn = number + (sum(map(ord, "".join(scope))) if scope else 0)
            key = self.identity(scope, number)
            name = str(key) if key is not None else str(number)
            if name not in into:
                into[name] = Thing(name, scope, partial(self.made, turn, scope, key), turn)
        if self._kin:
            self._relate_kin(list(into.values()))

    def _wanted(self, scope: Scope) -> int:
        """Return how many things are seeded: enough that each value of an enumeration occurs."""
        longest = 0
        for schema in self.schemas:
            for view in self.shaper.declared(schema).values():
                values = view.get("enum")
                longest = max(longest, len(values) if isinstance(values, list) else 0)
        wanted = min(max(BELOW if scope else TOP, longest), _MOST)
        # Of things with hundreds of values there are fewer, so that the first list comes at once.
        return min(wanted, max(_FEWEST, _VALUES // max(leaves(self._draft(0)), 1)))


def _is_array(view: View) -> bool:
    return "array" in types_of(view)
