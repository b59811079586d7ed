"""What changed in request bodies, responses, their media types, headers and links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.changes.alike import BYTES
from trigger_contract.changes.flatten import flatten
from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.position import is_annotation
from trigger_contract.changes.scope import Scope
from trigger_contract.changes.side import Side, quoted, same_json, same_words

_Object = Mapping[str, Any]


def compare_request_body(scope: Scope, old_raw: Any, new_raw: Any) -> None:
    """Report every change in the request body."""
    if old_raw is None and new_raw is None:
        return
    old = scope.graph.old.mapping(old_raw, "`requestBody`", old_raw)
    new = scope.graph.new.mapping(new_raw, "`requestBody`", new_raw)
    near = (old_raw, new_raw)
    required = (old.get("required") is True, new.get("required") is True)
    if old_raw is None:
        kind = "required" if required[1] else "optional"
        effect = Effect.NARROWS if required[1] else Effect.NONE
        message = f"The operation now takes a request body ({kind})."
        scope.report(f"request-body-added-{kind}", effect, message, near=near)
        return
    if new_raw is None:
        # What a client could say before, it can no longer say, whatever the server does with it.
        message = "The operation no longer takes a request body."
        scope.report("request-body-removed", Effect.INCOMPARABLE, message, near=near)
        return
    if required[1] and not required[0]:
        message = "The request body is now required."
        scope.report("request-body-became-required", Effect.NARROWS, message, False, True, near=near)
    elif required[0] and not required[1]:
        message = "The request body is no longer required."
        scope.report("request-body-became-optional", Effect.WIDENS, message, True, False, near=near)
    scope.texts("request-body", "the request body", old, new, ("description",))
    content = (old.get("content"), new.get("content"))
    compare_content(scope, "request", "body", Flow.SENT, "the request body", *content)


def compare_content(
    scope: Scope, kind: str, subject: str, flow: Flow, what: str, old_raw: Any, new_raw: Any
) -> None:
    """Report every change in a map of media types.

    Args:
        scope: The operation.
        kind: ``request`` or ``response``.
        subject: ``body``, ``parameter`` or ``header``.
        flow: Which way it travels in an ordinary operation.
        what: The thing in a sentence, for example ``the 200 response``.
        old_raw: The old map.
        new_raw: The new map.
    """
    old = scope.graph.old.mapping(old_raw, "`content`", old_raw)
    new = scope.graph.new.mapping(new_raw, "`content`", new_raw)
    pairs, gone, come = _match_media_types(old, new)
    code = "response" if kind == "response" else f"{kind}-{subject}"
    # A client asks for, or chooses, the media type: losing one hurts either way.
    for name in gone:
        message = f"{what[:1].upper()}{what[1:]} no longer has the media type {quoted(name)}."
        removed = f"{code}-media-type-removed"
        scope.report(removed, Effect.INCOMPARABLE, message, name, None, near=(old, new))
    for name in come:
        message = f"{what[:1].upper()}{what[1:]} has the new media type {quoted(name)}."
        scope.report(f"{code}-media-type-added", Effect.NONE, message, None, name, near=(old, new))
    for before, after in pairs:
        if before != after:
            message = f"The media type of {what} is now spelled {quoted(after)} (was {quoted(before)})."
            renamed = f"{code}-media-type-name-changed"
            scope.report(renamed, _respelled(before, after), message, before, after, near=(old, new))
        one = scope.graph.old.mapping(old[before], f"media type {before}", old)
        other = scope.graph.new.mapping(new[after], f"media type {after}", new)
        intro = f"In {what}" if len(pairs) == 1 else f"In {what} ({after})"
        schemas = (one.get("schema"), other.get("schema"))
        if not same_json(*schemas):
            schemas = (
                _opaque(scope.graph.old, before, schemas[0]),
                _opaque(scope.graph.new, after, schemas[1]),
            )
        scope.schema(kind, subject, flow, intro, "", *schemas, encoded=_is_text(after))
        if "itemSchema" in one or "itemSchema" in other:
            schemas = (one.get("itemSchema"), other.get("itemSchema"))
            scope.schema(kind, subject, flow, f"{intro}, in each item", "", *schemas)
        if not same_json(one.get("encoding"), other.get("encoding")):
            message = f"The parts of {what} ({after}) are encoded by other rules."
            values = (one.get("encoding"), other.get("encoding"))
            scope.report(f"{code}-encoding-changed", Effect.UNKNOWN, message, *values, near=(one, other))
        scope.texts(code, f"{what} ({after})", one, other, ("example", "examples"))


def _match_media_types(old: _Object, new: _Object) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Pair media types by their text, then without parameters and case (RFC 9110, section 8.3.1)."""
    pairs = [(name, name) for name in old if name in new]
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    for name in list(gone):
        partner = next((other for other in come if _essence(other) == _essence(name)), None)
        if partner is not None:
            pairs.append((name, partner))
            gone.remove(name)
            come.remove(partner)
    return pairs, gone, come


