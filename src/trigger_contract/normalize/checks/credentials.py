"""Keys and accounts that a page speaks of, held against the security that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trigger_contract.document.shape import walk
from trigger_contract.normalize.checks.sent_credentials import check_sent
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

_KEY = re.compile(r"\b(?:with|using|use) (?:an?|your|the) ((?:[A-Z][\w-]+ )+)(?:API )?(?:[Kk]ey|[Tt]oken)\b")
_ACCOUNT = re.compile(r"\bauthenticated (?:account|user|organi[sz]ation|team|client|caller)\b", re.IGNORECASE)
_REFUSED = re.compile(r"\b(access token|api key)s? (?:is |was )?(?:missing|invalid|not)\b", re.IGNORECASE)
_COMMON = frozenset(("api", "the", "your", "bearer", "access"))


def check_credentials(draft: Node, ledger: Ledger) -> None:
    """Note an operation whose text names a key that no scheme of its own is, or an account without any."""
    schemes = draft.get("components", {}).get("securitySchemes", {})
    for group, path, method, operation in operations_of(draft):
        if group == "paths":
            _check((group, path, method), operation, schemes, ledger)
    check_sent(draft, ledger)


def _check(pointer: Pointer, operation: Node, schemes: Node, ledger: Ledger) -> None:
    requirements = operation.get("security")
    names = {
        name for requirement in requirements or () if isinstance(requirement, dict) for name in requirement
    }
    known = " ".join(
        f"{name} {schemes[name].get('description', '')}" if isinstance(schemes.get(name), dict) else str(name)
        for name in sorted(names)
    ).casefold()
    _refusals(pointer, operation, known, ledger)
    noted: set[str] = set()
    for node, text in _texts(operation):
        line = line_of(node, "description")
        if not requirements and (match := _ACCOUNT.search(text)) and "account" not in noted:
            noted.add("account")
            shown = "none" if requirements is None else "security: []"
            claims = (
                Claim(operation.source, operation.line or None, f"security: {shown}"),
                Claim(node.source, line, f'the text: "{match[0]}"'),
            )
            reason = "The page shows no way to authenticate, and none is made up."
            entry = Contradiction("security", (*pointer, "security"), claims, shown, RULE, reason)
            ledger.add(entry)
        for match in _KEY.finditer(text) if requirements else ():
            wanted = [word for word in match[1].casefold().split() if word not in _COMMON]
            if not wanted or wanted[0] in noted or all(word in known for word in wanted):
                continue
            noted.add(wanted[0])
            claims = (
                Claim(
                    operation.source, line_of(operation, "security"), f"security: {', '.join(sorted(names))}"
                ),
                Claim(node.source, line, f'the text: "{match[0]}"'),
            )
            reason = "The text does not say how such a key is sent, so the schemes that are defined stand."
            where = (*pointer, "security")
            ledger.add(Contradiction("security", where, claims, ", ".join(sorted(names)), RULE, reason))


def _refusals(pointer: Pointer, operation: Node, known: str, ledger: Ledger) -> None:
    """A refusal for want of one kind of credential, where the schemes speak of the other kind only."""
    response = (operation.get("responses") or {}).get("401")
    text = response.get("description") if isinstance(response, Node) else None
    match = _REFUSED.search(text) if isinstance(text, str) else None
    if match is None or "security" not in operation or not isinstance(response, Node):
        return
    said, other = (
        match[1].casefold(),
        {"access token": "api key", "api key": "access token"}[match[1].casefold()],
    )
    if said in known or other not in known:
        return
    says = f"the schemes of the operation: {other}"
    claims = (
        Claim(operation.source, line_of(operation, "security"), says),
        Claim(response.source, line_of(response, "description"), f'the text: "{match[0]}"'),
    )
    reason = "The schemes are what is sent; a client shows the text as it is."
    where = (*pointer, "responses", "401", "description")
    ledger.add(Contradiction("security", where, claims, says, RULE, reason))


def _texts(operation: Node) -> Iterator[tuple[Node, str]]:
    for _, node, _ in walk("operation", operation):
        description = node.get("description") if isinstance(node, Node) else None
        if isinstance(node, Node) and isinstance(description, str):
            yield node, description
