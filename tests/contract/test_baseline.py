from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigger_contract.contract.baseline import Deviation, compare, dump_deviations, read_deviations
from trigger_contract.contract.findings import Citation, Finding
from trigger_contract.errors import UserError

TODAY = date(2026, 6, 1)
PRINT = "list_runs schema/response 200 /data/*/status enum"
REACHED = ["list_runs schema/response 200"]


def finding(law="filters/each-value", operation="list_runs", status=200, place="x"):
    return Finding(law, "documented", operation, status, place, "It is so.", "a", "b", Citation("words"))


def test_a_known_finding_is_known_and_a_new_one_is_not():
    result = compare([Deviation(PRINT, "so")], [PRINT, "list_runs other/law 200"], REACHED, TODAY)
    assert result.known == {PRINT}
    assert result.is_true


def test_one_that_is_gone_is_told_only_if_it_could_have_shown():
    assert not compare([Deviation(PRINT, "so")], [], REACHED, TODAY).is_true
    assert compare([Deviation(PRINT, "so")], [], ["list_runs schema/response 404"], TODAY).is_true


def test_one_that_is_expired_fails_though_it_shows():
    old = Deviation(PRINT, "so", date(2026, 5, 31))
    result = compare([old], [PRINT], REACHED, TODAY)
    assert result.expired == (old,)
    assert PRINT not in result.known
    assert compare([Deviation(PRINT, "so", TODAY)], [PRINT], REACHED, TODAY).is_true


def test_a_star_stands_for_anything_and_brackets_for_themselves():
    deviation = Deviation("list_runs filters/* 200 *filter[status]* unfit", "so")
    assert deviation.matches("list_runs filters/combined 200 page[size] and filter[status] of values unfit")
    assert not deviation.matches("list_runs filters/combined 200 filters unfit")
    assert deviation.was_reached(["list_runs filters/combined"])


def test_a_deviation_of_a_situation_is_reached_by_the_situation():
    deviation = Deviation("tasks robustness/no-server-error 500 send a quote as runId", "so")
    assert deviation.was_reached(["tasks robustness/no-server-error send a quote as runId"])
    assert not deviation.was_reached(["tasks robustness/no-server-error send a comma as runId"])


WORDS = st.text("abcdefgh [*]/", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.builds(finding, place=WORDS), max_size=5))
def test_what_was_written_down_is_known(tmp_path_factory, findings):
    path = tmp_path_factory.mktemp("known") / "known.yaml"
    path.write_text(dump_deviations(findings, []))
    prints = [item.fingerprint for item in findings]
    assert compare(read_deviations(path), prints, [], TODAY).known == set(prints)


def test_writing_keeps_why_and_until_when(tmp_path):
    old = Deviation(finding().fingerprint, "we asked them", date(2030, 1, 1))
    path = tmp_path / "known.yaml"
    path.write_text(dump_deviations([finding()], [old]))
    assert read_deviations(path) == [old]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deviations: {}", "has no list"),
        ("deviations:\n- why: x\n", "known.yaml:2: a deviation needs 'fingerprint'"),
        ("deviations:\n- fingerprint: a b 200\n", "needs 'why'"),
        ("deviations:\n- {fingerprint: a b 200, why: x, expires: soon}", "is not a day"),
        ("deviations:\n- {fingerprint: a b 200, why: x, until: soon}", "has no 'until'"),
        ("deviations:\n- {fingerprint: a, why: x}", "a fingerprint is"),
        ("deviations: [", "known.yaml"),
    ],
)
def test_a_list_that_is_not_right_is_told_with_its_line(tmp_path, text, message):
    path = tmp_path / "known.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r".") as caught:
        read_deviations(path)
    assert message in str(caught.value)
