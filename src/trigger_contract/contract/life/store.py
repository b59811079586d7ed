"""What the laws of life learn of a server and share during a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.things import Thing
from trigger_contract.contract.session import Session


@dataclass
class Store:
    """What is known.

    Attributes:
        kept: Things that nothing removes, by the name of their resource; they serve for more than one law.
        by_example: Whether a maker takes only values such as the document's examples, by its name.
        lags: How long a list took to show what was made, in seconds, by the name of its resource.
        bodies: What makes bodies, by operation, kind of body and whether examples come first.
        vain: What was waited for in vain; it is not waited for again.
    """

    kept: dict[str, list[Thing]] = field(default_factory=dict)
    by_example: dict[str, bool | None] = field(default_factory=dict)
    lags: dict[str, float] = field(default_factory=dict)
    bodies: dict[tuple[str, int, bool], Bodies] = field(default_factory=dict)
    vain: set[tuple[str, ...]] = field(default_factory=set)


def store_of(session: Session) -> Store:
    """Return what a run knows."""
    found: Store = session.once(("life",), Store)
    return found
