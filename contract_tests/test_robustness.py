"""Whatever comes in, the server answers, and never with a 5xx."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from trigger_contract.contract import Check, every_operation, has_query, law, takes_id
from trigger_contract.contract.comparing import body_of
from trigger_contract.contract.ids import identity_leaves, item_prefix, prefix_of, unknown_path
from trigger_contract.contract.values import ODD_TEXTS, QueryLeaf, made_up_values, odd_query, valid_value

_ODD_PATHS = (
    ("..%2f..%2fetc%2fpasswd", "encoded slashes"),
    ("%00", "an encoded NUL"),
    ("%FF%FE", "bytes that are no UTF-8"),
    ("%25%32%30", "an encoded percent sign"),
)
_OF_NUMBERS = ("minus zero",)
_NO_5XX = "The page documents no server error for this operation."


@law("robustness/odd-ids", "documented", applies=takes_id, sentence=_NO_5XX)
def test_no_id_brings_the_server_down(check: Check) -> None:
    """No id, however odd, is answered with a 5xx or with an item."""
    name = check.subject.id_parameter["name"]
    prefix = prefix_of(check.subject.id_parameter)
    odd = [(text, what) for text, what in ODD_TEXTS if text.strip() and text not in ("../../etc/passwd",)]

    def judge(case: tuple[str, str]) -> None:
        text, what = case
        for identity in dict.fromkeys((prefix + text, text)):
            exchange = check.session.ask(
                check.subject, path={name: identity}, purpose=f"ask for {what} as an id", lenient=True
            )
            check.saw()
            _refuse_item(check, exchange, what)

    check.each(odd, judge)
    for raw, what in _ODD_PATHS:
        outer = check.session.places.complete(check.subject, {name: prefix + raw})
        target = check.subject.operation.path
        for parameter, value in outer.items():
            target = target.replace(
                "{" + parameter + "}", value if parameter == name else quote(value, safe="")
            )
        exchange = check.session.ask_raw(check.subject, target, f"ask for {what}")
        check.saw()
        _refuse_item(check, exchange, what)


@law("robustness/odd-values", "documented", applies=has_query, sentence=_NO_5XX)
def test_no_query_value_brings_the_server_down(check: Check) -> None:
    """No value of a query parameter, however odd, is answered with a 5xx."""
    subject = check.subject
    required = check.session.required_values(subject)
    identities = identity_leaves(subject)

    def judge(case: tuple[QueryLeaf, tuple[str, str]]) -> None:
        leaf, (text, what) = case
        raw = odd_query(subject.leaves, required, leaf, text)
        check.session.ask(subject, raw_query=raw, purpose=f"send {what} as {leaf.name}", lenient=True)
        check.saw()

    for leaf in subject.leaves:
        prefix = item_prefix(subject) if leaf.name in identities else ""
        texts = (*ODD_TEXTS, *made_up_values(subject.document, leaf, prefix))
        check.each([(leaf, text) for text in texts], judge)


@law("robustness/odd-queries", "documented", applies=every_operation, sentence=_NO_5XX)
def test_no_query_brings_the_server_down(check: Check) -> None:
    """No query, however it is put together, is answered with a 5xx."""
    path = unknown_path(check.subject)

    def judge(case: tuple[str, str]) -> None:
        raw, what = case
        check.session.ask(check.subject, path=path, raw_query=raw, purpose=f"send {what}", lenient=True)
        check.saw()

    check.each(_odd_queries(check), judge)


@law("robustness/odd-headers", "documented", applies=every_operation, sentence=_NO_5XX)
def test_no_header_brings_the_server_down(check: Check) -> None:
    """No header field, however odd, is answered with a 5xx."""
    path = unknown_path(check.subject)
    for field, what in (
        (("Content-Type", "application/json"), "a content type without content"),
        (("X-Odd", "a" * 4000), "a very long header"),
        (("X-Odd", "\xff\xfe"), "a header that is no text"),
        (("If-None-Match", '"nothing"'), "an unknown entity tag"),
        (("Accept-Language", "xx-XX;q=0.1"), "an unknown language"),
    ):
        check.session.ask(check.subject, path=path, headers=(field,), purpose=f"send {what}", lenient=True)
        check.saw()


def _odd_queries(check: Check) -> list[tuple[str, str]]:
    found = [
        ("&&&===", "separators alone"),
        ("%", "a percent sign alone"),
        ("%zz=%zz", "broken percent-encoding"),
        ("%FF=%FE", "bytes that are no UTF-8"),
        ("unknown=1", "an unknown parameter"),
        ("&".join(f"p{number}=1" for number in range(300)), "three hundred parameters"),
    ]
    for name in dict.fromkeys(leaf.path[0] for leaf in check.subject.leaves):
        found += [
            (f"{name}=x", f"{name} as plain text"),
            (f"{name}[]=x", f"{name} as a list"),
            (f"{name}[unknown]=x", f"an unknown part of {name}"),
            (f"{name}[", f"{name} with a bracket open"),
            (f"{name}[a][b][c][d][e]=x", f"{name} nested deeply"),
            (f"{name}[__proto__]=x", f"{name} with a reserved word"),
        ]
    for leaf in check.subject.leaves:
        value = valid_value(check.subject.document, leaf) or "x"
        found.append((f"{leaf.name}={value}&{leaf.name}={value}", f"{leaf.name} twice"))
        found.append((f"{leaf.name}", f"{leaf.name} without a value"))
        found.append((f"{leaf.name}[]={value}", f"{leaf.name} as a list in brackets"))
        found.append((f"{leaf.name}[x]={value}", f"{leaf.name} with a part it does not have"))
    return found


def _refuse_item(check: Check, exchange: Any, what: str) -> None:
    body: Mapping[str, Any] | None = body_of(exchange)
    relation = check.session.contract.relation_to(check.subject)
    if relation is None or what in _OF_NUMBERS or not check.session.ids(relation):
        # Where no list names an id, any text may be one; and zero may be the number of an item.
        return
    if body is not None and relation.field in body:
        check.fail(
            f"Asked for {what}, the server answers with an item.",
            expected="a refusal (4xx)",
            received=body,
            exchange=exchange,
            place=what,
            tier="derived",
        )
