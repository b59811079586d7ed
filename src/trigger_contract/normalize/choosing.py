"""Choosing names for components: in rounds, so that no name hangs on which page comes first.

In each round every group of equal schemas that has no name yet proposes its next one; a name that only
one group proposes, and that is free, is given. A name that two want is nobody's, so a page that comes
later takes no name away from another but where both would say the same. Only what is met much more
often than its rivals gets a name that they want, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from trigger_contract.normalize.contexts import Context
from trigger_contract.normalize.located import Node
from trigger_contract.normalize.naming import (
    common_ending,
    common_words,
    folded,
    in_style,
    noun,
    pascal,
    singular,
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
_COMMON = frozenset(("List", "Common", "Base", "Filter", "Item", "Simple", "Full"))
_OF = re.compile(
    r"\A(?:the )?(?:[\w-]+ ){0,2}?(\w+) of (?:the|an?|this) ([a-z]+(?: [a-z]+)?)(?=[.,;\n]|\Z)", re.I
)


class _LastResort(str):
    """A proposal of one that has no better."""


@dataclass(frozen=True)
class Wanted:
    """What a name is chosen for.

    Attributes:
        schemas: The schema in each place; they differ in texts only.
        contexts: Where it stands.
        hint: A name that a page hints at and nobody else claims, or an empty text.
    """

    schemas: Sequence[Node]
    contexts: Sequence[Context]
    hint: str = ""

    @property
    def schema(self) -> Node:
        """The schema in the first place."""
        return self.schemas[0]


def choose_names(wanted: Sequence[Wanted], taken: Mapping[str, str], style: str) -> list[str]:
    """Choose a name for each, none of them taken.

    Args:
        wanted: What needs names; what stands around each has its name already.
        taken: Names that are in use, by their folded form.
        style: How the names are written (see ``naming.style_of``).

    Returns:
        The names, in the order of what wanted them. Where two have nothing but the same to propose, the
        first in the document goes first.
    """
    used = set(taken)
    names = [""] * len(wanted)
    proposals = [iter(_proposals(each, style)) for each in wanted]
    open_ones = list(range(len(wanted)))
    while open_ones:
        proposed = {
            index: next(name for name in proposals[index] if name and folded(name) not in used)
            for index in open_ones
        }
        claims: dict[str, list[int]] = {}
        for index, name in proposed.items():
            claims.setdefault(folded(name), []).append(index)
        given = [index for claimants in claims.values() for index in _winner(claimants, proposed, wanted)]
        for index in given:
            names[index] = str(proposed[index])
            used.add(folded(proposed[index]))
        open_ones = [index for index in open_ones if not names[index]]
    return names


def _winner(claimants: list[int], proposed: Mapping[int, str], wanted: Sequence[Wanted]) -> list[int]:
    """The one that gets a name: the only one who wants it, or one met twice as often as any other."""
    if all(isinstance(proposed[index], _LastResort) for index in claimants):
        return claimants[:1]
    first, *others = sorted(claimants, key=lambda index: -len(wanted[index].contexts))
    if all(len(wanted[first].contexts) >= 2 * len(wanted[other].contexts) for other in others):
        return [first]
    return []


def _proposals(wanted: Wanted, style: str) -> Iterator[str]:
    """Propose names without end, the shortest that says enough first."""
    if wanted.hint:
        yield wanted.hint
    contexts = sorted(wanted.contexts, key=lambda context: not context.component())
    seen: set[str] = set()
    for name in _plain_names(wanted, contexts):
        if name and name not in seen:
            seen.add(name)
            yield in_style(name, style, contexts[0].component())
    kind = "Value" if "enum" in wanted.schema else "Details"
    last = in_style(contexts[0].name() + kind, style, contexts[0].component())
    yield _LastResort(last)
    for number in count(2):
        yield _LastResort(f"{last}{number}")


def _plain_names(wanted: Wanted, contexts: list[Context]) -> Iterator[str]:
    names = list(dict.fromkeys(context.name() for context in contexts))
    if len(names) > 1:
        yield from _shared_names(wanted, contexts, names)
    for context in contexts:
        values: Any = wanted.schema.get("enum")
        of_values = values is not None and (len(values) < 2 or context.is_error())
        if not of_values:
            short = context.short()
            if short not in _SAYS_LITTLE:
                yield short
    yield from names


def _shared_names(wanted: Wanted, contexts: list[Context], names: list[str]) -> Iterator[str]:
    """Names for what stands in several places: what these have in common, and what the text says."""
    lasts = {pascal(context.last) for context in contexts}
    if len(lasts) == 1 and "" not in lasts:
        last = lasts.pop()
        if len(words(last)) > 1:
            yield last
        around = [noun(context.around(), verb=context.role == "parameter") for context in contexts]
        shared = common_words(around)
        if shared:
            yield shared + last
        yield _of_thing(wanted.schemas, contexts)
        if not shared:
            yield _shared_by_most(around, last)
        if last not in _SAYS_LITTLE:
            yield last
    ending = common_ending(names)
    if ending == "Response" and all(context.role == "error" for context in contexts):
        yield from ("Error", "ErrorResponse", "ErrorBody")
    if len(words(ending)) > 1 or ending not in _SAYS_LITTLE:
        yield ending


def _of_thing(schemas: Sequence[Node], contexts: list[Context]) -> str:
    """Read a name from a text such as "The status of the run"."""
    matches = (_OF.match(str(schema.get("description", ""))) for schema in schemas)
    match = next((found for found in matches if found), None)
    lasts = {singular(context.last).casefold() for context in contexts}
    if match is None or lasts != {match[1].casefold()}:
        return ""
    return pascal(f"{match[2]}_{match[1]}".replace(" ", "_"))


def _shared_by_most(around: list[str], last: str) -> str:
    counts = Counter(word for name in around for word in {singular(found) for found in words(name)})
    most = [word for word, count in counts.items() if count >= 0.6 * len(around) and word not in _COMMON]
    order = [singular(word) for name in around for word in words(name)]
    return pascal("_".join(sorted(most, key=order.index))) + last if most else ""
