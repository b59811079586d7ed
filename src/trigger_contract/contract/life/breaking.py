"""Values that break a schema in one way, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trigger_contract.contract.life.making import LONGEST, Maker, examples, kind_of, matches
from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of

_DEEPEST = 2
_MOST_ITEMS = 1000
_WRONG_TYPES: tuple[tuple[str, Any], ...] = (
    ("object", {"no": {"such": "thing"}}),
    ("string", "no such thing"),
    ("array", [["no such thing"]]),
)
# Formats that no text with spaces in it can have.
_FORMATS = frozenset(
    ("date-time", "date", "uuid", "email", "ipv4", "ipv6", "uri", "url", "hostname", "time", "duration")
)
Misfit = tuple[str, Any, bool]


def misfits(maker: Maker, view: View, mark: str, *, is_required: bool, depth: int = 0) -> Iterator[Misfit]:
    """Yield values that do not fit.

    Args:
        maker: Makes the rest of what is wrong in one place only.
        view: The schema.
        mark: What texts carry.
        is_required: Whether the value must be there, so that null is not as good as nothing.
        depth: How deep the value stands.

    Yields:
        What is wrong, the value, and whether no server can read it otherwise.
    """
    view = next(iter(maker.views.alternatives(view)), view)
    kinds = types_of(view)
    for kind, value in _WRONG_TYPES:
        if kinds and kind not in kinds:
            yield f"of type {kind}", value, kind == "object" or "string" not in kinds
            break
    if kinds and "null" not in kinds:
        yield "null", None, is_required
    if "enum" in view or "const" in view:
        yield "not among its values", "no_such_value", True
        return
    kind = kind_of(view)
    if kind == "string":
        yield from _texts(view, mark)
    elif kind in ("integer", "number"):
        yield from _numbers(view, kind)
    elif kind == "array":
        yield from _arrays(maker, view, mark, depth)
    elif kind == "object":
        yield from _objects(maker, view, mark, depth)


def _texts(view: View, mark: str) -> Iterator[Misfit]:
    if view.get("maxLength", LONGEST) < LONGEST:
        size = int(view["maxLength"]) + 1
        yield "longer than maxLength", _lengthened(view, mark, size), True
    if view.get("minLength"):
        yield "shorter than minLength", mark[: int(view["minLength"]) - 1], True
    if isinstance(view.get("pattern"), str):
        for text in ("no such thing!", "ä", "0", "x", ""):
            if not matches(view["pattern"], text):
                yield "against its pattern", text, True
                break
    if view.get("format") in _FORMATS:
        yield f"no {view['format']}", "no such thing", True


def _lengthened(view: View, mark: str, size: int) -> str:
    shown = [text for text in examples(view) if isinstance(text, str) and text]
    start = shown[0] if shown and "pattern" in view else mark
    return (start + (start[-1:] or "x") * size)[:size]


def _numbers(view: View, kind: str) -> Iterator[Misfit]:
    for word, away in (("minimum", -1), ("maximum", 1)):
        exclusive = f"exclusive{word.capitalize()}"
        if word in view:
            yield f"beyond its {word}", view[word] + away, True
        if isinstance(view.get(exclusive), (int, float)) and not isinstance(view[exclusive], bool):
            yield f"at its {exclusive}", view[exclusive], True
    low = view.get("minimum", view.get("exclusiveMinimum", 0))
    if isinstance(step := view.get("multipleOf"), (int, float)) and step != 1:
        whole = -(-low // step) * step + step
        yield f"no multiple of {step}", whole + (step / 2 if kind == "number" else 1), True
    elif kind == "integer":
        yield "with a fraction", low + 1.5, True


def _arrays(maker: Maker, view: View, mark: str, depth: int) -> Iterator[Misfit]:
    if int(view.get("maxItems", _MOST_ITEMS)) < _MOST_ITEMS:
        yield "longer than maxItems", maker.items(view, mark, int(view["maxItems"]) + 1), True
    if view.get("minItems"):
        yield "shorter than minItems", maker.items(view, mark, int(view["minItems"]) - 1), True
    least = max(1, int(view.get("minItems", 0)))
    base = maker.items(view, mark, least)
    if view.get("uniqueItems"):
        yield "with an item twice", [*base, base[0]], True
    if depth < _DEEPEST:
        inner = maker.views.items(view)
        for label, value, is_sure in misfits(maker, inner, mark, is_required=True, depth=depth + 1):
            yield f"an item {label}", [*base[:-1], value], is_sure


def _objects(maker: Maker, view: View, mark: str, depth: int) -> Iterator[Misfit]:
    if depth >= _DEEPEST:
        return
    base = maker.value(view, mark)
    needed = view.get("required") or ()
    for name, inner in maker.views.properties(view).items():
        if inner.get("readOnly") or name not in base:
            continue
        if name in needed:
            yield f"without {name}", {key: value for key, value in base.items() if key != name}, True
        found = misfits(maker, inner, mark, is_required=name in needed, depth=depth + 1)
        for label, value, is_sure in found:
            yield f"{name} {label}", {**base, name: value}, is_sure
