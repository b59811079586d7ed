"""Content that is no JSON object: what was written is what is read."""

import json
from typing import Any

from trigger_contract.contract import Check, law
from trigger_contract.contract.life.content import answer_kind, content_of, reader_of, stores
from trigger_contract.contract.life.workshop import Workshop

_KEPT = "RFC 9110, section 9.3.4: PUT replaces what stands at an address with what is sent."


@law("life/content", "derived", applies=stores, option="write", sentence=_KEPT)
def test_content_is_kept_as_it_is(check: Check) -> None:
    """Text, lines or bytes that were written are read again, unchanged."""
    subject = check.subject
    reader = reader_of(check)
    shop = Workshop.holding(check)
    if reader is None or shop is None:
        check.skip("nothing reads it, or nothing makes what it stands below")
        return
    thing = shop.need()
    names = (item["name"] for item in subject.path_parameters)
    path = dict(zip(names, thing.path.values(), strict=False))
    for number in range(2):
        content, kind = content_of(subject, shop.mark() + str(number))
        exchange = shop.send(subject, path, purpose="write content", raw=content, kind=kind)
        if not 200 <= exchange.status < 300 or exchange.status == 202:
            check.skip(f"the server answers {exchange.status}")
            break
        read = check.session.ask(reader, path=path, purpose="read content")
        check.saw()
        if read.status == 200 and not _is_same(content, read.body, kind):
            check.fail(
                "What is read is not what was written.",
                expected=content.decode("utf-8", "replace"),
                received=read.body.decode("utf-8", "replace"),
                exchange=read,
                place=answer_kind(read),
            )
    shop.remove(thing)


def _is_same(sent: bytes, found: bytes, kind: str) -> bool:
    """Whether content came back; of lines and texts the last line break says nothing."""
    if sent == found or (kind.startswith("text/") and sent.rstrip() == found.rstrip()):
        return True
    if "json" not in kind:
        return False
    try:
        return _lines(sent) == _lines(found)
    except ValueError:
        return False


def _lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.decode().splitlines() if line.strip()]
