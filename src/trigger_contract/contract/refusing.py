"""What a refusal holds: the one text that the document gives it."""

from __future__ import annotations

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.showing import quoted


def hold_text(check: Check, exchange: Exchange) -> None:
    """Hold the text of an error against the only one that is documented for its status, if one is."""
    documented = check.subject.error_text(exchange.status)
    if documented is None:
        return
    name, text = documented
    check.saw()
    received = exchange.json.get(name) if isinstance(exchange.json, dict) else exchange.body[:120]
    if received != text:
        check.fail(
            f"The error {exchange.status} has another text than documented.",
            expected=f"{name}: {quoted(text)}",
            received=received,
            exchange=exchange,
            place=name,
            at=(
                *check.subject.pointer,
                *("responses", str(exchange.status), "content", "application/json", "schema"),
                *("properties", name),
            ),
            sentence=f"{name} is {quoted(text)}, the only text documented.",
        )
