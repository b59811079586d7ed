"""What the merge notes: that two pages disagree, or that only one of them speaks.

Writing out a value that says what its absence says contradicts nobody.
Sources: OpenAPI 3.1, Parameter, Header and Request Body Object; JSON Schema 2020-12 validation, chapter 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigger_contract.normalize.ledger import AGE, Contradiction, Ledger, brief, claim, contrast
from trigger_contract.normalize.located import Pointer
from trigger_contract.normalize.model import Fragment

# What a contradiction about a key is called, and what an entry of the map or list under it is.
_CALLED = {
    **dict.fromkeys(("content", "requestBody"), "body"),
    **dict.fromkeys(("description", "summary", "title"), "text"),
    "properties": "property",
    "parameters": "parameter",
    "responses": "response",
}
_ENTRIES = {**_CALLED, "content": "media type", "headers": "header", "links": "link"}
_OFF = {"required": False, "deprecated": False, "allowEmptyValue": False, "allowReserved": False}
_IMPLIED: dict[str, dict[str, Any]] = {
    "parameter": _OFF,
    "header": {**_OFF, "style": "simple", "explode": False},
    "requestBody": {"required": False},
    "operation": {"deprecated": False},
    "schema": {
        "uniqueItems": False,
        "minLength": 0,
        "minItems": 0,
        "minProperties": 0,
        "additionalProperties": True,
        "unevaluatedProperties": True,
        "required": [],
        "properties": {},
        "deprecated": False,
        "readOnly": False,
        "writeOnly": False,
    },
}
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


@dataclass(frozen=True)
class Notes:
    """Notes contradictions between pages of different age.

    Attributes:
        ledger: Where they are noted.
        by_source: The fragments by the name of their page.
    """

    ledger: Ledger
    by_source: Mapping[str, Fragment]

    @classmethod
    def of(cls, fragments: Sequence[Fragment], ledger: Ledger) -> Notes:
        """Return notes about some fragments."""
        return cls(ledger, {fragment.page.name: fragment for fragment in fragments})

    def note(
        self,
        pointer: Pointer,
        newer: Any,
        older: Any,
        newer_says: Any,
        older_says: Any,
        *,
        chosen: Any = None,
        reason: str = "",
        kind: str = "",
    ) -> None:
        """Note that two pages disagree; the newer one's value stands unless ``chosen`` says otherwise."""
        key = pointer[-1]
        ours, theirs = contrast(newer_says, older_says)
        claims = claim(newer, key, ours), claim(older, key, theirs)
        stands = ours if chosen is None else brief(chosen)
        reason = reason or self.age_reason(newer.source, older.source)
        kind = kind or _CALLED.get(str(key), str(key))
        self.ledger.add(Contradiction(kind, pointer, claims, stands, AGE, reason))

    def note_only(
        self, pointer: Pointer, newer: Any, older: Any, says: Any, *, chosen: Any = None, kind: str = ""
    ) -> None:
        """Note that only the older page speaks of something, which is kept."""
        reason = (
            f"{self._dated(older.source)} is the newest page that speaks of it; "
            f"{self._dated(newer.source)} leaves it out, which denies nothing."
        )
        kept = says if chosen is None else chosen
        self.note(pointer, newer, older, "nothing", says, chosen=kept, reason=reason, kind=kind)

    def age_reason(self, newer: str, older: str) -> str:
        """Say why the first page wins over the second."""
        first, second = self.by_source.get(newer), self.by_source.get(older)
        if first is None or second is None or first.page.age == second.page.age:
            return f"Neither page is known to be newer; the order of their names decides ({newer} first)."
        return f"{self._dated(newer)} is newer than {self._dated(older)}."

    def _dated(self, source: str) -> str:
        age = str(self.by_source[source].page.age) if source in self.by_source else ""
        return f"{source} ({age})" if age else source


def left_out(implied: Any) -> str:
    """Say what a page says by leaving something out."""
    return f"nothing, which means {brief(implied)}"


def entry_kind(pointer: Pointer) -> str:
    """What an entry of a map is called."""
    return _ENTRIES.get(str(pointer[-1]), str(pointer[-1]))


def is_implied(kind: str, node: Mapping[str, Any], key: str) -> bool:
    """Whether the value of a key means the same as leaving the key out.

    Args:
        kind: What the object is (see ``shape``).
        node: The object; it has the key.
        key: The key.
    """
    value, implied = node[key], implied_value(kind, node, key)
    return implied is not None and type(value) is type(implied) and bool(value == implied)


def implied_value(kind: str, node: Mapping[str, Any], key: str) -> Any:
    """Return the value that leaving a key out stands for; None where it stands for nothing.

    Args:
        kind: What the object is (see ``shape``).
        node: The object, with or without the key.
        key: The key.
    """
    if kind == "parameter" and key == "style":
        return _STYLES.get(str(node.get("in")))
    if kind == "parameter" and key == "explode":
        return node.get("style", _STYLES.get(str(node.get("in")))) == "form"
    return _IMPLIED.get(kind, {}).get(key)
