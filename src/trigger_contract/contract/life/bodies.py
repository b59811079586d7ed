"""Request bodies made from their schema: those that keep it, and those that break it in one way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.validators import alone, compiled
from trigger_contract.contract.values import some_scalar
from trigger_contract.document.composition import View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import request_schema

_DEEPEST = 4
_LONGEST = 5000
_FORMATS = {
    "date-time": "2031-02-03T04:05:06Z",
    "date": "2031-02-03",
    "time": "04:05:06Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "3f2b8c1e-7d4a-4e5b-9c6d-0a1b2c3d4e5f",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "AAEC",
}
_WRONG_TYPES: tuple[tuple[str, Any], ...] = (
    ("object", {"no": {"such": "thing"}}),
    ("string", "no such thing"),
    ("array", [["no such thing"]]),
)


@dataclass(frozen=True)
class Broken:
    """A body that breaks its schema in one way.

    Attributes:
        body: The content.
        label: What is wrong with it, in a few words.
        kind: The media type that it is sent as.
        is_sure: Whether no server may take it, however freely it reads.
    """

    body: bytes
    label: str
    kind: str = "application/json"
    is_sure: bool = True


class Bodies:
    """Makes bodies for one operation.

    Args:
        document: The document.
        operation: An operation whose request has a JSON object for a body.
    """

    def __init__(self, document: Mapping[str, Any], operation: Any) -> None:
        self._views = composition(document)
        raw = request_schema(document, operation)
        alternatives = self._views.alternatives(raw) if raw is not None else ()
        self.schema: View = next((item for item in alternatives if "properties" in item), {})
        shown = self._views.properties(self.schema)
        self.properties = {name: view for name, view in shown.items() if not view.get("readOnly")}
        self.required = [name for name in self.schema.get("required") or () if name in self.properties]
        whole = alone(document, {"allOf": [raw if raw is not None else {}]})
        self._validator = compiled(json.loads(json.dumps(whole)))

    def least(self, mark: str) -> dict[str, Any]:
        """Return a body of only what is required."""
        return {name: self.value(name, mark) for name in self.required}

    def whole(self, mark: str) -> dict[str, Any]:
        """Return a body of everything that may be sent."""
        return {name: self.value(name, mark) for name in self.properties}

    def value(self, name: str, mark: str, *, other_than: Any = None) -> Any:
        """Return a value of one property that is neither null nor the default, and not one that is named."""
        view = self.properties[name]
        avoided = [view.get("default"), other_than]
        return self._value(view, mark, avoided, 0)

    def keeps(self, body: Any) -> bool:
        """Whether a body keeps the schema, as far as its formats and patterns are understood."""
        return bool(self._validator.is_valid(body))

    def bounds(self, mark: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield bodies with one value at each bound, and what is at its bound."""
        base = self.least(mark)
        for name, view in self.properties.items():
            for word, value in _ends(view, mark):
                yield f"{name} at its {word}", {**base, name: value}
            if "enum" in view:
                for value in view["enum"]:
                    yield f"{name} {value}", {**base, name: value}

    def broken(self, mark: str) -> Iterator[Broken]:
        """Yield bodies that break the schema in one way each."""
        base = self.whole(mark)
        for name in self.required:
            yield _wrong({key: value for key, value in base.items() if key != name}, f"no {name}")
        for name, view in self.properties.items():
            for label, value, is_sure in _misfits(view, mark):
                changed = {**base, name: value}
                if not self.keeps(changed):
                    yield _wrong(changed, f"{name}: {label}", is_sure=is_sure)
        if self.schema.get("additionalProperties") is False:
            yield _wrong({**base, "noSuchMember": 1}, "a member that is not in the schema", is_sure=False)
        text = json.dumps(base).encode()
        yield Broken(text[:-1], "JSON that breaks off")
        yield Broken(b"[]", "an array", is_sure=True)
        yield Broken(text, "a media type that is not documented", "application/x-no-such-type", is_sure=False)
        if self.required:
            yield Broken(b"", "no content")

    def _value(self, view: View, mark: str, avoided: list[Any], depth: int) -> Any:
        view = next(iter(self._views.alternatives(view)), view)
        if "const" in view:
            return view["const"]
        if view.get("enum"):
            good = [value for value in view["enum"] if value is not None]
            return next((value for value in good if value not in avoided), next(iter(good), None))
        kind = next((item for item in types_of(view) if item != "null"), None)
        if kind is None:
            kind = "object" if "properties" in view else "string"
        if kind == "boolean":
            return avoided[0] is False or (True in avoided[1:] and False not in avoided)
        if kind in ("integer", "number"):
            return _number(view, avoided)
        if kind == "array":
            count = max(1, int(view.get("minItems", 0)))
            items = self._views.items(view)
            made = [self._value(items, f"{mark}{index or ''}", [], depth + 1) for index in range(count)]
            return made if depth < _DEEPEST else []
        if kind == "object":
            return self._object(view, mark, depth)
        return _text(view, mark, avoided)

    def _object(self, view: View, mark: str, depth: int) -> dict[str, Any]:
        needed = view.get("required") or ()
        shown = self._views.properties(view)
        return {
            name: self._value(inner, mark, [inner.get("default")], depth + 1)
            for name, inner in shown.items()
            if not inner.get("readOnly") and (name in needed or depth < _DEEPEST)
        }


