"""What was put right in the form of a page, and how the report tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.errors import UserError
from trigger_contract.normalize.ledger import RULE, Claim, Contradiction, brief
from trigger_contract.normalize.located import Pointer, line_of


@dataclass(frozen=True)
class Slip:
    """One thing that was put right.

    Attributes:
        node: The object in which it stood.
        name: The key that it is about.
        line: Where it stood.
        says: What the page says.
        chosen: What is taken instead.
    """

    node: LocatedMapping
    name: str
    line: int | None
    says: str
    chosen: str


def noted_slips(document: LocatedMapping, slips: Iterable[Slip]) -> Iterator[Contradiction]:
    """Find the place of each slip in its document, and say what was done about it."""
    places: dict[int, Pointer] = {}
    for pointer, node, _ in walk("document", document):
        places.setdefault(id(node), pointer)
    for slip in slips:
        where = (*places.get(id(slip.node), ()), slip.name)
        claims = (
            Claim(slip.node.source, slip.line, slip.says),
            Claim(slip.node.source, slip.line, "OpenAPI has no such thing there"),
        )
        reason = "A slip of form: what is said is kept in the form that OpenAPI has for it, if it has one."
        yield Contradiction("form", where, claims, slip.chosen, RULE, reason)


def follow_text(value: LocatedMapping, name: str, document: Any, slips: list[Slip]) -> bool:
    """Read a text that stands elsewhere in the document, where a reference to it stands in its place."""
    try:
        found = resolve(document, value[name])
    except UserError:
        return False
    if not isinstance(found, str) or not isinstance(value[name], dict):
        return False
    slips.append(Slip(value, name, line_of(value, name), f"{name}: {brief(value[name])}", brief(found)))
    value[name] = found
    return True


def settled_scalar(value: Any, form: type) -> Any:
    """Read a text as the number or the switch that belongs there, or a number as a text; else None."""
    if form is bool and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    if form is float and isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return None
        return int(number) if number.is_integer() else number if abs(number) < 1e300 else None
    if form is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None
