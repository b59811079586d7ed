"""Values made of schemas: for each number another one, so that all that a schema allows occurs."""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

from trigger_contract.document.composition import View, composition
from trigger_contract.document.conjunction import is_number, types_of
from trigger_contract.mock import dates
from trigger_contract.mock.collections.varying import another, fitted, titled, usual
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.pattern import matching

_DEEP = 6
"""Below so many levels only what is required is made."""
_DEEPEST = 24
_HEAVY = 12
"""An object of more values than this is large."""
_HOUR = 3_600_000
_HOURS = 500
_EXCLUDING = frozenset(("not", "if", "oneOf"))
"""Keywords that what fits one part of them may break."""
ABSENT = object()
"""Stands for a member that is left out."""

_Member = tuple[str, View, bool, int, bool]


class Maker:
    """Makes values of one document's schemas.

    Number 0 is the example where there is one; the numbers after it vary it. Over the numbers every property,
    every value of an enumeration, every alternative and null occur.

    Args:
        document: The OpenAPI document.
        judge: Judges what is answered.
        now: The time in milliseconds, before which everything made so far happened.
    """

    def __init__(self, document: Mapping[str, Any], judge: Judge, now: int) -> None:
        self.views = composition(document)
        self.judge = judge
        self.now = now
        self._heavy: set[int] = set()
        self._kept: dict[tuple[int, int, int, int], Any] = {}
        self._members: dict[int, tuple[View, list[_Member]]] = {}
        self._known: dict[
            int, tuple[View, tuple[str, ...], tuple[str, ...], list[Any], tuple[View, ...]]
        ] = {}

    def make(
        self, schema: Any, number: int = 0, *, name: str = "", hint: Any = ABSENT, depth: int = 0
    ) -> Any:
        """Return the value of that number.

        Args:
            schema: A schema of the document.
            number: Which one, from 0.
            name: What it is called; gives a text its words, and each member its own turn.
            hint: An example given elsewhere, at the media type for instance.
            depth: How many levels lie above.
        """
        view = self.views.view(schema)
        if depth and id(view) in self._heavy:
            # Large things inside of others come in two turns, so that a list of them costs little.
            key = (id(view), number % 2, depth, id(hint))
            if key not in self._kept:
                self._kept[key] = self._made(view, number % 2, name, hint, depth)
            return self._kept[key]
        value = self._made(view, number, name, hint, depth)
        if depth and isinstance(value, dict) and leaves(value) > _HEAVY:
            self._heavy.add(id(view))
        return value

    def _made(self, view: View, number: int, name: str, hint: Any, depth: int) -> Any:
        turn = number + _turn(name) % 7
        for value in self._candidates(view, number, turn, name, hint, depth):
            if _is_container(value) and depth and not _EXCLUDING & view.keys():
                return value  # the whole is judged once, at the end, and not at each level again
            if self.judge.fits(view, value):
                return value
        return None

    def _candidates(
        self, view: View, number: int, turn: int, name: str, hint: Any, depth: int
    ) -> Iterator[Any]:
        known = self._known.get(id(view))
        if known is None:
            # A schema is made use of for every thing there is, and says the same each time.
            known = view, types_of(view), _kinds(view), _examples(view), self.views.alternatives(view)
            self._known[id(view)] = known
        _, named, kinds, own, alternatives = known
        examples = own if hint is ABSENT else [hint, *own]
        if "const" in view:
            yield view["const"]
        if isinstance(values := view.get("enum"), list) and values:
            yield values[number % len(values)]
            yield from values
        too_deep = depth > _DEEP and bool({"object", "array"} & set(kinds))
        if "null" in named and depth and (turn % 5 == 4 or too_deep):
            yield None
        if depth > _DEEPEST:
            yield from examples
            return
        if len(alternatives) > 1 or alternatives[0] is not view:
            yield from self._alternative(alternatives, number, name, hint, depth)
        yield from self._by_type(view, kinds, number, turn, name, examples, depth)
        yield from examples

    def _alternative(
        self, alternatives: tuple[View, ...], number: int, name: str, hint: Any, depth: int
    ) -> Iterator[Any]:
        order = [alternatives[(number + step) % len(alternatives)] for step in range(len(alternatives))]
        if depth > _DEEP:
            # One that leads deeper into a recursive schema is the wrong one to follow for ever.
            order.sort(key=lambda view: bool({"object", "array"} & set(_kinds(view))))
        for view in order:
            # Each alternative has its own turns: the second one of two sees the numbers 0, 1, 2 as well.
            yield self.make(view, number // len(alternatives), name=name, hint=hint, depth=depth)

    def _by_type(
        self,
        view: View,
        kinds: tuple[str, ...],
        number: int,
        turn: int,
        name: str,
        examples: list[Any],
        depth: int,
    ) -> Iterator[Any]:
        order = kinds
        if len(kinds) > 1:
            turned = [kinds[(number + step) % len(kinds)] for step in range(len(kinds))]
            order = tuple(sorted(turned, key=lambda kind: kind == "null"))
        for kind in order:
            match kind:
                case "object":
                    yield self._object(view, number, examples, depth)
                case "array":
                    yield self._array(view, number, turn, name, examples, depth)
                case "boolean":
                    yield turn % 2 == 0
                case "integer" | "number":
                    yield from _numbers(view, number, turn, examples, whole=kind == "integer")
                case "string":
                    yield from self._texts(view, number, name, examples)
                case "null":
                    yield None
        if not kinds:
            yield examples[0] if examples else {}

    def _object(self, view: View, number: int, examples: list[Any], depth: int) -> dict[str, Any]:
        shown = next((example for example in examples if isinstance(example, Mapping)), {})
        properties = view.get("properties") or {}
        required = set(view.get("required") or ())
        value: dict[str, Any] = {}
        if id(view) not in self._members:
            self._members[id(view)] = view, list(self._members_of(properties, required))
        for name, inner, needed, turn, may_be_null in self._members[id(view)][1]:
            if not needed and (depth > _DEEP or (number + turn) % 6 == 5):
                continue  # what may be missing is missing now and then
            made = self.make(inner, number, name=name, hint=shown.get(name, ABSENT), depth=depth + 1)
            if needed or made is not None or may_be_null:
                value[name] = made
        extra = view.get("additionalProperties")
        for name in sorted(required - value.keys()):
            if name in properties:
                continue  # a write-only member, which is not shown
            value[name] = self.make(extra, number, name=name, depth=depth + 1) if extra else f"{name}"
        if not properties and depth <= _DEEP:
            if shown:
                return dict(shown)
            if isinstance(extra, Mapping):
                least = max(int(view.get("minProperties") or 0), 1)
                for index in range(least - len(value)):
                    value[f"key{index + 1}"] = self.make(extra, number + index, depth=depth + 1)
        return value

    def _members_of(self, properties: Mapping[str, Any], required: set[str]) -> Iterator[_Member]:
        for name, raw in properties.items():
            inner = self.views.view(raw)
            if inner.get("writeOnly") is not True:
                yield name, inner, name in required, _turn(name), "null" in types_of(inner)

    def _array(
        self, view: View, number: int, turn: int, name: str, examples: list[Any], depth: int
    ) -> list[Any]:
        shown = next((example for example in examples if isinstance(example, list) and example), [])
        least, most = int(view.get("minItems") or 0), int(view.get("maxItems", 3))
        first_ones = view.get("prefixItems") or ()
        value = [
            self.make(item, number, name=name, depth=depth + 1)
            for item in (first_ones[:least] if depth > _DEEP else first_ones)
        ]
        if view.get("items") is False:
            return value
        wanted = max(least, 0 if depth > _DEEP else min(1 + turn % 3, most))
        if not number and not value and shown and len(shown) >= least:
            first = list(shown[: max(most, 1)])
            if self.judge.fits(view, first):
                return first
        items = self.views.items(view)
        for index in range(8 * wanted):
            if len(value) >= wanted:
                break
            hint = shown[index % len(shown)] if shown else ABSENT
            made = self.make(items, number + index, name=name, hint=hint, depth=depth + 1)
            if not view.get("uniqueItems") or made not in value:
                value.append(made)
        return value

    def _texts(self, view: View, number: int, name: str, examples: list[Any]) -> Iterator[str]:
        shown = list(dict.fromkeys(example for example in examples if isinstance(example, str)))
        if number < len(shown):
            yield shown[number]
        form = view.get("format") or ("byte" if view.get("contentEncoding") == "base64" else None)
        if isinstance(form, str) and (text := self.formatted(form, number, name)) is not None:
            yield text
        pattern = view.get("pattern")
        base = shown[number % len(shown)] if shown else None
        if isinstance(pattern, str):
            base = base or matching(pattern, int(view.get("minLength") or 0))
            yield from another(base, number)
        elif base is not None:
            yield from (fitted(text, view) for text in another(base, number))
        if base is None and (plain := usual(name, str(view.get("description") or ""), number)) is not None:
            yield plain
        yield fitted(titled(name or "text", number), view)

    def formatted(self, form: str, number: int, name: str = "") -> str | None:
        """Return a text of a format, or None where the format is not known."""
        # What has a higher number is newer; whatever was created was changed, started and finished later.
        late = 0 if any(word in name.lower() for word in ("creat", "insert", "start", "from")) else _HOUR // 4
        at = self.now - (_HOURS - number % _HOURS) * _HOUR + late
        match form:
            case "date-time":
                return dates.to_text(max(at, 0))
            case "date":
                return dates.to_text(max(at, 0))[:10]
            case "time":
                return dates.to_text(max(at, 0))[11:]
            case "uuid":
                return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}/{number}"))
            case "email" | "idn-email":
                return f"user{number + 1}@example.com"
            case "uri" | "url" | "iri":
                return f"https://example.com/{number + 1}"
            case "uri-reference" | "iri-reference":
                return f"/{number + 1}"
            case "hostname" | "idn-hostname":
                return f"host{number + 1}.example.com"
            case "ipv4":
                return f"192.0.2.{number % 254 + 1}"
            case "ipv6":
                return f"2001:db8::{number + 1:x}"
            case "byte":
                return base64.b64encode(f"{name} {number + 1}".encode()).decode()
            case "duration":
                return f"PT{number + 1}H"
            case "json-pointer":
                return f"/{number + 1}"
            case "regex":
                return f".{{{number + 1}}}"
        return None