def _wrong(body: Any, label: str, *, is_sure: bool = True) -> Broken:
    return Broken(json.dumps(body).encode(), label, is_sure=is_sure)


def _number(view: View, avoided: list[Any]) -> Any:
    step = view.get("multipleOf") or 1
    low, high = view.get("minimum"), view.get("maximum")
    start = low if low is not None else (min(high, 7) if high is not None else 7)
    if view.get("exclusiveMinimum") is not None:
        start = view["exclusiveMinimum"] + step
    first = -(-start // step) * step
    for index in range(1, 6):
        value = first + index * step
        if (high is None or value <= high) and value not in avoided:
            return value
    return first


def _text(view: View, mark: str, avoided: list[Any]) -> str:
    form = str(view.get("format", ""))
    if form in _FORMATS:
        return _FORMATS[form]
    if "pattern" in view:
        return some_scalar(view) or ""
    least, most = int(view.get("minLength", 0)), int(view.get("maxLength", _LONGEST))
    text = mark if mark not in avoided else f"{mark}x"
    return (text[-most:] if len(text) > most else text).ljust(least, "x")


def _ends(view: View, mark: str) -> Iterator[tuple[str, Any]]:
    kinds = types_of(view)
    if "string" in kinds and not {"enum", "pattern", "format", "const"} & set(view):
        for word in ("minLength", "maxLength"):
            if 0 < (size := int(view.get(word, 0))) <= _LONGEST:
                yield word, mark.ljust(size, "x")[:size]
    if {"integer", "number"} & set(kinds) and not {"enum", "const", "multipleOf"} & set(view):
        for word in ("minimum", "maximum"):
            if word in view:
                yield word, view[word]


def _misfits(view: View, mark: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield values that do not fit, what is wrong, and whether nobody can read them otherwise."""
    kinds = types_of(view)
    for kind, value in _WRONG_TYPES:
        if kinds and kind not in kinds:
            yield f"of type {kind}", value, kind == "object" or "string" not in kinds
            break
    if kinds and "null" not in kinds:
        yield "null", None, False
    if "enum" in view:
        yield "not in the enum", "no_such_value", True
    if "maxLength" in view and view["maxLength"] < _LONGEST:
        yield (
            "longer than maxLength",
            mark.ljust(int(view["maxLength"]) + 1, "x")[: view["maxLength"] + 1],
            True,
        )
    if view.get("minLength"):
        yield "shorter than minLength", mark[: int(view["minLength"]) - 1], True
    if "minimum" in view:
        yield "below its minimum", view["minimum"] - 1, True
    if "maximum" in view:
        yield "above its maximum", view["maximum"] + 1, True
    if view.get("format") in _FORMATS:
        yield f"no {view['format']}", "no such thing", view["format"] in ("date-time", "uuid", "date")
