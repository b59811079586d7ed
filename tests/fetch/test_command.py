"""``trigger-contract fetch`` as a person calls it, on pages of the real form."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from page_server import PageServer

from inside import called

REPOSITORY = Path(__file__).resolve().parents[2]
LISTING = """\
sources:
- name: list
  file: trigger-list-runs.md
  url: https://docs.example.com/list.md
  published: 2026-03
"""


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    shutil.copy(REPOSITORY / "openapi/sources/trigger-list-runs.md", tmp_path / "sources")
    path = tmp_path / "sources.yaml"
    path.write_text(LISTING)
    return path


def fetch(listing: Path, server: PageServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ["--sources", str(listing), "--url-map", f"https://docs.example.com={server.url}"]
    return called("fetch", *options, *arguments)


def test_a_new_text_replaces_the_old_one(listing: Path, server: PageServer) -> None:
    page = listing.parent / "sources" / "trigger-list-runs.md"
    server.routes["/list.md"] = page.read_bytes().replace(b"List runs", b"List all runs")
    run = fetch(listing, server, "list")
    assert (run.returncode, run.stdout, run.stderr) == (0, "updated   list\n", "")
    assert page.read_bytes() == server.routes["/list.md"]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><title>Not found</title></html>", "is a saved HTML page"),
        (b"# List\n\n````yaml\nopenapi: [\n````\n", "trigger-list-runs.md:5: not valid YAML"),
        (b"", "is empty"),
    ],
)
def test_a_page_that_is_of_no_use_is_kept(
    listing: Path, server: PageServer, page: bytes, reason: str
) -> None:
    server.routes["/list.md"] = page
    before = {path: path.read_bytes() for path in listing.parent.rglob("*.*")}
    run = fetch(listing, server)
    assert run.returncode == 1
    assert run.stdout.startswith("kept      list: ")
    assert reason in run.stdout
    assert run.stderr == ""
    assert {path: path.read_bytes() for path in listing.parent.rglob("*.*")} == before


def test_a_page_that_cannot_be_fetched_is_one_line_on_stderr(listing: Path, server: PageServer) -> None:
    run = fetch(listing, server)
    assert run.returncode == 2
    assert run.stderr == f"trigger-contract: list: {server.url}/list.md answers 404 Not Found\n"


def test_a_server_that_asks_to_wait_in_no_known_way_is_told_in_one_line(
    listing: Path, server: PageServer
) -> None:
    server.routes["/list.md"] = lambda exchange: exchange.send(503, Retry_After="soon")
    run = fetch(listing, server)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["nope"], ["--url-map", "x"], ["--sources", "/nonexistent.yaml"]])
def test_wrong_usage_is_one_line_on_stderr(listing: Path, server: PageServer, arguments: list[str]) -> None:
    run = fetch(listing, server, *arguments)
    assert (run.returncode, run.stderr.count("\n"), run.stdout) == (2, 1, "")
