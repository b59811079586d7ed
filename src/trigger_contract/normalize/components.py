"""Inline objects and enums become named components; equal ones are shared.

First every place is found that needs a component, from the outside in. Places with equal schemas form
a group. Groups are named in the order in which they are found, so the name of what stands around a
place is known when the place is named. Last, every place becomes a reference.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from trigger_contract.document.promises import EXTENSION as PROMISE
from trigger_contract.normalize.choosing import Wanted, choose_names
from trigger_contract.normalize.contexts import NAME, Context, contexts, needs_component
from trigger_contract.normalize.expanded.parts import HINT
from trigger_contract.normalize.located import Node, list_of, node_like, objects, put, refusal, take
from trigger_contract.normalize.naming import component_key, folded, is_component_key, pascal, style_of

_AT_THE_PLACE = ("deprecated", "readOnly", "writeOnly")
_MAY_DIFFER = ("title", "description", PROMISE, "default", "example", "examples", *_AT_THE_PLACE)
_MARKS = (NAME, HINT)


@dataclass
class Place:
    """A schema that stands inline.

    Attributes:
        container: The mapping or list that holds it.
        key: Under which key or index.
        schema: The schema.
        context: What it is called by what stands around it.
    """

    container: Any
    key: str | int
    schema: Node
    context: Context


@dataclass
class _Group:
    """Places with equal schemas, and the component that they become."""

    places: list[Place] = field(default_factory=list)
    name: str = ""
    published: bool = False

    def named(self) -> str:
        """The name, once it has been chosen."""
        return self.name


def name_components(document: Node) -> None:
    """Move every inline object and enum to ``components.schemas``, in place.

    Raises:
        UserError: A name given by ``x-component`` is not a legal key or is taken by something else.
    """
    components = document.setdefault("components", node_like(document))
    schemas = components.setdefault("schemas", node_like(components))
    groups: dict[str, _Group] = {}
    order: list[_Group] = []
    taken = {folded(name): name for name in schemas}
    published = _published(schemas)
    for place in [Place(*found) for found in contexts(document) if needs_component(found[2])]:
        content = _content(place.schema)
        mark = place.schema.get(NAME)
        sharing = pascal(place.context.last) if _is_small(place.schema) else ""  # only under one name
        group_key = f"{mark or ''}\n{sharing}\n{content}"
        group = groups.get(group_key)
        if group is None:
            group = groups[group_key] = _Group()
            order.append(group)
            name = _known_component(published, place, content)
            if name and not mark:
                group.name, group.published = name, True
        group.places.append(place)
        place.context.resolve = group.named
    hinted = _hinted(order, taken)
    style = style_of(schemas)
    for _, waved in groupby(sorted(order, key=_depth), _depth):  # what stands around has its name first
        wave = list(waved)
        for group in wave:
            if group.places[0].schema.get(NAME) is not None:
                group.name = _given(group.places[0].schema, taken)
                taken[folded(group.name)] = group.name
        left = [group for group in wave if not group.name]
        wanted = [
            Wanted(
                [place.schema for place in group.places],
                [place.context for place in group.places],
                hinted.get(id(group), ""),
            )
            for group in left
        ]
        for group, name in zip(left, choose_names(wanted, taken, style), strict=True):
            group.name = name
            taken[folded(name)] = name
    for group in order:
        _replace(group, schemas)
    _share_parameters(document)
    for _, schema, _ in objects(document, "schema"):
        for mark in _MARKS:
            schema.pop(mark, None)
    if not schemas:
        del components["schemas"]
    if not components:
        del document["components"]


def _content(schema: Node) -> str:
    """What makes two schemas equal: everything but the texts that belong to the place."""
    return json.dumps(
        {key: value for key, value in schema.items() if key not in _MAY_DIFFER and key not in _MARKS},
        sort_keys=True,
        default=str,
    )


def _is_small(schema: Node) -> bool:
    """Whether two such schemas may be equal by chance, as two enums of one value are."""
    return max(len(schema.get("properties") or ()), len(schema.get("enum") or ())) < 2


def _published(schemas: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(schemas):
        if needs_component(schemas[name]):
            found.setdefault(_content(schemas[name]), name)
    return found


def _known_component(published: dict[str, str], place: Place, content: str) -> str | None:
    """The published component that says the same; a chance likeness of tiny schemas does not count."""
    name = published.get(content)
    if name is None or not place.context.may_be_published(name):
        return None
    if place.schema.get(HINT) == name:
        return name
    return None if _is_small(place.schema) else name


def _hinted(order: list[_Group], taken: dict[str, str]) -> dict[int, str]:
    """Names that pages hint at, where one content alone claims the name and no component has it."""
    claims: dict[str, list[_Group]] = {}
    for group in order:
        hint = group.places[0].schema.get(HINT)
        if isinstance(hint, str) and not group.name:
            claims.setdefault(component_key(hint), []).append(group)
    return {
        id(claimants[0]): name
        for name, claimants in claims.items()
        if len(claimants) == 1 and folded(name) not in taken
    }


def _depth(group: _Group) -> int:
    return max(len([*place.context.outwards()]) for place in group.places)


def _given(schema: Node, taken: dict[str, str]) -> str:
    """The name that a person gave by ``x-component``."""
    given = schema[NAME]
    fault = ""
    if not isinstance(given, str) or not is_component_key(given):
        fault = f"x-component {given!r} is not a legal component name"
    elif folded(given) in taken:
        fault = f"x-component {given!r}: the name is taken by a different schema"
    if fault:
        raise refusal(schema, NAME, fault)
    return str(given)


def _replace(group: _Group, schemas: Node) -> None:
    """Make one component of the group and a reference of each place."""
    nodes = [place.schema for place in group.places]
    texts = {
        key
        for key in _MAY_DIFFER
        if key in _AT_THE_PLACE or any(node.get(key) != nodes[0].get(key) for node in nodes)
    }
    for place in group.places:
        reference = node_like(place.schema)
        put(reference, "$ref", f"#/components/schemas/{group.name}")
        if group.published:
            texts = {key for key in _MAY_DIFFER if place.schema.get(key) != schemas[group.name].get(key)}
        take(reference, place.schema, *(key for key in _MAY_DIFFER if key in texts))
        place.container[place.key] = reference
    component = schemas[group.name] if group.published else nodes[0]
    if not group.published:
        for key in texts:
            component.pop(key, None)
        put(schemas, group.name, component, component.line)
    component.also.extend(node for node in nodes if node is not component)


def _share_parameters(document: Node) -> None:
    """Make a reference of every inline parameter that equals a named one."""
    components = document.get("components", {}).get("parameters", {})
    named = {
        json.dumps(value, sort_keys=True, default=str): name
        for name, value in sorted(components.items(), reverse=True)
    }
    if not named:
        return
    for _, value, _ in objects(document, "operation"):
        parameters = list_of(value, "parameters")
        for index, parameter in enumerate(parameters):
            name = named.get(json.dumps(parameter, sort_keys=True, default=str))
            if name is not None:
                reference = node_like(parameter)
                put(reference, "$ref", f"#/components/parameters/{name}")
                components[name].also.append(parameter)
                parameters[index] = reference