def _essence(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def _respelled(old: str, new: str) -> Effect:
    """Return what other parameters of a media type do; more or fewer of them are only more or less said."""
    before, after = (_parameters(name) for name in (old, new))
    differ = any(before[key] != after[key] for key in before.keys() & after.keys())
    return Effect.UNKNOWN if differ else Effect.NONE


def _parameters(media_type: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in media_type.lower().split(";")[1:])
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _is_text(media_type: str) -> bool:
    """Whether values of this media type are text without types, as those of a form are."""
    essence = _essence(media_type)
    return essence.startswith(("text/", "multipart/")) or essence == "application/x-www-form-urlencoded"


def _opaque(side: Side, media_type: str, schema: Any) -> Any:
    """Return the schema of a body, without what only says that it is the bytes of its media type.

    3.1 needs no schema there. Source: OpenAPI 3.1.0, Considerations for File Uploads.
    """
    essence = _essence(media_type)
    if schema is None or _is_text(media_type) or essence.endswith(("json", "xml")):
        return schema
    flat = flatten(side, schema)
    demands = {key: flat.get(key) for key in flat.keywords if not is_annotation(key)}
    kinds = ({"format": "binary"}, {"contentMediaType": essence}, {"contentMediaType": BYTES})
    if flat.types not in (None, frozenset({"string"})) or flat.extra or demands not in kinds:
        return schema
    return {key: value for key, value in flat.keywords.items() if is_annotation(key)}


def compare_responses(scope: Scope, old_raw: Any, new_raw: Any) -> None:
    """Report every change in the responses."""
    old = _by_status(scope.graph.old, old_raw)
    new = _by_status(scope.graph.new, new_raw)
    pairs = {(status, status): None for status in old if status in new}
    for status in old:
        pairs |= dict.fromkeys((status, other) for other in _respelled_status(status, old, new))
    for status in new:
        pairs |= dict.fromkeys((other, status) for other in _respelled_status(status, new, old))
    kept = {status for status, _ in pairs}, {status for _, status in pairs}
    for status in old:
        if status not in kept[0]:
            kind = _kind(status)
            # A status that no longer comes leaves dead code behind, but a success was what a client wanted.
            effect = Effect.INCOMPARABLE if kind == "success" else Effect.NONE
            message = f"The {status} response was removed."
            near = (old[status], new_raw)
            scope.report(f"response-{kind}-status-removed", effect, message, status, None, near=near)
    for status in new:
        if status not in kept[1]:
            message = f"The {status} response was added."
            code = f"response-{_kind(status)}-status-added"
            scope.report(code, Effect.NONE, message, None, status, near=(old_raw, new[status]))
    for before, after in pairs:
        if before != after:
            message = f"The {before} response is now described as {after}."
            if before in new:
                message = f"The {after} response is now described apart from {before}."
            code = f"response-{_kind(before)}-status-respelled"
            scope.report(code, Effect.NONE, message, before, after, near=(old[before], new[after]))
        _compare_response(scope, after, old[before], new[after])


def _respelled_status(status: str, own: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what describes a status on the other side that only this one names: a range, or ``default``.

    ``default`` describes a success where no other response does. Source: OpenAPI 3.1, Responses Object.
    """
    if status in other or status == "default":
        return []
    spelled = f"{status[:1]}XX"
    ranges = [name for name in other if name.upper() == spelled]
    if ranges or "default" not in other or "default" in own:
        return ranges
    return [] if status[:1] == "2" and any(name.startswith("2") for name in other) else ["default"]


def _by_status(side: Side, raw: Any) -> dict[str, Any]:
    responses = side.mapping(raw, "`responses`", raw)
    return {str(status): value for status, value in responses.items() if not str(status).startswith("x-")}


def _kind(status: str) -> str:
    return "success" if status.startswith("2") else "non-success"


def _compare_response(scope: Scope, status: str, old_raw: Any, new_raw: Any) -> None:
    old = scope.graph.old.mapping(old_raw, f"response {status}", old_raw)
    new = scope.graph.new.mapping(new_raw, f"response {status}", new_raw)
    what = f"the {status} response"
    scope.texts("response", what, old, new, ("description", "summary"))
    content = (old.get("content"), new.get("content"))
    compare_content(scope, "response", "body", Flow.RECEIVED, what, *content)
    _compare_headers(scope, what, old.get("headers"), new.get("headers"))
    _compare_links(scope, what, old.get("links"), new.get("links"))


def _compare_headers(scope: Scope, what: str, old_raw: Any, new_raw: Any) -> None:
    old = _by_lower_name(scope.graph.old, old_raw)
    new = _by_lower_name(scope.graph.new, new_raw)
    for key, (name, header) in old.items():
        if key not in new:
            required = header.get("required") is True
            # As with optional properties: a client that reads it loses it for good.
            effect = Effect.INCOMPARABLE if required else Effect.UNKNOWN
            kind = "required" if required else "optional"
            message = f"The header {quoted(name)} of {what} was removed."
            code = f"{kind}-response-header-removed"
            scope.report(code, effect, message, name, None, near=(header, new_raw))
    for key, (name, header) in new.items():
        if key not in old:
            message = f"The header {quoted(name)} of {what} was added."
            scope.report("response-header-added", Effect.NONE, message, None, name, near=(old_raw, header))
        else:
            _compare_header(scope, name, what, old[key][1], header)


def _by_lower_name(side: Side, raw: Any) -> dict[str, tuple[str, _Object]]:
    """Return headers by name in lower case, as case does not count (RFC 9110, section 5.1)."""
    headers = side.mapping(raw, "`headers`", raw)
    return {
        name.lower(): (name, side.mapping(value, f"header {name}", headers))
        for name, value in headers.items()
    }


def _compare_header(scope: Scope, name: str, what: str, old: _Object, new: _Object) -> None:
    was, now = old.get("required") is True, new.get("required") is True
    subject = f"The header {quoted(name)} of {what}"
    flow = Flow.RECEIVED
    if now and not was:
        message = f"{subject} is now always sent."
        code = "response-header-became-required"
        scope.report(code, Effect.NARROWS, message, was, now, flow=flow, near=(old, new))
    elif was and not now:
        message = f"{subject} is no longer always sent."
        code = "response-header-became-optional"
        scope.report(code, Effect.WIDENS, message, was, now, flow=flow, near=(old, new))
    if bool(old.get("deprecated")) != bool(new.get("deprecated")):
        verb, tail = ("deprecated", "now") if new.get("deprecated") else ("reactivated", "no longer")
        message = f"{subject} is {tail} deprecated."
        scope.report(f"response-header-{verb}", Effect.NONE, message, near=(old, new))
    for key in ("style", "explode"):
        if old.get(key) != new.get(key):
            message = f"{subject} has another {key}."
            scope.report(
                f"response-header-{key}-changed", Effect.UNKNOWN, message, old.get(key), new.get(key)
            )
    if "schema" in old or "schema" in new:
        schemas = (old.get("schema"), new.get("schema"))
        scope.schema("response", "header", flow, f"In {what}", name, *schemas, encoded=True)
    if "content" in old or "content" in new:
        contents = (old.get("content"), new.get("content"))
        compare_content(scope, "response", "header", flow, f"the{subject[3:]}", *contents)
    scope.texts("response-header", subject, old, new, ("description", "example", "examples"))


def _compare_links(scope: Scope, what: str, old_raw: Any, new_raw: Any) -> None:
    old = scope.graph.old.mapping(old_raw, "`links`", old_raw)
    new = scope.graph.new.mapping(new_raw, "`links`", new_raw)
    for name in dict.fromkeys([*old, *new]):
        one = scope.graph.old.mapping(old.get(name), f"link {name}", old)
        other = scope.graph.new.mapping(new.get(name), f"link {name}", new)
        subject = f"The link {quoted(name)} of {what}"
        near = (one, other)
        if name not in new:
            scope.report("response-link-removed", Effect.UNKNOWN, f"{subject} was removed.", near=near)
        elif name not in old:
            scope.report("response-link-added", Effect.NONE, f"{subject} was added.", near=near)
        else:
            words = {"description"}
            demands = [{key: value for key, value in link.items() if key not in words} for link in near]
            if not same_json(demands[0], demands[1]):
                message = f"{subject} leads somewhere else."
                scope.report("response-link-changed", Effect.UNKNOWN, message, near=near)
            elif not same_words(one.get("description"), other.get("description")):
                message = f"{subject} has a new description."
                scope.report("response-link-description-changed", Effect.TEXT, message, near=near)
