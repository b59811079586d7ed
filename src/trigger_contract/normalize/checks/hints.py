"""Names that the expanded dialect hints at, held against the components of those names.

The hint is the last component that was merged into a schema, so the schema may well be more than that.
"""

from __future__ import annotations

from collections.abc import Sequence

from trigger_contract.normalize.merging.alternatives import same_root
from trigger_contract.normalize.model import RULE, Claim, Contradiction, Found, Ledger, Node, line_of
from trigger_contract.normalize.reading.expanded_schemas import HINT
from trigger_contract.normalize.reading.standard import find

_REASON = "The hint names the last component merged in; the schema says more, so it gets a name of its own."


def check_hints(draft: Node, found: Sequence[Found], ledger: Ledger) -> None:
    """Note each root whose hint names a component that says something else."""
    for pointer, node, kind in found:
        hint = node.get(HINT) if kind == "schema" else None
        component = find(draft, f"#/components/schemas/{hint}") if isinstance(hint, str) else None
        if not isinstance(component, Node):
            continue

        def lookup(reference: str) -> object:
            return find(draft, reference)

        if same_root(node, lookup, component, lookup):
            continue
        own = node.get("properties") or {}
        extra = [name for name in own if name not in (component.get("properties") or {})]
        more = f", which has no {', '.join(extra)}" if extra else ""
        claims = (
            Claim(node.source, node.line or None, f"the schema, with {', '.join(own) or 'its own keywords'}"),
            Claim(node.source, line_of(node, HINT), f"refIdentifier: {hint}"),
            Claim(component.source, component.line or None, f"{hint}{more}"),
        )
        ledger.add(
            Contradiction("refIdentifier", (*pointer, HINT), claims, "a name of its own", RULE, _REASON)
        )
