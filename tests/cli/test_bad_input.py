"""What a user gets wrong: one line on stderr that names it, exit code 2, nothing half-written."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from inside import called
from trigger_contract.cli import main

GOOD_PAGE = Path(__file__).resolve().parent.parent.parent / "openapi" / "sources" / "trigger-list-runs.md"
SECRET = "tr_dev_never_shown_anywhere"


def call(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return called(*arguments, cwd=cwd)


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("trigger-contract: ")
    for word in words:
        assert word in lines[0]
    assert SECRET not in done.stdout + done.stderr


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PAGES = {
    "empty": (b"", "page.md"),
    "no specification": (b"# Title\n\nJust words, no API.\n", "page.md"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "page.md"),
    "truncated": (b"# T\n\n````yaml GET /a\nopenapi: 3.1.0\npaths:\n  /a: [\n", "page.md"),
    "tab": (b"# T\n\n````yaml GET /a\nopenapi: 3.1.0\npaths:\n\t/a: {}\n````\n", "page.md:6"),
    "repeated key": (b"# T\n\n````yaml GET /a\nopenapi: 3.1.0\nopenapi: 3.1.0\n````\n", "page.md:5"),
    "python tag": (b"# T\n\n````yaml GET /a\nopenapi: !!python/name:os.system x\n````\n", "page.md:4"),
    "Swagger 2": (b'# T\n\n````yaml GET /a\nswagger: "2.0"\npaths: {}\n````\n', "page.md"),
}


@pytest.mark.parametrize(("content", "named"), PAGES.values(), ids=PAGES)
def test_a_page_that_cannot_be_used_is_named(content, named, tmp_path):
    (tmp_path / "page.md").write_bytes(content)
    output = tmp_path / "openapi.yaml"
    output.write_text("as it was")
    assert_one_line(call("normalize", GOOD_PAGE, "page.md", "-o", output, cwd=tmp_path), named)
    assert output.read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["openapi.yaml", "page.md"]


def test_a_missing_page_and_a_folder_are_named(tmp_path):
    assert_one_line(call("normalize", "nowhere.md", cwd=tmp_path), "nowhere.md")
    assert_one_line(call("normalize", tmp_path, cwd=tmp_path), str(tmp_path))


def test_a_document_that_is_none_is_named(tmp_path):
    (tmp_path / "list.yaml").write_text("- a\n- b\n")
    assert_one_line(call("generate", "--spec", "list.yaml", "-o", "client", cwd=tmp_path), "list.yaml")
    assert_one_line(call("mock", "--spec", "list.yaml", cwd=tmp_path), "list.yaml")
    assert_one_line(call("diff", "list.yaml", "list.yaml", cwd=tmp_path), "list.yaml")
    assert not (tmp_path / "client").exists()


def test_a_document_of_the_wrong_form_is_named_with_its_line(tmp_path):
    document = tmp_path / "openapi.yaml"
    document.write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n"
        "      - {name: q, schema: {type: string}}\n      responses: {'200': {description: A}}\n"
    )
    assert_one_line(call("explain", "--spec", document, cwd=tmp_path), "openapi.yaml:7", "parameters")


def test_a_port_in_use_is_named(tmp_path, free_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        assert_one_line(call("mock", "--port", str(free_port), cwd=tmp_path), str(free_port))


def test_an_unreachable_server_is_named(tmp_path, free_port):
    url = f"http://127.0.0.1:{free_port}"
    assert_one_line(call("test", "--url", url, "--token", SECRET, cwd=tmp_path), url)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(url, tmp_path):
    assert_one_line(call("test", "--url", url, "--token", SECRET, cwd=tmp_path), "--url")


def test_an_unknown_option_or_command_is_named(tmp_path):
    assert_one_line(call("normalize", "--nope", cwd=tmp_path), "--nope")
    assert_one_line(call("nope", cwd=tmp_path), "nope")
    assert_one_line(call("mock", "--profile", "nope", cwd=tmp_path), "nope")


def test_a_fault_of_the_program_itself_is_one_line_without_a_key(monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise LookupError(f"Bearer {SECRET}")

    monkeypatch.setattr("trigger_contract.cli.diff.read_document", broken)
    monkeypatch.setattr(sys, "argv", ["trigger-contract", "diff", "a.yaml", "b.yaml"])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "LookupError at cli/diff.py:" in said
    assert SECRET not in said
