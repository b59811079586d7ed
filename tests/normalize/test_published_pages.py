from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from trigger_contract.cli.normalize import command
from trigger_contract.document.operations import operations
from trigger_contract.document.yaml import load

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ROOT / "openapi"


@pytest.fixture
def built(tmp_path):
    result = CliRunner().invoke(
        command,
        ["--sources", str(OPENAPI / "sources.yaml"), "--overlay", str(OPENAPI / "overlay.yaml")]
        + [
            part
            for name in ("output", "report", "provenance")
            for part in (f"--{name}", str(tmp_path / name))
        ],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    return tmp_path


def test_what_stands_in_the_repository_is_what_the_pages_give(built):
    assert (built / "output").read_bytes() == (OPENAPI / "openapi.yaml").read_bytes()
    assert (built / "report").read_bytes() == (OPENAPI / "NORMALIZATION.md").read_bytes()
    assert (built / "provenance").read_bytes() == (OPENAPI / "provenance.json").read_bytes()


def test_one_operation_for_each_path(built):
    document = load((built / "output").read_text(), "openapi.yaml")
    found = {(operation.method, operation.path): operation for operation in operations(document)}
    assert {key: operation.operation_id for key, operation in found.items()} == {
        ("get", "/api/v1/runs"): "list_runs_v1",
        ("get", "/api/v3/runs/{runId}"): "retrieve_run_v3",
        ("get", "/api/v1/runs/{runId}/result"): "get_run_result_v1",
        ("get", "/api/tasks/runs"): "list_task_runs",
    }
    assert {operation.tag for operation in found.values()} == {"runs", "tasks"}


def test_the_order_of_the_pages_does_not_matter(tmp_path):
    pages = [str(path) for path in sorted((OPENAPI / "sources").iterdir())]
    results = []
    for seed in range(3):
        random.Random(seed).shuffle(pages)
        report = tmp_path / "report.md"
        result = CliRunner().invoke(command, [*pages, "--report", str(report)], catch_exceptions=False)
        assert result.exit_code == 0
        results.append((result.stdout, report.read_text()))
    assert len(set(results)) == 1


def test_every_origin_is_a_line_of_a_page(built):
    document = load((built / "output").read_text(), "openapi.yaml")
    provenance = json.loads((built / "provenance").read_text())
    lengths = {path.name: len(path.read_text().split("\n")) for path in (OPENAPI / "sources").iterdir()}
    for pointer, origins in provenance.items():
        value = document
        for token in pointer.split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            value = value[int(token)] if isinstance(value, list) else value[token]
        for origin in origins:
            page, _, line = origin.rpartition(":")
            assert page == "overlay.yaml" or 1 <= int(line) <= lengths[page]
