"""The life of a thing: what was made is there, changes when it is changed, and is gone when removed."""

from collections.abc import Mapping
from typing import Any

from trigger_contract.contract import Check, law
from trigger_contract.contract.life.roles import (
    acts,
    changes,
    makes,
    makes_below,
    removes,
    replaces,
    role_of,
)
from trigger_contract.contract.life.workshop import Thing, Workshop, differing, full_path, is_same, item_of
from trigger_contract.contract.oracle import filters, spelled
from trigger_contract.contract.snapshot import Walk
from trigger_contract.contract.steps import at_path
from trigger_contract.contract.subjects import Subject

_MADE = "RFC 9110, section 9.3.3: POST creates what its answer says was created."
_CHANGED = "RFC 9110, section 9.3.4, and RFC 5789: what was changed is what is read from then on."
_REMOVED = "RFC 9110, section 9.3.5: DELETE removes the association between the address and the thing."
_GONE = frozenset((404, 410))


@law("life/create", "derived", applies=makes, option="write", sentence=_MADE)
def test_what_was_made_is_there(check: Check) -> None:
    """What was sent is in the answer, and is read again."""
    shop = Workshop.of(check)
    bodies = shop.bodies()
    cases = [("only what is required", bodies.least(shop.mark())), ("everything", bodies.whole(shop.mark()))]
    cases += [
        (f"{name} too", {**bodies.least(shop.mark()), name: bodies.value(name, shop.mark())})
        for name in bodies.properties
        if name not in bodies.required
    ]
    cases += list(bodies.bounds(shop.mark()))
    is_taken = False
    for label, body in cases:
        if not bodies.keeps(body):
            continue
        exchange = shop.post(body, f"make one of {label}")
        made = shop.thing(body, exchange, shop.parents())
        if made is None:
            if is_taken and 400 <= exchange.status < 500 and exchange.status not in (401, 403, 409, 429):
                check.fail(
                    f"A body that keeps the schema is refused: {label}.",
                    expected="a new thing",
                    received=f"status {exchange.status}",
                    exchange=exchange,
                    place=f"{label} refused",
                    tier="advisory",
                )
            continue
        is_taken = True
        check.saw()
        _hold(check, made, made.shown, f"the answer to one of {label}", made.exchange)
        read = shop.read(made, "read what was made")
        if read is not None:
            item = item_of(made.resource, read)
            if read.status != 200 or item is None:
                check.fail(
                    "What was made cannot be read.",
                    expected="status 200",
                    received=f"status {read.status}",
                    exchange=read,
                    place="unreadable",
                )
            else:
                _hold(check, made, item, f"what is read of one of {label}", read)
        shop.remove(made)
        if check.is_full:
            return


def _hold(check: Check, made: Thing, item: Mapping[str, Any], label: str, exchange: Any) -> None:
    """Hold what is shown against what was sent, and what was left out against its default."""
    shop = Workshop(check, made.resource)
    views = shop.bodies().properties
    shown = made.resource.schema.get("properties", {})
    names = [name for name in made.sent if name in shown and not views[name].get("writeOnly")]
    for name in differing(made.sent, item, names):
        check.fail(
            f"In {label} `{name}` is not what was sent.",
            expected=made.sent[name],
            received=item.get(name, "nothing"),
            exchange=exchange,
            place=f"{name} sent",
        )
    for name in (name for name, view in views.items() if view.get("writeOnly") and name in item):
        check.fail(
            f"`{name}` is written only, and comes back in {label}.",
            expected=f"no {name}",
            received=item[name],
            exchange=exchange,
            place=f"{name} shown",
        )
    for name, view in views.items():
        left_out = name not in made.sent and "default" in view and name in item
        if left_out and not is_same(view["default"], item[name]):
            check.fail(
                f"In {label} `{name}`, which was left out, is not the default.",
                expected=view["default"],
                received=item[name],
                exchange=exchange,
                place=f"{name} default",
            )


