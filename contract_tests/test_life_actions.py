"""Actions, and the end of a thing's life."""

from collections.abc import Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.roles import acts, going_along, is_made, removes
from trigger_contract.contract.life.things import Thing, differing, full_path, identity_in, item_of
from trigger_contract.contract.life.turns import (
    Pair,
    Turn,
    described_members,
    is_untouched,
    pairs_of,
    undoable,
    undoing,
)
from trigger_contract.contract.life.watching import (
    Watch,
    equal_filters,
    hold_absent,
    hold_filters,
    hold_total,
    report_touched,
)
from trigger_contract.contract.life.workshop import Workshop

_REMOVED = "RFC 9110, section 9.3.5: DELETE removes the association between the address and the thing."
_GONE = frozenset((404, 410))
_LOOKED_AT = 20
_TRIES = 6


@law("life/action", "derived", applies=acts, option="write")
def test_an_action_leads_where_it_says(check: Check) -> None:
    """An action leads to the state that it promises, twice as well, and its opposite back."""
    shop = Workshop.of(check)
    if is_made(check.subject):
        _act_on_new(check, shop)
    else:
        _act_on_existing(check, shop)


def _act_on_new(check: Check, shop: Workshop) -> None:
    for pair in pairs_of(shop, shop.bodies(check.subject), check.subject):
        things = shop.several(2 if shop.is_removable else 1)
        _leave_the_end(shop, pair.turn, things)
        if pair.back is not None and pair.turn.sets is not None:
            # From the other state, so that something is to be seen.
            _ask(shop, pair.back[0], pair.back[1], things[0], "act the other way first")
        watch = Watch(shop, things[1:], list(shop.bodies().properties))
        watch.begin(things[0].parents)
        own = shop.shown(things[0], "read before an action") or things[0].shown
        for number, purpose in enumerate(("act", "act again")):
            exchange = _ask(shop, pair.action, pair.turn, things[0], purpose)
            if not 200 <= exchange.status < 300:
                _judge_refusal(check, exchange, pair.turn, is_first=number == 0)
                break
            now = _judge(check, shop, pair.turn, things[0], own, exchange)
            if number == 0 and now is not None and pair.turn.sets is not None and equal_filters(shop):
                hold_filters(check, shop, things[0], now, own)
        taken = dict([pair.turn.sets]) if pair.turn.sets else {}
        report_touched(check, watch.touched(things[0], taken), things[0], "An action", exchange)
        for thing in things:
            shop.remove(thing)


def _leave_the_end(shop: Workshop, turn: Turn, things: list[Thing]) -> None:
    """See that the first thing is not yet where an action leads, where such a one can be made."""
    name, wanted = turn.sets or ("", None)
    while name and shop.is_removable and len(things) < _TRIES and things[0].shown.get(name) == wanted:
        things.insert(0, shop.need())


def _judge_refusal(check: Check, exchange: Exchange, turn: Turn, *, is_first: bool) -> None:
    text = str(turn.subject.operation.definition.get("description", "")).lower()
    if is_first:
        check.skip(f"the server answers {exchange.status}")
    elif "changes nothing" in text or "idempotent" in text or "no effect" in text:
        check.fail("The same action a second time is refused.", expected="status 2xx",
                   received=f"status {exchange.status}", exchange=exchange, place="again")  # fmt: skip


def _act_on_existing(check: Check, shop: Workshop) -> None:
    """Ask for an action on one thing that is there, and undo it."""
    bodies = Bodies(check.subject.document, check.subject.operation)
    found = [undoable(pair) for pair in pairs_of(shop, bodies, check.subject)]
    pairs = [pair for pair in found if pair is not None]
    if not pairs:
        check.skip("nothing makes such a thing, and nothing undoes this")
        return
    for pair in pairs:
        thing = _found(check, shop, pair)
        if thing is None:
            check.skip("there is no thing that this could be done to and undone")
            continue
        assert pair.back is not None
        entry = undoing(pair, thing, thing.exchange)
        # Entered before it is done, so that it is undone whatever ends the run.
        check.session.ledger.add(entry)
        exchange = _ask(shop, pair.action, pair.turn, thing, "act on what is there")
        own = thing.shown
        if 200 <= exchange.status < 300:
            _judge(check, shop, pair.turn, thing, own, exchange)
        else:
            _judge_refused(check, exchange, "What was just read is not there for the action.")
        undone = _ask(shop, pair.back[0], pair.back[1], thing, "undo it")
        if not 200 <= undone.status < 300:
            _judge_refused(check, undone, "What was just acted on is not there to undo it.")
            continue
        check.session.ledger.drop(entry)
        if 200 <= exchange.status < 300:
            _judge_undone(check, shop, pair, thing, undone)


