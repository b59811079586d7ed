"""What changed in the keywords of one schema, apart from the schemas below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.changes.alike import VALUE_WORDS
from trigger_contract.changes.flatten import INNER_UNION, LOWER_LIMITS, UPPER_LIMITS, Flat
from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.model import Severity
from trigger_contract.changes.position import ANNOTATIONS, is_words
from trigger_contract.changes.side import canonical, listing, quoted, same_json, same_words, show, telling
from trigger_contract.changes.spot import Spot

# oasdiff's names for the limits
_LIMIT_NAMES = {
    "minimum": "min",
    "maximum": "max",
    "exclusiveMinimum": "exclusive-min",
    "exclusiveMaximum": "exclusive-max",
    "minLength": "min-length",
    "maxLength": "max-length",
    "minItems": "min-items",
    "maxItems": "max-items",
    "minProperties": "min-properties",
    "maxProperties": "max-properties",
    "minContains": "min-contains",
    "maxContains": "max-contains",
}
# Formats of which the second allows everything that the first does.
_WIDER_FORMATS = (("int32", "int64"), ("float", "double"), ("date", "date-time"))
_TEXT = ("title", "description", "externalDocs", "$comment", VALUE_WORDS, INNER_UNION)
_LABELS = {
    "externalDocs": "link to more documentation",
    VALUE_WORDS: "descriptions of its values",
    INNER_UNION: "kind of its inner alternatives",
}
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
HANDLED = frozenset(
    {
        "enum",
        "const",
        "pattern",
        "format",
        "multipleOf",
        "uniqueItems",
        "default",
        *ANNOTATIONS,
        *_LIMIT_NAMES,
    }
)


def compare_keywords(spot: Spot, old: Flat, new: Flat) -> None:
    """Report every change in values, limits and annotations."""
    compare_null(spot, old, new)
    if not _constant(spot, old, new):
        _enum(spot, old.get("enum"), new.get("enum"))
    for key in (*LOWER_LIMITS, *UPPER_LIMITS):
        _limit(spot, key, old.get(key), new.get(key))
    _multiple(spot, old.get("multipleOf"), new.get("multipleOf"))
    _flag(spot, "unique-items", bool(old.get("uniqueItems")), bool(new.get("uniqueItems")))
    _pattern(spot, old.get("pattern"), new.get("pattern"))
    _format(spot, old, new)
    compare_annotations(spot, old.keywords, new.keywords)


def compare_types(spot: Spot, old: Flat, new: Flat) -> bool:
    """Report a change of type and return whether there is anything left to compare."""
    if old.types == new.types:
        return True
    before, after = _type_text(old.types), _type_text(new.types)
    encoded = spot.context.encoded
    if _covers(new.types, old.types, encoded):
        what, effect = "type-generalized", Effect.WIDENS
    elif _covers(old.types, new.types, encoded):
        what, effect = "type-specialized", Effect.NARROWS
    else:
        what, effect = "type-changed", Effect.INCOMPARABLE
    predicate = f"has type {after} (was {before})"
    if old.types is None:
        predicate = f"is now restricted to type {after}"
    elif new.types is None:
        predicate = f"may now have any type (was {before})"
    spot.report(what, effect, predicate, before, after)
    # What values of one kind had to meet says nothing of values of another kind.
    return effect is not Effect.INCOMPARABLE or bool((old.types or set()) & (new.types or set()))


def _covers(wide: frozenset[str] | None, narrow: frozenset[str] | None, encoded: bool) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return False
    more = {"integer"} if "number" in wide else set()
    if encoded and "string" in wide:
        # Spelled as text, every scalar is a string.
        more |= _SCALARS
    return narrow <= wide | more


def _type_text(types: frozenset[str] | None) -> str:
    return "any" if types is None else " or ".join(sorted(types)) or "null"


def compare_null(spot: Spot, old: Flat, new: Flat) -> None:
    """Report whether null became allowed or forbidden."""
    # Where one side allows any type, the change of type has said it already.
    if old.null is None or new.null is None or old.null == new.null:
        return
    if new.null:
        spot.report("became-nullable", Effect.WIDENS, "may now be null", False, True)
    else:
        spot.report("became-not-nullable", Effect.NARROWS, "may no longer be null", True, False)


def _constant(spot: Spot, old: Flat, new: Flat) -> bool:
    """Report a constant that came, went or became another one, and return whether it did."""
    before, after = old.get("const"), new.get("const")
    constant = "const" in old.keywords, "const" in new.keywords
    if all(constant):
        if same_json(before, after):
            return False
        predicate = f"is {show(after)} (was {show(before)})"
        spot.report("const-changed", Effect.INCOMPARABLE, predicate, before, after)
    elif constant[0] and "enum" not in new.keywords:
        predicate = f"is no longer always {show(before)}"
        spot.report("const-removed", Effect.WIDENS, predicate, before, None)
    elif constant[1] and "enum" not in old.keywords:
        spot.report("const-added", Effect.NARROWS, f"is now always {show(after)}", None, after)
    else:
        return False
    return True


def _enum(spot: Spot, old: list[Any] | None, new: list[Any] | None) -> None:
    if old is None and new is None:
        return
    if old is None:
        values = listing([show(value) for value in new or []])
        spot.report("became-enum", Effect.NARROWS, f"is now restricted to {values}", None, new)
        return
    received = spot.context.flow is Flow.RECEIVED
    # A value that a client has never seen hurts only a client that insists on the listed ones.
    level = Severity.RISKY if received else None
    if new is None:
        spot.report(
            "enum-removed", Effect.WIDENS, "is no longer restricted to listed values", old, level=level
        )
        return
    before, after = ({canonical(value): value for value in values} for values in (old, new))
    for key, value in after.items():
        if key not in before:
            verb = "may now be" if received else "now also accepts"
            spot.report("enum-value-added", Effect.WIDENS, f"{verb} {show(value)}", None, value, level=level)
    for key, value in before.items():
        if key not in after:
            verb = "is never" if received else "no longer accepts"
            tail = " any more" if received else ""
            spot.report("enum-value-removed", Effect.NARROWS, f"{verb} {show(value)}{tail}", value, None)


def _limit(spot: Spot, key: str, old: Any, new: Any) -> None:
    if old == new:
        return
    name = _LIMIT_NAMES[key]
    if old is None:
        spot.report(f"{name}-set", Effect.NARROWS, f"now has {quoted(key)} {show(new)}", None, new)
    elif new is None:
        spot.report(f"{name}-unset", Effect.WIDENS, f"no longer has {quoted(key)} {show(old)}", old, None)
    elif not (_is_number(old) and _is_number(new)):
        spot.report(
            f"{name}-changed", Effect.UNKNOWN, f"has {quoted(key)} {show(new)} (was {show(old)})", old, new
        )
    else:
        raised = new > old
        narrows = raised == (key in LOWER_LIMITS)
        spot.report(
            f"{name}-{'increased' if raised else 'decreased'}",
            Effect.NARROWS if narrows else Effect.WIDENS,
            f"has {quoted(key)} {show(new)} (was {show(old)})",
            old,
            new,
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _multiple(spot: Spot, old: Any, new: Any) -> None:
    if old == new:
        return
    if old is None:
        spot.report("multiple-of-set", Effect.NARROWS, f"must now be a multiple of {show(new)}", None, new)
    elif new is None:
        spot.report("multiple-of-unset", Effect.WIDENS, f"need not be a multiple of {show(old)}", old, None)
    else:
        what, effect = "multiple-of-changed", Effect.INCOMPARABLE
        if _divides(new, old):
            what, effect = "multiple-of-generalized", Effect.WIDENS
        elif _divides(old, new):
            what, effect = "multiple-of-specialized", Effect.NARROWS
        spot.report(what, effect, f"is a multiple of {show(new)} (was {show(old)})", old, new)


def _divides(one: Any, other: Any) -> bool:
    """Whether ``other`` is a whole multiple of ``one``; a fraction is rounded to absorb binary error."""
    if not (_is_number(one) and _is_number(other)) or not one:
        return False
    ratio = float(other) / float(one)
    return abs(ratio - round(ratio)) < 1e-9


def _flag(spot: Spot, name: str, old: bool, new: bool) -> None:
    if new and not old:
        spot.report(f"{name}-set", Effect.NARROWS, "must now have unique items", False, True)
    elif old and not new:
        spot.report(f"{name}-unset", Effect.WIDENS, "may now repeat items", True, False)


def _pattern(spot: Spot, old: Any, new: Any) -> None:
    if old == new:
        return
    if old is None:
        spot.report("pattern-added", Effect.NARROWS, f"now follows the pattern {show(new)}", None, new)
    elif new is None:
        spot.report("pattern-removed", Effect.WIDENS, f"no longer follows the pattern {show(old)}", old, None)
    else:
        # Whether one regular expression contains another is not decided here.
        predicate = f"follows the pattern {show(new)} (was {show(old)})"
        spot.report("pattern-changed", Effect.UNKNOWN, predicate, old, new)


def _format(spot: Spot, old: Flat, new: Flat) -> None:
    before, after = old.get("format"), new.get("format")
    if before == after:
        return
    if before is None:
        spot.report("format-added", Effect.NARROWS, f"now has format {show(after)}", None, after)
    elif after is None:
        spot.report("format-removed", Effect.WIDENS, f"no longer has format {show(before)}", before, None)
    else:
        effect = Effect.INCOMPARABLE
        if (before, after) in _WIDER_FORMATS:
            effect = Effect.WIDENS
        elif (after, before) in _WIDER_FORMATS:
            effect = Effect.NARROWS
        spot.report("format-changed", effect, f"has format {show(after)} (was {show(before)})", before, after)


def compare_annotations(spot: Spot, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Report changes in what a schema says without demanding it."""
    for key in _TEXT:
        _text(spot, key, old.get(key), new.get(key))
    _text(spot, "example", _examples(old), _examples(new))
    _default(spot, old, new)
    if not same_json(old.get("xml"), new.get("xml")):
        spot.report("xml-changed", Effect.UNKNOWN, "has another `xml`")
    _deprecated(spot, bool(old.get("deprecated")), bool(new.get("deprecated")))
    _travel(spot, "readOnly", bool(old.get("readOnly")), bool(new.get("readOnly")), Flow.SENT)
    _travel(spot, "writeOnly", bool(old.get("writeOnly")), bool(new.get("writeOnly")), Flow.RECEIVED)
    for key in sorted({*old, *new}):
        if is_words(key) and key not in (*_TEXT, "example", "examples"):
            _text(spot, key, old.get(key), new.get(key))


