"""What changed in the operations: which there are, and everything inside each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.changes.bodies import compare_request_body, compare_responses
from trigger_contract.changes.law import Effect
from trigger_contract.changes.model import Severity
from trigger_contract.changes.parameters import collect, compare_parameters
from trigger_contract.changes.schemas import SchemaGraph
from trigger_contract.changes.scope import Scope
from trigger_contract.changes.security import compare_security, compare_servers
from trigger_contract.changes.side import Side, quoted, same_json
from trigger_contract.document.operations import METHODS

_PARAMETER = re.compile(r"\{([^{}]*)\}")
# Where oasdiff looks for the day on which an operation goes away.
_SUNSET = "x-sunset"
_KNOWN = frozenset(
    {"tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody"}
    | {"responses", "callbacks", "deprecated", "security", "servers"}
)


@dataclass(frozen=True)
class _Version:
    """One operation in one document, with what it takes over from its path and document."""

    side: Side
    path: str
    item: Mapping[str, Any]
    definition: Mapping[str, Any]

    def inherited(self, key: str) -> Any:
        """Return a key of the operation, else of its path, else of the document."""
        for level in (self.definition, self.item, self.side.document):
            if level.get(key) is not None:
                return level[key]
        return None


def compare_paths(graph: SchemaGraph, old_raw: Any, new_raw: Any, prefix: str = "") -> Iterator[Scope]:
    """Compare two maps of path items and yield a scope for each operation.

    Args:
        graph: Compares the schemas.
        old_raw: ``paths``, ``webhooks`` or a callback of the old document.
        new_raw: The same of the new document.
        prefix: ``webhook-`` or ``callback-`` where the server is the one that calls.
    """
    old = _items(graph.old, old_raw)
    new = _items(graph.new, new_raw)
    places = _places(graph.new, new)
    pairs = _pair_paths(old, new) if not prefix else {path: path for path in old if path in new}
    for path, item in old.items():
        other = pairs.get(path)
        after = new[other] if other is not None else {}
        if path == other and graph.identical.path(item, after):
            yield from (
                Scope(graph, _label(prefix, method, path), prefix) for method in METHODS if method in item
            )
            continue
        for method in METHODS:
            if method not in item and method not in after:
                continue
            scope = Scope(graph, _label(prefix, method, other or path), prefix)
            versions = (
                _version(graph.old, path, item, method),
                _version(graph.new, other or path, after, method),
            )
            yield from _compare_versions(scope, *versions, places)
    taken = set(pairs.values())
    for path, item in new.items():
        if path not in taken:
            for method in METHODS:
                if method in item:
                    scope = Scope(graph, _label(prefix, method, path), prefix)
                    yield from _compare_versions(scope, None, _version(graph.new, path, item, method), {})


def _label(prefix: str, method: str, path: str) -> str:
    return f"{prefix.replace('-', ' ')}{method.upper()} {path}"


def _items(side: Side, raw: Any) -> dict[str, Mapping[str, Any]]:
    paths = side.mapping(raw, "`paths`", raw)
    return {
        path: side.mapping(item, f"path {path}", paths)
        for path, item in paths.items()
        if not path.startswith("x-")
    }


def _pair_paths(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Pair paths by their text, then by their form: the name of a path parameter is not on the wire."""
    pairs = {path: path for path in old if path in new}
    forms: dict[str, str] = {}
    for path in new:
        if path not in pairs:
            forms.setdefault(_PARAMETER.sub("{}", path), path)
    for path in old:
        if path not in pairs and (other := forms.pop(_PARAMETER.sub("{}", path), None)) is not None:
            pairs[path] = other
    return pairs


def _version(side: Side, path: str, item: Mapping[str, Any], method: str) -> _Version | None:
    if method not in item:
        return None
    return _Version(side, path, item, side.mapping(item[method], f"operation {method.upper()} {path}", item))


