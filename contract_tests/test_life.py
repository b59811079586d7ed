"""The beginning of a thing's life: what was made is there, is listed, and stands where it was made."""

from collections.abc import Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.roles import makes, makes_below, members_of
from trigger_contract.contract.life.things import Thing, differing, full_path, is_same, item_of, shown_members
from trigger_contract.contract.life.watching import (
    Watch,
    hold_filters,
    hold_total,
    not_listed,
    report_touched,
)
from trigger_contract.contract.life.workshop import Workshop

_MADE = "RFC 9110, section 9.3.3: POST creates what its answer says was created."
_BOUNDS = (" at its ",)
_REFUSED = (400, 422)


@law("life/create", "derived", applies=makes, option="write", sentence=_MADE)
def test_what_was_made_is_there(check: Check) -> None:
    """What was sent is in the answer, and is read again."""
    shop = Workshop.of(check)
    cases = [(shop.bodies(), case) for case in shop.bodies().cases(shop.mark)]
    for number in range(1, shop.bodies().variants):
        further = shop.bodies(variant=number)
        cases.append((further, (f"kind {number + 1}", further.least(shop.mark()))))
    if not shop.is_removable:
        # As few as will do, and those that serve for other laws too.
        for made in shop.several(2):
            check.saw()
            _judge_made(check, shop, made, shop.bodies(), f"what holds {', '.join(made.sent) or 'nothing'}")
        return
    watch = Watch(shop, (), list(shop.bodies().properties))
    watch.begin(shop.parents())
    known: dict[str, str] = {}
    for bodies, (label, body) in cases:
        if not bodies.keeps(body):
            continue
        exchange = shop.post(body, f"make one of {label}")
        made = shop.thing(body, exchange, shop.parents())
        if made is None:
            _judge_refusal(check, shop, exchange, label, is_taken=bool(known))
            continue
        if made.identity in known:
            check.fail(
                "What was made is what was made before.",
                expected="a new thing",
                received=f"{made.identity}, made of {known[made.identity]}",
                exchange=exchange,
                place="same",
            )
        check.saw()
        _judge_made(check, shop, made, bodies, label)
        if not known:
            marked = {name: value for name, value in body.items() if isinstance(value, str)}
            report_touched(check, watch.touched(made, marked), made, "Making", exchange)
        known[made.identity] = label
        shop.remove(made)
        if check.is_full:
            return
    if not known and not check.notes.reason:
        check.skip("the server makes none, or no more than that")


def _judge_refusal(check: Check, shop: Workshop, exchange: Exchange, label: str, *, is_taken: bool) -> None:
    """Say that a body which keeps the schema is refused; at a bound that the document names, firmly."""
    if not is_taken or not 400 <= exchange.status < 500 or exchange.status in (401, 403, 409, 429):
        return
    is_firm = exchange.status in _REFUSED and not shop.by_example and any(word in label for word in _BOUNDS)
    check.fail(
        f"A body that keeps the schema is refused: {label}.",
        expected="a new thing",
        received=f"status {exchange.status}",
        exchange=exchange,
        place=f"{label} refused",
        tier=None if is_firm else "advisory",
    )


def _judge_made(check: Check, shop: Workshop, made: Thing, bodies: Bodies, label: str) -> None:
    if made.exchange.status != 202:
        _hold(check, made, bodies, made.shown, f"the answer to one of {label}", made.exchange)
    if shop.reader(made.resource.read) is None:
        return
    shop.shown(made, "wait for what was made", lambda item: True)
    read = shop.read(made, "read what was made")
    item = item_of(made.resource, read) if read is not None and read.status == 200 else None
    if read is None:
        return
    if item is None:
        check.fail(
            "What was made cannot be read.",
            expected="status 200",
            received=f"status {read.status}",
            exchange=read,
            place="unreadable",
        )
    else:
        _hold(check, made, bodies, item, f"what is read of one of {label}", read)


def _hold(
    check: Check, made: Thing, bodies: Bodies, item: Mapping[str, Any], label: str, exchange: Exchange
) -> None:
    """Hold what is shown against what was sent, and what was left out against its default."""
    views = bodies.properties
    names = [
        name
        for name in shown_members(made.resource, made.sent, check.subject.document)
        if not (views.get(name) or {}).get("writeOnly")
    ]
    if made.exchange is exchange and not set(names) & set(item):
        # An answer that shows nothing of what was sent tells where the thing is, or that it was made.
        names = []
    for name in differing(made.sent, item, names):
        check.fail(
            f"In {label} `{name}` is not what was sent.",
            expected=made.sent[name],
            received=item.get(name, "nothing"),
            exchange=exchange,
            place=f"{name} sent",
        )
    for name in (name for name, view in views.items() if view.get("writeOnly") and name in item):
        _report_shown(check, name, label, exchange)
    for name, view in views.items():
        _hold_default(
            check, view, made.sent.get(name, _NOTHING), item.get(name, _NOTHING), name, label, exchange
        )


