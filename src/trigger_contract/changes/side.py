"""One of the two documents, with shapes checked and references followed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigger_contract.document import references
from trigger_contract.document.quoting import markdown_code
from trigger_contract.errors import UserError


@dataclass(frozen=True)
class Side:
    """A document and the name its errors are reported under.

    Attributes:
        document: The OpenAPI document.
        source: Its file, for error messages.
    """

    document: Mapping[str, Any]
    source: str

    def fail(self, message: str, near: Any = None) -> UserError:
        """Build the error for a document that cannot be compared."""
        return UserError(message, source=self.source, line=line_of(near))

    def lookup(self, reference: str, near: Any = None) -> Any:
        """Return what a local reference points to."""
        try:
            return references.lookup(self.document, reference)
        except UserError as error:
            raise self.fail(error.message, near) from None

    def resolve(self, value: Any) -> Any:
        """Follow references; siblings of a reference win."""
        try:
            return references.resolve(self.document, value)
        except UserError as error:
            raise self.fail(error.message, value) from None

    def mapping(self, value: Any, what: str, near: Any = None) -> Mapping[str, Any]:
        """Resolve a value that must be an object; an absent one counts as empty.

        Raises:
            UserError: Something else stands there.
        """
        value = self.resolve(value)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.fail(f"{what} must be an object, not {json_type(value)}", near)
        return value

    def components(self, kind: str) -> Mapping[str, Any]:
        """Return the components of one kind, such as ``schemas``, by name."""
        components = self.mapping(self.document.get("components"), "`components`", self.document)
        return self.mapping(components.get(kind), f"`{kind}`", components)

    def sequence(self, value: Any, what: str, near: Any = None) -> list[Any]:
        """Return a value that must be an array; an absent one counts as empty.

        Raises:
            UserError: Something else stands there.
        """
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fail(f"{what} must be an array, not {json_type(value)}", near)
        return value


def line_of(value: Any, key: str | None = None) -> int | None:
    """Return the line a value (or one of its keys) was read from, where it is known."""
    if key is not None:
        lines = getattr(value, "lines", None)
        if isinstance(lines, dict) and key in lines:
            return int(lines[key])
    line = getattr(value, "line", None)
    return line or None


def json_type(value: Any) -> str:
    """Return the JSON name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def canonical(value: Any) -> str:
    """Return a text that is equal exactly for equal JSON values, whatever the order of keys.

    1 and 1.0 are one number in JSON and come out the same; true and 1 do not.
    """
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; see ``canonical``."""
    if one is other:
        return True
    if isinstance(one, str) or isinstance(other, str):
        return type(one) is type(other) and bool(one == other)
    # The same text is the same value, and much sooner found to be.
    return repr(one) == repr(other) or canonical(one) == canonical(other)


def same_words(one: Any, other: Any) -> bool:
    """Whether two texts say the same: how they are broken into lines does not count."""
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return same_json(one, other)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def telling(label: str, old: Any, new: Any) -> str:
    """Return what there is now of something that only tells, for a sentence: ``a new description``."""
    if new is None:
        return f"no {label} any more"
    if not _is_short(new) or not (old is None or _is_short(old)):
        return f"new {label}" if label.endswith("s") else f"a new {label}"
    return f"the {label} {show(new)}" + (f" (was {show(old)})" if old is not None else "")


def _is_short(value: Any) -> bool:
    return not isinstance(value, (Mapping, list)) and len(str(value)) <= 60


def listing(names: Sequence[str], joint: str = ", ", limit: int = 8) -> str:
    """Join names for a sentence, the last of too many only counted."""
    if len(names) <= limit:
        return joint.join(names)
    return f"{joint.join(names[: limit - 1])} and {len(names) - limit + 1} more"


def quoted(name: Any) -> str:
    """Spell a name of a document in a sentence: in backticks, of which it may hold some itself."""
    return markdown_code(str(name))


def show(value: Any, limit: int = 60) -> str:
    """Spell a value in a sentence: short and in backticks."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return quoted(text if len(text) <= limit else text[: limit - 1] + "…")
