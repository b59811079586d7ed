"""The protocol: HEAD like GET, methods that are not documented, what reading leaves behind."""

from trigger_contract.contract import Check, every_operation, is_list, law
from trigger_contract.contract.comparing import is_volatile, same
from trigger_contract.contract.ids import addresses, unknown_path
from trigger_contract.contract.snapshot import stable

_HEAD = (
    "RFC 9110, section 9.3.2: HEAD is identical to GET except that no content comes, and servers support it."
)
_READ = "RFC 9110, section 9.2.1: GET is safe; it asks for no change."


@law("http/head", "derived", applies=every_operation, sentence=_HEAD)
def test_head_answers_like_get(check: Check) -> None:
    """HEAD gives the status and the content type of GET, and no content."""
    wrong = check.session.credentials.wrong(check.subject)[:1]
    values = check.session.required_values(check.subject)
    for credential in (None, *wrong):
        for path in addresses(check, live=1):
            answers = {
                method: check.session.ask(
                    check.subject,
                    path=path,
                    values=values,
                    credential=credential,
                    method=method,
                    purpose=f"{method} to compare",
                )
                for method in ("GET", "HEAD")
            }
            get, head = answers["GET"], answers["HEAD"]
            check.saw()
            if 429 in (get.status, head.status) or get.status >= 500 or head.status >= 500:
                continue
            if get.status != head.status:
                again = check.session.ask(
                    check.subject, path=path, values=values, credential=credential, purpose="GET once more"
                )
                if again.status == head.status:
                    continue
                what = (
                    "without a key"
                    if credential
                    else "of an unknown id"
                    if path and get.status == 404
                    else ""
                )
                check.fail(
                    "HEAD is answered with another status than GET.",
                    expected=f"status {get.status}",
                    received=f"status {head.status}",
                    exchange=head,
                    place=what or ("not supported" if head.status in (405, 501) else ""),
                    # Only servers for general purposes must support HEAD (RFC 9110, section 9.1).
                    tier="advisory" if head.status in (405, 501) else None,
                )
            elif head.body:
                check.fail(
                    "HEAD is answered with content.", expected="no content", received=head.body, exchange=head
                )
            elif "content-type" in head.headers and head.media_type != get.media_type:
                check.fail(
                    "HEAD names another content type than GET.",
                    expected=get.headers.get("content-type"),
                    received=head.headers.get("content-type"),
                    exchange=head,
                    place="content-type",
                )


@law(
    "http/options",
    "derived",
    applies=every_operation,
    sentence="RFC 9110, section 9.3.7: OPTIONS asks what there is.",
)
def test_options_does_not_bring_the_server_down(check: Check) -> None:
    """OPTIONS is answered, and not with a 5xx."""
    for path in list(addresses(check, live=0)):
        check.session.ask(check.subject, path=path, method="OPTIONS", purpose="OPTIONS", lenient=True)
        check.saw()


@law(
    "http/methods",
    "derived",
    applies=every_operation,
    sentence="The path documents GET only.",
    option="probe_methods",
)
def test_methods_that_are_not_documented_do_nothing(check: Check) -> None:
    """A method that the path does not document is refused."""
    documented = {name.upper() for name in check.subject.document["paths"][check.subject.operation.path]}
    path = unknown_path(check.subject)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        if method in documented:
            continue
        exchange = check.session.ask(
            check.subject, path=path, method=method, purpose=f"{method} an unknown thing", lenient=True
        )
        check.saw()
        if exchange.status < 400:
            check.fail(
                f"{method} is accepted although it is not documented.",
                expected="a refusal (4xx)",
                received=f"status {exchange.status}",
                exchange=exchange,
                place=method,
            )
        elif exchange.status == 405 and "allow" not in exchange.headers:
            check.fail(
                f"{method} is refused with 405, and no Allow says what is allowed.",
                expected="the field Allow",
                received=exchange.headers,
                exchange=exchange,
                place=f"{method} without Allow",
                sentence="RFC 9110, section 15.5.6: the server must send the field Allow with a 405.",
            )


@law("http/safe", "derived", applies=is_list, sentence=_READ)
def test_reading_changes_nothing(check: Check) -> None:
    """After all this reading, what was not updated reads as before."""
    before = check.session.snapshot(check.subject)
    after = check.session.refresh(check.subject)
    check.saw()
    equal = stable(before, after)
    for identity, item in before.by_id.items():
        later = after.by_id.get(identity)
        if later is None or identity in equal or "updatedAt" not in item:
            continue
        schema = check.subject.item_schema
        changed = [
            name
            for name in schema.get("properties", {})
            if not same(item.get(name), later.get(name))
            and not is_volatile(check.subject.document, schema, name)
        ]
        if changed and item.get("updatedAt") == later.get("updatedAt"):
            check.fail(
                f"{identity} changed although it was not updated.",
                expected={name: item.get(name) for name in changed},
                received={name: later.get(name) for name in changed},
                exchange=after.exchange,
                place=f"/{sorted(changed)[0]}",
            )
