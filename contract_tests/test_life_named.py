"""What an answer names: the id of something that was started is known to whatever reads it."""

from collections.abc import Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.ids import unknown_path
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.bodies import Bodies, samples
from trigger_contract.contract.life.making import text
from trigger_contract.contract.life.naming import Named, may_name, named_by
from trigger_contract.contract.life.things import identity_in, item_of
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.values import plain

_NAMED = "RFC 9110, section 9.3.3: POST creates what its answer says was created."


@law("life/named", "derived", applies=may_name, option="write", sentence=_NAMED)
def test_what_an_answer_names_is_there(check: Check) -> None:
    """What the answer of an operation names by its id can be read."""
    found = list(named_by(check.session, check.subject))
    if not found:
        check.skip("its answer names nothing that is read")
        return
    shop = Workshop.any(check)
    exchange = _started(check, shop)
    if exchange is None:
        return
    body = exchange.json if isinstance(exchange.json, Mapping) else {}
    names = {named: str(body[named.member]) for named in found if _is_id(body.get(named.member))}
    _enter(check, exchange, names)
    for named, identity in names.items():
        _judge(check, shop, named, identity)


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""


def _enter(check: Check, exchange: Exchange, names: Mapping[Named, str]) -> None:
    """Enter what was started, with what removes it, if anything does."""
    for named, identity in names.items():
        remove = named.resource.remove if named.resource is not None else None
        remover = check.session.contract.written_by(remove)
        if remover is not None:
            path = {remover.id_parameter["name"]: identity}
            check.session.ledger.add(Entry(remover, path, exchange, maker=check.subject.name))
            return
    check.session.ledger.add(Entry(None, {}, exchange, maker=check.subject.name))


def _started(check: Check, shop: Workshop) -> Exchange | None:
    """Ask for something, by a body of what must be sent, else by what the document shows."""
    subject = check.subject
    path = {
        item["name"]: text(plain(subject.document, item.get("schema")), shop.mark())
        for item in subject.path_parameters
    }
    for shown in (None, samples(subject.operation)):
        bodies = Bodies(subject.document, subject.operation, shown=shown)
        body = bodies.least(shop.mark()) if bodies.media is not None else None
        exchange = shop.send(subject, path, body, "start something")
        if 200 <= exchange.status < 300:
            return exchange
    check.skip(f"the server answers {exchange.status}")
    return None


def _judge(check: Check, shop: Workshop, named: Named, identity: str) -> None:
    """See that what is named is there, and ask for what stands below it."""
    name = named.reader.id_parameter["name"]

    def ask() -> Exchange:
        return check.session.ask(
            named.reader, path={name: identity}, purpose="read what an answer names", lenient=True
        )

    read = shop.settle(ask, lambda found: found.status not in (404, 410), f"read {named.member}")
    check.saw()
    resource = named.resource
    own = identity_in(resource, item_of(resource, read)) if resource is not None else None
    if not 200 <= read.status < 300:
        check.fail("What an answer names is not there.", expected="status 200", exchange=read,
                   received=f"status {read.status}", place=f"{named.member} unknown")  # fmt: skip
    elif own not in (None, identity):
        check.fail("What an answer names is read as another thing.", expected=identity, received=own,
                   exchange=read, place=f"{named.member} another")  # fmt: skip
    elif named.reader.documents_exactly(404):
        # Now that it is known what its ids look like, one that nobody has is none of them.
        unknown = check.session.ask(
            named.reader, path=unknown_path(named.reader), purpose="ask for an id of nothing", lenient=True
        )
        if 200 <= unknown.status < 300:
            check.fail("An unknown id is answered like a known one.", expected="status 404",
                       received=f"status {unknown.status}", exchange=unknown,
                       place=f"not the {named.member}")  # fmt: skip
    for other in named.others:
        check.session.ask(
            other, path={other.id_parameter["name"]: identity}, purpose="read what stands below"
        )
