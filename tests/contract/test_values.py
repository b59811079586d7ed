"""Values made for a schema keep it, and values made to break it do not, whatever the schema is."""

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.contract.comparing import same
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.filtering import Condition
from trigger_contract.contract.generated import may_be_valid
from trigger_contract.contract.oracle import Filter
from trigger_contract.contract.prose import rules, values_at
from trigger_contract.contract.settings import settings_from
from trigger_contract.contract.steps import link_of, target_of
from trigger_contract.contract.validators import without_write_only
from trigger_contract.contract.values import invalid_scalars, some_scalar
from trigger_contract.document.wire import QueryLeaf
from trigger_contract.errors import UserError

BOUNDS = st.integers(-50, 50)
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={"minimum": BOUNDS, "exclusiveMinimum": BOUNDS, "multipleOf": st.integers(1, 9)},
)
TEXTS = st.builds(
    lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
    st.integers(0, 60),
    st.integers(0, 9),
)
FORMATS = st.sampled_from(["date-time", "date", "uuid", "email", "uri", "ipv4"]).map(
    lambda name: {"type": "string", "format": name}
)
PATTERNS = ("^th_[a-z0-9]{4}$", "^[A-Z]{2}-\\d+$", "^\\d{4}-\\d{2}$")
CHOICES = st.lists(st.text("abc", min_size=1), min_size=1, unique=True).map(lambda values: {"enum": values})


def keeps(schema, text):
    value = json.loads(text) if schema.get("type") in ("integer", "number") else text
    return jsonschema_rs.is_valid(schema, value, validate_formats=True)


@settings(max_examples=60, deadline=None)
@given(st.one_of(NUMBERS, TEXTS, FORMATS, CHOICES))
def test_a_value_made_for_a_schema_keeps_it(schema):
    made = some_scalar(schema)
    assert made is not None
    assert keeps(schema, made)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_made_for_a_pattern_matches_it(pattern):
    schema = {"type": "string", "pattern": pattern}
    made = some_scalar(schema)
    assert made is not None
    assert keeps(schema, made)
    assert made == some_scalar(schema)


def test_no_text_is_made_up_for_a_pattern_that_is_not_understood():
    assert some_scalar({"type": "string", "pattern": "^\\p{L}+$"}) is None


@settings(max_examples=60, deadline=None)
@given(st.one_of(NUMBERS, FORMATS, CHOICES))
def test_a_value_made_to_break_a_schema_does(schema):
    for text, _ in invalid_scalars(schema):
        try:
            assert not keeps(schema, text)
        except json.JSONDecodeError:
            continue


def exchange(url="http://here.test/api/things?page=1", target="/things?page=1", **headers):
    from datetime import UTC, datetime

    return Exchange(Request("GET", target), url, 200, headers, b"", datetime.now(UTC), 0.0)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("http://elsewhere.test/api/things?page=2", "/things?page=2"),
        ("/api/things?page=2", "/things?page=2"),
        ("?page=2&q=ü", "/things?page=2&q=%C3%BC"),
        ("https://here.test/other?x=1", "/other?x=1"),
        ("http://[x", None),
    ],
)
def test_an_address_is_asked_for_at_the_server_under_check(address, target):
    assert target_of(exchange(), address) == target


def test_the_next_page_is_found_among_several_links():
    field = '<http://a.test/?p=0>; title="a, b"; rel=index, </p?a=1,2>; rel="last next", <x>; rel=prev'
    assert link_of(exchange(link=field), "next") == "/p?a=1,2"
    assert link_of(exchange(link=field), "prev") == "x"
    assert link_of(exchange(), "next") is None


def test_the_same_instant_may_be_written_in_many_ways():
    assert same("2024-01-01T10:00:00Z", "2024-01-01T12:00:00.000+02:00")
    assert same("2024-01-01T10:00:00.123456Z", "2024-01-01T10:00:00.123Z")
    assert not same("2024-01-01T10:00:00.123Z", "2024-01-01T10:00:00.124Z")
    assert not same("2024-01-01T10:00:00Z", "2024-01-01T10:00:01Z")


def test_what_lies_exactly_on_a_bound_is_told_only_where_a_page_tells_it():
    leaf = QueryLeaf("created[from]", ("created", "from"), {}, None, False, "")
    moment = "2024-01-01T10:00:00Z"
    item = {"created": moment}
    assert Condition(Filter(leaf, "created", "from"), (moment,)).selects(item) is None
    assert Condition(Filter(leaf, "created", "from", has_bound=True), (moment,)).selects(item) is True
    assert Condition(Filter(leaf, "created", "from", has_bound=False), (moment,)).selects(item) is False


