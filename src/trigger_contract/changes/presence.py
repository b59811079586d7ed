"""What came and what went: properties, demands, and whether a property has to be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.model import Severity
from trigger_contract.changes.side import quoted
from trigger_contract.changes.spot import Spot


def kebab(keyword: str) -> str:
    """Spell a keyword as part of a code: ``maxItems`` becomes ``max-items``."""
    text = "".join(f"-{char.lower()}" if char.isupper() else char for char in keyword.strip("$"))
    return text.strip("-")


def existence(spot: Spot, what: str, label: str, old: Any, new: Any) -> None:
    """Report a demand that came, went or became another."""
    if old is None:
        spot.report(f"{what}-added", Effect.NARROWS, f"now has {label}")
    elif new is None:
        spot.report(f"{what}-removed", Effect.WIDENS, f"no longer has {label}")
    else:
        spot.report(f"{what}-changed", Effect.UNKNOWN, f"has another {label}")


def dependents(spot: Spot, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Report what has to be there if something else is (``dependentRequired``)."""
    for name in dict.fromkeys([*old, *new]):
        before, after = set(old.get(name, ())), set(new.get(name, ()))
        if before == after:
            continue
        listed = ", ".join(quoted(one) for one in new.get(name, ())) or "nothing"
        predicate = f"needs {listed} beside {quoted(name)}"
        values = (old.get(name), new.get(name))
        if name not in old or name not in new:
            verb, effect = ("added", Effect.NARROWS) if name in new else ("removed", Effect.WIDENS)
        else:
            verb = "changed"
            effect = (
                Effect.NARROWS if before < after else Effect.WIDENS if after < before else Effect.INCOMPARABLE
            )
        spot.report(f"dependent-required-{verb}", effect, predicate, *values)


def removed(spot: Spot, required: bool, closed: bool) -> None:
    """Report a property that is gone.

    Args:
        spot: Where it was.
        required: Whether it was required.
        closed: Whether the new schema refuses properties that it does not name.
    """
    if spot.context.flow is Flow.RECEIVED:
        kind = "required" if required else "optional"
        # Nobody could count on an optional property, but a client that reads it loses it for good.
        level = None if required else Severity.RISKY
        code = spot.context.code("removed", root=False).replace("-property", f"-{kind}-property", 1)
        spot.report("removed", Effect.WIDENS, "was removed", level=level, code=code)
    elif closed:
        spot.report("removed", Effect.NARROWS, "was removed, and unknown properties are refused")
    else:
        spot.report("removed", Effect.UNKNOWN, "was removed")


def added(spot: Spot, required: bool) -> None:
    """Report a new property."""
    kind = "required" if required else "optional"
    place = spot.context.code("", root=False)
    if spot.context.flow is Flow.RECEIVED:
        code = f"{place}-added".replace("-property", f"-{kind}-property", 1)
        spot.report("added", Effect.NONE, f"was added ({kind})", code=code)
        return
    effect = Effect.NARROWS if required else Effect.NONE
    spot.report("added", effect, f"was added ({kind})", code=f"new-{kind}-{place}")


def requiredness(spot: Spot, old: bool, new: bool) -> None:
    """Report a property that became required or optional."""
    if new and not old:
        spot.report("became-required", Effect.NARROWS, "is now required", False, True)
    elif old and not new:
        spot.report("became-optional", Effect.WIDENS, "is no longer required", True, False)
