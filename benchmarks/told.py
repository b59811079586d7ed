"""What `trigger-contract diff` tells, in the terms of the oracle in ``facts``: kind, class, part and place.

Read from the codes and, for part and place, from the sentences, because a person reads those.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from facts import Fact
from schema_facts import STEPS

from trigger_contract.changes import Change, Comparison, Severity

# Ends of codes and the oracle's kinds; None where it has none. The first that fits counts.
KINDS = [
    (
        r".*(-description|-title|-summary|-example|-examples|-extension|-keyword|-externalDocs|-external-docs).*",
        None,
    ),
    (r".*discriminator-mapping-.*", None),
    (r".*-(defs|definitions|dynamic-ref|recursive-ref|additional-items|content-schema)-\w+", None),
    (r".*-(all-of|dependencies|dependent-required|dependent-schema|pattern-property)-\w+", None),
    (r".*-unevaluated-(items|properties)-\w+", None),
    (r"operation-key-changed|api-schema-(added|removed|changed)", None),
    (r"endpoint-added", "operation+"),
    (r"api-removed-.*", "operation-"),
    (r"api-operation-id-.*", "operationId"),
    (r"sunset-.*", "sunset"),
    (r"api-tag-(added|removed)", "tag"),
    (r"api-tag-order-changed", "tag"),
    (r"api-server-(added|removed)", "server"),
    (r"api-server-variables-(changed|generalized)", "serverVariables"),
    (r"api-server-order-changed", "serverOrder"),
    (r"api-security-(added|removed)", "security"),
    (r"api-security-became-.*", "security"),
    (r"api-security-scope-(added|removed)", "scope"),
    (r"api-security-component-oauth-scope-(added|removed)", "schemeScope"),
    (r"api-security-component-.*-url-changed", "schemeUrl"),
    (r"api-security-component-(added|removed)", "scheme"),
    (r"api-security-scheme-changed", "scheme"),
    (r"api-security-scheme-flow-(added|removed)", "flow"),
    (r"response-link-(added|removed)", "link"),
    (r"response-link-changed", "link"),
    (r".*media-type-name-changed", "media"),
    (r".*encoding-changed", "encoding"),
    (r".*union-kind-changed", "unionKind"),
    (r".*parameter-renamed", "rename"),
    (r".*parameter-location-changed", "location"),
    (r"request-parameter-style-changed", "style"),
    (r"request-parameter-explode-changed", "explode"),
    (r"request-parameter-allow-reserved-changed", "reserved"),
    (r"request-parameter-allow-empty-value-changed", "empty"),
    (r".*-discriminator-.*", "discriminator"),
    (r".*media-type-(added|removed)", "media"),
    (r".*status-(added|removed)", "status"),
    (r".*response-header-(added|removed)", "header"),
    (r"request-body-added-\w+", "body"),
    (r"request-body-removed", "body!"),
    (r"new-.*property|.*property-added", "property+"),
    (r".*property-removed", "property-"),
    (r"new-.*parameter", "parameter+"),
    (r"request-parameter-removed", "parameter-"),
    (r".*parameter-serialization-changed", "spelling"),
    (r".*-enum-value-(added|removed)", "enum"),
    (r".*-(became-enum|enum-removed|const-\w+)", "enum!"),
    (r".*-became-(not-)?nullable", "null"),
    (r".*-became-(required|optional)", "required"),
    (r".*-became-(not-)?read-only", "readOnly"),
    (r".*-became-(not-)?write-only", "writeOnly"),
    (r".*-type-(changed|generalized|specialized)", "type"),
    (r".*-(one|any)-of-(added|removed)", "union"),
    (r".*-default-value-\w+", "default"),
    (r".*-additional-properties-\w+", "others"),
    (r".*(deprecated.*|reactivated)", "deprecated"),
    (r".*-prefix-items-\w+", "prefixItems"),
    (r".*-(multiple-of)-\w+", r"\1"),
    (r".*-content-(encoding|media-type)-changed", "contentEncoding"),
    (r".*-(pattern|format|not|if|then|else|contains|xml)-\w+", r"\1"),
    (r".*-(exclusive-(?:min|max))-\w+", r"\1imum"),
    (r".*-(min|max)-\w+", r"\1imum"),
    (r".*-((?:min|max)-(?:length|items|properties)|unique-items|property-names)-\w+", r"\1"),
]
SIGNED = {"tag", "server", "scope", "schemeScope", "scheme", "flow", "link", "media", "status", "header"}
SIGNED |= {"enum", "union", "security"}


def kind(code: str) -> str | None:
    """Return what the oracle calls a change of this code; None where it does not look."""
    code = re.sub(r"^(new-\w+-)?(webhook|callback)-", r"\1", code)
    for pattern, name in KINDS:
        if match := re.fullmatch(pattern, code):
            if name is None:
                return None
            if name in SIGNED and code.endswith(("-added", "-removed")):
                return name + ("+" if code.endswith("-added") else "-")
            first, *more = match.expand(name).rstrip("!").split("-") if "\\" in name else [name.rstrip("!")]
            return first + "".join(part.capitalize() for part in more)
    raise ValueError(f"no kind for the code {code}")


def facts_of(comparison: Comparison) -> set[Fact]:
    """Return what the comparison says in the oracle's terms."""
    found: set[Fact] = set()
    for change in comparison.changes:
        if change.severity is Severity.TEXT or (name := kind(change.code)) is None:
            continue
        part, place = _part(change), _place(change, name)
        for label in change.operations or ("",):
            found.add(Fact(label, name, change.severity.value, part, place))
    return found


