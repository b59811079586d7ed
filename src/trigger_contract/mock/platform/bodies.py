"""Request bodies judged in the service's own words. Source: the messages of zod, version 3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers
from trigger_contract.mock.platform.front import Visit

Issue = dict[str, Any]
_ABSENT = object()


@dataclass(frozen=True)
class Is:
    """What a value must be.

    Attributes:
        kind: ``string``, ``number``, ``boolean``, ``object``, ``array`` or ``any``.
        optional: Whether it may be left out.
        among: The texts allowed.
        fields: The members of an object that are judged; others are let through.
        of: What the items of an array must be.
        fewest: The shortest text or array.
        most: The longest text or array.
        said: What is said of a longer one, where it is not what the validator says of itself.
        least: The smallest number.
        above: What a number must be greater than.
        greatest: The greatest number.
        whole: Whether a number must be whole.
        check: Says what else is wrong with a value; nothing is.
        also: Another kind that is as good.
    """

    kind: str
    optional: bool = False
    among: tuple[str, ...] = ()
    fields: Mapping[str, Is] | None = None
    of: Is | None = None
    fewest: int = 0
    most: int | None = None
    said: str = ""
    least: float | None = None
    above: float | None = None
    greatest: float | None = None
    whole: bool = False
    check: Callable[[Any], str | None] | None = None
    also: Is | None = None


def judge(value: Any, rule: Is, path: tuple[str | int, ...] = ()) -> list[Issue]:
    """Return everything that is wrong with a value."""
    if rule.also is not None and not (rule.optional and value is _ABSENT):
        first, second = judge(value, _alone(rule), path), judge(value, rule.also, path)
        if first and second:
            told = [{"issues": faults, "name": "ZodError"} for faults in (first, second)]
            return [
                {"code": "invalid_union", "unionErrors": told, "path": list(path), "message": "Invalid input"}
            ]
        return []
    kind = _kind(value)
    if value is _ABSENT and rule.optional:
        return []
    if rule.kind == "any":
        return list(_inside(value, rule, path))
    if kind != rule.kind and not rule.among:
        said = "Required" if value is _ABSENT else f"Expected {rule.kind}, received {kind}"
        fault = {"code": "invalid_type", "expected": rule.kind, "received": kind}
        return [fault | {"path": list(path), "message": said}]
    if rule.among and value not in rule.among:
        return [_among(value, rule, path)]
    return list(_inside(value, rule, path))


def _alone(rule: Is) -> Is:
    return replace(rule, optional=False, also=None)


def _among(value: Any, rule: Is, path: tuple[str | int, ...]) -> Issue:
    options = " | ".join(f"'{option}'" for option in rule.among)
    if not isinstance(value, str):
        said = "Required" if value is _ABSENT else f"Expected {options}, received {_kind(value)}"
        fault: Issue = {"expected": options, "received": _kind(value), "code": "invalid_type"}
        return fault | {"path": list(path), "message": said}
    said = f"Invalid enum value. Expected {options}, received '{value}'"
    fault = {"received": value, "code": "invalid_enum_value", "options": list(rule.among)}
    return fault | {"path": list(path), "message": said}


def _inside(value: Any, rule: Is, path: tuple[str | int, ...]) -> Iterable[Issue]:
    if isinstance(value, str | list):
        yield from _length(value, rule, path)
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _size(value, rule, path)
    if rule.check is not None and (said := rule.check(value)):
        yield {"code": "custom", "message": said, "path": list(path)}
    if isinstance(value, dict):
        for name, inner in (rule.fields or {}).items():
            yield from judge(value.get(name, _ABSENT), inner, (*path, name))
    if isinstance(value, list) and rule.of is not None:
        for index, item in enumerate(value):
            yield from judge(item, rule.of, (*path, index))


def _length(value: str | list[Any], rule: Is, path: tuple[str | int, ...]) -> Iterable[Issue]:
    kind, thing, unit = (
        ("string", "String", "character") if isinstance(value, str) else ("array", "Array", "element")
    )
    bound = {"type": kind, "inclusive": True, "exact": False, "path": list(path)}
    if len(value) < rule.fewest:
        said = f"{thing} must contain at least {rule.fewest} {unit}(s)"
        yield {"code": "too_small", "minimum": rule.fewest, **bound, "message": said}
    if rule.most is not None and len(value) > rule.most:
        said = rule.said or f"{thing} must contain at most {rule.most} {unit}(s)"
        yield {"code": "too_big", "maximum": rule.most, **bound, "message": said}


def _size(value: float, rule: Is, path: tuple[str | int, ...]) -> Iterable[Issue]:
    bound = {"type": "number", "exact": False, "path": list(path)}
    if rule.whole and value != int(value):
        fault = {"code": "invalid_type", "expected": "integer", "received": "float", "path": list(path)}
        yield fault | {"message": "Expected integer, received float"}
    if rule.least is not None and value < rule.least:
        said = f"Number must be greater than or equal to {rule.least:g}"
        yield {"code": "too_small", "minimum": rule.least, "inclusive": True, **bound, "message": said}
    if rule.above is not None and value <= rule.above:
        said = f"Number must be greater than {rule.above:g}"
        yield {"code": "too_small", "minimum": rule.above, "inclusive": False, **bound, "message": said}
    if rule.greatest is not None and value > rule.greatest:
        said = f"Number must be less than or equal to {rule.greatest:g}"
        yield {"code": "too_big", "maximum": rule.greatest, "inclusive": True, **bound, "message": said}


def _kind(value: Any) -> str:
    if value is _ABSENT:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "unknown")


def read(visit: Visit, rule: Is, *, largest: int | None = None) -> dict[str, Any] | Answer:
    """Read the body of a built route.

    Args:
        visit: The request.
        rule: What the body must be.
        largest: The longest body, in bytes.
    """
    body = visit.request.body
    if visit.route.capped and b"content-length" not in visit.request.headers:
        return answers.error(413, "Request body too large")
    if body is None or (largest is not None and len(body) > largest):
        return answers.error(413, "Request body too large")
    if not body:
        return answers.error(400, "Request body is empty")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if value is None:
        return answers.error(400, "Invalid JSON")
    if faults := judge(value, rule):
        return invalid(faults)
    read: dict[str, Any] = value
    return read


def invalid(faults: list[Issue]) -> Answer:
    """Return the refusal of a built route."""
    return answers.error(400, f"Validation error: {'; '.join(map(_told, faults))}")


def read_by_hand(visit: Visit, rule: Is) -> dict[str, Any] | list[Issue]:
    """Read the body of a hand-written route, or say what is wrong with it.

    Raises:
        ValueError: It is no JSON, which such a route does not expect.
    """
    value = json.loads(visit.request.body or b"")
    faults = judge(value, rule)
    if faults:
        return faults
    read: dict[str, Any] = value
    return read


def refused(faults: list[Issue], text: str = "Invalid request body") -> Answer:
    """Return the refusal of a hand-written route."""
    return answers.given(400, {"error": text, "issues": faults})


def _told(fault: Issue) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["path"])
    place = place.removeprefix(".")
    return f'{fault["message"]} at "{place}"' if place else str(fault["message"])