def _examples(notes: Mapping[str, Any]) -> Any:
    """Return the examples as a list: 3.0 has one ``example``, 3.1 a list of ``examples``."""
    if "examples" in notes:
        return notes["examples"]
    return [notes["example"]] if "example" in notes else None


def _single(values: Any) -> Any:
    """Return the only example of a list; some documents have a mapping of examples."""
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def _text(spot: Spot, key: str, old: Any, new: Any) -> None:
    if (same_words if key in _TEXT else same_json)(old, new):
        return
    known = key in (*_TEXT, "example")
    name = "extension" if key.startswith("x-") else key.strip("$") if known else "keyword"
    verb = "added" if old is None else "removed" if new is None else "changed"
    label = _LABELS.get(key, key.strip("$")) if known else quoted(key)
    if key == "example":
        old, new = (_single(values) for values in (old, new))
    spot.report(f"{name}-{verb}", Effect.TEXT, f"has {telling(label, old, new)}", old, new)


def _default(spot: Spot, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    absent = object()
    before, after = old.get("default", absent), new.get("default", absent)
    if before is absent and after is absent:
        return
    # The set of valid requests stays the same, but a request that leaves the value out now means
    # something else, and nobody can tell from the documents whether that matters.
    level = Severity.RISKY if spot.context.flow is Flow.SENT else Severity.ADDITIVE
    if before is absent:
        predicate = f"now has the default {show(after)}"
        spot.report("default-value-added", Effect.NONE, predicate, None, after, level=level)
    elif after is absent:
        predicate = f"no longer has the default {show(before)}"
        spot.report("default-value-removed", Effect.NONE, predicate, before, None, level=level)
    elif not same_json(before, after):
        predicate = f"has the default {show(after)} (was {show(before)})"
        spot.report("default-value-changed", Effect.NONE, predicate, before, after, level=level)


def _deprecated(spot: Spot, old: bool, new: bool) -> None:
    if new and not old:
        spot.report("deprecated", Effect.NONE, "is now deprecated", False, True)
    elif old and not new:
        spot.report("reactivated", Effect.NONE, "is no longer deprecated", True, False)


def _travel(spot: Spot, key: str, old: bool, new: bool, barred: Flow) -> None:
    """Report a property that starts or stops travelling only one way."""
    if old == new:
        return
    name = "read-only" if key == "readOnly" else "write-only"
    stops = new and spot.context.flow is barred
    level = Severity.RISKY if stops else Severity.ADDITIVE
    if new:
        spot.report(f"became-{name}", Effect.NONE, f"is now {name}", False, True, level=level)
    else:
        spot.report(f"became-not-{name}", Effect.NONE, f"is no longer {name}", True, False, level=level)
