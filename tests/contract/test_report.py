"""How a run is shown: the badge, the line of coverage, the table in a narrow terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from rich.console import Console

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.baseline import Comparison, Deviation
from trigger_contract.contract.coverage import coverage
from trigger_contract.contract.findings import Citation, Finding, Outcome
from trigger_contract.contract.report.github import step_summary, workflow_commands
from trigger_contract.contract.report.html import html_page
from trigger_contract.contract.report.junit import junit
from trigger_contract.contract.report.shares import badge, line, shares
from trigger_contract.contract.report.text import failure_text, print_summary, summary_table, summary_text
from trigger_contract.contract.report.write import check_folder
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError

NAMES = ("list_task_runs", "list_runs_v1", "get_run_result_v1", "retrieve_run_v3")
GOOD = Summary(
    settings=Settings(url="http://127.0.0.1:1"),
    outcomes=(
        *(Outcome("schema/response", "documented", "Fits", name, exercised=3) for name in NAMES),
        Outcome("public-key/omissions", "documented", "Hides", NAMES[3], reason="no public key <given>"),
    ),
    comparison=Comparison(),
    requests=9,
    seconds=1.0,
    coverage=coverage(contract_from(read_document()), []),
)


def broken() -> Summary:
    finding = Finding(
        law="schema/response",
        tier="documented",
        operation=NAMES[0],
        status=200,
        place="/data",
        message="<b>breaks</b> & more",
        expected="a",
        received="b",
        citation=Citation(""),
    )
    outcome = replace(GOOD.outcomes[0], findings=[finding], repeats={finding.fingerprint: 1})
    return replace(GOOD, outcomes=(outcome, *GOOD.outcomes[1:]))


def test_a_promise_that_nothing_was_judged_for_is_not_covered():
    promises = shares(GOOD)[0]
    assert (promises.met, promises.promised) == (4, 5)
    assert promises.missed == ("public-key/omissions on retrieve_run_v3: no public key <given>",)
    assert re.match(r"Coverage: 4/5 promises, 0/4 operations, ", line(GOOD))
    assert line(GOOD) in html_page(GOOD)
    assert "no public key &lt;given&gt;" in html_page(GOOD)


@pytest.mark.parametrize(("summary", "said"), [(GOOD, "4 promises hold"), (broken(), "1 broken")])
def test_the_badge_is_an_image_that_says_in_words_how_it_stands(summary, said):
    image = ElementTree.fromstring(badge(summary))
    assert said in image.get("aria-label")
    texts = [item for item in image.iter() if item.tag.endswith("}text")]
    ends = [float(item.get("x")) + float(item.get("textLength")) for item in texts]
    assert ends == sorted(ends)
    assert ends[-1] < float(image.get("width"))


@pytest.mark.parametrize("width", [80, 110])
def test_the_table_shows_whole_names_in_a_narrow_terminal(width):
    console = Console(width=width, record=True, color_system=None)
    with console.capture() as captured:
        console.print(summary_table(GOOD, width))
    shown = captured.get()
    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    parts = [part for name in NAMES for part in (name.split("_") if width == 80 else [name])]
    assert all(part in shown for part in parts)


@pytest.mark.parametrize("count", [4, 60])
def test_a_page_of_many_findings_opens_five_and_each_link_of_its_table_leads_to_one(count):
    finding = broken().findings[0]
    outcomes = tuple(
        replace(outcome, operation=f"operation_{number}", findings=[made], repeats={made.fingerprint: 2})
        for number in range(count)
        for outcome in broken().outcomes
        if outcome.findings
        for made in [replace(finding, operation=f"operation_{number}", place=f"/{number}")]
    )
    page = html_page(replace(GOOD, outcomes=outcomes))
    addresses = re.findall(r'<dl id="(\w+)"', page)
    links = re.findall(r'<td class="cell failed"[^>]*><a href="#(\w+)"', page)
    assert len(addresses) == len(set(addresses)) == count
    assert set(links) == set(addresses)
    assert page.count("<details class=cause data-kind=schema open>") == min(5, count)
    # Down the page there is room for many operations, and words find one of them.
    assert ("id=matrix" in page) == (count > 8)


def many(count: int) -> Summary:
    """Return a run of many operations, of which the first breaks as many promises as there are."""
    finding = broken().findings[0]
    outcome = broken().outcomes[0]
    made = [replace(finding, place=f"/data/{number}") for number in range(count)]
    first = replace(outcome, findings=made, repeats={})
    others = (replace(GOOD.outcomes[0], operation=f"operation_{number}") for number in range(count))
    return replace(GOOD, outcomes=(first, *others))


def test_a_workflow_of_github_is_told_in_its_own_words() -> None:
    bad = replace(many(12), seconds=2.0)
    lines = list(workflow_commands(bad))
    assert len(lines) == 10  # GitHub shows no more
    title = "::error title=schema/response on list_task_runs::"
    assert lines[0] == f"{title}<b>breaks</b> & more"
    assert list(workflow_commands(GOOD)) == []
    advisory = replace(broken().findings[0], tier="advisory", message="50% of\nit", operation="a,b:c")
    outcome = replace(GOOD.outcomes[0], findings=[advisory], repeats={})
    (warned,) = workflow_commands(replace(GOOD, outcomes=(outcome,)))
    assert warned == "::warning title=schema/response on a%2Cb%3Ac::50%25 of%0Ait"
    cut = replace(GOOD, outcomes=(replace(GOOD.outcomes[0], cut="the time limit of 5 s"),))
    assert list(workflow_commands(cut)) == [f"::warning title=incomplete::{cut.shortfall}"]


def test_the_summary_of_a_step_is_markdown_that_no_text_breaks_out_of() -> None:
    assert step_summary(GOOD).startswith("### Contract of http://127.0.0.1:1: every promise holds\n")
    bad = step_summary(broken())
    assert "1 of 5 promises broken" in bad
    assert r"| `schema/response` | list\_task\_runs | \<b\>breaks\</b\> & more | 1 |" in bad
    cut = replace(GOOD, outcomes=(replace(GOOD.outcomes[0], cut="the time limit of 5 s"),))
    assert ": incomplete\n" in step_summary(cut)
    assert cut.shortfall in step_summary(cut)


def test_a_failed_law_tells_some_of_its_findings_and_how_to_repeat_it() -> None:
    outcome = many(15).outcomes[0]
    text = failure_text(outcome, replace(GOOD.settings, seed=7))
    assert text.count("fingerprint:") == 12
    assert text.endswith("… and 3 more of other kinds\nRepeat with --seed 7 --probe schema/response")
    assert "more of other kinds" not in failure_text(broken().outcomes[0], GOOD.settings)


def test_on_a_terminal_a_cause_is_set_out_in_columns() -> None:
    console = Console(width=60, record=True, force_terminal=True, color_system=None)
    with console.capture() as captured:
        print_summary(broken(), console)
    shown = captured.get().splitlines()
    (received,) = (line for line in shown if line.split()[:1] == ["received"])
    assert received.split() == ["received", "b"]
    assert max(map(len, shown)) <= 60 or not any("received" in line for line in shown if len(line) > 60)


def test_many_operations_are_listed_down_the_page() -> None:
    text = summary_text(many(9))
    (row,) = (line for line in text.splitlines() if "list_task_runs" in line and "schema" in line)
    assert "1" in row
    assert all(f"operation_{number} " in text for number in range(9))


def test_a_list_of_known_deviations_that_is_not_true_shows_in_every_report() -> None:
    gone = Deviation("list_runs_v1 schema/response 200 /data", "why")
    expired = Deviation("get_run_result_v1 schema/response 200 /ok", "later", date(2025, 1, 2))
    untrue = replace(GOOD, comparison=Comparison(gone=(gone,), expired=(expired,)))
    text = summary_text(untrue)
    assert f"GONE: a known deviation does not show any more, remove it: {gone.fingerprint}" in text
    assert f"EXPIRED on 2025-01-02: {expired.fingerprint} (later)" in text
    page = html_page(untrue)
    assert "Known deviations that are not true any more" in page
    assert f"expired: <code>{expired.fingerprint}</code> (2025-01-02)" in page
    suite = ElementTree.fromstring(junit(untrue)).find("testsuite")
    assert [(case.get("name")) for case in suite if case.get("classname") == "known deviations"] == [
        gone.fingerprint, expired.fingerprint,
    ]  # fmt: skip
    assert suite.get("failures") == "2"


def test_a_law_that_could_not_be_judged_is_an_error_of_the_suite_and_no_failure() -> None:
    faulty = replace(GOOD, outcomes=(replace(GOOD.outcomes[0], fault="it failed", reason="it failed"),))
    suite = ElementTree.fromstring(junit(faulty)).find("testsuite")
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    assert suite.find("testcase/error").get("message") == "it failed"


def test_a_folder_that_is_a_file_is_refused_before_anything_is_asked(tmp_path) -> None:
    (tmp_path / "report").write_text("")
    with pytest.raises(UserError, match="is a file, not a folder"):
        check_folder(tmp_path / "report" / "below")
    check_folder(tmp_path / "new" / "below")
    assert not (tmp_path / "new").exists()
