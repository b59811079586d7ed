"""What else happens: to other things, in filters and in totals, when one thing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.life.things import Thing, differing, is_same
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.oracle import Filter, filters
from trigger_contract.contract.snapshot import Walk
from trigger_contract.contract.steps import at_path


@dataclass
class Watch:
    """Sees whether a write touches other things than its own.

    Attributes:
        shop: Where the things are made.
        others: Things of this run that are to stay as they are.
        settable: Members that change only where they are sent.
    """

    shop: Workshop
    others: Sequence[Thing]
    settable: Sequence[str]
    _before: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    _list: Walk | None = None

    def begin(self, parents: Mapping[str, str]) -> None:
        """Look before a write."""
        self._before = {item.identity: self.shop.shown(item, "read before a write") for item in self.others}
        self._list = self.shop.listed(parents, {}, "list before a write")

    def touched(self, thing: Thing, taken: Mapping[str, Any]) -> list[str]:
        """Return the identities of other things that were changed.

        Of things that the run did not make only those are told that took over what was sent: whoever else
        uses the server may change them for reasons of their own.

        Args:
            thing: What was written.
            taken: What another thing may have taken over.
        """
        found = []
        for item in self.others:
            before, after = self._before.get(item.identity), self.shop.shown(item, "read after a write")
            if before is not None and (after is None or differing(before, after, self.settable)):
                found.append(item.identity)
        return found + self._strangers(thing, taken)

    def _strangers(self, thing: Thing, taken: Mapping[str, Any]) -> list[str]:
        after = self.shop.listed(thing.parents, {}, "list after a write")
        if self._list is None or after is None:
            return []
        known = {thing.identity, *(item.identity for item in self.others)}
        return [
            identity
            for identity, item in after.by_id.items()
            if identity not in known
            and (old := self._list.by_id.get(identity)) is not None
            and any(
                name in old and not is_same(value, old[name]) and is_same(value, item.get(name))
                for name, value in taken.items()
            )
        ]

    def missing(self, thing: Thing) -> list[str]:
        """Return the identities of other things that the list no longer holds."""
        after = self.shop.listed(thing.parents, {}, "list after a write")
        if self._list is None or after is None or not (self._list.is_whole and after.is_whole):
            return []
        return [name for name in self._list.by_id if name not in after.by_id and name != thing.identity]


def equal_filters(shop: Workshop) -> list[Filter]:
    """Return the filters of the list that select by what a member is."""
    lister = shop.reader(shop.resource.list)
    found = filters(lister) if lister is not None else ()
    return [item for item in found if item.kind in ("equals", "contains")]


def hold_filters(
    check: Check,
    shop: Workshop,
    thing: Thing,
    shown: Mapping[str, Any],
    old: Mapping[str, Any] | None = None,
) -> None:
    """Hold filters against a thing: those that select it show it, and no longer those of what it was.

    Args:
        check: The check.
        shop: Where the thing was made.
        thing: The thing.
        shown: It as it is.
        old: It as it was, where only what changed is to be judged.
    """
    for item in equal_filters(shop):
        now, before = shown.get(item.field), (old or {}).get(item.field)
        if old is not None and is_same(now, before):
            continue
        for value in now[:1] if isinstance(now, list) else [now]:
            if (text := shop.spelled(value)) is None:
                continue
            purpose = f"list with {item.leaf.name}"
            found = shop.listed_with({thing.identity}, thing.parents, {item.leaf.name: text}, purpose)
            check.saw()
            if found is not None and found.pages[0].is_good and thing.identity not in found.ids:
                not_listed(check, found, f"the list with {item.leaf.name}={text}", {thing.identity})
        if old is not None and not isinstance(before, list) and (text := shop.spelled(before)) is not None:
            hold_absent(
                check,
                shop,
                thing,
                {item.leaf.name: text},
                "What was changed is still selected by what it was.",
            )


def hold_absent(check: Check, shop: Workshop, thing: Thing, values: Mapping[str, Any], message: str) -> None:
    """See that a list does not hold a thing, once it has settled."""
    purpose = "list " + ("with " + ", ".join(values) if values else "everything") + " without it"
    seen = shop.settle(
        lambda: shop.listed(thing.parents, values, purpose),
        lambda found: found is None or thing.identity not in found.ids,
        purpose,
    )
    if seen is not None and thing.identity in seen.ids:
        check.fail(
            message,
            expected=f"a list without {thing.identity}",
            received=f"it is listed after {check.session.settings.settle:g} s",
            exchange=seen.pages[-1].exchange,
            place="listed" if not values else f"selected by {', '.join(values)}",
        )


def not_listed(check: Check, seen: Walk, label: str, ids: set[str]) -> None:
    """Report that a list does not hold what it should."""
    check.fail(
        f"What was made is not in {label}.",
        expected=f"{', '.join(sorted(ids))} within {check.session.settings.settle:g} s",
        received=f"{len(seen.ids)} items without it",
        exchange=seen.pages[-1].exchange,
        place=label.partition("=")[0],
    )


def hold_total(check: Check, shop: Workshop, parents: Mapping[str, str], what: str) -> None:
    """Hold the total against what the list holds once it has settled."""
    lister = shop.reader(shop.resource.list)
    path = lister.pages.total if lister is not None and lister.pages else None
    if path is None or lister is None:
        return

    def told(seen: Walk | None) -> bool:
        value = at_path(seen.pages[0].exchange.json, path or ()) if seen is not None else None
        return seen is None or not seen.is_whole or not isinstance(value, int) or value == len(seen.ids)

    seen = shop.settle(lambda: shop.listed(parents, {}, f"count {what}"), told, f"count {what}")
    if seen is not None and not told(seen):
        check.fail(
            f"The total does not count {what}.",
            expected=len(seen.ids),
            received=at_path(seen.pages[0].exchange.json, path),
            exchange=seen.pages[0].exchange,
            place="total",
            at=lister.field_pointer(*path),
        )


def report_touched(check: Check, names: Sequence[str], thing: Thing, what: str, exchange: Exchange) -> None:
    """Report that a write touched other things."""
    if names:
        check.fail(
            f"{what} of one thing changes another.",
            expected=f"only {thing.identity} changed",
            received=", ".join(names),
            exchange=exchange,
            place="neighbour",
        )
