"""The webhooks and callbacks of a document, and which of them something sent is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trigger_contract.contract.citations import Pointer
from trigger_contract.document.composition import View, composition
from trigger_contract.document.operations import METHODS
from trigger_contract.document.references import resolve
from trigger_contract.document.words import flat


@dataclass(frozen=True)
class Sent:
    """A request that the service sent.

    Attributes:
        method: The method in upper case.
        path: Path and query.
        headers: Header fields, names in lower case.
        body: The content.
        where: Where it came from, for the reader.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    where: str


@dataclass(frozen=True)
class Hook:
    """One thing that the document says the service sends.

    Attributes:
        document: The document.
        name: What it is called.
        pointer: Where its operation stands.
        definition: The Operation Object.
    """

    document: Mapping[str, Any]
    name: str
    pointer: Pointer
    definition: Mapping[str, Any]

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """The Request Body Object; empty where there is none."""
        found = resolve(self.document, self.definition.get("requestBody"))
        return found if isinstance(found, Mapping) else {}

    @property
    def method(self) -> str:
        """The method in upper case."""
        return str(self.pointer[-1]).upper()

    @cached_property
    def required_headers(self) -> tuple[str, ...]:
        """The names of header fields that must come with it."""
        parameters = [resolve(self.document, item) for item in self.definition.get("parameters") or ()]
        return tuple(
            str(item["name"]) for item in parameters if item.get("in") == "header" and item.get("required")
        )

    def answer(self) -> int:
        """Return the status that it is to be answered with."""
        declared = [str(name) for name in self.definition.get("responses") or ()]
        return next((int(name) for name in sorted(declared) if name.isdigit() and name[0] == "2"), 200)

    def told(self, value: Any) -> int:
        """Return how many members that have one value only say that a body is this one."""
        views = composition(self.document)
        best = 0
        for media in (self.body.get("content") or {}).values():
            for alternative in views.alternatives(media.get("schema", True)):
                best = max(best, _told(views.properties(alternative), value))
        return best


def _told(properties: Mapping[str, View], value: Any) -> int:
    """Count the members with one value that a body has."""
    if not isinstance(value, Mapping):
        return 0
    known = {name: view.get("const", (view.get("enum") or [None])[0]) for name, view in properties.items()}
    fixed = [name for name, view in properties.items() if "const" in view or len(view.get("enum") or ()) == 1]
    return sum(name in value and value[name] == known[name] for name in fixed)


def hooks_of(document: Mapping[str, Any]) -> tuple[Hook, ...]:
    """Return all that a document says is sent. Source: OpenAPI 3.1.0, webhooks and callbacks."""
    return (*_webhooks(document), *_callbacks(document))


def _webhooks(document: Mapping[str, Any]) -> Iterator[Hook]:
    for name, raw in (document.get("webhooks") or {}).items():
        yield from _item(document, str(name), ("webhooks", str(name)), raw)


def _callbacks(document: Mapping[str, Any]) -> Iterator[Hook]:
    for path, raw in (document.get("paths") or {}).items():
        item = resolve(document, raw)
        for method in METHODS:
            found = item.get(method, {}).get("callbacks") if isinstance(item, Mapping) else None
            for name, callback in (found or {}).items():
                at: Pointer = ("paths", path, method, "callbacks", name)
                for address, inner in resolve(document, callback).items():
                    if not str(address).startswith("x-"):
                        yield from _item(document, str(name), (*at, str(address)), inner)


def _item(document: Mapping[str, Any], name: str, at: Pointer, raw: Any) -> Iterator[Hook]:
    item = resolve(document, raw)
    for method in METHODS:
        if isinstance(item, Mapping) and method in item:
            yield Hook(document, str(item[method].get("operationId", name)), (*at, method), item[method])


def chosen(hooks: Sequence[Hook], sent: Sent, value: Any, faults: Mapping[str, int]) -> Hook | None:
    """Return which of the hooks something sent is; None where nothing says so.

    The last part of the path or a header field may name it; else members of the body that have one value only
    tell it; else it is the one whose schema it breaks least.

    Args:
        hooks: Everything that the document says is sent.
        sent: What was sent.
        value: Its body, where that is JSON.
        faults: In how many ways the body breaks the schema of each, by pointer of the hook.
    """
    named = {flat(part) for part in (sent.path.partition("?")[0].rpartition("/")[2], *sent.headers.values())}
    possible = [hook for hook in hooks if hook.method == sent.method]
    by_name = [hook for hook in possible if flat(hook.name) in named or flat(str(hook.pointer[-2])) in named]
    told = {hook.pointer: hook.told(value) for hook in possible}
    most = max(told.values(), default=0)
    by_member = [hook for hook in possible if most and told[hook.pointer] == most]
    rest = by_name or by_member or possible
    if not rest or (
        len(rest) > 1 and not by_name and not by_member and all(faults[key_of(hook)] for hook in rest)
    ):
        return None
    return min(rest, key=lambda hook: faults[key_of(hook)])


def key_of(hook: Hook) -> str:
    """Return what tells a hook from all others."""
    return "/".join(map(str, hook.pointer))