@law("life/listed", "derived", applies=makes, option="write", sentence=_MADE)
def test_what_was_made_is_listed(check: Check) -> None:
    """What was made is in the list, in every filter that selects it, and counted."""
    shop = Workshop.of(check)
    made = [shop.need(), shop.need(shop.bodies().least(shop.mark()))]
    lister = shop.reader(shop.resource.list)
    if lister is None:
        check.skip("no operation lists them")
        return
    wanted = {thing.identity for thing in made}

    def look(values: Mapping[str, Any], purpose: str, ids: set[str]) -> Walk | None:
        return shop.settle(
            lambda: shop.listed(shop.parents(), values, purpose), lambda seen: ids <= set(seen.ids)
        )

    whole = look({}, "list what was made", wanted)
    if whole is None or (not whole.is_whole and not wanted <= set(whole.ids)):
        check.skip("the list is too long to be read whole")
        return
    check.saw()
    if wanted - set(whole.ids):
        _not_listed(check, whole, "the list", wanted - set(whole.ids))
        return
    _count(check, shop, lister, whole)
    for item in filters(lister):
        for thing in made:
            shown = shop.shown(thing, "read what was made") or thing.shown
            value = shown.get(item.field)
            if item.kind != "equals" or not isinstance(value, (str, int, float, bool)):
                continue
            text = spelled(value)
            found = look({item.leaf.name: text}, f"list with {item.leaf.name}", {thing.identity})
            check.saw()
            if found is not None and found.pages[0].is_good and thing.identity not in found.ids:
                _not_listed(check, found, f"the list with {item.leaf.name}={text}", {thing.identity})
    for thing in made:
        shop.remove(thing)


def _not_listed(check: Check, seen: Walk, label: str, ids: set[str]) -> None:
    check.fail(
        f"What was made is not in {label}.",
        expected=f"{', '.join(sorted(ids))} within {check.session.settings.settle:g} s",
        received=f"{len(seen.ids)} items without it",
        exchange=seen.pages[-1].exchange,
        place=label.partition("=")[0],
    )


def _count(check: Check, shop: Workshop, lister: Subject, whole: Walk) -> None:
    """Hold the total against what the list holds once it has settled."""
    path = lister.pages.total if lister.pages else None
    if path is None or not whole.is_whole:
        return

    def told(seen: Walk) -> bool:
        value = at_path(seen.pages[0].exchange.json, path or ())
        return not isinstance(value, int) or value == len(seen.ids)

    seen = shop.settle(lambda: shop.listed(shop.parents(), {}, "count what was made"), told)
    if seen is not None and seen.is_whole and not told(seen):
        check.fail(
            "The total does not count what was made.",
            expected=len(seen.ids),
            received=at_path(seen.pages[0].exchange.json, path),
            exchange=seen.pages[0].exchange,
            place="total",
            at=lister.field_pointer(*path),
        )


@law("life/below", "derived", applies=makes_below, option="write", sentence=_MADE)
def test_a_collection_holds_its_own(check: Check) -> None:
    """What was made below one thing is not listed below another."""
    shop = Workshop.of(check)
    made, other = shop.need(), shop.new_parents()
    if other == shop.parents():
        check.skip("there is no second thing to look below")
        return
    seen = shop.listed(other, {}, "list below another thing")
    if seen is None or not seen.pages[0].is_good:
        check.skip("no operation lists them")
        return
    check.saw()
    if made.identity in seen.ids:
        check.fail(
            "What was made below one thing is listed below another.",
            expected="only what stands below it",
            received=f"{made.identity}, made below {list(made.parents.values())[-1]}",
            exchange=seen.pages[0].exchange,
        )


