"""What a document gives as examples: told in docstrings, and read for how a text is spelled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.generate.schemas import Nullable, Scalar, Type

_LONGEST = 60
# A span as texts show it: `1h`, "30d", '60s'.
_SPAN = re.compile(r"""[`"']\d+(?:s|m|h|hr|d|w)(?:\d+(?:s|m|h))*[`"']""")
_SPAN_EXAMPLE = re.compile(r"\d+(?:s|m|h|hr|d|w)(?:\d+(?:s|m|h))*")
_MOMENT = re.compile(r"\bdate[- ]?time\b|\bdate (?:object|string)\b", re.IGNORECASE)


def example_of(document: Mapping[str, Any], *places: Any) -> Any:
    """Return the first example of some schemas, parameters or media types, or None.

    Source: OpenAPI 3.1, `example` and `examples`; JSON Schema 2020-12, section 9.5, `examples`.
    """
    for place in places:
        if not isinstance(place, Mapping):
            continue
        if "example" in place:
            return place["example"]
        examples = place.get("examples")
        if isinstance(examples, list) and examples:
            return examples[0]
        if isinstance(examples, Mapping) and examples:
            first = resolve(document, next(iter(examples.values())))
            return first.get("value") if isinstance(first, Mapping) else None
    return None


def told(words: str, example: str) -> str:
    """Add an example to words that do not hold it already."""
    if not example or example in words:
        return words
    ended = words if not words or words.endswith((".", "!", "?", ":")) else f"{words}."
    return f"{ended} For example ``{example}``.".strip()


def short(value: Any) -> str:
    """Spell an example in a few characters, or as an empty text where it has none or is long."""
    if value is None or value == "":
        return ""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return ""
    return text if len(text) <= _LONGEST and text.isprintable() and "`" not in text else ""


def spelled(view: Mapping[str, Any], type_: Type) -> tuple[str, ...]:
    """What a text may be written from beside: spans and moments, by examples and words about it."""
    views = [view, *(item for key in ("oneOf", "anyOf") for item in view.get(key) or ())]
    for each in views:
        if not isinstance(each, Mapping) or each.get("format"):
            continue
        examples, words = each.get("examples"), str(each.get("description") or "")
        shown = [each.get("example"), *(examples if isinstance(examples, list) else ())]
        is_span = any(isinstance(one, str) and _SPAN_EXAMPLE.fullmatch(one) for one in shown)
        if _holds_text(type_) and (is_span or _SPAN.search(words)):
            return ("datetime", "timedelta") if _MOMENT.search(words) else ("timedelta",)
    return ()


def _holds_text(type_: Type) -> bool:
    plain = type_.inner if isinstance(type_, Nullable) else type_
    members = getattr(plain, "members", (plain,))
    return Scalar("string") in members
