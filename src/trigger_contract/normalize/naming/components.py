"""Inline objects and enums become named components; equal ones are shared.

First every place is found that needs a component, from the outside in. Places with equal schemas form
a group. Groups are named in the order in which they are found, so the name of what stands around a
place is known when the place is named. Last, every place becomes a reference.

Names are chosen in rounds, so that no name hangs on which page comes first. In each round every group of
equal schemas that has no name yet proposes its next one; a name that only one group proposes, and that is
free, is given. A name that two want is nobody's, so a page that comes later takes no name away from another
but where both would say the same. Only what is met much more often than its rivals gets a name that they
want, too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, groupby
from typing import Any

from trigger_contract.document.promises import EXTENSION as PROMISE
from trigger_contract.normalize.expanded.parts import HINT
from trigger_contract.normalize.located import (
    Node,
    list_of,
    map_of,
    node_like,
    objects,
    put,
    refusal,
    take,
    text_of,
)
from trigger_contract.normalize.naming.contexts import NAME, Context, Place, needs_component, places
from trigger_contract.normalize.naming.words import (
    common_ending,
    common_words,
    component_key,
    folded,
    in_style,
    is_component_key,
    noun,
    pascal,
    singular,
    style_of,
    words,
)

# Words that say what a schema is for, not what it is: no name for a component on their own.
_SAYS_LITTLE = frozenset(
    [
        *("", "Response", "Request", "Item", "Data", "Object", "Value", "Type", "Option", "Id"),
        *("Status", "Kind", "Level", "State", "Mode", "Format", "Action", "Reason", "Error"),
        *("Result", "Options", "Config", "Details", "Info", "Code", "Name", "Key", "Attributes"),
        *("Properties", "Params", "Content", "Source", "Target", "Group", "Class", "Body"),
        *("Variant", "Input", "Output", "Version"),
    ]
)
_OF = re.compile(
    r"\A(?:the )?(?:[\w-]+ ){0,2}?(\w+) of (?:the|an?|this) ([a-z]+(?: [a-z]+)?)(?=[.,;\n]|\Z)", re.I
)
_AT_THE_PLACE = ("deprecated", "readOnly", "writeOnly")
_MAY_DIFFER = ("title", "description", PROMISE, "default", "example", "examples", *_AT_THE_PLACE)
_MARKS = (NAME, HINT)


class _LastResort(str):
    """A proposal of one that has no better."""


@dataclass
class _Group:
    """Places with equal schemas, and the component that they become."""

    places: list[Place] = field(default_factory=list)
    name: str = ""
    published: bool = False

    @property
    def schemas(self) -> list[Node]:
        """The schema in each place; they differ in texts only."""
        return [place.schema for place in self.places]

    @property
    def contexts(self) -> list[Context]:
        """Where they stand."""
        return [place.context for place in self.places]

    def call(self, name: str, taken: set[str]) -> None:
        """Give the group its name, which then is nobody else's."""
        self.name = name
        taken.add(folded(name))
        for context in self.contexts:
            context.given = name


def _choose_names(wanted: Sequence[_Group], taken: set[str], style: str) -> None:
    """Choose a name for each group; what stands around them has its name already.

    Args:
        wanted: What needs names, in the order of the document: where two have nothing but the same to
            propose, the first goes first.
        taken: Names that are in use, in their folded form.
        style: How the names are written (see ``naming.style_of``).
    """
    open_ones = [(group, _proposals(group, style)) for group in wanted]
    while open_ones:
        claims: dict[str, list[tuple[_Group, str]]] = {}
        for group, proposals in open_ones:
            name = next(name for name in proposals if name and folded(name) not in taken)
            claims.setdefault(folded(name), []).append((group, name))
        for claimants in claims.values():
            for group, name in _winner(claimants):
                group.call(str(name), taken)
        open_ones = [entry for entry in open_ones if not entry[0].name]


def _winner(claimants: list[tuple[_Group, str]]) -> list[tuple[_Group, str]]:
    """The one that gets a name: the only one who wants it, or one met twice as often as any other."""
    if all(isinstance(name, _LastResort) for _, name in claimants):
        return claimants[:1]
    first, *others = sorted(claimants, key=lambda claimant: -len(claimant[0].places))
    lead = len(first[0].places)
    return [first] if all(lead >= 2 * len(other[0].places) for other in others) else []


def _proposals(wanted: _Group, style: str) -> Iterator[str]:
    """Propose names without end, the shortest that says enough first."""
    if hint := text_of(wanted.schemas[0], HINT):
        yield component_key(hint)
    around = wanted.contexts[0].component()
    if len(words(around)) > 1:
        style = style_of([around])
    for name in dict.fromkeys(_plain_names(wanted)):
        yield in_style(name, style)
    last = in_style(f"{wanted.contexts[0].name()}Value", style)
    yield _LastResort(last)
    for number in count(2):
        yield _LastResort(f"{last}{number}")


def _plain_names(wanted: _Group) -> Iterator[str]:
    names = list(dict.fromkeys(context.name() for context in wanted.contexts))
    if len(names) > 1:
        yield from _shared_names(wanted, names)
    values = wanted.schemas[0].get("enum")
    for context in wanted.contexts:
        if values is None or (len(values) > 1 and not context.is_error()):  # else what it is called at length
            yield context.short()
    yield from names