def test_what_is_only_written_is_neither_required_nor_allowed_in_an_answer():
    document = {
        "components": {
            "schemas": {
                "User": {
                    "allOf": [
                        {"required": ["name", "password"]},
                        {"properties": {"name": {}, "password": {"$ref": "#/components/schemas/Secret"}}},
                    ]
                },
                "Secret": {"type": "string", "writeOnly": True},
            }
        }
    }
    relaxed = without_write_only(json.loads(json.dumps(document)))
    schema = {**relaxed, "$ref": "#/components/schemas/User"}
    assert jsonschema_rs.is_valid(schema, {"name": "a"})
    assert not jsonschema_rs.is_valid(schema, {"name": "a", "password": "b"})


def test_an_object_is_selected_by_any_of_its_names_and_refused_by_another_value_of_the_choice():
    schema = {"type": "array", "items": {"type": "string", "enum": ["near", "far"]}}
    leaf = QueryLeaf("filter[place]", ("filter", "place"), schema, ",", False, "")
    chosen = Filter(leaf, "place", "equals")
    for place, verdict in (
        ({"id": "p1", "name": "near"}, True),
        ({"slug": "far"}, False),
        ({"id": "p1"}, None),
    ):
        assert chosen.selects({"place": place}, ["near"]) is verdict


@pytest.mark.parametrize("separator", [",", "|", None])
def test_a_list_is_as_valid_as_its_items_however_it_is_sent(separator):
    schema = {"type": "array", "items": {"type": "string", "enum": ["near", "far"]}}
    leaf = QueryLeaf("filter[place]", ("filter", "place"), schema, separator, False, "")
    sign = separator or ","
    assert may_be_valid(schema["items"], leaf, f"near{sign}far")
    assert not may_be_valid(schema["items"], leaf, f"near{sign}nowhere")


@pytest.mark.parametrize(
    ("promise", "good", "bad"),
    [
        ({"kind": "length", "least": 2, "most": 3}, ["ab", "abc", 5], ["a", "abcd"]),
        ({"kind": "count", "most": 2}, [[], [1, 2], "abc"], [[1, 2, 3]]),
        ({"kind": "least", "value": 5}, [5, True, "x"], [4.5]),
        ({"kind": "duration", "least": 60}, ["1h42m", " 90 ", 60, None], ["soon", 59]),
        ({"kind": "url"}, ["https://x.test/a"], ["/a", "ftp://x", 5]),
        ({"kind": "media-type"}, ["text/csv", "application/a+json; v=1"], ["csv", None]),
        ({"kind": "cron"}, ["0 9 * * MON-FRI", "@daily", "* * * * * *"], ["daily", "* * *", "? ! * * *"]),
    ],
)
def test_a_promise_beside_the_keywords_is_judged_by_its_kind(promise, good, bad):
    field = {"x-promise": [{**promise, "reason": "told"}]}
    schema = {
        "type": "object",
        "properties": {"things": {"type": "array", "items": {"properties": {"f": field}}}},
    }
    document = {"openapi": "3.1.0", "components": {"schemas": {"It": schema, "Odd": 5}}}
    (rule,) = rules(document, ("components", "schemas", "It"))
    assert (rule.path, rule.name) == (("things", "*", "f"), promise["kind"])
    body = {"things": [{"f": value} for value in [*good, *bad]]}
    told = [rule.test(value, whole) for value, whole in values_at(body, rule.path)]
    assert [bool(said) for said in told] == [False] * len(good) + [True] * len(bad)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 5, "minimum": 5}, "5"), ({"type": "boolean"}, "true"),
        ({"type": "string", "example": "x"}, "x"),
        ({"type": "integer", "default": 3}, "3"),
    ],
)  # fmt: skip
def test_what_a_document_gives_itself_is_asked_for(schema, value):
    assert some_scalar(schema) == value


def test_far_values_lie_on_the_wrong_side_of_a_bound():
    for schema in ({"type": "integer", "minimum": -2000}, {"type": "integer", "maximum": -5}):
        found = [text for text, _ in invalid_scalars(schema)]
        numbers = [int(text) for text in found if text.lstrip("-").isdigit()]
        assert numbers
        assert all(not keeps(schema, str(number)) for number in numbers)


@pytest.mark.parametrize(
    ("name", "given", "form"),
    [
        ("header", "no colon", "NAME: VALUE"), ("header", "a b: c", "NAME: VALUE"),
        ("cookie", "=x", "NAME=VALUE"),
        ("key", "k=a\nb", "NAME=VALUE"),
    ],
)  # fmt: skip
def test_a_field_that_no_request_can_hold_is_refused(name, given, form):
    with pytest.raises(UserError, match=form) as caught:
        settings_from({"url": "http://x.test", name: (given,)})
    assert caught.value.source == f"--{name}"
    good = {"header": "X-A: b", "cookie": "a=b", "key": "k=v"}[name]
    assert good in getattr(settings_from({"url": "http://x.test", name: (good,)}), name)


@pytest.mark.parametrize("url", ["http://u:p@x.test", "http://x.test?a=b", "http://x.test#a"])
def test_an_address_holds_nothing_but_the_address(url):
    with pytest.raises(UserError, match="without user, query and fragment"):
        settings_from({"url": url})
