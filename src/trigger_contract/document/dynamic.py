"""References by names of a schema's own, as references to its place.

Which schema ``$dynamicRef`` means hangs on the way that led to it, but for a name that one schema of the
document has. Source: JSON Schema 2020-12, Core, chapter 8.2.
"""

from __future__ import annotations

from typing import Any

from trigger_contract.document import shape
from trigger_contract.document.references import join_pointer


def settle(document: dict[str, Any], text: str) -> None:
    """Let dynamic references, and all to dynamic anchors, lead to the schema's place, in place.

    Args:
        document: A document that was just read.
        text: What it was read from.
    """
    if "$dynamic" not in text:
        return
    schemas = [
        (pointer, node)
        for pointer, node, kind in shape.walk("document", document)
        if kind == "schema" and isinstance(node, dict)
    ]
    named: dict[Any, list[str]] = {}
    for pointer, schema in schemas:
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(name := schema.get(key), str):
                named.setdefault(f"#{name}", []).append("#" + join_pointer(*pointer))
    for _, schema in schemas:
        key = "$ref" if "$ref" in schema else "$dynamicRef"
        reference = schema.get(key)
        if not isinstance(reference, str):
            continue
        places = [reference] if reference.startswith("#/") else named.get(reference, [])
        if len(places) == 1:
            del schema[key]
            schema["$ref"] = places[0]
            lines = getattr(schema, "lines", None)
            if isinstance(lines, dict) and key in lines:
                lines["$ref"] = lines.pop(key)
