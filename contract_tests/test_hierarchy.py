"""Families of items: roots, parents, children and depth tell one tree."""

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract import Check, law
from trigger_contract.contract.comparing import body_of
from trigger_contract.contract.families import Kinship, has_kinship, kinship
from trigger_contract.contract.subjects import Relation

Body = Mapping[str, Any]


@law("hierarchy/root", "documented", applies=has_kinship)
def test_the_root_has_no_parent_and_depth_zero(check: Check) -> None:
    """Depth 0 and no parent are the same thing, and a root names neither root nor parent."""
    relation, kin = _parts(check)
    tells_depth = kin.depth is not None
    seen_group = any(kin.group in body for _, body in _bodies(check, relation))
    for identity, body in _bodies(check, relation):
        relatives = _relatives(body, kin)
        parent = _one(relatives, kin.parent)
        root = _one(relatives, kin.root)
        depth = body.get(kin.depth) if tells_depth else None
        if kin.group not in body and depth is None:
            continue
        check.saw()
        is_root = depth == 0 if isinstance(depth, (int, float)) else None
        if is_root and (parent or root):
            name = kin.parent if parent else kin.root
            _fail(check, relation, kin, identity, f"{name}", f"no {name!r}, its depth is 0", parent or root)
        if is_root is False and seen_group and kin.parent and parent is None:
            _fail(check, relation, kin, identity, f"{kin.parent}", "a parent, its depth is not 0", relatives)
        if is_root is False and parent is not None and kin.root and root is None:
            _fail(check, relation, kin, identity, f"{kin.root}", "a root, its depth is not 0", relatives)
        if is_root is None and parent is None and root is not None:
            _fail(check, relation, kin, identity, f"{kin.root}", "no root, there is no parent", root)


@law("hierarchy/depth", "documented", applies=has_kinship)
def test_each_generation_is_one_deeper(check: Check) -> None:
    """A child is one deeper than its parent, the root is at depth 0."""
    relation, kin = _parts(check)
    if kin.depth is None:
        check.skip("no depth is documented")
        return
    for identity, body in _bodies(check, relation):
        depth = body.get(kin.depth)
        if not isinstance(depth, (int, float)):
            continue
        relatives = _relatives(body, kin)
        steps: list[tuple[str, Body, float]] = []
        if parent := _one(relatives, kin.parent):
            steps.append((kin.parent or "", parent, depth - 1))
        if root := _one(relatives, kin.root):
            steps.append((kin.root or "", root, 0))
        steps += [(kin.children or "", child, depth + 1) for child in _many(relatives, kin.children)]
        for name, relative, expected in steps:
            if not isinstance(relative.get(kin.depth), (int, float)):
                continue
            check.saw()
            if relative[kin.depth] != expected:
                received = f"{relative.get('id')} at depth {relative[kin.depth]}"
                _fail(
                    check, relation, kin, identity, f"{name} depth", f"{name} at depth {expected}", received
                )


@law("hierarchy/mutual", "derived", applies=has_kinship)
def test_parents_and_children_name_each_other(check: Check) -> None:
    """Who names a parent is among its children, and who names a child is its parent."""
    relation, kin = _parts(check)
    known = dict(_bodies(check, relation))
    links: list[tuple[str, str, str]] = []
    for identity, body in known.items():
        relatives = _relatives(body, kin)
        if (parent := _one(relatives, kin.parent)) and isinstance(parent.get("id"), str):
            links.append((parent["id"], identity, "parent"))
        for child in _many(relatives, kin.children):
            if isinstance(child.get("id"), str):
                links.append((identity, child["id"], "child"))
    for identity, body in known.items():
        children = [child.get("id") for child in _many(_relatives(body, kin), kin.children)]
        if len(children) != len(set(children)):
            received = [child for child in children if children.count(child) > 1]
            _fail(check, relation, kin, identity, f"{kin.children} twice", "each child once", received)
    for parent_id, child_id, told_by in links[:400]:
        if check.is_full:
            return
        other = child_id if told_by == "child" else parent_id
        body = known.get(other) or body_of(check.session.relative(relation, other))
        if body is None or kin.group not in body:
            continue
        check.saw()
        if _names(body, kin, parent_id, child_id, told_by):
            continue
        teller = parent_id if told_by == "child" else child_id
        first, second, third = (check.session.fetch(relation, item) for item in (teller, other, teller))
        one, two = body_of(first), body_of(second)
        if one is None or two is None or body_of(third) != one:
            continue
        if _names(one, kin, parent_id, child_id, "child" if told_by == "parent" else "parent") and not _names(
            two, kin, parent_id, child_id, told_by
        ):
            check.fail(
                f"{teller} names {other} its {told_by}, but {other} does not name {teller}.",
                expected=f"{other} to name {teller}",
                received=_relatives(two, kin),
                exchange=second,
                place=told_by,
                at=(*check.subject.response_pointer, "properties", kin.group),
            )


@law("hierarchy/one-root", "derived", applies=has_kinship)
def test_the_root_is_where_the_parents_lead(check: Check) -> None:
    """Following the parents leads to the root that is named."""
    relation, kin = _parts(check)
    known = dict(_bodies(check, relation))
    if kin.root is None or kin.parent is None:
        check.skip("no root or no parent is documented")
        return
    for identity, body in known.items():
        root = _one(_relatives(body, kin), kin.root)
        parent = _one(_relatives(body, kin), kin.parent)
        if root is None or parent is None or check.is_full:
            continue
        step, above = parent.get("id"), parent
        for _ in range(50):
            whole = known.get(str(step)) or body_of(check.session.relative(relation, str(step)))
            higher = _one(_relatives(whole or {}, kin), kin.parent)
            if whole is None:
                above = {}
                break
            if higher is None:
                break
            step, above = higher.get("id"), higher
        if not above:
            continue
        check.saw()
        if step != root.get("id"):
            expected = f"{kin.root} {step}, where the parents lead"
            _fail(check, relation, kin, identity, f"{kin.root} id", expected, root.get("id"))


def _parts(check: Check) -> tuple[Relation, Kinship]:
    relation = check.session.contract.relation_to(check.subject)
    kin = kinship(check.subject)
    assert relation is not None
    assert kin is not None
    return relation, kin


def _bodies(check: Check, relation: Relation) -> Iterator[tuple[str, Body]]:
    for identity, exchange in check.session.read(relation).items():
        if (body := body_of(exchange)) is not None:
            yield identity, body


def _relatives(body: Body, kin: Kinship) -> Body:
    found = body.get(kin.group)
    return found if isinstance(found, Mapping) else {}


def _one(relatives: Body, name: str | None) -> Body | None:
    found = relatives.get(name) if name else None
    return found if isinstance(found, Mapping) else None


def _many(relatives: Body, name: str | None) -> list[Body]:
    found = relatives.get(name) if name else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _names(body: Body, kin: Kinship, parent_id: str, child_id: str, told_by: str) -> bool:
    """Whether the one who was named names back; an absent list of children may have been left out."""
    relatives = _relatives(body, kin)
    if told_by == "child":
        parent = _one(relatives, kin.parent)
        return parent is not None and parent.get("id") == parent_id
    return any(child.get("id") == child_id for child in _many(relatives, kin.children))


def _fail(
    check: Check, relation: Relation, kin: Kinship, identity: str, place: str, expected: str, received: object
) -> None:
    exchange = check.session.read(relation).get(identity)
    name = place.split()[0]
    check.fail(
        f"{identity} tells a family that cannot be.",
        expected=expected,
        received=received,
        exchange=exchange,
        place=place,
        at=(*check.subject.response_pointer, "properties", kin.group, "properties", name),
    )
