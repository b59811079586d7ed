"""Words of a page that its dialect does not have, so that nothing of them gets into the document.

What is left out without a word could be a name that was misspelt, or something new that sites began to show.
Source: the keys that the site generator's own converter writes; see benchmarks/dialects.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.expanded.alternatives import same_root
from trigger_contract.normalize.expanded.pages import PLACEHOLDER
from trigger_contract.normalize.expanded.parts import HINT
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    as_map,
    find,
    line_of,
    list_of,
    map_of,
    maps_of,
    node_of,
    objects,
    text_of,
)
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Fragment,
    Ledger,
    Unread,
    brief,
    claim,
)

HIDDEN = "hidden property"
_NO_SCHEMA = dict.fromkeys(("type", "description", "required"))
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


def _root(root: dict[str, Any], way: tuple[str, ...]) -> Iterator[Unread]:
    """A root's ``required`` is a switch of what is around it; a list of names there is not read."""
    if not isinstance(root.get("required"), (bool, type(None))):
        yield _word(root, "required", way)
    required = list_of(root, "requiredProperties")
    for index, name in enumerate(required):
        if isinstance(name, str) and name not in map_of(root, "properties"):
            where, says = (*way, "requiredProperties", name), f"requiredProperties: {name}, and no property"
            yield Unread(where, line_of(required, index), says, "not required", HIDDEN, _HIDDEN)


def _path_root(root: dict[str, Any], way: tuple[str, ...]) -> Iterator[Unread]:
    yield from _root(root, way)
    if root.get("required") is False:
        line = line_of(root, "required")
        yield Unread((*way, "required"), line, "required: false", "required", "required", _PATH)


def _nothing(root: dict[str, Any], way: tuple[str, ...]) -> Iterator[Unread]:
    """Nothing is sent, so there is no schema either."""
    yield from _words(root, _NO_SCHEMA, way)
    if root.get("type", "any") != "any":
        yield _word(root, "type", way)


def _word(holder: Any, word: str, way: tuple[str, ...]) -> Unread:
    return Unread((*way, word), line_of(holder, word), f"`{word}`: {brief(holder[word])}")


# The words of the dialect, and what they hold: None may be anything, a function looks at each schema. What
# stands for a name of the page's own is a mapping.
_Form = dict[str, Any]
_NAME = "*"
_PLACES = ("query", "header", "cookie")
_PARAMETERS: _Form = {_NAME: {"schema": _root, "style": None, "explode": None}}
_MEDIA_TYPES: _Form = {
    PLACEHOLDER: {"schemaArray": _nothing, "examples": None, "description": None},
    _NAME: {"schemaArray": _root, "examples": None, "description": None},
}
_ENDPOINT: _Form = {
    **dict.fromkeys(("path", "method", "servers", "deprecated", "type")),
    **dict.fromkeys(("xMcp", "xMint", "x-mcp", "x-mint")),  # about the site itself, not the API
    "request": {
        "security": {"title": None, "parameters": {place: {_NAME: None} for place in _PLACES}},
        "parameters": {
            "path": {_NAME: {"schema": _path_root, "style": None, "explode": None}},
            **dict.fromkeys(_PLACES, _PARAMETERS),
        },
        "body": _MEDIA_TYPES,
        "codeSamples": None,
    },
    "response": {_NAME: _MEDIA_TYPES},
}


def unread(document: LocatedMapping) -> Iterator[Unread]:
    """Yield what the reader of the dialect does not read of a block, which has its form."""
    endpoint = node_of(document, "paths")
    yield from _words(document, dict.fromkeys(("paths", "components")), ())
    yield from _words(endpoint, _ENDPOINT, ())
    yield from _texts(node_of(endpoint, "request").get("body"), ("request", "body"))
    for status, media_types in node_of(endpoint, "response").items():
        yield from _texts(media_types, ("response", status))


def _words(value: Any, form: _Form, way: tuple[str, ...]) -> Iterator[Unread]:
    """Yield the words of a mapping, of each in a list, and of what is below, that are not in a form."""
    for holder in value if isinstance(value, list) else [value]:
        for word, below in as_map(holder).items():
            inner = form.get(word, form.get(_NAME))
            if below in _EMPTY:
                continue
            if word not in form and not (_NAME in form and isinstance(below, dict)):
                yield _word(holder, word, way)
            elif callable(inner):
                for root in maps_of(holder, word):
                    yield from inner(root, way)
            elif inner:
                yield from _words(below, inner, (*way, word))


def _texts(media_types: Any, way: tuple[str, ...]) -> Iterator[Unread]:
    """Yield further texts of a body or a response, each media type of which repeats the description."""
    said = ""
    for media_type, entry in as_map(media_types).items():
        roots = maps_of(entry, "schemaArray") if media_type == PLACEHOLDER else []
        for text in filter(None, (text_of(holder, "description") for holder in (entry, *roots))):
            said = said or text
            if text.split() != said.split():
                where = (*way, media_type, "description")
                yield Unread(where, line_of(entry, "description"), brief(text), brief(said), "text", _TWICE)


def note_hints(draft: Node, ledger: Ledger) -> None:
    """Note each root whose hint names a component that says something else.

    The hint is the last component that was merged into a schema, so the schema may well be more than that.
    """
    page = dict(draft)  # of which nothing is remembered when the draft changes
    for pointer, node, _ in objects(draft, "schema"):
        hint = text_of(node, HINT)
        component = find(draft, f"#/components/schemas/{hint}") if hint else None
        if not isinstance(component, Node) or same_root(node, page, component, page):
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
