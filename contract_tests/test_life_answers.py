"""What is answered to what writes: valid requests as documented, and errors with what they hold."""

from urllib.parse import urljoin, urlsplit

from trigger_contract.contract import Check, law
from trigger_contract.contract.ids import unknown_path
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.errors import (
    acts_on_made,
    errs,
    is_about_one,
    is_closed,
    leaves_it_there,
    sender_of,
    smallest_body,
    tells_place,
)
from trigger_contract.contract.life.things import full_path
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.refusing import hold_text

_PLACE = "RFC 9110, section 15.3.2: Location tells where what was created is."


@law("life/errors", "documented", applies=errs, option="write")
def test_errors_of_what_writes_come_as_documented(check: Check) -> None:
    """Without a key, and for an unknown id, the documented error comes with what it must hold."""
    subject, credentials = check.subject, check.session.credentials
    sender = sender_of(check)
    bodies = Bodies(subject.document, subject.operation)
    body = smallest_body(subject, bodies, check.session.settings.label)
    path = unknown_path(subject)
    wrong = credentials.wrong(subject)
    if is_closed(subject) and wrong:
        exchange = sender.send(
            subject, path, body, f"send {wrong[0].label} for its error", credential=wrong[0]
        )
        check.saw()
        hold_text(check, exchange)
    if is_about_one(subject) and (credentials.main(subject) is not None or not subject.operation.security):
        exchange = sender.send(subject, path, body, "write to an unknown id")
        check.saw()
        hold_text(check, exchange)
        if 200 <= exchange.status < 300:
            check.fail(
                "An unknown id is answered like a known one.",
                expected="status 404",
                received=f"status {exchange.status}",
                exchange=exchange,
                place="unknown id",
                at=(*subject.pointer, "responses"),
            )


@law("life/valid", "documented", applies=acts_on_made, option="write")
def test_a_valid_request_to_what_was_made_is_answered_as_documented(check: Check) -> None:
    """What was just made is known to every operation that changes it."""
    shop = Workshop.of(check)
    thing = shop.need()
    body = smallest_body(check.subject, shop.bodies(check.subject), shop.mark())
    path = full_path(check.subject, thing.parents, thing.identity)
    exchange = shop.send(check.subject, path, body, "send a valid request")
    check.saw()
    if exchange.status in (404, 410):
        check.fail(
            "What was just made is not there for an operation that changes it.",
            expected="a success",
            received=f"status {exchange.status}",
            exchange=exchange,
            place="not there",
            tier="derived",
        )
    if 200 <= exchange.status < 300 and leaves_it_there(check.subject):
        read = shop.read(thing, "read after a valid request")
        if read is not None and read.status in (404, 410):
            check.fail(
                "What was changed is not there any more.",
                expected="a success",
                received=f"status {read.status}",
                exchange=read,
                place="gone",
                tier="derived",
            )
    shop.remove(thing)


@law("life/location", "derived", applies=tells_place, option="write", sentence=_PLACE)
def test_what_was_made_is_where_its_answer_says(check: Check) -> None:
    """Location leads to what was made."""
    shop = Workshop.of(check)
    reader = shop.reader(shop.resource.read)
    thing = shop.need()
    place = thing.exchange.headers.get("location")
    if reader is None or place is None:
        check.skip("it is not read, or its answer names no place")
        return
    base = urlsplit(check.session.settings.url)
    address = urlsplit(urljoin(thing.exchange.url, place))
    if (address.scheme, address.netloc) != (base.scheme, base.netloc):
        check.skip("it is somewhere else, where nothing is asked")
        return
    below = base.path.rstrip("/")
    target = address.path.removeprefix(below) + (f"?{address.query}" if address.query else "")
    found = check.session.ask_raw(reader, target, "follow Location")
    check.saw()
    if not 200 <= found.status < 300:
        check.fail(
            "What was made is not where Location says.",
            expected="a success",
            received=f"status {found.status}",
            exchange=found,
            at=(*check.subject.pointer, "responses"),
        )
    shop.remove(thing)
