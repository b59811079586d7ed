"""How far a thing has come: its property of states, and the states in which it stays.

A state is final by its words, as APIs share them; ``x-resource`` on the path says it where words do not.
"""

from __future__ import annotations

from collections.abc import Iterable

from trigger_contract.document.composition import Composition, View
from trigger_contract.document.words import flat, words

PROPERTIES = ("status", "state", "phase", "lifecyclestate", "lifecyclestatus", "lifecycle")

SUCCESS = frozenset(("completed", "complete", "succeeded", "success", "successful", "done", "finished"))
CANCELLED = frozenset(("canceled", "cancelled", "aborted", "revoked", "withdrawn", "voided", "void"))
FAILURE = frozenset((
    "failed", "failure", "crashed", "interrupted", "expired", "errored", "error", "rejected", "denied",
    "declined", "killed", "terminated", "timedout", "timeout",
))  # fmt: skip
_OTHERWISE = frozenset((
    "deployed", "delivered", "refunded", "deleted", "closed", "skipped", "resolved", "merged", "superseded",
    "fulfilled", "shipped", "settled", "ended", "exhausted",
))  # fmt: skip
FINAL = SUCCESS | CANCELLED | FAILURE | _OTHERWISE

# With one of these words a state is on its way, whatever else it says: `not_completed`, `retry_failed`.
_ON_THE_WAY = frozenset(
    ("not", "un", "partially", "pending", "awaiting", "waiting", "will", "to", "being", "no", "retrying")
)


def is_final(state: str) -> bool:
    """Whether a thing in this state stays as it is, by the words that the state is made of."""
    parts = words(state)
    if not parts or set(parts) & _ON_THE_WAY:
        return False
    return flat(state) in FINAL or parts[-1] in FINAL or "".join(parts[-2:]) in FINAL


def final_states(states: Iterable[object]) -> frozenset[str]:
    """Return the final ones of the values of an enumeration, none where all of them or none are final."""
    texts = [state for state in states if isinstance(state, str)]
    final = frozenset(state for state in texts if is_final(state))
    return final if len(final) < len(texts) else frozenset()


def states_of(views: Composition, schema: View) -> tuple[str, tuple[str, ...]] | None:
    """Return the property that holds a thing's state, and the states that the document lists.

    A property of that name that is no text, or lists numbers, holds none.
    """
    for alternative in views.alternatives(schema):
        properties = views.properties(alternative)
        by_name = {flat(name): name for name in properties}
        for wanted in PROPERTIES:
            if wanted not in by_name:
                continue
            name = by_name[wanted]
            states = listed(views, properties[name])
            if states:
                return name, states
    return None


def listed(views: Composition, schema: View) -> tuple[str, ...]:
    """Return the texts that a schema lists, by ``enum``, by ``const`` or as alternatives of those."""
    found: dict[str, None] = {}
    for alternative in views.alternatives(schema):
        values = alternative.get("enum", [alternative["const"]] if "const" in alternative else [])
        found.update(dict.fromkeys(value for value in values if isinstance(value, str)))
    return tuple(found)