def _part(change: Change) -> str:
    code = re.sub(r"webhook-|callback-", "", change.code)
    if "request-parameter" in code or "request-path-parameter" in code:
        return "parameter"
    status = re.search(r"\b[Tt]he (\w+) response\b", change.message)
    if "response-header" in code:
        part = "header"
    elif "response" in code:
        part = "response"
    else:
        return "request" if "request-" in code else ""
    return f"{part} {status[1]}" if status else part


def _place(change: Change, name: str) -> tuple[str, ...]:
    """Return the place that the sentence names, as it stands there: one text, or none."""
    for pattern in (r"In [^`]*, `([^`]+)` ", r"[^`]*(?:parameter|header|link|server|tag|scope) `([^`]+)`"):
        if match := re.match(pattern, change.message):
            return (match[1],)
    if name.startswith(("media", "encoding", "scheme", "flow", "scope")):
        quoted = re.findall(r"`([^`]+)`", change.message)
        if name.startswith("media"):
            return (quoted[0].split(";")[0].strip().lower(),)
        if name.startswith(("scope", "schemeScope", "flow", "schemeUrl")):
            return ()
        return (quoted[0],) if quoted else ()
    return ()


def disagreements(told: set[Fact], true: set[Fact], components: set[str]) -> list[tuple[str, Fact]]:
    """Return what the oracle knows and the comparison does not tell, and the other way round."""
    groups: dict[Any, tuple[list[Fact], list[Fact]]] = defaultdict(lambda: ([], []))
    for index, facts in enumerate((told, true)):
        for fact in facts:
            groups[fact[:3]][index].append(fact)
    found: list[tuple[str, Fact]] = []
    for said, known in groups.values():
        found += [("not so", one) for one in said if not any(_agree(one, fact, components) for fact in known)]
        found += [
            ("missed", fact) for fact in known if not any(_agree(one, fact, components) for one in said)
        ]
    return sorted(found)


def _agree(told: Fact, true: Fact, components: set[str]) -> bool:
    """Whether what was told can be what is so: a component is told for every place that uses it."""
    if told.part != true.part and not (told.part and true.part.startswith(told.part + " ")):
        return False
    if not told.place or not true.place:
        return True
    whole = _steps(".".join(true.place))
    return any(
        _ends_alike(_steps(rest), whole, exact and len(true.place) < STEPS)
        for rest, exact in _readings(told.place[0], components)
    )


def _readings(place: str, components: set[str]) -> Iterable[tuple[str, bool]]:
    """Yield the place as it stands, and without the component that it starts at."""
    yield place, True
    for end in [*(match.start() for match in re.finditer(r"[.\[]", place)), len(place)]:
        if place[:end] in components:
            yield place[end:].lstrip("."), False


def _steps(place: str) -> list[str]:
    """Split a place; which alternative of a union it goes through does not count."""
    found = re.findall(r"\[\]|\[[^\]]*\]|[^.\[\]]+", place)
    return [step for step in found if step == "[]" or step[0] != "["]


def _ends_alike(told: list[str], true: list[str], exact: bool) -> bool:
    count = min(len(told), len(true))
    if exact and len(told) != len(true):
        return False
    return not count or told[-count:] == true[-count:]
