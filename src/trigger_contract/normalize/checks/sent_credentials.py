"""Texts that say that a credential is sent, or where, held against the security that says otherwise.

Read are the texts of operations, of their 401 responses and of security schemes. A sentence with a condition,
an alternative or a word of handing out ("if", "or", "returns") leaves a doubt and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Ledger,
    Node,
    Pointer,
    line_of,
    operations_of,
)
from trigger_contract.normalize.reading.standard import find

_CREDENTIAL = r"(?:API (?:key|token)|access token|bearer token|secret key)"
_DEMAND = re.compile(
    rf"\b(?:(?:requires?|needs) (?:(?:an?|your|the|valid) )*(?:{_CREDENTIAL}|authentication)"
    r"|(?:must be|needs to be) authenticated|authentication (?:is )?required"
    rf"|\A(?:include|pass|provide|send|supply|use) (?:(?:an?|your|the|valid) )*{_CREDENTIAL}"
    r" (?:in|via|through|as)"
    rf"|{_CREDENTIAL} (?:is|must be) (?:required|sent|provided))\b(?!-)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    rf"\b(?:(?:missing|invalid)(?: or (?:missing|invalid))? {_CREDENTIAL}"
    rf"|{_CREDENTIAL} (?:is |was )?(?:missing|required|not provided))\b",
    re.IGNORECASE,
)
# Only names in quotes, and names that are plainly those of headers, are read.
_PLACE = re.compile(
    rf"\b(?i:{_CREDENTIAL}|credential)s?\b[^`\"']{{0,30}}?\b(?:in|via|through|using|as) (?:an? |the )?"
    r"(?:(?:request|HTTP) )?(?:[`\"'](?P<quoted>[A-Za-z][\w-]*)(?::[^`\"']*)?[`\"']"
    r"|(?P<plain>Authorization|[A-Z]\w*(?:-\w+)+)) (?:(?:request|HTTP) )?(?P<place>header|query parameter)\b"
)
_DOUBT = re.compile(
    r"\b(?:if|unless|when|where|only|or|no|not|some|may|can|could|optional\w*|instead|deprecated|formerly|doesn't"
    r"|returns?|returned|gets?|obtains?|receives?|generates?|creates?|issues?|exchanges?|body|payload|subsequent|further|future|later|other|all)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n\s*(?:\n|[-*] )")
_OPEN = "The keyword stands: it says that nothing is sent, and no way to authenticate is made up from a text."
_SENT = "The scheme stands: it is what clients send; the page should define another if the text is right."

Place = tuple[str, str]


def check_sent(draft: Node, ledger: Ledger) -> None:
    """Note an open operation whose text asks for a credential, and a text that sends one elsewhere.

    Args:
        draft: The merged document.
        ledger: Where it is noted.
    """
    schemes = draft.get("components", {}).get("securitySchemes", {})
    places = {
        name: place
        for name, scheme in schemes.items()
        if isinstance(scheme, Node) and (place := _place_of(scheme)) is not None
    }
    for name, place in places.items():
        scheme = schemes[name]
        key = next(key for key in ("name", "scheme", "type") if key in scheme)
        claim = Claim(scheme.source, line_of(scheme, key), "the scheme")
        _elsewhere(("components", "securitySchemes", name, key), scheme, [place], (), claim, ledger)
    for group, path, method, operation in operations_of(draft):
        requirements = operation.get("security")
        if group != "paths" or not isinstance(requirements, list):
            continue
        names = sorted({name for entry in requirements if isinstance(entry, dict) for name in entry})
        where = (group, path, method, "security")
        says = f"security: {', '.join(names) or '[]'}"
        claim = Claim(operation.source, line_of(operation, "security"), says)
        if not names:
            _asked_for(where, draft, operation, claim, ledger)
        elif all(name in places for name in names):
            own = list(_parameters(draft, draft[group][path], operation))
            _elsewhere(where, operation, [places[name] for name in names], own, claim, ledger)


def _asked_for(pointer: Pointer, draft: Node, operation: Node, claim: Claim, ledger: Ledger) -> None:
    responses = operation.get("responses")
    refusal = _followed(draft, responses.get("401") if isinstance(responses, dict) else None)
    claims = [
        Claim(node.source, line_of(node, "description"), f'the text: "{words}"')
        for node, phrase in ((operation, _DEMAND), (refusal, _REFUSAL))
        if isinstance(node, Node) and (words := _said(node, phrase)) is not None
    ]
    if claims:
        ledger.add(Contradiction("security", pointer, (claim, *claims), claim.says, RULE, _OPEN))


def _said(node: Node, phrase: re.Pattern[str]) -> str | None:
    for sentence in _sentences(node):
        match = phrase.search(sentence)
        if match is not None and not _DOUBT.search(sentence.replace(match[0], " ")):
            return match[0]
    return None


def _elsewhere(
    pointer: Pointer,
    node: Node,
    sent: Sequence[Place],
    parameters: Collection[Place],
    claim: Claim,
    ledger: Ledger,
) -> None:
    for sentence in _sentences(node):
        match = _PLACE.search(sentence)
        if match is None:
            continue
        said = match["place"].partition(" ")[0], match["quoted"] or match["plain"]
        if _DOUBT.search(sentence.replace(said[1], " ")):
            continue
        if _folded(said) in {_folded(place) for place in (*sent, *parameters)}:
            continue
        known = " and ".join(dict.fromkeys(f"`{name}` ({where})" for where, name in sent))
        says = f"{claim.says}, sent as {known}"
        claims = (
            Claim(claim.source, claim.line, says),
            Claim(node.source, line_of(node, "description"), f'the text: "{match[0]}"'),
        )
        ledger.add(Contradiction("security", pointer, claims, says, RULE, _SENT))
        return


def _sentences(node: Node) -> Iterator[str]:
    description = node.get("description")
    for sentence in _SENTENCE.split(description) if isinstance(description, str) else ():
        yield " ".join(sentence.split())


def _folded(place: Place) -> Place:
    """A place to compare: names of headers in any case are one (RFC 9110, 5.1)."""
    where, name = place
    return where, name.casefold() if where == "header" else name


def _place_of(scheme: Node) -> Place | None:
    """Where a scheme's credential is sent (OpenAPI 3.1, Security Scheme Object; RFC 9110, 11.6.2)."""
    if scheme.get("type") == "apiKey":
        return str(scheme.get("in")), str(scheme.get("name"))
    known = scheme.get("type") in ("http", "oauth2", "openIdConnect")
    return ("header", "Authorization") if known else None


def _parameters(draft: Node, item: Node, operation: Node) -> Iterator[Place]:
    """The parameters of an operation: a text may mean one of them."""
    for parameter in (*(item.get("parameters") or ()), *(operation.get("parameters") or ())):
        found = _followed(draft, parameter)
        if isinstance(found, dict):
            yield str(found.get("in")), str(found.get("name"))


def _followed(draft: Node, value: Any) -> Any:
    reference = value.get("$ref") if isinstance(value, dict) else None
    return find(draft, reference) if isinstance(reference, str) else value
