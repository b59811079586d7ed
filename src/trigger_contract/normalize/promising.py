"""What descriptions promise beyond their keywords, written beside them as data."""

from __future__ import annotations

from trigger_contract.document.promises import EXTENSION, declared_kinds, read
from trigger_contract.document.shape import walk
from trigger_contract.normalize.located import Node, line_of, node_like, put, sequence_of

_KINDS = frozenset(("schema", "parameter", "operation"))


def write_promises(document: Node) -> None:
    """Write ``x-promise`` on every schema, parameter and operation that promises something, in place.

    What a person declared or struck stays as it is; nothing that was read stands beside it.

    Raises:
        UserError: What a person declared is not of the form of a promise.
    """
    for _, node, kind in walk("document", document):
        if kind not in _KINDS or not isinstance(node, Node):
            continue
        known = declared_kinds(node)
        found = [made for made in read(document, node) if made.kind not in known]
        if not found:
            continue
        line = line_of(node, "description") or node.line
        entries = list(node.get(EXTENSION, ()))
        for made in found:
            entry = node_like(node)
            for key, value in made.entry().items():
                put(entry, key, sequence_of(node, value) if isinstance(value, list) else value, line)
            entries.append(entry)
        put(node, EXTENSION, sequence_of(node, entries), line)
