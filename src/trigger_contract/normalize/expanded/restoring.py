"""What an expanded page cannot show, taken over from a page about the same thing that can.

The expanded dialect multiplies compositions out and drops scopes, headers, encodings and the names of
components. Where another page of the same service shows the operation or the component in full, and the
expanded page says the same as far as its dialect goes, the full form is put in its place before pages
are merged: so the merge sees the same on both, and every difference that is left is a real one.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.expanded.alternatives import ROOT, Place, same_root
from trigger_contract.normalize.expanded.parts import UNKNOWN_SCHEME, component_key
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    as_map,
    find,
    follow,
    list_of,
    map_of,
    node_like,
    put,
    sequence_of,
    text_of,
)
from trigger_contract.normalize.model import Fragment
from trigger_contract.normalize.reading.fields import FIELDS

# Keywords that the dialect has no words for at the root of a schema, or not in all versions of the generator.
_LOST_AT_ROOT = FIELDS["schema"] - ROOT | {"not", "discriminator", "pattern", "uniqueItems"}
_MAXIMUM_DEPTH = 50


@dataclass
class _Full:
    """What the full pages of one service show, that of the newest page first.

    Attributes:
        operations: Operations, each with its document, by group, path and method.
        components: Components by group and name.
        newest: The first of each, by group.
    """

    operations: dict[Pointer, list[tuple[Node, Node]]] = field(default_factory=dict)
    components: dict[Pointer, list[Any]] = field(default_factory=dict)
    newest: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, fragment: Fragment) -> None:
        """Add what the next older page shows."""
        for group in map_of(fragment.document, "components"):
            for name, value in fragment.named(group).items():
                self.components.setdefault((group, name), []).append(value)
                self.newest.setdefault(group, {}).setdefault(name, value)
        for *place, operation in fragment.operations():
            self.operations.setdefault(tuple(place), []).append((fragment.document, operation))

    def completing(self, document: Node) -> dict[str, Any]:
        """Return a document with the components that other pages define beside its own."""
        own = map_of(document, "components")
        groups = {
            group: ChainMap(map_of(own, group), self.newest.get(group, {})) for group in own | self.newest
        }
        return {**document, "components": groups}


def restore(fragments: Sequence[Fragment]) -> None:
    """Complete each expanded fragment, newest first and in place, from the others of its service."""
    expanded = [fragment for fragment in fragments if fragment.dialect == "expanded"]
    services: dict[int, _Full] = {fragment.service: _Full() for fragment in expanded}
    for fragment in fragments:
        if fragment.service in services and fragment.dialect not in ("expanded", "rendered"):
            services[fragment.service].add(fragment)
    for fragment in expanded:
        full = services[fragment.service]
        for *place, operation in fragment.operations():
            for document, whole in full.operations.get(tuple(place), ()):
                restorer = _Restorer(full.completing(fragment.document), full.completing(document))
                restorer.operation(operation, whole, place[0])
        _adopt(fragment, "schemas", full, _same_passed)
        _adopt(fragment, "securitySchemes", full, _same_scheme)


def _adopt(fragment: Fragment, group: str, full: _Full, same: Callable[[Any, Node], bool]) -> None:
    """Take over the components that say the same as far as the dialect goes."""
    own = fragment.named(group)
    for name, value in own.items():
        others = full.components.get((group, name), ())
        other = next((other for other in others if isinstance(other, Node) and same(value, other)), None)
        if other is not None:
            _take(own, {name: other}, name)


def _same_passed(shown: Any, full: Node) -> bool:
    """Whether two schemas differ only by what the site's converter does to them in passing."""
    return isinstance(shown, Node) and shown != full and _passed(shown) == _passed(full)


def _passed(schema: Node) -> dict[str, Any]:
    """Leave out what the converter may drop from a component, or add to one, that it looked through."""
    kept = {key: value for key, value in schema.items() if key != "discriminator"}
    if kept.get("type") == "object" and "allOf" in kept:
        del kept["type"]
    return kept


def _same_scheme(shown: Any, full: Node) -> bool:
    if shown.get("description") == UNKNOWN_SCHEME:
        return True
    keys = {"apiKey": ("in", "name", "description"), "http": ("scheme", "description")}
    kind = shown.get("type")
    words = keys.get(str(kind), ("description",))
    return kind == full.get("type") and all(_words(shown.get(key)) == _words(full.get(key)) for key in words)


