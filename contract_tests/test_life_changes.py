"""Changing a thing: what is changed is kept, and nothing else is touched."""

from collections.abc import Mapping, Sequence
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.roles import changes, merges, replaces, role_of
from trigger_contract.contract.life.things import Thing, differing, full_path, is_same, item_of, shown_members
from trigger_contract.contract.life.watching import Watch, equal_filters, hold_filters, report_touched
from trigger_contract.contract.life.workshop import Workshop

_CHANGED = "RFC 9110, section 9.3.4, and RFC 5789: what was changed is what is read from then on."
_MERGED = "RFC 7396, section 2: null removes a member, and members that a patch does not name stay."


@law("life/change", "derived", applies=changes, option="write", sentence=_CHANGED)
def test_a_change_is_kept_and_touches_nothing_else(check: Check) -> None:
    """A change is answered, read again, and touches neither other members nor other things."""
    shop = Workshop.of(check)
    things = shop.several(3 if shop.is_removable else min(3, max(1, shop.left)))
    thing, bodies = things[min(1, len(things) - 1)], shop.bodies(check.subject)
    if shop.reader(shop.resource.read) is None:
        check.skip("it cannot be read")
        return
    watch = Watch(shop, [item for item in things if item is not thing], _settable(shop))
    refused = 0
    for name in bodies.properties:
        own = shop.shown(thing, "read before a change")
        if own is None:
            check.skip("it cannot be read")
            return
        for value in bodies.others(name, shop.mark(), own.get(name)):
            own = shop.shown(thing, "read before a change") or own
            body = _body(check, bodies, thing, own, name, value)
            if not bodies.keeps(body) or is_same(value, own.get(name)):
                continue
            watch.begin(thing.parents)
            path = full_path(check.subject, thing.parents, thing.identity)
            exchange = shop.send(check.subject, path, body, f"change {name}", lenient=True)
            if not 200 <= exchange.status < 300:
                refused = exchange.status
                continue
            check.saw()
            now = _judge(check, shop, thing, own, body, exchange)
            if now is not None and value is not None:
                hold_filters(check, shop, thing, now, own)
            names = watch.touched(thing, {name: value})
            report_touched(check, names, thing, f"A change of `{name}`", exchange)
            if check.is_full:
                return
    if refused:
        check.skip(f"the server answers {refused}")
    for item in things:
        shop.remove(item)


def _body(
    check: Check, bodies: Bodies, thing: Thing, own: Mapping[str, Any], name: str, value: Any
) -> dict[str, Any]:
    """Return what changes one member: it alone, or with all others as they are where the whole is sent."""
    if role_of(check.subject) == "change":
        needed = {other: own[other] for other in bodies.required if other in own}
        return {**needed, name: value}
    kept = {other: own.get(other, thing.sent.get(other)) for other in bodies.properties}
    sent = {other: old for other, old in kept.items() if old is not None or bodies.keeps_member(other, old)}
    return {**sent, name: value}


def _judge(
    check: Check,
    shop: Workshop,
    thing: Thing,
    own: Mapping[str, Any],
    body: Mapping[str, Any],
    exchange: Exchange,
) -> Mapping[str, Any] | None:
    """Hold the answer and what is read against what was sent; return what is read."""
    views = shop.bodies(check.subject).properties

    comparable = shown_members(shop.resource, body, check.subject.document)

    def is_kept(item: Mapping[str, Any]) -> bool:
        return not _lost(body, own, item, views, comparable)

    read = shop.shown(thing, "read after a change", is_kept)
    answer = item_of(shop.resource, exchange)
    is_whole = answer is not None and bool(set(answer) & set(own) - {"id"})
    for label, item in (("answered", answer if is_whole else None), ("read", read)):
        # What is only accepted is done later, if at all (RFC 9110, section 15.3.3).
        if item is None or (exchange.status == 202 and not is_kept(item)):
            continue
        for name in _lost(body, own, item, views, comparable):
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
        for name in (name for name, view in views.items() if view.get("writeOnly") and name in item):
            check.fail(
                f"`{name}` is written only, and is {label}.",
                expected=f"no {name}",
                received="a value",
                exchange=exchange,
                place=f"{name} shown",
            )
    return read


def _lost(
    body: Mapping[str, Any],
    own: Mapping[str, Any],
    item: Mapping[str, Any],
    views: Mapping[str, Any],
    comparable: Sequence[str],
) -> list[str]:
    """Return the members that are not as they were sent; one that was set to null may have its default."""
    shown = [name for name in comparable if name in own and not (views.get(name) or {}).get("writeOnly")]
    return [
        name
        for name in differing(body, item, shown)
        if body[name] is not None or not (name not in item or is_same(views[name].get("default"), item[name]))
    ]


def _settable(shop: Workshop) -> list[str]:
    """Members that change only where they are sent; those that are only read may change with any write."""
    return list(shop.bodies().properties)