def _judge_refused(check: Check, exchange: Exchange, message: str) -> None:
    """Say that something is not there although it is; any other refusal may have its reason."""
    if exchange.status not in _GONE:
        check.skip(f"the server answers {exchange.status}")
        return
    check.saw()
    check.fail(message, expected="a success", received=f"status {exchange.status}", exchange=exchange,
               place="not there")  # fmt: skip


def _judge_undone(check: Check, shop: Workshop, pair: Pair, thing: Thing, undone: Exchange) -> None:
    assert pair.back is not None
    names = [name for name in thing.shown if _is_state(thing.shown[name])]
    watched = [turn.sets[0] for turn in (pair.turn, pair.back[1]) if turn.sets] or names

    def is_back(item: Mapping[str, Any]) -> bool:
        return not differing(thing.shown, item, watched)

    now = shop.shown(thing, "read what was undone", is_back)
    if now is not None and not is_back(now):
        name = differing(thing.shown, now, watched)[0]
        check.fail(
            f"What undoes the action does not lead back: `{name}`.",
            expected=thing.shown[name],
            received=now.get(name, "nothing"),
            exchange=undone,
            place=f"{name} undone",
        )


def _is_state(value: Any) -> bool:
    """Whether a value may say in which state a thing is: counts and times go their own ways."""
    return isinstance(value, bool)


def _found(check: Check, shop: Workshop, pair: Pair) -> Thing | None:
    """Return something that is there and is as it is before an action."""
    lister, reader = shop.reader(shop.resource.list), shop.reader(shop.resource.read)
    if lister is None or reader is None or shop.resource.identity is None:
        return None
    home = check.session.places.home(lister)
    if home is None:
        return None
    names = set(described_members(check.subject.document, shop.resource.schema))
    for identity, item in list(check.session.snapshot(lister).by_id.items())[:_LOOKED_AT]:
        key = str(item.get(shop.resource.identity.field, identity))
        path = full_path(reader, home, key)
        read = check.session.ask(reader, path=path, purpose="read before an action", lenient=True)
        shown = item_of(shop.resource, read)
        if read.status == 200 and shown is not None and is_untouched(pair, shown, names):
            return Thing(shop.resource, path, home, key, {}, {**item, **shown}, read)
    return None


def _ask(shop: Workshop, action: Any, turn: Turn, thing: Thing, purpose: str) -> Exchange:
    return shop.send(turn.subject, turn.path(thing, action), turn.body, purpose, lenient=True)


def _judge(
    check: Check, shop: Workshop, turn: Turn, thing: Thing, own: Mapping[str, Any], exchange: Exchange
) -> Mapping[str, Any] | None:
    """Hold the answer and what is read against what an action promises; return what is read."""
    check.saw()
    name, wanted = turn.sets if turn.sets else ("", None)

    def fits(item: Mapping[str, Any]) -> bool:
        return not turn.sets or name not in item or bool(item[name] == wanted)

    read = shop.shown(thing, "read after an action", fits)
    for label, item in (("answered", item_of(shop.resource, exchange)), ("read", read)):
        if item is None or (exchange.status == 202 and not fits(item)):
            continue
        if not fits(item):
            check.fail(f"After the action `{name}` is not {label} as promised.", expected=wanted,
                       received=item[name], exchange=exchange, place=f"{name} {label}")  # fmt: skip
        sent = [key for key in (turn.body or {}) if key in own and key in item and key != name]
        for key in differing(turn.body or {}, item, sent):
            check.fail(f"`{key}` was sent with it and is not {label} so.", received=item[key],
                       expected=(turn.body or {})[key], exchange=exchange,
                       place=f"{key} {label}")  # fmt: skip
    if read is not None and thing.sent:
        beside = [
            key
            for key in shop.bodies().properties
            if key in own and key != name and key not in (turn.body or {})
        ]
        for key in differing(own, read, [key for key in beside if key in read]):
            check.fail(f"The action also changes `{key}`.", expected=own[key], received=read[key],
                       exchange=exchange, place=f"{key} beside", tier="advisory")  # fmt: skip
    return read