@lru_cache(maxsize=8192)
def _turn(name: str) -> int:
    return crc32(name.encode())


def leaves(value: Any) -> int:
    """Count the values in a value, as far as it matters."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


def _examples(view: View) -> list[Any]:
    listed = view.get("examples")
    found = [*([view["example"]] if "example" in view else ()), *(listed if isinstance(listed, list) else ())]
    return [*found, *([view["default"]] if "default" in view else ())]


def _kinds(view: View) -> tuple[str, ...]:
    """Return the types of a schema, guessed from its other keywords where it names none."""
    if kinds := types_of(view):
        return kinds
    for keyword, kind in (
        ("properties", "object"), ("additionalProperties", "object"), ("required", "object"),
        ("items", "array"), ("prefixItems", "array"), ("minimum", "number"), ("maximum", "number"),
        ("pattern", "string"), ("format", "string"), ("minLength", "string"), ("maxLength", "string"),
    ):  # fmt: skip
        if keyword in view:
            return (kind,)
    return ()


def _is_container(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _numbers(view: View, number: int, turn: int, examples: list[Any], *, whole: bool) -> Iterator[float]:
    """Yield numbers near the examples, then numbers from the lower bound upwards."""
    shown = list(dict.fromkeys(example for example in examples if is_number(example)))
    if number < len(shown):
        yield shown[number]
    given = view.get("multipleOf")
    step: float = given if given is not None and is_number(given) and given > 0 else 1
    if shown:
        yield shown[0] + number * step
    low = _bound(view, "minimum", "exclusiveMinimum", step if whole else step / 8, 1)
    high = _bound(view, "maximum", "exclusiveMaximum", step if whole else step / 8, -1)
    if low is None:
        low = min(1, high) if high is not None else 1
    first = math.ceil(low / step) * step if step != 1 or whole else low
    room = 1000 if high is None else max(int((high - first) / step) + 1, 1)
    yield first + (turn % room) * step
    yield first
    yield low
    if high is not None:
        yield high
        if not whole:
            yield (low + high) / 2
    yield 0


def _bound(view: View, closed: str, open_: str, step: float, sign: int) -> float | None:
    found = [view[closed]] if is_number(view.get(closed)) else []
    if is_number(view.get(open_)):
        found.append(view[open_] + sign * step)
    return (max if sign > 0 else min)(found) if found else None
