"""Keys, tokens and accounts that texts speak of, held against the security that a page shows.

Read are the texts of operations, of their 401 responses and of security schemes. A sentence with a condition,
an alternative or a word of handing out ("if", "or", "returns") leaves a doubt and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from trigger_contract.document.shape import walk
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.phrases import PHRASES, said
from trigger_contract.normalize.located import Node, Pointer, as_map, map_of, maps_of, text_of
from trigger_contract.normalize.model import Claim, claim, quoted

_COMMON = frozenset(("api", "the", "your", "bearer", "access"))
_OTHER = {"access token": "api key", "api key": "access token"}
_DOUBT = re.compile(
    r"\b(?:if|unless|when|where|only|or|no|not|some|may|can|could|optional\w*|instead|deprecated|formerly|doesn't"
    r"|returns?|returned|gets?|obtains?|receives?|generates?|creates?|issues?|exchanges?|body|payload|subsequent"
    r"|further|future|later|other|all)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n\s*(?:\n|[-*] )")
_NO_WAY = "The page shows no way to authenticate, and none is made up."
_NOT_SAID = "The text does not say how such a key is sent, so the schemes that are defined stand."
_AS_IT_IS = "The schemes are what is sent; a client shows the text as it is."
_OPEN = "The keyword stands: it says that nothing is sent, and no way to authenticate is made up from a text."
_SENT = "The scheme stands: it is what clients send; the page should define another if the text is right."

Place = tuple[str, str]


def check_credentials(draft: Draft) -> None:
    """Note texts that name a key no scheme is, an account without any, or a place where none is sent."""
    schemes = map_of(map_of(draft.root, "components"), "securitySchemes")
    places = {name: place for name, scheme in schemes.items() if (place := _place_of(scheme))}
    for name, place in places.items():
        scheme = schemes[name]
        key = next(key for key in ("name", "scheme", "type") if key in scheme)
        at: Pointer = ("components", "securitySchemes", name, key)
        _elsewhere(draft, at, scheme, [place], (), claim(scheme, key, "the scheme"))
    for where, operation in draft.operations():
        names = sorted({name for entry in maps_of(operation, "security") for name in entry})
        shown = claim(operation, "security", f"security: {', '.join(names) or '[]'}")
        _texts(draft, where, operation, names, schemes, shown)
        if "security" not in operation:
            continue
        if not names:
            _asked_for(draft, where, operation, shown)
        elif all(name in places for name in names):
            own = [_of_parameter(parameter) for _, parameter in draft.parameters(where, operation)]
            sent = [places[name] for name in names]
            _elsewhere(draft, (*where, "security"), operation, sent, own, shown)


def _texts(
    draft: Draft, where: Pointer, operation: Node, names: list[str], schemes: dict[str, Any], shown: Claim
) -> None:
    """Hold every text of an operation against the names and the texts of its schemes."""
    known = " ".join(f"{name} {text_of(schemes.get(name), 'description')}" for name in names).casefold()
    _refusals(draft, where, operation, known)
    place, noted = (*where, "security"), set[str]()
    for _, node, _ in walk("operation", operation):
        text = text_of(node, "description")
        if operation.get("security"):
            for match in PHRASES["key"].pattern.finditer(text):
                wanted = [word for word in match[1].casefold().split() if word not in _COMMON]
                if wanted and wanted[0] not in noted and not all(word in known for word in wanted):
                    noted.add(wanted[0])
                    asked = ", ".join(names)
                    draft.ledger.rule(
                        "security", place, _NOT_SAID, shown, quoted(node, match[0]), chosen=asked
                    )
        elif not noted and (account := said("account", text)):
            noted.add("account")
            none = claim(operation, "", f"security: {'[]' if 'security' in operation else 'none'}")
            chosen = "security: []" if "security" in operation else "none"
            draft.ledger.rule("security", place, _NO_WAY, none, quoted(node, account[0]), chosen=chosen)


def _refusals(draft: Draft, where: Pointer, operation: Node, known: str) -> None:
    """A refusal for want of one kind of credential, where the schemes speak of the other kind only."""
    response = map_of(operation, "responses").get("401")
    match = said("refused", text_of(response, "description"))
    other = _OTHER[match[1].casefold()] if match else ""
    if match and "security" in operation and match[1].casefold() not in known and other in known:
        shown = claim(operation, "security", f"the schemes of the operation: {other}")
        place = (*where, "responses", "401", "description")
        draft.ledger.rule("security", place, _AS_IT_IS, shown, quoted(response, match[0]))


def _asked_for(draft: Draft, where: Pointer, operation: Node, shown: Claim) -> None:
    """Note an open operation whose text, or whose refusal, asks for a credential."""
    refusal = draft.follow(map_of(operation, "responses").get("401"))
    claims = [*_said(operation, "demand"), *_said(refusal, "refusal")]
    if claims:
        draft.ledger.rule("security", (*where, "security"), _OPEN, shown, *claims)


def _said(node: Any, kind: str) -> list[Claim]:
    """The first words that say something without a doubt, if there are any."""
    found = ((said(kind, sentence), sentence) for sentence in _sentences(node))
    sure = (match for match, rest in found if match and not _DOUBT.search(rest.replace(match[0], " ")))
    return [quoted(node, match[0]) for match in islice(sure, 1)]


def _elsewhere(
    draft: Draft, pointer: Pointer, node: Node, sent: Sequence[Place], own: Collection[Place], shown: Claim
) -> None:
    """Note a text that sends a credential elsewhere than the schemes do, and not in a parameter either."""
    expected = {_folded(place) for place in (*sent, *own)}
    for sentence in _sentences(node):
        match = said("sent in", sentence)
        if match is None:
            continue
        name = match["quoted"] or match["plain"]
        place = _folded((match["place"].partition(" ")[0], name))
        if place not in expected and not _DOUBT.search(sentence.replace(name, " ")):
            known = " and ".join(dict.fromkeys(f"`{name}` ({where})" for where, name in sent))
            says = replace(shown, says=f"{shown.says}, sent as {known}")
            draft.ledger.rule("security", pointer, _SENT, says, quoted(node, match[0]))
            return


def _sentences(node: Any) -> Iterator[str]:
    for sentence in _SENTENCE.split(text_of(node, "description")):
        yield " ".join(sentence.split())


def _folded(place: Place) -> Place:
    """A place to compare: names of headers in any case are one (RFC 9110, 5.1)."""
    where, name = place
    return where, name.casefold() if where == "header" else name


def _place_of(scheme: Any) -> Place | None:
    """Where a scheme's credential is sent (OpenAPI 3.1, Security Scheme Object; RFC 9110, 11.6.2)."""
    kind = text_of(scheme, "type")
    if kind == "apiKey":
        return _of_parameter(scheme)
    return ("header", "Authorization") if kind in ("http", "oauth2", "openIdConnect") else None


def _of_parameter(parameter: Any) -> Place:
    return str(as_map(parameter).get("in")), str(as_map(parameter).get("name"))