@law("life/change", "derived", applies=changes, option="write", sentence=_CHANGED)
def test_a_change_is_kept_and_touches_nothing_else(check: Check) -> None:
    """A change is answered, read again, and touches neither other members nor other things."""
    shop = Workshop.of(check)
    things = [shop.need() for _ in range(3)]
    thing, bodies = things[1], shop.bodies(check.subject)
    is_whole = role_of(check.subject) == "replace"
    for name in bodies.properties:
        before = {item.identity: shop.shown(item, "read before a change") for item in things}
        whole_before = shop.listed(thing.parents, {}, "list before a change")
        own = before[thing.identity]
        if own is None:
            check.skip("it cannot be read")
            return
        value = bodies.value(name, shop.mark(), other_than=own.get(name))
        body = {**thing.sent, name: value} if is_whole else {name: value}
        body = {key: item for key, item in body.items() if key in bodies.properties}
        if not bodies.keeps(body):
            continue
        path = full_path(check.subject, thing.parents, thing.identity)
        exchange = shop.send(check.subject, path, body, f"change {name}", lenient=True)
        if not 200 <= exchange.status < 300 or exchange.status == 202:
            continue
        check.saw()
        after = {item.identity: shop.shown(item, "read after a change") for item in things}
        answer = item_of(shop.resource, exchange)
        for label, item in (("answered", answer), ("read", after[thing.identity])):
            if item is not None:
                _judge_change(check, shop, own, body, item, label, exchange)
        others = [item for item in things if item is not thing]
        changed = [item for item in others if _is_other(shop, before[item.identity], after[item.identity])]
        strangers = _touched(whole_before, shop.listed(thing.parents, {}, "list after a change"), body, thing)
        if changed or strangers:
            names = [item.identity for item in changed] + strangers
            check.fail(
                f"A change of `{name}` of one thing changes another.",
                expected=f"only {thing.identity} changed",
                received=", ".join(names),
                exchange=exchange,
                place="neighbour",
            )
        if check.is_full:
            return
    for item in things:
        shop.remove(item)


def _judge_change(
    check: Check,
    shop: Workshop,
    own: Mapping[str, Any],
    body: Mapping[str, Any],
    item: Mapping[str, Any],
    label: str,
    exchange: Any,
) -> None:
    for name in differing(body, item, [name for name in body if name in own]):
        check.fail(
            f"`{name}` was changed and is not {label} so.",
            expected=body[name],
            received=item.get(name, "nothing"),
            exchange=exchange,
            place=f"{name} {label}",
        )
    others = [name for name in _settable(shop) if name in own and name in item and name not in body]
    for name in differing(own, item, others):
        check.fail(
            f"A change of {', '.join(body)} also changes `{name}`.",
            expected=own[name],
            received=item[name],
            exchange=exchange,
            place=f"{name} beside",
        )


def _settable(shop: Workshop) -> list[str]:
    """Members that change only where they are sent; those that are only read may change with any write."""
    return list(shop.bodies().properties)


