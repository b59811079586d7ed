"""Names of components that OpenAPI has no room for, such as ``Page<Cart>``, which generators write.

Source: OpenAPI 3.1.0, 4.8.7 Components Object: keys are letters, digits, dots, hyphens and underscores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.document.shape import COMPONENT_KINDS
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import put
from trigger_contract.normalize.naming import component_key, is_component_key
from trigger_contract.normalize.reading.slips import Slip


def make_keys_legal(document: LocatedMapping, slips: list[Slip]) -> None:
    """Rename such components, in place, wherever they are referred to; one whose new name is taken is left.

    Args:
        document: The document, its form not checked yet.
        slips: Where each is noted.
    """
    components = document.get("components")
    if not isinstance(components, LocatedMapping):
        return
    renamed: dict[tuple[str, str], str] = {}
    for kind in COMPONENT_KINDS:
        named = components.get(kind)
        if not isinstance(named, LocatedMapping) or all(map(is_component_key, named)):
            continue
        lines = named.lines.copy()
        entries = list(named.items())
        taken = {name for name in named if is_component_key(name)}
        named.clear()
        for name, value in entries:
            legal = name if name in taken else component_key(name)
            if legal != name and legal not in taken:
                taken.add(legal)
                renamed[kind, name] = legal
                slips.append(Slip(components, "name", lines.get(name), f"components: {name}", legal))
            put(named, renamed.get((kind, name), name), value, lines.get(name))
    if renamed:
        for node in _mappings(document):
            for key, value in node.items():
                if isinstance(value, str) and value.startswith("#/components/"):
                    node[key] = _renamed(value, renamed)


def _renamed(reference: str, renamed: dict[tuple[str, str], str]) -> str:
    tokens = split_pointer(unquote(reference[1:]))
    name = "/".join(map(str, tokens[2:]))  # a slash in a name is often written as it is
    legal = renamed.get((str(tokens[1]), name)) if len(tokens) > 2 else None
    return "#" + join_pointer("components", tokens[1], legal) if legal else reference


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    stack, seen = [value], set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue  # an alias leads to the same value again
        seen.add(id(value))
        if isinstance(value, dict):
            yield value
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
