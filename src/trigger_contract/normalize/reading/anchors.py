"""References by anchor, ``$ref: '#tree'``, become references by pointer, which every later step follows.

Source: JSON Schema 2020-12, core specification, 8.2.2 (``$anchor``).
"""

from __future__ import annotations

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import REFERENCE_KINDS, walk
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, line_of


def settle_anchors(document: Node) -> None:
    """Rewrite every reference to an anchor, in place; the anchors that were used are removed.

    Raises:
        UserError: A reference names an anchor that no schema has, or the whole document.
    """
    references: list[Node] = []
    anchors: dict[str, tuple[str, Node]] = {}
    for pointer, node, kind in walk("document", document):
        if kind not in REFERENCE_KINDS or not isinstance(node, Node):
            continue
        if kind == "schema" and isinstance(node.get("$anchor"), str):
            anchors.setdefault(f"#{node['$anchor']}", (f"#{join_pointer(*pointer)}", node))
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#") and not reference.startswith("#/"):
            references.append(node)
    for node in references:
        if node["$ref"] not in anchors:
            what = "the whole document" if node["$ref"] == "#" else "an anchor that no schema has"
            message = f"reference {node['$ref']!r} points to {what}; refer to a component"
            raise UserError(message, source=node.source, line=line_of(node, "$ref"))
    for node in references:
        node["$ref"], anchored = anchors[node["$ref"]]
        anchored.pop("$anchor", None)