@law("life/merge", "derived", applies=merges, option="write", sentence=_MERGED)
def test_a_merge_patch_merges(check: Check) -> None:
    """A merge patch takes members away with null, and leaves those within others alone."""
    shop = Workshop.of(check)
    thing, bodies = shop.need(), shop.bodies(check.subject)
    path = full_path(check.subject, thing.parents, thing.identity)
    for name, view in bodies.properties.items():
        own = shop.shown(thing, "read before a patch") or {}
        held = own.get(name)
        if isinstance(held, Mapping) and len(held) > 1:
            _merge_within(check, shop, thing, bodies, name)
        own = shop.shown(thing, "read before a patch") or {}
        body = {name: None}
        if own.get(name) is None or not bodies.keeps(body):
            continue
        exchange = shop.send(check.subject, path, body, f"take {name} away", lenient=True)
        if not 200 <= exchange.status < 300:
            continue
        check.saw()
        gone = (None, view.get("default"))
        read = shop.shown(
            thing, "read after a patch", lambda item, gone=gone, name=name: item.get(name) in gone
        )  # type: ignore[misc]  # mypy: lambda's default
        if read is not None and read.get(name) not in gone:
            check.fail(f"`{name}` was taken away with null and is still there.", received=read.get(name),
                       expected="nothing, or the default", exchange=exchange,
                       place=f"{name} null")  # fmt: skip
    shop.remove(thing)


def _merge_within(check: Check, shop: Workshop, thing: Thing, bodies: Bodies, name: str) -> None:
    """Change one member within another, and see that those beside it stay."""
    own = (shop.shown(thing, "read before a patch") or {}).get(name) or {}
    made = bodies.value(name, shop.mark(), other_than=own)
    inner = next((key for key in own if key in made and not is_same(own[key], made[key])), None)
    if inner is None or not bodies.keeps({name: {inner: made[inner]}}):
        return
    path = full_path(check.subject, thing.parents, thing.identity)
    body = {name: {inner: made[inner]}}
    exchange = shop.send(check.subject, path, body, f"change {inner} within {name}", lenient=True)
    if not 200 <= exchange.status < 300:
        return
    check.saw()
    wanted = {**own, inner: made[inner]}
    read = shop.shown(thing, "read after a patch", lambda item: is_same(wanted, item.get(name)))
    if read is not None and not is_same(wanted, read.get(name)):
        check.fail(
            f"A patch of `{inner}` within `{name}` does not leave the rest of it as it was.",
            expected=wanted,
            received=read.get(name, "nothing"),
            exchange=exchange,
            place=f"{name} within",
        )


@law("life/replace", "derived", applies=replaces, option="write", sentence=_CHANGED)
def test_a_replacement_keeps_nothing_that_was_left_out(check: Check) -> None:
    """Members that a replacement leaves out get their default."""
    shop = Workshop.of(check)
    thing, bodies = shop.need(), shop.bodies(check.subject)
    before = shop.shown(thing, "read before a replacement") or {}
    path = full_path(check.subject, thing.parents, thing.identity)
    body = {**bodies.least(shop.mark())}
    if shop.resource.identity and shop.resource.identity.field in body:
        body[shop.resource.identity.field] = thing.sent.get(shop.resource.identity.field, thing.identity)
    exchange = shop.send(check.subject, path, body, "replace one", lenient=True)
    if not 200 <= exchange.status < 300 or exchange.status == 202:
        check.skip(f"the server answers {exchange.status}")
        return
    left_out = [name for name in bodies.properties if name not in body]
    if not left_out:
        check.skip("it has no member that may be left out")

    def is_replaced(item: Mapping[str, Any]) -> bool:
        return not any(_is_kept(bodies, name, before, item) for name in left_out)

    shown = {
        "answered": item_of(shop.resource, exchange),
        "read": shop.shown(thing, "read what was replaced", is_replaced),
    }
    for label, item in shown.items():
        for name in left_out:
            if item is None or name not in before:
                continue
            check.saw()
            if _is_kept(bodies, name, before, item):
                has_default = "default" in bodies.properties[name]
                check.fail(
                    f"`{name}` was left out of a replacement and is not {label} as its default.",
                    expected=bodies.properties[name].get("default", "nothing"),
                    received=item[name],
                    exchange=exchange,
                    place=f"{name} {label}",
                    tier=None if has_default or _says_replace(check) else "advisory",
                )
    shop.remove(thing)


def _is_kept(bodies: Bodies, name: str, before: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Whether a member that was left out is other than it should be: not its default, or what it was."""
    view = bodies.properties[name]
    if name not in item or view.get("writeOnly"):
        return False
    if "default" in view:
        return not is_same(view["default"], item[name])
    return item[name] is not None and is_same(before.get(name), item[name])


def _says_replace(check: Check) -> bool:
    definition = check.subject.operation.definition
    text = f"{definition.get('summary', '')} {definition.get('description', '')}".lower()
    return "replace" in text


@law("life/at-once", "derived", applies=changes, option="write", sentence=_CHANGED)
def test_everything_can_be_changed_at_once(check: Check) -> None:
    """A change of every member at once is kept as a whole, and filters follow it."""
    shop = Workshop.of(check)
    thing, bodies = shop.need(), shop.bodies(check.subject)
    own = shop.shown(thing, "read before a change")
    if own is None:
        check.skip("it cannot be read")
        return
    identity = shop.resource.identity.field if shop.resource.identity else ""
    body = {
        name: bodies.value(name, shop.mark(), other_than=own.get(name))
        for name in bodies.properties
        if name != identity or name not in thing.sent
    }
    body |= {identity: thing.sent[identity]} if identity in bodies.required and identity in thing.sent else {}
    path = full_path(check.subject, thing.parents, thing.identity)
    exchange = shop.send(check.subject, path, body, "change everything", lenient=True)
    if not bodies.keeps(body) or not 200 <= exchange.status < 300:
        check.skip(f"the server answers {exchange.status}")
        return
    check.saw()
    now = _judge(check, shop, thing, own, body, exchange)
    if now is not None and equal_filters(shop):
        hold_filters(check, shop, thing, now, own)
    shop.remove(thing)
