"""What changed in the parameters of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.changes.bodies import compare_content
from trigger_contract.changes.flatten import flatten
from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.scope import Scope
from trigger_contract.changes.side import Side, quoted, same_json, show
from trigger_contract.document.wire import EXTENSION

Key = tuple[str, str]
Parameter = Mapping[str, Any]
# OpenAPI 3.1, Parameter Object: such a definition shall be ignored.
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
_STYLES = {"query": "form", "cookie": "form"}


def collect(side: Side, *levels: Any) -> dict[Key, Parameter]:
    """Gather resolved parameters by location and name; those of a later level win.

    Names of headers are in lower case, as case does not count there (RFC 9110, section 5.1).

    Raises:
        UserError: A parameter has no name or no location.
    """
    found: dict[Key, Parameter] = {}
    for level in levels:
        for raw in side.sequence(level, "`parameters`"):
            parameter = side.mapping(raw, "a parameter", raw)
            name, place = parameter.get("name"), parameter.get("in")
            if not isinstance(name, str) or not isinstance(place, str):
                raise side.fail("a parameter needs `name` and `in`", raw)
            found[place, name.lower() if place == "header" else name] = parameter
    return found


def compare_parameters(
    scope: Scope, old: dict[Key, Parameter], new: dict[Key, Parameter], renamed: Mapping[str, str]
) -> None:
    """Report every change in the parameters.

    Args:
        scope: The operation.
        old: Old parameters by location and name.
        new: New parameters likewise.
        renamed: New name for the old name of each path parameter that the new path spells differently.
    """
    before = {
        (place, renamed.get(name, name) if place == "path" else name): one
        for (place, name), one in old.items()
    }
    for name, other in renamed.items():
        message = f"The path parameter {quoted(name)} is now called {quoted(other)}; the wire is the same."
        scope.report("request-parameter-renamed", Effect.UNKNOWN, message, name, other)
    gone = [key for key in before if key not in new]
    come = [key for key in new if key not in before]
    for key in list(gone):
        partner = next((other for other in come if other[1].lower() == key[1].lower()), None)
        if partner is not None:
            gone.remove(key)
            come.remove(partner)
            _moved(scope, before[key], new[partner])
    for key in gone:
        one = before[key]
        message = f"The {_name(one)} was removed."
        # What the server sends in a webhook or callback, a client may count on if it is required.
        counted = scope.prefix and _required(one)
        effect = Effect.TEXT if _ignored(one) else Effect.INCOMPARABLE if counted else Effect.UNKNOWN
        scope.report("request-parameter-removed", effect, message, one["name"], near=(one, None))
    for key in come:
        _added(scope, new[key])
    for key in before:
        if key in new:
            _compare(scope, before[key], new[key])


def _name(parameter: Parameter) -> str:
    return f"{parameter['in']} parameter {quoted(parameter['name'])}"


def _required(parameter: Parameter) -> bool:
    return parameter.get("required") is True or parameter["in"] == "path"


def _ignored(parameter: Parameter) -> bool:
    return parameter["in"] == "header" and parameter["name"].lower() in _NOT_PARAMETERS


def _added(scope: Scope, new: Parameter) -> None:
    kind = "required" if _required(new) else "optional"
    code = "new-request-path-parameter" if new["in"] == "path" else f"new-{kind}-request-parameter"
    effect = Effect.TEXT if _ignored(new) else Effect.NARROWS if _required(new) else Effect.NONE
    message = f"The {_name(new)} was added ({kind})."
    scope.report(code, effect, message, None, new["name"], near=(None, new))


def _moved(scope: Scope, old: Parameter, new: Parameter) -> None:
    message = f"The {_name(old)} is now a {new['in']} parameter."
    code = "request-parameter-location-changed"
    scope.report(code, Effect.INCOMPARABLE, message, old["in"], new["in"], near=(old, new))
    _compare(scope, old, new)


def _compare(scope: Scope, old: Parameter, new: Parameter) -> None:
    name = _name(new)
    was, now = _required(old), _required(new)
    if now and not was:
        message = f"The {name} is now required."
        scope.report(
            "request-parameter-became-required", Effect.NARROWS, message, False, True, near=(old, new)
        )
    elif was and not now:
        message = f"The {name} is no longer required."
        scope.report(
            "request-parameter-became-optional", Effect.WIDENS, message, True, False, near=(old, new)
        )
    _serialization(scope, old, new)
    _flags(scope, old, new)
    if ("content" in old) != ("content" in new):
        _respelled(scope, old, new)
    elif "content" in old:
        compare_content(
            scope, "request", "parameter", Flow.SENT, f"the {name}", old.get("content"), new.get("content")
        )
    elif _repeats(scope, old, new):
        message = f"The {name} can now be given several times."
        code = "request-parameter-type-generalized"
        scope.report(code, Effect.WIDENS, message, near=(old, new))
        _schemas(scope, new, old["schema"], flatten(scope.graph.new, new["schema"]).get("items"))
    else:
        _schemas(scope, new, old.get("schema"), new.get("schema"))
    keys = ("description", "example", "examples")
    scope.texts("request-parameter", f"the {name}", old, new, keys, told=EXTENSION)


def _repeats(scope: Scope, old: Parameter, new: Parameter) -> bool:
    """Whether a single value became a list that is written as the same name again and again.

    One value is spelled as before then. Source: OpenAPI 3.1, Style Values, ``form`` with ``explode``.
    """
    if not _scalar(scope.graph.old, old) or _style(new) != ("form", True) or _style(old)[0] != "form":
        return False
    flat = flatten(scope.graph.new, new.get("schema"))
    return flat.types == frozenset({"array"}) and flat.get("minItems", 0) <= 1


def _schemas(scope: Scope, parameter: Parameter, old: Any, new: Any) -> None:
    intro, name = f"In the {parameter['in']}", str(parameter["name"])
    encoded = "content" not in parameter
    scope.schema("request", "parameter", Flow.SENT, intro, name, old, new, encoded=encoded)


def _respelled(scope: Scope, old: Parameter, new: Parameter) -> None:
    """Report a parameter whose values have a media type now, or no longer."""
    spellings, schemas = zip(
        *(_spelling(side, one) for side, one in ((scope.graph.old, old), (scope.graph.new, new))), strict=True
    )
    message = f"The {_name(new)} is spelled as {show(spellings[1])} (was {show(spellings[0])})."
    code = "request-parameter-serialization-changed"
    scope.report(code, Effect.INCOMPARABLE, message, *spellings, near=(old, new))
    _schemas(scope, new, *schemas)


def _spelling(side: Side, parameter: Parameter) -> tuple[str, Any]:
    """Return how values are spelled, a media type or a style, and their schema."""
    for name, media_type in side.mapping(parameter.get("content"), "`content`", parameter).items():
        return name, side.mapping(media_type, f"media type {name}", parameter).get("schema")
    return _style(parameter)[0], parameter.get("schema")


def _serialization(scope: Scope, old: Parameter, new: Parameter) -> None:
    """Compare how a value is spelled; what makes no difference for a scalar is passed over."""
    if not same_json(old.get(EXTENSION), new.get(EXTENSION)):
        message = f"The {_name(new)} is spelled by other rules on the wire ({quoted(EXTENSION)})."
        code = "request-parameter-serialization-changed"
        values = (old.get(EXTENSION), new.get(EXTENSION))
        scope.report(code, Effect.INCOMPARABLE, message, *values, near=(old, new))
    if old["in"] != new["in"] or "content" in old or "content" in new:
        return
    styles, explodes = zip(*(_style(one) for one in (old, new)), strict=True)
    # Only what a client could send before counts.
    scalar = _scalar(scope.graph.old, old)
    alike = scalar and {*styles} <= {"form", "simple"}
    # There is only one way to spell ``deepObject``, whatever ``explode`` says.
    effect = Effect.TEXT if alike or {*styles} == {"deepObject"} else Effect.INCOMPARABLE
    for key, values in (("style", styles), ("explode", explodes)):
        if values[0] != values[1] and not (key == "explode" and styles[0] != styles[1]):
            message = f"The {_name(new)} has {key} {show(values[1])} (was {show(values[0])})."
            scope.report(f"request-parameter-{key}-changed", effect, message, *values, near=(old, new))


def _style(parameter: Parameter) -> tuple[str, bool]:
    """Return style and explode with their defaults (OpenAPI 3.1, Parameter Object)."""
    style = parameter.get("style", _STYLES.get(parameter["in"], "simple"))
    return style, bool(parameter.get("explode", style == "form"))


def _scalar(side: Side, parameter: Parameter) -> bool:
    types = flatten(side, parameter.get("schema")).types
    return types is not None and not types & {"array", "object"}


def _flags(scope: Scope, old: Parameter, new: Parameter) -> None:
    was, now = bool(old.get("deprecated")), bool(new.get("deprecated"))
    if was != now:
        verb, tail = ("deprecated", "now") if now else ("reactivated", "no longer")
        message = f"The {_name(new)} is {tail} deprecated."
        scope.report(f"request-parameter-{verb}", Effect.NONE, message, was, now, near=(old, new))
    was, now = bool(old.get("allowEmptyValue")), bool(new.get("allowEmptyValue"))
    if was != now:
        effect, verb = (Effect.WIDENS, "may now") if now else (Effect.NARROWS, "may no longer")
        message = f"The {_name(new)} {verb} be sent without a value."
        code = "request-parameter-allow-empty-value-changed"
        scope.report(code, effect, message, was, now, near=(old, new))
    was, now = bool(old.get("allowReserved")), bool(new.get("allowReserved"))
    if was != now:
        tail = "are kept as they are" if now else "are escaped"
        message = f"Reserved characters in the {_name(new)} {tail} now."
        code = "request-parameter-allow-reserved-changed"
        scope.report(code, Effect.UNKNOWN, message, was, now, near=(old, new))
