"""``trigger-contract diff`` as a person calls it, and the versions that it proposes."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner
from small_documents import an_object, receiving

from inside import called
from trigger_contract.changes import as_json, as_markdown, as_text, compare, propose
from trigger_contract.cli.diff import command
from trigger_contract.errors import UserError

REPOSITORY = Path(__file__).resolve().parents[2]
CANONICAL = REPOSITORY / "openapi" / "openapi.yaml"
OLD = receiving(an_object(["id"], id={"type": "string"}))
BREAKING = receiving(an_object(id={"type": "string"}))
ONE_VALUE = receiving(an_object(["id"], id={"type": "string", "enum": ["a"]}))
TWO_VALUES = receiving(an_object(["id"], id={"type": "string", "enum": ["a", "b"]}))
ADDITIVE = receiving(an_object(["id"], id={"type": "string"}, name={"type": "string"}))
TEXT = receiving(an_object(["id"], id={"type": "string", "description": "The <b>id</b>"}))


def diff(*arguments: Any) -> subprocess.CompletedProcess[str]:
    return called("diff", *arguments)


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path / "old.json", OLD), written(tmp_path / "new.json", BREAKING)


def test_nothing_changed(pair: tuple[Path, Path]) -> None:
    run = diff(CANONICAL, CANONICAL)
    assert (run.returncode, run.stdout, run.stderr) == (0, "No changes.\n", "")


def test_a_breaking_change_is_told_in_words(pair: tuple[Path, Path]) -> None:
    run = diff(*pair, "--current", "1.4.2")
    assert run.returncode == 1
    assert "1 breaking, 0 risky, 0 additive, 0 text only." in run.stdout
    assert (
        "In the 200 response, `id` is no longer required.  [response-property-became-optional]" in run.stdout
    )
    assert "POST /things" in run.stdout
    assert "Next client version: 2.0.0 (from 1.4.2)." in run.stdout


def test_json_keeps_to_its_schema() -> None:
    schema = json.loads((REPOSITORY / "docs" / "reference" / "changes.schema.json").read_text())
    for new in (OLD, BREAKING, ADDITIVE, TEXT, TWO_VALUES):
        comparison = compare(OLD, new)
        report = json.loads(as_json(comparison, propose(comparison, "1.0.0")))
        jsonschema_rs.validator_for(schema).validate(report)
        assert len({change["id"] for change in report["changes"]}) == len(comparison.changes)
    place = [change.place for change in compare(OLD, BREAKING).changes]
    assert place == ["id"]


def test_many_values_and_many_words_do_not_bury_the_rest() -> None:
    names = [f"p{number}" for number in range(40)]
    old = receiving(an_object(kind={"enum": ["z"]}, **{name: {"type": "string"} for name in names}))
    words = {name: {"type": "string", "description": f"Is {name}"} for name in names}
    comparison = compare(old, receiving(an_object(kind={"enum": ["z", *names]}, **words)))
    assert len(comparison.changes) == 80
    text, markdown = (write(comparison, propose(comparison)) for write in (as_text, as_markdown))
    assert "`kind` may now be `p0`, `p1`, `p2`, `p3` and 36 more." in text
    assert "  and 10 more, which Markdown and JSON list." in text
    assert "<summary>40 changes</summary>" in markdown
    assert markdown.count("has the description") == 40
    assert max(map(len, text.splitlines())) < 200


def test_operations_stay_whole_in_lines_of_bearable_length() -> None:
    longs = {f"/{'long' * 15}/{number}": {"get": {"responses": {}}} for number in range(4)}
    old = {**OLD, "paths": longs, "servers": [{"url": "https://a.example"}]}
    comparison = compare(
        old, {**old, "servers": [{"url": "https://a.example"}, {"url": "https://b.example"}]}
    )
    lines = as_text(comparison, propose(comparison)).splitlines()
    assert [line for line in lines if "GET /" in line] == [
        f"      GET {path}{'' if path == list(longs)[-1] else ','}" for path in longs
    ]


@pytest.mark.parametrize(
    ("new", "fail_on", "code"),
    [(BREAKING, "nothing", 0), (ADDITIVE, "risky", 0), (ADDITIVE, "additive", 1), (OLD, "text", 0)],
)
def test_what_fails_can_be_chosen(tmp_path: Path, new: Any, fail_on: str, code: int) -> None:
    documents = [str(written(tmp_path / f"{name}.json", one)) for name, one in (("a", OLD), ("b", new))]
    run = CliRunner().invoke(command, [*documents, "--fail-on", fail_on], standalone_mode=False)
    assert run.return_value == code


def test_json_goes_to_a_file_and_the_exit_code_stays(pair: tuple[Path, Path], tmp_path: Path) -> None:
    run = diff(*pair, "--format", "json", "-o", tmp_path / "out" / "report.json")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (run.returncode, run.stdout) == (1, "")
    assert report["version"] == {"bump": "major", "current": None, "next": None}
    (change,) = report["changes"]
    assert change["code"] == "response-property-became-optional"
    assert change["severity"] == "breaking"
    assert change["operations"] == ["POST /things"]
    assert (change["old"], change["new"]) == (True, False)


def test_the_version_of_the_document_counts_if_it_is_a_semantic_one(tmp_path: Path) -> None:
    old = {**OLD, "info": {"title": "Things", "version": "3.1.4"}}
    run = diff(written(tmp_path / "a.json", old), written(tmp_path / "b.json", ADDITIVE))
    assert "Next client version: 3.2.0 (from 3.1.4)." in run.stdout


def test_markdown_has_a_heading_for_each_severity(tmp_path: Path) -> None:
    new = copy.deepcopy(TEXT)
    new["paths"]["/<script>"] = {"get": {"responses": {}}}
    run = diff(written(tmp_path / "a.json", OLD), written(tmp_path / "b.json", new), "--format", "markdown")
    assert run.returncode == 0
    assert [line for line in run.stdout.splitlines() if line.startswith("#")] == [
        "# API changes",
        "## Additive",
        "## Text only",
    ]
    assert "`GET /<script>`" in run.stdout


def test_lines_of_both_files_are_given(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(CANONICAL.read_text().replace("maximum: 100", "maximum: 50", 1))
    run = diff(CANONICAL, tmp_path / "new.yaml", "--format", "json")
    (change,) = json.loads(run.stdout)["changes"]
    assert change["code"] == "request-parameter-max-decreased"
    lines = CANONICAL.read_text().splitlines()
    near = lines[change["oldLine"] - 3 : change["oldLine"] + 6]
    assert any("maximum: 100" in line for line in near)
    assert change["newLine"] == change["oldLine"]


def test_json_with_surrogates_and_tabs_is_read(tmp_path: Path) -> None:
    document = copy.deepcopy(OLD)
    document["info"]["title"] = "\N{WAVING HAND SIGN} \\ud83d"
    path = tmp_path / "ascii.json"
    path.write_text(json.dumps(document, ensure_ascii=True, indent="\t"))
    report = json.loads(diff(written(tmp_path / "old.json", OLD), path, "--format", "json").stdout)
    assert [change["new"] for change in report["changes"]] == ["\N{WAVING HAND SIGN} \\ud83d"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", ""),
        ("openapi: ]", ":1"),
        ("openapi: 3.1.0\na: 1\na: 2\n", ":3"),
        ("swagger: '2.0'\n", ""),
        ("openapi: 3.1.0\npaths:\n  /a:\n    get: 3\n", ":4"),
        ("openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: '#/x'}\n", ":6"),
        ("\x00", ":1"),
    ],
)
def test_a_bad_document_is_one_line_on_stderr(tmp_path: Path, text: str, place: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    run = diff(CANONICAL, bad, "-o", tmp_path / "report")
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith(f"trigger-contract: {bad}{place}: ")
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    "arguments", [["x"], ["nowhere.yaml", CANONICAL], [CANONICAL, CANONICAL, "--current", "1"]]
)
def test_wrong_usage_is_one_line_on_stderr(arguments: list[Any]) -> None:
    run = diff(*arguments)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("current", "major", "risky", "additive", "text"),
    [
        ("1.4.2", "2.0.0", "1.5.0", "1.5.0", "1.4.3"),
        ("0.4.2", "0.5.0", "0.4.3", "0.4.3", "0.4.3"),
        ("2.0.0-rc.1", "2.0.0", "2.0.0", "2.0.0", "2.0.0"),
        ("1.5.0-rc.1", "2.0.0", "1.5.0", "1.5.0", "1.5.0"),
        ("1.4.2+build.7", "2.0.0", "1.5.0", "1.5.0", "1.4.3"),
    ],
)
def test_the_next_version_follows_semver(
    current: str, major: str, risky: str, additive: str, text: str
) -> None:
    for new, expected in ((BREAKING, major), (ADDITIVE, additive), (TEXT, text)):
        assert propose(compare(OLD, new), current).next == expected
    assert propose(compare(ONE_VALUE, TWO_VALUES), current).next == risky
    assert propose(compare(OLD, OLD), current).next == current


@pytest.mark.parametrize("current", ["", "1", "1.2", "01.2.3", "1.2.3.4", "v1.2.3", "1.2.3-", "1.2.3\n"])
def test_what_is_no_version_is_refused(current: str) -> None:
    with pytest.raises(UserError, match="not a semantic version"):
        propose(compare(OLD, BREAKING), current)