def _take(shown: LocatedMapping, full: Mapping[str, Any], *keys: str) -> None:
    """Put what a full page has under some keys in the place of the expanded page's own."""
    for key in keys:
        if key in full:
            put(shown, key, _like(shown.get(key, shown), full[key]), shown.lines.get(key))


def _replace(shown: LocatedMapping, full: Mapping[str, Any], *keys: str) -> None:
    """Put what a full page has under some keys, or has not, in the place of the expanded page's own."""
    for key in keys:
        if key not in full:
            shown.pop(key, None)
    _take(shown, full, *keys)


def _like(place: Any, value: Any) -> Any:
    """Copy a value as if it were written where the expanded page has its own form of it."""
    if isinstance(value, dict):
        node = node_like(place)
        for key, item in value.items():
            put(node, key, _like(place, item))
        return node
    if isinstance(value, list):
        return sequence_of(place, [_like(place, item) for item in value])
    return value


class _Restorer:
    """Completes one operation of an expanded page from the same one on another page."""

    def __init__(self, shown: dict[str, Any], full: dict[str, Any]) -> None:
        self.shown = shown
        self.full = full

    def operation(self, shown: Node, full: Node, group: str) -> None:
        """Complete an operation, in place."""
        said, whole = text_of(shown, "description").split(), text_of(full, "description").split()
        # Perhaps with notes of the page before or behind it.
        if whole and whole in (said[: len(whole)], said[-len(whole) :]):
            _take(shown, full, "description")
        _take(shown, full, "summary", "callbacks")  # a page's title is its own, not the operation's
        self._security(shown, full, group)
        if _servers(list_of(shown, "servers")) == _servers(list_of(full, "servers")):
            _take(shown, full, "servers")
        self._parameters(shown, full)
        raw = full.get("requestBody")
        body = self._follow(raw)
        if isinstance(body, Node) and "requestBody" in shown:
            self._carrier(shown, "requestBody", raw, body, "request")
        elif isinstance(body, Node) and not body.get("content"):
            put(shown, "requestBody", _like(shown, raw))
        responses = shown.get("responses", {})
        for status, raw in map_of(full, "responses").items():
            response, answer = responses.get(status), self._follow(raw)
            if isinstance(response, Node) and isinstance(answer, Node):
                if response.get("description") == "" and not response.get("content"):
                    _take(response, answer, "description")
                self._carrier(responses, status, raw, answer, "response")

    def _security(self, shown: Node, full: Node, group: str) -> None:
        """Take over names and scopes where the titles fit; what all of a document need, no webhook shows."""
        ours, theirs = list_of(shown, "security"), list_of(full, "security")
        references = {
            f"#/components/securitySchemes/{name}" for requirement in theirs for name in requirement
        }
        hidden = group == "webhooks" or not any(find(self.full, name) is not None for name in references)
        if "security" in shown and ([*_titles(ours)] == [*_titles(theirs)] or (not ours and hidden)):
            _replace(shown, full, "security")

    def _parameters(self, shown: Node, full: Node) -> None:
        theirs = full.get("parameters")
        if not isinstance(theirs, list):
            return
        ours = {
            (parameter.get("name"), parameter.get("in")): parameter
            for parameter in shown.get("parameters", ())
        }
        found = []
        for raw in theirs:
            whole = self._follow(raw)
            if not isinstance(whole, Node):
                continue
            parameter = ours.pop((whole.get("name"), whole.get("in")), None)
            if parameter is not None and not self._same_parameter(parameter, whole):
                found.append(parameter)
            elif parameter is not None or "schema" not in whole:  # the dialect has no words for `content`
                found.append(_like(parameter or shown, raw))
        if found or not theirs:
            line = shown.lines.get("parameters")
            put(shown, "parameters", sequence_of(shown, [*found, *ours.values()]), line)

    def _same_parameter(self, shown: Node, full: Node) -> bool:
        described = [full.get("description"), as_map(self._follow(full.get("schema"))).get("description")]
        return (
            (_words(shown.get("description")) in [_words(text) for text in described])
            and bool(shown.get("required")) == bool(full.get("required"))
            and all(shown.get(word) == full.get(word) for word in ("style", "explode"))
            and self._same(shown.get("schema"), full.get("schema"), "")
        )

    def _carrier(self, holder: Node, key: str, raw: Any, full: Node, place: Place) -> None:
        """Complete a body or a response; one that shows nothing else than the other is replaced by it."""
        shown = holder[key]
        content, whole = map_of(shown, "content"), map_of(full, "content")
        alike = _words(shown.get("description")) == _words(full.get("description"))
        # Beside a schema that is shown, a required body is marked as such.
        schemas = [as_map(entry.get("schema")) for entry in content.values()]
        if "required" in shown or any(set(schema) - {"type", "contentMediaType"} for schema in schemas):
            alike = alike and bool(shown.get("required")) == bool(full.get("required"))
        alike = alike and set(content) == set(whole)
        for media_type, entry in content.items():
            other = whole.get(media_type)
            alike = isinstance(other, Node) and self._media_type(entry, other, place) and alike
        if alike:
            _take(holder, {key: raw}, key)
            return
        _take(shown, full, "headers", "links")
        if full.get("required") is False and "required" not in shown:
            put(shown, "required", False)

    def _media_type(self, shown: Node, full: Node, place: Place) -> bool:
        """Complete one media type; return whether both say the same."""
        if not self._same(shown.get("schema"), full.get("schema"), place):
            root, whole = shown.get("schema"), self._follow(full.get("schema"))
            if isinstance(root, Node) and isinstance(whole, Node):
                _take(root, whole, *(word for word in whole if word in _LOST_AT_ROOT and word not in root))
            return False
        _replace(shown, full, "schema", "encoding")
        if not _same_examples(shown.get("examples"), full, self._follow):
            return False
        _replace(shown, full, "example", "examples")
        return True

    def _same(self, shown: Any, full: Any, place: Place) -> bool:
        if full is None:  # a media type with no schema shows as any value, or as a file
            return not isinstance(shown, Mapping) or set(shown) <= {"type", "contentMediaType"}
        return same_root(shown, self.shown, full, self.full, place)

    def _follow(self, value: Any) -> Any:
        return follow(value, partial(find, self.full))


