"""Lines of a rendered page that state a keyword: ranges, lengths, patterns, defaults."""

from __future__ import annotations

import json
import re
from typing import Any

_AMOUNT = r"-?[0-9]{1,99}(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,2})?"
_RANGE = re.compile(
    rf"(?:Required range:\s*)?(?:(?P<low>{_AMOUNT})\s*(?P<lower><=?)\s*)?x\s*(?P<sign><=?|>=?)?\s*"
    rf"(?P<high>{_AMOUNT})?\Z"
)
_LENGTH = re.compile(
    r"(?:Required |Minimum |Maximum )?(?P<what>string|array|) ?length: "
    r"(?P<low>[0-9]{1,18})?(?:\s*-\s*(?P<high>[0-9]{1,18}))?",
    re.IGNORECASE,
)
_STATED = re.compile(r"(?:Required |Minimum |Maximum |x [<>])|default:|pattern:", re.IGNORECASE)
_DEFAULTS_TO = re.compile(r"Defaults to (\S+)\Z")
# Which side an operator bounds, and the keyword that says so.
_SIDES = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}


def stated(text: str, kind: str) -> dict[str, Any] | None:
    """Return the keywords that a line states, none where their values are lost; None where it states none.

    Args:
        text: The line.
        kind: The type that the page shows of the field.
    """
    text = text.replace("`", "") if _STATED.match(text) else text
    lowered = text.lower()
    if lowered in ("default:", "pattern:"):
        return {}  # its value is lost, or stands where nothing tells it from a text
    for word in ("default", "pattern"):
        if lowered.startswith(f"{word}:"):
            return {word: text.partition(":")[2].strip()}
    if found := _DEFAULTS_TO.match(text):
        return {"default": found[1].strip("`\"'")}
    if lowered.startswith(("required range:", "x >", "x <")):
        match = _RANGE.match(text)
        return _range(match) if match else None
    match = _LENGTH.match(text)
    return _length(match, lowered, kind) if match and (match["low"] or match["high"]) else None


def _range(match: re.Match[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if match["low"]:
        found["minimum" if match["lower"] == "<=" else "exclusiveMinimum"] = _number(match["low"])
    if match["high"] and match["sign"]:
        found[_SIDES[match["sign"]]] = _number(match["high"])
    return found


def _length(match: re.Match[str], lowered: str, kind: str) -> dict[str, Any]:
    array = match["what"].lower() == "array" or (not match["what"] and kind.endswith("[]"))
    low, high = ("minItems", "maxItems") if array else ("minLength", "maxLength")
    if lowered.startswith("maximum"):
        return {high: int(match["low"] or match["high"])}
    return {name: int(text) for name, text in ((low, match["low"]), (high, match["high"])) if text}


def typed(text: Any, kind: Any) -> Any:
    """Read a default or an example in the type that the field has."""
    if kind == "string" or not isinstance(text, str):
        return text.strip("\"'") if isinstance(text, str) else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and "e" not in text and "." not in text else value
