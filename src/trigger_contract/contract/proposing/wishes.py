"""From a broken schema to what would have to be changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.proposing.actions import Action
from trigger_contract.contract.proposing.evidence import OF_REQUESTS, Case
from trigger_contract.contract.proposing.inference import inferred, type_name
from trigger_contract.contract.traffic.requests import BODY, MISSING
from trigger_contract.contract.universal import Breach, Fault
from trigger_contract.document.conjunction import distinct

# So many new values are no closed set any more.
_LISTED = 20
_DROPPED = frozenset(
    {"format", "pattern", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType"}
)
_LIMITS: dict[str, tuple[Callable[[Any], Any], Callable[[Sequence[Any]], Any]]] = {
    "minimum": (lambda value: value, min),
    "maximum": (lambda value: value, max),
    "minLength": (len, min),
    "maxLength": (len, max),
    "minItems": (len, min),
    "maxItems": (len, max),
    "minProperties": (len, min),
    "maxProperties": (len, max),
}
_OPEN = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_UNEXPECTED = frozenset({"additionalProperties", "unevaluatedProperties"})
_ALTERNATIVES = frozenset({"anyOf", "oneOf"})
# The flag of a parameter or a body, which is no list of members.
_NEEDED = "required: true"


@dataclass
class Wish:
    """What some exchanges ask of one keyword of one schema.

    Attributes:
        place: Where the schema stands in the document.
        keyword: The keyword that is broken.
        values: The values that break it.
        cases: The exchanges that show them.
        names: The members that are missing or unexpected.
        is_sent: Whether clients send it and the server takes it.
    """

    place: Pointer
    keyword: str
    values: list[Any] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    is_sent: bool = False

    def reason(self) -> str:
        """Say in a sentence what was seen."""
        case = self.cases[0]
        times = sum(item.times for item in {id(item): item for item in self.cases}.values())
        shown = sorted({item.subject.name for item in self.cases})
        others = f" and {len(shown) - 3} more operations" if len(shown) > 3 else ""
        seen = f"seen {times} times" if times > 1 else "seen once"
        told = case.redact(self._told())
        where = "requests to" if self.is_sent else "answers of"
        return f"{told}; {seen}, in {where} {', '.join(shown[:3])}{others}."

    def _told(self) -> str:
        who = "The server takes a request that" if self.is_sent else "The answer"
        if self.keyword in ("required", _NEEDED):
            return f"{who} leaves out {', '.join(map(repr, dict.fromkeys(self.names)))}, which is required"
        if self.keyword in _UNEXPECTED:
            names = list(dict.fromkeys(self.names))[:8]
            return f"{who} has {', '.join(map(repr, names))}, which the document does not name"
        if self.keyword == "type":
            kinds = ", ".join(dict.fromkeys(map(type_name, self.values)))
            return f"{who} has a value of type {kinds}, which the document does not allow"
        shown = ", ".join(_brief(value) for value in distinct(self.values)[:8])
        if self.keyword in ("enum", "const"):
            return f"{who} has {shown}, which is none of the documented values"
        return f"{who} has {shown}, which `{self.keyword}` does not allow"


def wishes(breach: Breach, case: Case) -> Iterator[Wish]:
    """Yield what one broken promise asks for, where it is one of a schema or that something is sent."""
    is_sent = breach.law in OF_REQUESTS
    if breach.fault is not None:
        for wish in _of(breach.fault, breach.fault.error, case):
            wish.is_sent = is_sent
            yield wish
    elif breach.law == MISSING or (breach.law == BODY and not breach.place):
        yield Wish(breach.pointer, _NEEDED, [None], [case], [breach.place or "body"], is_sent=True)


def _of(fault: Fault, error: jsonschema_rs.ValidationError, case: Case) -> Iterator[Wish]:
    kind: Any = error.kind  # what else it has hangs on the keyword
    keyword, place = str(kind.name), fault.place(error)
    if keyword == "required":
        yield Wish(place[:-1], keyword, [error.instance], [case], [str(kind.property)])
    elif keyword in _UNEXPECTED:
        names = [str(name) for name in kind.unexpected]
        yield Wish(place[:-1], keyword, [error.instance], [case], names)
    elif keyword in _ALTERNATIVES:
        yield from _alternatives(fault, error, case)
    else:
        yield Wish(place[:-1], keyword, [error.instance], [case])


def _alternatives(fault: Fault, error: jsonschema_rs.ValidationError, case: Case) -> Iterator[Wish]:
    """Choose the alternative that was meant: one of the right type, with the fewest faults."""
    kind: Any = error.kind
    here = list(error.instance_path)
    branches = [list(branch) for branch in kind.context]
    if any(not branch for branch in branches):
        yield Wish(fault.place(error)[:-1], "oneOf twice", [error.instance], [case])
        return
    meant = [branch for branch in branches if not any(_is_other(item, here) for item in branch)]
    if not meant:
        yield Wish(fault.place(error)[:-1], str(kind.name), [error.instance], [case])
        return
    for inner in min(meant, key=len):
        yield from _of(fault, inner, case)


def _is_other(error: jsonschema_rs.ValidationError, here: list[str | int]) -> bool:
    """Whether a fault shows that an alternative was not meant: by its type, or by a word that tells it."""
    path = list(error.instance_path)
    kind = error.kind.name
    return (kind == "type" and path == here) or (kind == "const" and len(path) <= len(here) + 1)


def actions_of(wish: Wish, schema: Mapping[str, Any]) -> Iterator[Action]:
    """Yield what grants a wish, given the schema as it stands; nothing where no action can.

    Args:
        wish: What is asked for, at its real place.
        schema: What stands there.
    """
    place, keyword, values = wish.place, wish.keyword, distinct(wish.values)
    below: Pointer = (*place, keyword)
    if keyword == "type":
        yield Action(place, {"type": _widened(schema["type"], values)})
    elif keyword == "enum" and len(values) > _LISTED:
        yield Action(below, remove=True)
    elif keyword == "enum":
        yield Action(place, {"enum": values})
    elif keyword == "const":
        yield Action(place, {"enum": [schema["const"], *values]})
        yield Action(below, remove=True)
    elif keyword == _NEEDED:
        yield Action(place, {"required": False})
    elif keyword == "required" and isinstance(schema.get("required"), list):
        gone = [name for name in schema["required"] if name in wish.names]
        if len(gone) == len(schema["required"]):
            yield Action(below, remove=True)
        else:
            yield from (Action(below, remove=True, member=name) for name in gone)
    elif keyword in _UNEXPECTED:
        names = dict.fromkeys(wish.names)
        found = {name: [value[name] for value in values if name in value] for name in names}
        yield Action(place, {"properties": {name: inferred(seen) for name, seen in found.items()}})
    elif keyword in _DROPPED and keyword in schema:
        yield Action(below, remove=True)
    elif keyword in _LIMITS and keyword in schema:
        measure, extreme = _LIMITS[keyword]
        yield Action(place, {keyword: extreme([measure(value) for value in values])})
    elif keyword in _OPEN and keyword in schema:
        measure, extreme = _LIMITS[_OPEN[keyword]]
        yield Action(place, {_OPEN[keyword]: extreme([measure(value) for value in values])})
        yield Action(below, remove=True)
    elif keyword in _ALTERNATIVES and keyword in schema:
        yield from (Action(below, item) for item in _further(values))
    elif keyword == "oneOf twice" and "anyOf" not in schema:
        yield Action(place, {"anyOf": schema["oneOf"]})
        yield Action((*place, "oneOf"), remove=True)


def _widened(old: Any, values: Sequence[Any]) -> list[str]:
    """Return the types to add; in place of a single type, all of them."""
    new = dict.fromkeys(map(type_name, values))
    if "number" in new:
        new.pop("integer", None)
    if isinstance(old, list):
        return [name for name in new if name not in old]
    return [old, *(name for name in new if name != old)]


def _further(values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield one alternative for each type of value."""
    for name in dict.fromkeys(map(type_name, values)):
        yield inferred([value for value in values if type_name(value) == name])


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
