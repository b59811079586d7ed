"""Every rule of oasdiff's checks finds its one change, and the class that its level stands for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from oasdiff_rules import Rule, rules

from trigger_contract.changes import compare

RULES = rules()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "changes.md"
CLASSES = {"ERR": {"breaking"}, "WARN": {"risky"}, "INFO": {"additive", "text"}}
# Where we class a change otherwise; the reasons stand in the page.
DEVIATIONS = {
    "request-*-default-value-*": "risky",
    "*-discriminator-removed": "risky",
    "*-discriminator-property-name-changed": "risky",
    "*-discriminator-mapping-deleted": "risky",
    "*-discriminator-mapping-changed": "risky",
    "*-prefix-items-*": "risky",
    "response-optional-property-removed": "risky",
    "request-*-property-became-read-only": "risky",
    "response-*-property-became-write-only": "risky",
    "response-required-property-became-not-write-only": "additive",
    "api-removed-with-deprecation": "breaking",
    "api-path-removed-with-deprecation": "breaking",
    "api-operation-id-removed": "risky",
    "request-parameter-removed-with-deprecation": "risky",
    "request-parameter-property-type-changed": "breaking",
    "response-media-type-name-generalized": "additive",
    "api-security-component-type-changed": "breaking",
    "api-security-component-oauth-url-changed": "risky",
    "api-security-component-oauth-token-url-changed": "risky",
    "api-security-component-oauth-scope-removed": "risky",
}


def deviation(rule: Rule) -> str | None:
    matching = (name for name in DEVIATIONS if re.fullmatch(name.replace("*", "[a-z-]+"), rule.id))
    return next(matching, None)


@pytest.mark.parametrize("level", CLASSES)
def test_each_rule_finds_one_change_of_its_class(level: str) -> None:
    """One test a level: each pair takes a few milliseconds, a test of its own would take longer."""
    wrong = {}
    for rule in RULES:
        if rule.level == level:
            found = [change.severity.value for change in compare(rule.old, rule.new).changes]
            name = deviation(rule)
            expected = {DEVIATIONS[name]} if name else CLASSES[level]
            if len(found) != 1 or found[0] not in expected:
                wrong[rule.id] = found
    assert wrong == {}


def test_every_deviation_is_one_and_the_page_gives_its_reason() -> None:
    for name, ours in DEVIATIONS.items():
        levels = {rule.level for rule in RULES if deviation(rule) == name}
        assert levels
        assert not all(ours in CLASSES[level] for level in levels)
        assert f"| `{name}` |" in PAGE.read_text()