_NOTHING = object()


def _hold_default(
    check: Check, view: Mapping[str, Any], sent: Any, found: Any, name: str, label: str, exchange: Exchange
) -> None:
    """Hold what was left out against its default, also within what was sent."""
    if (
        sent is _NOTHING
        and "default" in view
        and found is not _NOTHING
        and not is_same(view["default"], found)
    ):
        check.fail(
            f"In {label} `{name}`, which was left out, is not the default.",
            expected=view["default"],
            received=found,
            exchange=exchange,
            place=f"{name} default",
        )
    if isinstance(sent, Mapping) and isinstance(found, Mapping):
        for inner, part in members_of(check.subject, view).items():
            below = f"{name}.{inner}"
            _hold_default(
                check, part, sent.get(inner, _NOTHING), found.get(inner, _NOTHING), below, label, exchange
            )


def _report_shown(check: Check, name: str, label: str, exchange: Exchange) -> None:
    check.fail(
        f"`{name}` is written only, and comes back in {label}.",
        expected=f"no {name}",
        # Such a value is a secret more often than not.
        received="a value",
        exchange=exchange,
        place=f"{name} shown",
    )


@law("life/listed", "derived", applies=makes, option="write", sentence=_MADE)
def test_what_was_made_is_listed(check: Check) -> None:
    """What was made is in the list, in every filter that selects it, and counted."""
    shop = Workshop.of(check)
    if shop.reader(shop.resource.list) is None:
        check.skip("no operation lists them")
        return
    made = shop.several(2)
    wanted = {thing.identity for thing in made}
    whole = shop.listed_with(wanted, made[0].parents, {}, "list what was made")
    if whole is None or (not whole.is_whole and not wanted <= set(whole.ids)):
        check.skip("the list is too long to be read whole")
        return
    check.saw()
    if wanted - set(whole.ids):
        not_listed(check, whole, "the list", wanted - set(whole.ids))
        return
    hold_total(check, shop, made[0].parents, "what was made")
    for thing in made:
        shown = shop.shown(thing, "read what was made") or thing.shown
        _hold_item(check, shop, whole.by_id[thing.identity], shown, whole.pages[-1].exchange)
        hold_filters(check, shop, thing, shown)
    for thing in made:
        shop.remove(thing)


def _hold_item(
    check: Check, shop: Workshop, listed: Mapping[str, Any], shown: Mapping[str, Any], exchange: Exchange
) -> None:
    """Hold what a list shows of a thing against what is read of it."""
    views = shop.bodies().properties
    names = [name for name in views if name in shown and name in listed]
    for name in differing(shown, listed, names):
        check.fail(
            f"In the list `{name}` is not what is read of the thing.",
            expected=shown[name],
            received=listed[name],
            exchange=exchange,
            place=f"{name} listed",
        )
    for name in (name for name, view in views.items() if view.get("writeOnly") and name in listed):
        _report_shown(check, name, "the list", exchange)


@law("life/below", "derived", applies=makes_below, option="write", sentence=_MADE)
def test_a_collection_holds_its_own(check: Check) -> None:
    """What was made below one thing is neither listed nor read below another."""
    shop = Workshop.of(check)
    made, other = shop.need(), shop.new_parents(other=True)
    if dict(other) == dict(made.parents):
        check.skip("there is no second thing to look below")
        return
    shop.listed_with({made.identity}, made.parents, {}, "list below its own thing")
    shop.pause()
    seen = shop.listed(other, {}, "list below another thing")
    if seen is not None and seen.pages[0].is_good:
        check.saw()
        if made.identity in seen.ids:
            check.fail(
                "What was made below one thing is listed below another.",
                expected="only what stands below it",
                received=f"{made.identity}, made below {list(made.parents.values())[-1]}",
                exchange=seen.pages[0].exchange,
            )
    reader = shop.reader(shop.resource.read)
    if reader is None or len(reader.path_parameters) <= len(other):
        return
    path = full_path(reader, other, made.identity)
    read = check.session.ask(reader, path=path, purpose="read below another thing", lenient=True)
    check.saw()
    item = item_of(shop.resource, read)
    own = shop.shown(made, "read below its own thing") or made.shown
    if 200 <= read.status < 300 and item is not None and own and not differing(own, item):
        check.fail(
            "What was made below one thing is read below another.",
            expected="status 404",
            received=f"status {read.status}",
            exchange=read,
            place="read",
        )