@law("life/remove", "derived", applies=removes, option="write", sentence=_REMOVED)
def test_what_was_removed_is_gone(check: Check) -> None:
    """What was removed is not read, listed or written to; removing again is answered as documented."""
    shop = Workshop.of(check)
    things = shop.several(3)
    thing, others = things[1], [things[0], things[2]]
    below = _below(check, shop, thing)
    shop.listed_with({item.identity for item in things}, thing.parents, {}, "list what is to be removed")
    own = shop.shown(thing, "read before a removal") or thing.shown
    watch = Watch(shop, others, list(shop.bodies().properties))
    watch.begin(thing.parents)
    path = full_path(check.subject, thing.parents, thing.identity)
    exchange = shop.send(check.subject, path, purpose="remove one")
    if not 200 <= exchange.status < 300:
        _judge_refused(check, exchange, "What was just made is not there to be removed.")
        return
    check.saw()
    item = shop.settle(
        lambda: shop.shown(thing, "read what was removed"),
        lambda found: found is None,
        "read what was removed",
    )
    is_final = item is not None and item.get(shop.resource.status or "") in shop.resource.final
    if is_final or (exchange.status == 202 and item is not None):
        return
    read = shop.read(thing, "read what was removed")
    if read is not None and 200 <= read.status < 300:
        check.fail("What was removed can be read.", expected="status 404", received=f"status {read.status}",
                   exchange=read, place="read")  # fmt: skip
    hold_absent(check, shop, thing, {}, "What was removed is listed.")
    for chosen in equal_filters(shop):
        if (text := shop.spelled(own.get(chosen.field))) is not None:
            hold_absent(
                check, shop, thing, {chosen.leaf.name: text}, "What was removed is listed by a filter."
            )
    hold_total(check, shop, thing.parents, "what is left")
    report_touched(check, watch.touched(thing, {}), thing, "Removing", exchange)
    _judge_missing(check, shop, watch, thing, exchange)
    _judge_below(check, below)
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
    _judge_writes(check, shop, thing)
    for other in others:
        shop.remove(other)


def _judge_missing(check: Check, shop: Workshop, watch: Watch, thing: Thing, exchange: Exchange) -> None:
    """See whether other things are gone too; whoever else uses the server hardly removes some twice."""
    if not watch.missing(thing):
        return
    second = shop.need()
    watch.begin(second.parents)
    shop.remove(second)
    if gone := watch.missing(second):
        check.fail("Removing one thing removes another.", expected=f"only {thing.identity} gone",
                   received=", ".join(gone), exchange=exchange, place="others")  # fmt: skip


def _judge_writes(check: Check, shop: Workshop, thing: Thing) -> None:
    """See that nothing can be done to what was removed."""
    resource = shop.resource
    for operation in (resource.change, *(item.operation for item in resource.actions), resource.replace):
        subject = shop.writer(operation)
        # PUT may make what is not there (RFC 9110, section 9.3.4).
        if subject is None or (operation is resource.replace and check.subject.documents_exactly(201)):
            continue
        bodies = shop.bodies(subject)
        body = bodies.least(shop.mark()) or bodies.whole(shop.mark()) if bodies.media is not None else None
        path = full_path(subject, thing.parents, thing.identity)
        exchange = shop.send(subject, path, body, "write to what was removed", lenient=True)
        check.saw()
        if 200 <= exchange.status < 300 and exchange.status not in (201, 202):
            shown = identity_in(resource, item_of(resource, exchange))
            check.fail(f"What was removed can be written to: {subject.name}.", expected="status 404",
                       received=f"status {exchange.status}", exchange=exchange,
                       place=f"write {subject.name}",
                       tier=None if shown in (None, thing.identity) else "advisory")  # fmt: skip


def _below(check: Check, shop: Workshop, thing: Thing) -> list[tuple[Workshop, Thing]]:
    """Make things below what is to be removed, where the document says that they go with it."""
    made = []
    for resource in going_along(check.subject):
        inner = Workshop.below(check, resource, thing)
        if resource.identity is not None and inner.reader(resource.read) is not None and resource.create:
            made.append((inner, inner.need()))
    return made


def _judge_below(check: Check, below: list[tuple[Workshop, Thing]]) -> None:
    for inner, thing in below:
        check.saw()
        item = inner.settle(
            lambda inner=inner, thing=thing: inner.shown(thing, "read what went too"),  # type: ignore[misc]  # mypy: lambda's default
            lambda found: found is None,
            "read what went too",
        )
        read = inner.read(thing, "read what went too") if item is not None else None
        if read is not None and 200 <= read.status < 300:
            check.fail("What stood below what was removed can be read.", expected="status 404",
                       received=f"status {read.status}", exchange=read, place="below")  # fmt: skip