def _is_other(shop: Workshop, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    return before is not None and after is not None and bool(differing(before, after, _settable(shop)))


def _touched(before: Walk | None, after: Walk | None, body: Mapping[str, Any], thing: Thing) -> list[str]:
    """Return other things of the list that took over just what was sent."""
    if before is None or after is None:
        return []
    return [
        identity
        for identity, item in after.by_id.items()
        if identity != thing.identity
        and (old := before.by_id.get(identity)) is not None
        and any(
            name in old and not is_same(value, old[name]) and is_same(value, item.get(name))
            for name, value in body.items()
        )
    ]


@law("life/replace", "derived", applies=replaces, option="write", sentence=_CHANGED)
def test_a_replacement_keeps_nothing_that_was_left_out(check: Check) -> None:
    """Members that a replacement leaves out get their default."""
    shop = Workshop.of(check)
    thing, bodies = shop.need(), shop.bodies(check.subject)
    path = full_path(check.subject, thing.parents, thing.identity)
    exchange = shop.send(check.subject, path, bodies.least(shop.mark()), "replace one", lenient=True)
    if not 200 <= exchange.status < 300:
        check.skip(f"the server answers {exchange.status}")
        return
    shown = {
        "answered": item_of(shop.resource, exchange),
        "read": shop.shown(thing, "read what was replaced"),
    }
    for label, item in shown.items():
        for name, view in bodies.properties.items():
            if item is None or name in bodies.required or "default" not in view or name not in item:
                continue
            check.saw()
            if not is_same(view["default"], item[name]):
                check.fail(
                    f"`{name}` was left out of a replacement and is not {label} as its default.",
                    expected=view["default"],
                    received=item[name],
                    exchange=exchange,
                    place=f"{name} {label}",
                )
    shop.remove(thing)


@law("life/action", "derived", applies=acts, option="write")
def test_an_action_leads_where_it_says(check: Check) -> None:
    """An action leads to the state that it promises, and its opposite back."""
    shop = Workshop.of(check)
    action = next(
        item for item in shop.resource.actions if item.operation.path == check.subject.operation.path
    )
    back = next((item for item in shop.resource.actions if item.name == action.opposite), None)
    thing = shop.need()
    sets = action.sets or (back.sets if back else None)
    before = shop.shown(thing, "read before an action") or thing.shown
    if sets is None or shop.bodies(check.subject).required:
        check.skip("the document does not say what it sets, or what it takes")
        return
    name, wanted = sets[0], action.sets[1] if action.sets else before.get(sets[0])
    if not action.sets and back is not None:
        undone = check.session.contract.written_by(back.operation)
        if undone is not None:
            shop.send(undone, full_path(undone, thing.parents, thing.identity), purpose="act", lenient=True)
    path = full_path(check.subject, thing.parents, thing.identity)
    for turn in ("act", "act again"):
        exchange = shop.send(check.subject, path, purpose=turn, lenient=True)
        if not 200 <= exchange.status < 300:
            if turn == "act":
                check.skip(f"the server answers {exchange.status}")
            break
        check.saw()
        answer, item = item_of(shop.resource, exchange), shop.shown(thing, "read after an action")
        for label, shown in (("answered", answer), ("read", item)):
            if shown is not None and name in shown and shown[name] != wanted:
                check.fail(
                    f"After the action `{name}` is not {label} as promised.",
                    expected=wanted,
                    received=shown[name],
                    exchange=exchange,
                    place=f"{name} {label}",
                )
    shop.remove(thing)


@law("life/remove", "derived", applies=removes, option="write", sentence=_REMOVED)
def test_what_was_removed_is_gone(check: Check) -> None:
    """What was removed is neither read nor listed, and removing it again is answered as documented."""
    shop = Workshop.of(check)
    thing = shop.need()
    path = full_path(check.subject, thing.parents, thing.identity)
    exchange = shop.send(check.subject, path, purpose="remove one")
    if not 200 <= exchange.status < 300 or exchange.status == 202:
        check.skip(f"the server answers {exchange.status}")
        return
    check.saw()
    read = shop.read(thing, "read what was removed")
    item = item_of(shop.resource, read) if read is not None and read.status == 200 else None
    is_final = item is not None and item.get(shop.resource.status or "") in shop.resource.final
    if read is not None and 200 <= read.status < 300 and not is_final:
        check.fail("What was removed can be read.", expected="status 404", received=f"status {read.status}",
                   exchange=read, place="read")  # fmt: skip
    seen = shop.settle(
        lambda: shop.listed(thing.parents, {}, "list after a removal"),
        lambda found: thing.identity not in found.ids,
    )
    if seen is not None and thing.identity in seen.ids and not is_final:
        check.fail("What was removed is listed.", expected=f"a list without {thing.identity}",
                   received=f"it is listed after {check.session.settings.settle:g} s",
                   exchange=seen.pages[-1].exchange, place="listed")  # fmt: skip
    again = shop.send(check.subject, path, purpose="remove it again", lenient=True)
    absent = [status for status in _GONE if check.subject.documents_exactly(status)]
    is_right = again.status in _GONE if absent else 200 <= again.status < 300 or again.status in _GONE
    if not is_right:
        check.fail(
            "Removing again is not answered as documented.",
            expected=f"status {absent[0]}" if absent else "a documented status",
            received=f"status {again.status}",
            exchange=again,
            place="again",
        )