def _shared_names(wanted: _Group, names: list[str]) -> Iterator[str]:
    """Names for what stands in several places: what these have in common, and what the text says."""
    contexts = wanted.contexts
    lasts = {pascal(context.last) for context in contexts}
    if len(lasts) == 1 and "" not in lasts:
        last = lasts.pop()
        if len(words(last)) > 1:
            yield last
        around = [noun(context.around(), verb=context.role == "parameter") for context in contexts]
        shared = common_words(around)
        if shared:
            yield shared + last
        yield _of_thing(wanted.schemas, last)
        if not shared:
            yield _shared_by_most(around, last)
        if last not in _SAYS_LITTLE:
            yield last
    ending = common_ending(names)
    if ending == "Response" and all(context.role == "error" for context in contexts):
        yield from ("Error", "ErrorResponse", "ErrorBody")
    if ending not in _SAYS_LITTLE:
        yield ending


def _of_thing(schemas: Sequence[Node], last: str) -> str:
    """Read a name from a text such as "The status of the run"."""
    matches = (_OF.match(text_of(schema, "description")) for schema in schemas)
    match = next((found for found in matches if found), None)
    return pascal(f"{match[2]} {match[1]}") if match and match[1].casefold() == last.casefold() else ""


def _shared_by_most(around: list[str], last: str) -> str:
    spoken = [[singular(word) for word in words(name)] for name in around]
    counts = Counter(word for name in spoken for word in set(name))
    most = [word for word in dict.fromkeys(chain(*spoken)) if counts[word] >= 0.6 * len(around)]
    return pascal(" ".join(most)) + last if most else ""


def name_components(document: Node) -> None:
    """Move every inline object and enum to ``components.schemas``, in place.

    Raises:
        UserError: A name given by ``x-component`` is not a legal key or is taken by something else.
    """
    components = document.setdefault("components", node_like(document))
    schemas = components.setdefault("schemas", node_like(components))
    groups: dict[str, _Group] = {}
    taken = {folded(name) for name in schemas}
    inline = sorted((name for name in schemas if needs_component(schemas[name])), reverse=True)
    published = {_content(schemas[name]): name for name in inline}
    for place in places(document):
        content, mark = _content(place.schema), place.schema.get(NAME)
        small = _is_small(place.schema)
        sharing = pascal(place.context.last) if small else ""  # only under one name
        group = groups.setdefault(f"{mark or ''}\n{sharing}\n{content}", _Group())
        group.places.append(place)
        name = published.get(content, "")
        if len(group.places) == 1 and name and not mark and (not small or place.schema.get(HINT) == name):
            group.name, group.published = name, True
        place.context.given = group.name
    order = list(groups.values())
    style = style_of(schemas)
    for _, waved in groupby(sorted(order, key=_depth), _depth):  # what stands around has its name first
        wave = list(waved)
        for group in wave:
            if group.places[0].schema.get(NAME) is not None:
                group.call(_given(group.places[0].schema, taken), taken)
        _choose_names([group for group in wave if not group.name], taken, style)
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
    return _text({key: schema[key] for key in schema if key not in _MAY_DIFFER and key not in _MARKS})


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _is_small(schema: Node) -> bool:
    """Whether two such schemas may be equal by chance, as two enums of one value are."""
    return max(len(schema.get("properties") or ()), len(schema.get("enum") or ())) < 2


def _depth(group: _Group) -> int:
    return max(len([*place.context.outwards()]) for place in group.places)


def _given(schema: Node, taken: set[str]) -> str:
    """The name that a person gave by ``x-component``."""
    given = schema[NAME]
    if not isinstance(given, str) or not is_component_key(given):
        raise refusal(schema, NAME, f"x-component {given!r} is not a legal component name")
    if folded(given) in taken:
        raise refusal(schema, NAME, f"x-component {given!r}: the name is taken by a different schema")
    return given


def _replace(group: _Group, schemas: Node) -> None:
    """Make one component of the group and a reference of each place."""
    nodes = group.schemas
    component = schemas[group.name] if group.published else nodes[0]
    texts = [
        key
        for key in _MAY_DIFFER
        if key in _AT_THE_PLACE or any(node.get(key) != component.get(key) for node in nodes)
    ]
    for place in group.places:
        own = place.schema
        differing = [key for key in texts if not group.published or own.get(key) != component.get(key)]
        place.container[place.key] = reference = _reference(own, "schemas", group.name)
        take(reference, own, *differing)
    if not group.published:
        for key in texts:
            component.pop(key, None)
        put(schemas, group.name, component, component.line)
    component.also.extend(node for node in nodes if node is not component)


def _reference(like: Node, group: str, name: str) -> Node:
    return node_like(like, **{"$ref": f"#/components/{group}/{name}"})


def _share_parameters(document: Node) -> None:
    """Make a reference of every inline parameter that equals a named one."""
    components = map_of(map_of(document, "components"), "parameters")
    named = {_text(components[name]): name for name in sorted(components, reverse=True)}
    for _, value, _ in objects(document, "operation") if named else ():
        parameters = list_of(value, "parameters")
        for index, parameter in enumerate(parameters):
            name = named.get(_text(parameter))
            if name is not None:
                components[name].also.append(parameter)
                parameters[index] = _reference(parameter, "parameters", name)
