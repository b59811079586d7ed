"""Words of a page that its dialect does not have, so that nothing of them gets into the document.

What is left out without a word could be a name that was misspelt, or something new that sites began to show.
Source: the keys that the site generator's own converter writes; see benchmarks/dialects.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.expanded.alternatives import same_root
from trigger_contract.normalize.expanded.pages import PLACEHOLDER
from trigger_contract.normalize.expanded.schemas import HINT
from trigger_contract.normalize.ledger import RULE, Claim, Contradiction, Ledger, brief, claim
from trigger_contract.normalize.located import Node, Pointer, find, line_of, map_of, text_of
from trigger_contract.normalize.model import Fragment, Unread

HIDDEN = "hidden property"
_BLOCK = frozenset(("paths", "components"))
# The last four are about the site itself and say nothing of the API.
_ENDPOINT = frozenset(
    [
        *("path", "method", "servers", "request", "response", "deprecated", "type"),
        *("xMcp", "xMint", "x-mcp", "x-mint"),
    ]
)
_REQUEST = frozenset(("security", "parameters", "body", "codeSamples"))
_GROUPS = frozenset(("path", "query", "header", "cookie"))
_PARAMETER = frozenset(("schema", "style", "explode"))
_MEDIA_TYPE = frozenset(("schemaArray", "examples", "description"))
_NO_SCHEMA = frozenset(("type", "description", "required"))
_ALTERNATIVE = frozenset(("title", "parameters"))
_PATH = "A path cannot be called without its parameters (OpenAPI 3.1.0, Parameter Object)."
_TWICE = "The dialect repeats this text of the whole; the first one that is read stands."

_HIDDEN = (
    "The dialect hides what is read-only from requests and what is write-only from responses, and keeps the "
    "name; what nobody shows cannot be asked for (OpenAPI 3.0.3, Schema Object, readOnly)."
)
_HINTED = "The hint names the last component merged in; the schema says more, so it gets a name of its own."
_EMPTY: tuple[Any, ...] = ({}, [], None, "")


def note_unread(fragments: Sequence[Fragment], ledger: Ledger) -> None:
    """Note what was left out of pages, but for what another page of the same operation shows in full."""
    full = {
        found[:3]
        for fragment in fragments
        if fragment.dialect != "expanded"
        for found in fragment.operations()
    }
    for fragment in fragments:
        place: Pointer = next((found[:3] for found in fragment.operations()), ())
        for found in fragment.unread:
            if found.kind == HIDDEN and place in full:
                continue
            claims = [Claim(fragment.page.name, found.line, found.says)]
            if found.kind == "text":
                claims.insert(0, Claim(fragment.page.name, found.line, found.instead))
            entry = (found.kind, (*place, *found.where), tuple(claims), found.instead or "left out")
            ledger.add(Contradiction(*entry, RULE, found.reason))


def unread(document: LocatedMapping) -> Iterator[Unread]:
    """Yield what the reader of the dialect does not read of a block, which has its form."""
    yield from _others(document, _BLOCK, ())
    endpoint = document["paths"]
    yield from _others(endpoint, _ENDPOINT, ())
    request = endpoint.get("request")
    yield from _others(request, _REQUEST, ("request",))
    for alternative in _items(request, "security"):
        above = ("request", "security")
        yield from _others(alternative, _ALTERNATIVE, above)
        groups = alternative.get("parameters")
        yield from _others(groups, _GROUPS - {"path"}, (*above, "parameters"))
        for schemes in groups.values() if isinstance(groups, LocatedMapping) else ():
            known = (
                {name for name, entry in schemes.items() if isinstance(entry, LocatedMapping)}
                if isinstance(schemes, LocatedMapping)
                else set()
            )
            yield from _others(schemes, frozenset(known), (*above, "parameters"))
    parameters = request.get("parameters") if isinstance(request, dict) else None
    yield from _others(parameters, _GROUPS, ("request", "parameters"))
    for place in _GROUPS:
        for name, entry in _entries(parameters, place):
            way = ("request", "parameters", place, name)
            yield from _others(entry, _PARAMETER, way)
            yield from _roots(entry, "schema", way)
            for root in _items(entry, "schema") if place == "path" else ():
                if root.get("required") is False:
                    says, line = "required: false", line_of(root, "required")
                    yield Unread((*way, "required"), line, says, "required", "required", _PATH)
    yield from _carrier(request, "body", ("request", "body"))
    for status, _ in _entries(endpoint, "response"):
        yield from _carrier(endpoint["response"], status, ("response", status))


def _carrier(holder: Any, key: str, way: tuple[str, ...]) -> Iterator[Unread]:
    """Read a body or a response: media types, each of which repeats the description."""
    said: str | None = None
    if isinstance(holder, LocatedMapping) and isinstance(holder.get(key), LocatedMapping):
        for media_type, entry in holder[key].items():
            if not isinstance(entry, LocatedMapping):
                yield _word(holder[key], media_type, way)
                continue
            yield from _others(entry, _MEDIA_TYPE, (*way, media_type))
            yield from _roots(entry, "schemaArray", (*way, media_type))
            texts = [entry.get("description")]
            if media_type == PLACEHOLDER:  # nothing is sent, so there is no schema either
                for root in _items(entry, "schemaArray"):
                    texts.append(root.get("description"))
                    yield from _others(root, _NO_SCHEMA, (*way, media_type))
                    if root.get("type", "any") != "any":
                        yield _word(root, "type", (*way, media_type))
            for text in texts:
                if isinstance(text, str):
                    said = text if said is None else said
                    if text.split() != said.split():
                        line = line_of(entry, "description")
                        where = (*way, media_type, "description")
                        yield Unread(where, line, brief(text), brief(said), "text", _TWICE)


def _roots(entry: LocatedMapping, key: str, way: tuple[str, ...]) -> Iterator[Unread]:
    """A root's ``required`` is a switch of what is around it; a list of names there is not read."""
    for root in _items(entry, key):
        if not isinstance(root.get("required"), (bool, type(None))):
            yield _word(root, "required", way)
        properties, required = root.get("properties"), root.get("requiredProperties")
        for index, name in enumerate(required if isinstance(required, LocatedSequence) else ()):
            if isinstance(name, str) and not (isinstance(properties, dict) and name in properties):
                where, says = (
                    (*way, "requiredProperties", name),
                    f"requiredProperties: {name}, and no property",
                )
                yield Unread(where, line_of(required, index), says, "not required", HIDDEN, _HIDDEN)


