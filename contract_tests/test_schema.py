"""Every answer keeps its documented status, content type and schema."""

from trigger_contract.contract import Check, every_operation, is_list, law, takes_id
from trigger_contract.contract.generated import generated_requests


@law("schema/list", "documented", applies=is_list)
def test_every_item_of_the_list_keeps_its_schema(check: Check) -> None:
    """Every item that is listed keeps the schema of an item."""
    snapshot = check.session.snapshot(check.subject)
    first = snapshot.pages[0].exchange
    if not 200 <= first.status < 300:
        check.saw()
        check.fail(
            "A plain, valid request is not answered with a list.",
            expected="status 200",
            received=f"status {first.status}",
            exchange=first,
        )
        return
    if check.subject.items_in(first.json) is None:
        where = "/" + "/".join(check.subject.items or ())
        check.saw()
        check.fail(
            f"The answer has no array {where!r}.",
            expected=f"an array at {where!r}",
            received=first.json,
            exchange=first,
            place="items",
            at=check.subject.response_pointer,
        )
        return
    check.saw(len(snapshot.items))


@law("schema/item", "documented", applies=takes_id)
def test_every_item_read_by_its_id_keeps_its_schema(check: Check) -> None:
    """Every item that is listed can be asked for and the answer keeps its schema."""
    relation = check.session.contract.relation_to(check.subject)
    if relation is None:
        check.skip("no list names an id for it")
        return
    answers = check.session.read(relation)
    check.saw(sum(200 <= exchange.status < 300 for exchange in answers.values()))


@law("schema/generated-valid", "documented", applies=every_operation)
def test_generated_valid_requests_are_answered_as_documented(check: Check) -> None:
    """Requests generated from the schema are accepted and answered as documented."""
    generated_requests(check, positive=True)


@law("schema/generated-invalid", "documented", applies=every_operation)
def test_generated_invalid_requests_are_answered_as_documented(check: Check) -> None:
    """Requests generated to break the schema are refused as documented."""
    generated_requests(check, positive=False)
