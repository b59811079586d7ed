"""Faults planted by form: one at a time, at every operation where its kind can stand.

Each is a hook around the service. A kind is one row of a table (``KINDS``): what it says, where it can stand,
what it does; to add one is to add a row.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trigger_contract.document.operations import Operation
from trigger_contract.errors import UserError
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants import answers, changes, lists, protocol, state, values
from trigger_contract.mock.plants.kinds import Answerer, Kind, NotPlantable, Spot

if TYPE_CHECKING:
    from trigger_contract.mock.app import Hook
    from trigger_contract.mock.service import Service

KINDS: tuple[Kind, ...] = (
    *protocol.KINDS,
    *answers.KINDS,
    *values.KINDS,
    *lists.KINDS,
    *state.KINDS,
    *changes.KINDS,
)
_OF_STATE = (*state.KINDS, *changes.KINDS)


@dataclass(frozen=True)
class Plant:
    """A kind of fault at one operation.

    Attributes:
        kind: The kind's name.
        operation: The operation's id.
        detail: The filter, property or bound that is at fault; empty where there is only one way.
        says: What the server does wrong.
        why_not: Why it cannot stand there; None where it can.
        of_state: Whether it is about what is kept, so that it shows when something was written.
    """

    kind: str
    operation: str
    detail: str
    says: str
    why_not: str | None = None
    of_state: bool = False

    @property
    def id(self) -> str:
        """The name under which it is planted, ``filter-ignored@list_runs:status``."""
        return f"{self.kind}@{self.operation}" + (f":{self.detail}" if self.detail else "")


def plants(service: Service) -> tuple[Plant, ...]:
    """Return each kind at each operation of a service, also where it cannot stand, with the reason."""
    return tuple(
        plant for operation in service.operations for kind in KINDS for plant in _at(service, operation, kind)
    )


def _at(service: Service, operation: Operation, kind: Kind) -> list[Plant]:
    """Return a kind at all places of an operation, or once with the reason why it cannot stand there."""
    name = operation.operation_id
    of_state = kind in _OF_STATE
    found: list[Plant] = []
    try:
        for detail in kind.where(Spot(service, operation)):
            found.append(Plant(kind.name, name, detail, kind.says, None, of_state))
    except NotPlantable as reason:
        if not found:
            return [Plant(kind.name, name, "", kind.says, str(reason), of_state)]
    return found


def hook(service: Service, plant: str) -> Hook:
    """Return the hook that plants a fault.

    Args:
        service: The service.
        plant: The fault's id.

    Raises:
        UserError: There is no such fault, or it cannot stand there.
    """
    name, _, rest = plant.partition("@")
    for kind in KINDS:
        for operation in service.operations:
            if kind.name != name or not f"{rest}:".startswith(f"{operation.operation_id}:"):
                continue
            for found in _at(service, operation, kind):
                if found.id == plant and found.why_not is None:
                    return _planted(kind, Spot(service, operation, found.detail))
                if found.why_not is not None:
                    raise UserError(f"{plant!r} cannot be planted: {found.why_not}", source="--plant")
    standing = [one.id for one in plants(service) if one.why_not is None]
    near = difflib.get_close_matches(plant, standing, 1, 0.3)
    hint = f"; the nearest is {near[0]}" if near else ""
    raise UserError(
        f"{plant!r} is no fault that can be planted{hint}; --plant list prints all", source="--plant"
    )


def _planted(kind: Kind, spot: Spot) -> Hook:
    def strike(request: Request, answering: Answerer) -> Answer:
        if kind.everywhere or spot.is_of(request):
            return kind.strike(spot, request, answering)
        return answering(request)

    return strike


__all__ = ["KINDS", "Kind", "Plant", "hook", "plants"]
