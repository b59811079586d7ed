"""The order of a document: paths and components by name, keys as the specification lists them.

The order must not depend on the order of the pages, so that the same pages give the same bytes.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from trigger_contract.document.shape import COMPONENT_KINDS, MAP, SHAPE, children
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node, line_of, list_of, maps_of, node_like, operations_of, put
from trigger_contract.normalize.naming.words import derive_operation_id
from trigger_contract.normalize.reading.fields import ORDER

_LAST = 1000
_BY_NAME = frozenset(COMPONENT_KINDS) | {"paths", "webhooks", "responses"}
_SORTED_MAPS = {
    kind: frozenset(name for name, (form, _) in fields.items() if form == MAP and name in _BY_NAME)
    for kind, fields in SHAPE.items()
}


def arrange(document: Node) -> None:
    """Put the keys of every object of a document in their order, in place."""
    waiting: list[tuple[str, Any]] = [("document", document)]
    for kind, node in waiting:  # which grows by what is below
        if not isinstance(node, dict):
            continue
        waiting += [(name, child) for _, child, name, _ in children(kind, node)]
        rank = ORDER.get(kind, {})
        _reorder(node, [rank.get(key, _LAST) for key in node])
        for name in _SORTED_MAPS[kind].intersection(node):
            if isinstance(node[name], dict):
                _reorder(node[name], [(key == "default", key) for key in node[name]])


def _reorder(value: dict[str, Any], ranks: list[Any]) -> None:
    """Put what has the lower rank first; the order of equals stays."""
    if ranks != sorted(ranks):
        items = [item for _, item in sorted(zip(ranks, value.items(), strict=True), key=itemgetter(0))]
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
    wanted = []
    for *where, operation in missing:
        group, path, method = where
        title = str(titles.get((group, path, method)) or operation.get("summary") or "")
        wanted.append(derive_operation_id(title, method, path, taken))
    for (_, path, method, operation), name in zip(missing, wanted, strict=True):
        if wanted.count(name) > 1:  # two pages of one title: neither has a better claim
            name = derive_operation_id("", method, path, taken)
        taken.add(name.casefold())
        put(operation, "operationId", name)


def complete(document: Node, name: str) -> None:
    """Add what OpenAPI requires and no page showed: a title, a version, responses, tags that are used."""
    info = document.get("info")
    if not isinstance(info, LocatedMapping):
        info = node_like(document)
        put(document, "info", info)
    for field, missing in (("title", name), ("version", "unknown")):
        # `version: 1.0` without quotes is a number in YAML.
        put(info, field, str(info.get(field, missing)), line_of(info, field))
    tags = {tag.get("name"): tag for tag in maps_of(document, "tags")}
    for *_, operation in operations_of(document):
        for tag in map(str, list_of(operation, "tags")):
            if tag not in tags:
                tags[tag] = node_like(document, name=tag)
    if tags:
        put(document, "tags", [tags[tag] for tag in sorted(tags, key=str)])
    if "paths" not in document and "webhooks" not in document:
        put(document, "paths", node_like(document))