def _places(side: Side, items: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return where the operation of each operationId stands; one that is given twice names none."""
    found: dict[str, list[str]] = {}
    for path, item in items.items():
        for method in METHODS:
            definition = side.resolve(item.get(method))
            if isinstance(definition, Mapping) and isinstance(name := definition.get("operationId"), str):
                found.setdefault(name, []).append(f"{method.upper()} {path}")
    return {name: labels[0] for name, labels in found.items() if len(labels) == 1}


def _compare_versions(
    scope: Scope, old: _Version | None, new: _Version | None, places: Mapping[str, str]
) -> Iterator[Scope]:
    yield scope
    if new is None:
        if old is not None:
            _report_removed(scope, old, places.get(str(old.definition.get("operationId"))))
        return
    if old is None:
        scope.report("endpoint-added", Effect.NONE, "The operation was added.", near=(None, new.definition))
        return
    _compare_names(scope, old, new)
    renamed = {
        before: after
        for before, after in zip(_PARAMETER.findall(old.path), _PARAMETER.findall(new.path), strict=False)
        if before != after
    }
    parameters = [
        collect(one.side, one.item.get("parameters"), one.definition.get("parameters")) for one in (old, new)
    ]
    compare_parameters(scope, parameters[0], parameters[1], renamed)
    compare_request_body(scope, old.definition.get("requestBody"), new.definition.get("requestBody"))
    compare_responses(scope, old.definition.get("responses"), new.definition.get("responses"))
    if not scope.prefix:
        security = [one.definition.get("security", one.side.document.get("security")) for one in (old, new)]
        compare_security(scope, *security)
        compare_servers(scope, old.inherited("servers"), new.inherited("servers"))
    _compare_unknown(scope, old.definition, new.definition)
    callbacks = [one.side.mapping(one.definition.get("callbacks"), "`callbacks`") for one in (old, new)]
    for name in dict.fromkeys([*callbacks[0], *callbacks[1]]):
        both = (callbacks[0].get(name), callbacks[1].get(name))
        yield from compare_paths(scope.graph, *both, prefix="callback-")


def _report_removed(scope: Scope, old: _Version, place: str | None) -> None:
    # Announced or not, a client that still calls it fails.
    deprecated = old.definition.get("deprecated") is True
    code = f"api-removed-{'with' if deprecated else 'without'}-deprecation"
    moved = f"; its operationId is that of {quoted(place)} now" if place else ""
    message = f"The operation was removed{' (it was deprecated)' if deprecated else ''}{moved}."
    scope.report(code, Effect.INCOMPARABLE, message, near=(old.definition, None))


def _compare_names(scope: Scope, old: _Version, new: _Version) -> None:
    one, other = old.definition, new.definition
    near = (one, other)
    names = one.get("operationId"), other.get("operationId")
    if names[0] != names[1]:
        # Nothing on the wire, but methods of generated clients are called by it.
        message = f"The operationId is {_quoted(names[1])} (was {_quoted(names[0])})."
        verb = "added" if names[0] is None else "removed" if names[1] is None else "changed"
        level = Severity.ADDITIVE if verb == "added" else Severity.RISKY
        scope.report(f"api-operation-id-{verb}", Effect.NONE, message, *names, level=level, near=near)
    _compare_tags(scope, old, new)
    _compare_life(scope, one, other)
    keys = ("summary", "description", "externalDocs")
    scope.texts("operation", "the operation", one, other, keys, told=_SUNSET)
    scope.texts("path", "the path", old.item, new.item, ("summary", "description"))


def _compare_life(scope: Scope, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Report whether an operation is on its way out, and until when it is there (``x-sunset``)."""
    near = (old, new)
    was, now = old.get("deprecated") is True, new.get("deprecated") is True
    ends = old.get(_SUNSET), new.get(_SUNSET)
    if was != now:
        code, tail = ("endpoint-deprecated", "now") if now else ("endpoint-reactivated", "no longer")
        until = f" and goes away on {ends[1]}" if now and ends[1] and ends[1] != ends[0] else ""
        code += "-with-sunset" if until else ""
        scope.report(code, Effect.NONE, f"The operation is {tail} deprecated{until}.", was, now, near=near)
    elif ends[0] != ends[1]:
        # Less time than was promised can be too little; more never is. Dates compare as ISO 8601 text.
        sooner = ends[1] is None or ends[0] is None or str(ends[1]) < str(ends[0])
        code, message = "sunset-changed", f"The operation goes away on {ends[1]} (was {ends[0]})."
        if ends[0] is None:
            code, message = "sunset-added", f"The operation goes away on {ends[1]}."
        elif ends[1] is None:
            code, message = (
                "sunset-deleted",
                f"The operation no longer says when it goes away (was {ends[0]}).",
            )
        effect = Effect.UNKNOWN if sooner else Effect.NONE
        scope.report(code, effect, message, *ends, near=near)


def _quoted(name: Any) -> str:
    return "gone" if name is None else quoted(name)


def _compare_tags(scope: Scope, old: _Version, new: _Version) -> None:
    tags = [one.side.sequence(one.definition.get("tags"), "`tags`", one.definition) for one in (old, new)]
    if tags[0] == tags[1]:
        return
    # Generated clients group methods by the first tag.
    first = tags[0][:1] != tags[1][:1] and bool(tags[0])
    level = Severity.RISKY if first else Severity.TEXT
    for verb, one, other in (("removed", tags[0], tags[1]), ("added", tags[1], tags[0])):
        for tag in one:
            if tag not in other:
                message = f"The tag {quoted(tag)} was {verb}."
                scope.report(f"api-tag-{verb}", Effect.NONE, message, level=level)
    if sorted(map(str, tags[0])) == sorted(map(str, tags[1])):
        scope.report("api-tag-order-changed", Effect.NONE, "The tags stand in another order.", level=level)


def _compare_unknown(scope: Scope, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for key in dict.fromkeys([*old, *new]):
        if key not in _KNOWN and not key.startswith("x-") and not same_json(old.get(key), new.get(key)):
            message = f"The operation has another {quoted(key)}."
            scope.report("operation-key-changed", Effect.UNKNOWN, message, near=(old, new))
