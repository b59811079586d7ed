"""What is answered to what writes: valid requests as documented, and errors with what they hold."""

from urllib.parse import urljoin, urlsplit

from trigger_contract.contract import Check, law
from trigger_contract.contract.ids import unknown_path
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.media import media_of
from trigger_contract.contract.life.roles import is_made, makes, role_of
from trigger_contract.contract.life.things import full_path
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.operations import success_statuses
from trigger_contract.document.resources import resources

_PLACE = "RFC 9110, section 15.3.2: Location tells where what was created is."
_ON_A_THING = ("change", "replace", "remove", "action")


def errs(subject: Subject) -> bool:
    """Whether an operation that writes documents an error that can be brought about without writing."""
    return _is_about_one(subject) or _is_closed(subject)


def _is_about_one(subject: Subject) -> bool:
    # A PUT that makes what is not there says so by 201.
    may_make = "201" in success_statuses(subject.operation)
    known = role_of(subject) in _ON_A_THING and bool(subject.path_parameters)
    return known and not may_make and subject.documents_exactly(404)


def _is_closed(subject: Subject) -> bool:
    return bool(subject.operation.security) and subject.documents_exactly(401)


def acts_on_made(subject: Subject) -> bool:
    """Whether an operation changes what another makes."""
    return role_of(subject) in ("change", "replace", "action") and is_made(subject)


def tells_place(subject: Subject) -> bool:
    """Whether an operation says where what it makes is."""
    headers = (
        str(name).lower()
        for status in success_statuses(subject.operation)
        for name in (subject.operation.definition["responses"][status].get("headers") or {})
    )
    return makes(subject) and "location" in headers


@law("life/errors", "documented", applies=errs, option="write")
def test_errors_of_what_writes_come_as_documented(check: Check) -> None:
    """Without a key, and for an unknown id, the documented error comes with what it must hold."""
    subject, credentials = check.subject, check.session.credentials
    sender = Workshop(check, resources(subject.document).all[0])
    has_body = media_of(subject.document, subject.operation) is not None
    bodies, label = Bodies(subject.document, subject.operation), check.session.settings.label
    # A change of nothing may be refused for that alone.
    body = (bodies.least(label) or bodies.whole(label)) if has_body else None
    path = unknown_path(subject)
    wrong = credentials.wrong(subject)
    if _is_closed(subject) and wrong:
        sender.send(subject, path, body, f"send {wrong[0].label} for its error", credential=wrong[0])
        check.saw()
    if _is_about_one(subject) and (credentials.main(subject) is not None or not subject.operation.security):
        exchange = sender.send(subject, path, body, "write to an unknown id")
        check.saw()
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
    has_body = media_of(check.subject.document, check.subject.operation) is not None
    bodies = shop.bodies(check.subject)
    body = (bodies.least(shop.mark()) or bodies.whole(shop.mark())) if has_body else None
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
    promises = role_of(check.subject) != "action" or _sets(check.subject)
    if 200 <= exchange.status < 300 and promises:
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


def _sets(subject: Subject) -> bool:
    """Whether an action promises a value, which the thing shows from then on."""
    resource = resources(subject.document).of(subject.operation)
    own = (subject.operation.path, subject.operation.method)
    return any(
        item.sets is not None and (item.operation.path, item.operation.method) == own
        for item in (resource.actions if resource else ())
    )


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
