from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from trigger_contract.cli.normalize import command
from trigger_contract.document.yaml import load

PAGE = """# Get x

````yaml GET /x
openapi: 3.1.0
info: {{title: T, version: '1'}}
paths: {{/x: {{get: {{description: {words}, responses: {{'200': {{description: D}}}}}}}}}}
````
"""


@pytest.fixture
def pages(tmp_path):
    for name, words in (("a.md", "One"), ("b.md", "Other")):
        (tmp_path / name).write_text(PAGE.format(words=words))
    return [str(tmp_path / name) for name in ("a.md", "b.md")]


def invoke(*arguments):
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False, standalone_mode=False)


def test_pages_go_to_standard_output_and_nothing_else_is_written(pages, tmp_path):
    result = invoke(*pages)
    assert result.return_value == 0
    assert load(result.stdout, "stdout")["paths"]["/x"]["get"]["description"] == "One"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.md"]


def test_strict_fails_while_age_alone_settles(pages, tmp_path):
    output = ["-o", str(tmp_path / "out.yaml")]
    result = invoke(*pages, "--strict", *output)
    assert result.return_value == 1
    assert "settled by age alone" in result.stderr
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: D, version: '1'}\nactions:\n"
        "- target: $.paths['/x'].get\n  update: {description: Both}\n  description: Because.\n"
    )
    result = invoke(*pages, "--strict", "--overlay", str(overlay), *output)
    assert result.return_value == 0
    assert load((tmp_path / "out.yaml").read_text(), "out")["paths"]["/x"]["get"]["description"] == "Both"


def test_sources_tell_which_page_is_newer(pages, tmp_path):
    listed = tmp_path / "sources.yaml"
    listed.write_text("sources:\n- {file: a.md, published: 2025-01}\n- {file: b.md, published: 2026-01-31}\n")
    report, side = tmp_path / "report.md", tmp_path / "provenance.json"
    result = invoke(*pages, "--sources", str(listed), "--report", str(report), "--provenance", str(side))
    assert load(result.stdout, "stdout")["paths"]["/x"]["get"]["description"] == "Other"
    assert "b.md (2026-01-31) is newer than a.md (2025-01)" in report.read_text()
    assert json.loads(side.read_text())["/paths/~1x/get"] == ["b.md:6", "a.md:6"]
