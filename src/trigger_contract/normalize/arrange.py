"""The order of a document: paths and components by name, keys as the specification lists them.

The order must not depend on the order of the pages, so that the same pages give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from trigger_contract.document.shape import COMPONENT_KINDS, LIST, MAP, ONE, SHAPE, field_shape, is_extension
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node, line_of, node_like, operations_of, put
from trigger_contract.normalize.naming.words import derive_operation_id
from trigger_contract.normalize.reading.fields import ORDER

_LAST = 1000
_SORTED_MAPS = frozenset(COMPONENT_KINDS) | {"paths", "webhooks", "responses"}


def arrange(value: Any, kind: str = "document") -> Any:
    """Put the keys of an object and everything below it in their order, in place."""
    if not isinstance(value, dict):
        return value
    shapes = SHAPE.get(kind, {})
    rank = ORDER.get(kind, {})
    place, in_order = -1, True
    for name, below in value.items():
        own = rank.get(name, _LAST)
        in_order = in_order and place <= own
        place = own
        if not isinstance(below, (dict, list)):
            continue
        form, child_kind = (field_shape(kind, name) if kind == "callback" else shapes.get(name)) or ("", "")
        if form == ONE:
            arrange(below, child_kind)
        elif form == LIST and isinstance(below, list):
            for item in below:
                arrange(item, child_kind)
        elif form == MAP and isinstance(below, dict):
            for key, item in below.items():
                if not is_extension(kind, name, key):
                    arrange(item, child_kind)
            if name in _SORTED_MAPS and kind != "schema":
                _reorder(below, sorted(below, key=lambda key: (key == "default", key)))
    if not in_order:
        _reorder(value, sorted(value, key=lambda key: rank.get(key, _LAST)))
    return value


def _reorder(value: dict[str, Any], keys: list[str]) -> None:
    items = [(key, value[key]) for key in keys]
    value.clear()
    value.update(items)


def name_operations(document: Node, titles: dict[tuple[str, str, str], str]) -> None:
    """Give every operation without an operationId one, made of its page's title or its path.

    Args:
        document: The draft.
        titles: Title of the page that shows the operation, by group, path and method.
    """
    found = list(operations_of(document))
    taken = {
        str(operation["operationId"]).casefold() for *_, operation in found if "operationId" in operation
    }
    missing = [entry for entry in found if "operationId" not in entry[3]]
    shown = [str(titles.get(entry[:3]) or entry[3].get("summary") or "") for entry in missing]
    wanted = [
        derive_operation_id(title, entry[2], entry[1], taken)
        for title, entry in zip(shown, missing, strict=True)
    ]
    asked = Counter(wanted)
    for entry, name in zip(missing, wanted, strict=True):
        if asked[name] > 1:  # two pages of one title: neither has a better claim
            name = derive_operation_id("", entry[2], entry[1], taken)
        taken.add(name.casefold())
        put(entry[3], "operationId", name)


def complete(document: Node, name: str) -> None:
    """Add what OpenAPI requires and no page showed: a title, a version, responses, tags that are used."""
    info = document.get("info")
    if not isinstance(info, LocatedMapping):
        info = node_like(document)
        put(document, "info", info)
    for field, missing in (("title", name), ("version", "unknown")):
        # `version: 1.0` without quotes is a number in YAML.
        put(info, field, str(info.get(field, missing)), line_of(info, field))
    used: dict[str, None] = {}
    for *_, operation in operations_of(document):
        used.update(dict.fromkeys(map(str, operation.get("tags", ()))))
    tags = document.get("tags", [])
    known = {tag.get("name"): tag for tag in tags if isinstance(tag, dict)}
    if used or known:
        for tag in used:
            if tag not in known:
                known[tag] = node_like(document, name=tag)
        put(document, "tags", [known[tag] for tag in sorted(known, key=str)])
    if "paths" not in document and "webhooks" not in document:
        put(document, "paths", node_like(document))
