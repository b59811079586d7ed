"""Parts of two documents that are the same to the letter, together with all that they refer to.

Most of a large document stays as it is from one version to the next. What is known to be the same need
not be compared; the comparison itself stays the only judge of what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.changes.side import Side

_MARK = "'$ref': "
_REFERENCE = re.compile(r"'\$ref': '(#/[^']*)'")
# What applies to every operation without standing in it.
_GLOBAL = ("security", "servers")


class Identical:
    """Knows which parts of two documents are the same to the letter.

    Args:
        old: The old document.
        new: The new document.
    """

    def __init__(self, old: Side, new: Side) -> None:
        generations = [str(side.document.get("openapi"))[:3] for side in (old, new)]
        self._alike = generations[0] == generations[1]
        self._components = _closed(dict(_pairs(old, new))) if self._alike else frozenset()
        self._operations = all(
            repr(old.document.get(key)) == repr(new.document.get(key)) for key in _GLOBAL
        ) and repr(old.components("securitySchemes")) == repr(new.components("securitySchemes"))

    def component(self, pointer: str) -> bool:
        """Whether a component, given by a pointer to or into it, is the same in both documents."""
        return _owner(pointer) in self._components

    def path(self, old: Any, new: Any) -> bool:
        """Whether the operations of a path are the same, and what applies to them besides."""
        if not self._operations or not self._alike:
            return False
        text = repr(old)
        if text != repr(new):
            return False
        references = _references(text)
        return references is not None and all(map(self.component, references))


def _pairs(old: Side, new: Side) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each component that has the same text in both, with the components that it refers to."""
    for kind in old.mapping(old.document.get("components"), "`components`", old.document):
        before, after = old.components(kind), new.components(kind)
        for name, value in before.items():
            text = repr(value)
            if name in after and isinstance(value, Mapping) and text == repr(after[name]):
                references = _references(text)
                if references is not None:
                    yield f"#/components/{kind}/{name}", references


def _references(text: str) -> frozenset[str] | None:
    """Return the components that a part refers to, or None if it refers to something else."""
    found = _REFERENCE.findall(text)
    if len(found) != text.count(_MARK):
        return None
    return frozenset(map(_owner, found))


def _owner(pointer: str) -> str:
    return "/".join(pointer.split("/", 4)[:4])


def _closed(equal: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return those components that refer only to components of the same set."""
    users: dict[str, list[str]] = {}
    for name, references in equal.items():
        for reference in references:
            users.setdefault(reference, []).append(name)
    kept = set(equal)
    queue = [reference for reference in users if reference not in kept]
    for reference in queue:
        for user in users.get(reference, ()):
            if user in kept:
                kept.remove(user)
                queue.append(user)
    return frozenset(kept)
