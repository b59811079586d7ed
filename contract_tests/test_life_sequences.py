"""Requests one after the other, along the links between operations."""

from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.life.roles import makes
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.subjects import Subject


def _begins(subject: Subject) -> bool:
    return makes(subject) and not subject.path_parameters


@law("life/sequence", "derived", applies=_begins, option="write",
     sentence="RFC 9110, sections 9.3.3 and 9.3.5: what was made is there until it is removed.")  # fmt: skip
def test_what_hangs_together_stays_so_in_any_order(check: Check) -> None:
    """In any order, what was made is found until it is removed, and not from then on."""
    # Imported here: schemathesis takes a second that whoever does not write should not wait for.
    from trigger_contract.contract.life.sequences import run_sequences

    shop = Workshop.of(check)
    if not check.session.settings.examples:
        check.skip("--examples 0")
        return
    if not shop.is_removable:
        check.skip("nothing removes what it makes")
        return
    shop.bodies()

    def report(failure: Any, exchange: Exchange) -> None:
        message = str(failure.title) if hasattr(failure, "title") else type(failure).__name__
        check.fail(
            f"{message}: {exchange.request.method} after what was done before.",
            expected="what was made until it is removed, and status 404 from then on",
            received=f"status {exchange.status}",
            exchange=exchange,
            place=type(failure).__name__,
        )

    check.saw(run_sequences(shop, report))