def _items(holder: Any, key: str) -> list[LocatedMapping]:
    value = holder.get(key) if isinstance(holder, dict) else None
    return [item for item in value if isinstance(item, LocatedMapping)] if isinstance(value, list) else []


def _entries(holder: Any, key: str) -> list[tuple[str, LocatedMapping]]:
    value = holder.get(key) if isinstance(holder, dict) else None
    pairs = value.items() if isinstance(value, LocatedMapping) else ()
    return [(name, entry) for name, entry in pairs if isinstance(entry, LocatedMapping)]


def _others(holder: Any, known: frozenset[str], way: tuple[str, ...]) -> Iterator[Unread]:
    for word, value in holder.items() if isinstance(holder, LocatedMapping) else ():
        if word not in known and value not in _EMPTY:
            yield _word(holder, word, way)


def _word(holder: LocatedMapping, word: str, way: tuple[str, ...]) -> Unread:
    return Unread((*way, word), line_of(holder, word), f"`{word}`: {brief(holder[word])}")


def note_hints(draft: Node, ledger: Ledger) -> None:
    """Note each root whose hint names a component that says something else.

    The hint is the last component that was merged into a schema, so the schema may well be more than that.
    """

    def lookup(reference: str) -> Any:
        return find(draft, reference)

    for pointer, node, kind in walk("document", draft):
        hint = text_of(node, HINT) if kind == "schema" else ""
        component = lookup(f"#/components/schemas/{hint}") if hint else None
        if not isinstance(component, Node) or same_root(node, lookup, component, lookup):
            continue
        own = map_of(node, "properties")
        extra = [name for name in own if name not in map_of(component, "properties")]
        more = f", which has no {', '.join(extra)}" if extra else ""
        claims = (
            claim(node, "", f"the schema, with {', '.join(own) or 'its own keywords'}"),
            claim(node, HINT, f"refIdentifier: {hint}"),
            claim(component, "", f"{hint}{more}"),
        )
        ledger.rule("refIdentifier", (*pointer, HINT), _HINTED, *claims, chosen="a name of its own")
