"""Actions of an OpenAPI Overlay: applied to a document, and spelled. Source: Overlay Specification 1.0.0."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.contract.citations import Pointer
from trigger_contract.document.yaml import dump

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Action:
    """One change of a document, and why.

    Attributes:
        place: What is changed: an object, a list, or what is removed.
        update: What is merged into the object or appended to the list.
        remove: Whether what stands there is removed.
        member: The item of the list that is removed, in place of the whole.
        reason: What was seen.
        evidence: The exchange that shows it, without secrets.
    """

    place: Pointer
    update: Any = None
    remove: bool = False
    member: str | None = None
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, document: Any) -> None:
        """Change a document of plain lists and mappings.

        Raises:
            LookupError: The place is not there.
        """
        above, at = None, document
        for token in self.place:
            above, at = at, at[token]
        if not self.remove:
            _merge(at, self.update)
        elif self.member is not None:
            at.remove(self.member)
        elif above is not None:
            del above[self.place[-1]]

    def to_dict(self) -> dict[str, Any]:
        """Return the action as an overlay has it."""
        change = {"remove": True} if self.remove else {"update": self.update}
        return {
            "target": self._target(),
            "description": self.reason,
            **change,
            "x-reason": self.reason,
            "x-evidence": dict(self.evidence),
        }

    def _target(self) -> str:
        """Spell the place as a JSONPath. Source: RFC 9535."""
        path = "".join(map(_selected, self.place))
        return f"${path}" + (f"[?@ == {_quoted(self.member)}]" if self.member is not None else "")


def overlay_text(actions: Sequence[Action], title: str) -> str:
    """Return an overlay as YAML.

    Args:
        actions: What is proposed, in this order.
        title: What it is for.
    """
    told = [action.to_dict() for action in actions]
    return dump({"overlay": "1.0.0", "info": {"title": title, "version": "1.0.0"}, "actions": told})


def _merge(value: Any, update: Any) -> None:
    if isinstance(value, list):
        value.append(update)
        return
    for name, item in update.items():
        known = value.get(name)
        if isinstance(known, dict) and isinstance(item, dict):
            _merge(known, item)
        elif isinstance(known, list) and isinstance(item, list):
            known.extend(item)
        else:
            value[name] = item


def _selected(token: str | int) -> str:
    if isinstance(token, int):
        return f"[{token}]"
    return f".{token}" if _PLAIN.fullmatch(token) else f"[{_quoted(token)}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
