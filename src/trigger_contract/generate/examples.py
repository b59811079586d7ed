"""What a document gives as examples, and how they are told in docstrings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.references import resolve

_LONGEST = 60


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
