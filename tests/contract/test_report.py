"""How a run is shown: the badge, the line of coverage, the table in a narrow terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.console import Console

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.baseline import Comparison
from trigger_contract.contract.coverage import coverage
from trigger_contract.contract.findings import Citation, Finding, Outcome
from trigger_contract.contract.report.html import html_page
from trigger_contract.contract.report.shares import badge, line, shares
from trigger_contract.contract.report.text import summary_table
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.document.locate import read_document

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