def _same_examples(shown: Any, full: Node, follow: Callable[[Any], Any]) -> bool:
    """Whether the examples that an expanded page shows are those of the full media type."""
    if not shown:
        return True  # made up by the site, and left out when the page was read
    values = {name: as_map(follow(entry)) for name, entry in map_of(full, "examples").items()}
    if not any("value" in entry for entry in values.values()):
        values = {"example": {"value": full["example"]}} if "example" in full else {}
    if not values:
        return [*shown] == ["example"] and not set(shown["example"]) - {"value"}
    return all(
        name in values and _same_value(entry.get("value"), values[name].get("value"), follow)
        for name, entry in shown.items()
    )


def _same_value(shown: Any, full: Any, follow: Callable[[Any], Any], depth: int = 0) -> bool:
    """Compare example values; the site follows references that a source writes into them."""
    target = follow(full)
    if target is None and full is not None:
        return True  # cut off the page
    if isinstance(shown, list) and isinstance(target, list):
        shown, target = dict(enumerate(shown)), dict(enumerate(target))
    if not (isinstance(shown, dict) and isinstance(target, dict)) or depth > _MAXIMUM_DEPTH:
        return bool(shown == target)
    return shown.keys() == target.keys() and all(
        _same_value(value, target[key], follow, depth + 1) for key, value in shown.items()
    )


def _titles(requirements: Any) -> Iterator[list[str]]:
    """Names of schemes as titles show them: the dialect turns what joins words into blanks."""
    for requirement in requirements:
        yield [component_key(name.replace("_", " ").replace("-", " ")) for name in requirement]


def _servers(servers: Any) -> list[dict[str, Any]]:
    """What the dialect shows of servers."""
    shown = []
    for server in servers:
        entry = {key: server[key] for key in ("url", "description") if key in server}
        for name, variable in map_of(server, "variables").items():
            words = ("enum", "description", "default")
            entry[f"{{{name}}}"] = {word: variable[word] for word in words if word in variable}
        shown.append(entry)
    return shown


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value or []
