"""Every code of a comparison has its row in the oracle's table, so that no real pair of documents ends it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oasdiff_rules import PLACES, rules

from trigger_contract import changes
from trigger_contract.changes import Severity, compare
from trigger_contract.changes.position import ANNOTATIONS, CONSTRAINTS
from trigger_contract.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("title", "description", "externalDocs", "$comment", "example", "examples", "x-own", "unknown")
VALUES: tuple[tuple[Any, Any], ...] = (
    ({"type": "string"}, {"type": "integer"}),
    ({"a": {"type": "string"}}, {"a": {"type": "integer"}}),
    ([{"type": "string"}], [{"type": "integer"}, {"type": "boolean"}]),
    (["a"], ["b"]),
    ({"a": ["b"]}, {"a": ["c"]}),
    ({"propertyName": "a"}, {"propertyName": "b", "mapping": {"x": "#/components/schemas/X"}}),
    ("a", "b"),
    (1, 2),
    (False, True),
)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import told

    yield told.kind
    for name in ("told", "facts", "schema_facts", "plain_schemas"):
        sys.modules.pop(name, None)


def pairs() -> Iterator[tuple[Any, Any]]:
    """Each keyword that comes, goes and changes, at each kind of place, with each form of value."""
    yield from ((rule.old, rule.new) for rule in rules())
    for keyword in sorted({*CONSTRAINTS, *ANNOTATIONS, *WORDS} - {"$ref"}):
        for one, other in VALUES:
            for _, place in PLACES.values():
                schemas: tuple[Any, ...] = ({"type": "array"}, {keyword: one}, {keyword: other})
                yield from ((place(schemas[a]), place(schemas[b])) for a, b in ((0, 1), (1, 0), (1, 2)))


def written() -> set[str]:
    """Codes that stand as a whole in the source."""
    found: set[str] = set()
    for path in Path(changes.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            whole = any(keyword.arg == "code" for keyword in node.keywords)
            if node.func.attr == "report" and not whole and isinstance(node.args[0], ast.Constant):
                within = isinstance(node.func.value, ast.Name) and node.func.value.id == "spot"
                found.add(f"response-property-{node.args[0].value}" if within else node.args[0].value)
    return found


def test_the_oracle_knows_every_code(kind: Any) -> None:
    codes = written()
    assert len(codes) > 60
    for old, new in pairs():
        try:
            codes |= {one.code for one in compare(old, new).changes if one.severity is not Severity.TEXT}
        except UserError:
            continue  # a keyword with a value that is none
    assert len(codes) > 300
    unknown = []
    for code in sorted(codes):
        try:
            kind(code)
        except ValueError:
            unknown.append(code)
    assert unknown == []


def test_schemas_that_are_only_kept_in_a_schema_demand_nothing() -> None:
    _, place = PLACES["response-body"]
    changed = compare(place({"$defs": {"A": {}}}), place({"$defs": {"A": {"type": "string"}}})).changes
    assert {one.severity for one in changed} == {Severity.TEXT}


@pytest.mark.parametrize("value", [{"type": "string"}, 1, True, "a"])
def test_items_that_are_no_list_are_told_and_not_read(value: Any) -> None:
    _, place = PLACES["request-body"]
    with pytest.raises(UserError, match="`prefixItems` must be an array"):
        compare(place({"type": "array"}), place({"prefixItems": value}))
