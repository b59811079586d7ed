"""Every command and snippet of the documentation works as written, page by page."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from page_server import PageServer, serving

from workspace import workspace

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADER = """\
set -euo pipefail
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
wait_for() {
  for _ in $(seq 300); do curl -sf "$1/__mock/health" >/dev/null && return; sleep 0.1; done
  exit 9
}
"""
REWRITES = [
    (
        r"^trigger-contract mock --port (\d+)(.*)$",
        r"trigger-contract mock --port \1\2 >/dev/null 2>&1 &\nwait_for http://127.0.0.1:\1",
    ),
    # Its upstream is the mock, whose health it passes on.
    (
        r"^trigger-contract proxy (.*)--port (\d+)(.*)$",
        r"trigger-contract proxy \1--port \2\3 >/dev/null 2>&1 &\nwait_for http://127.0.0.1:\2",
    ),
    # Writing the checkout under other tests would disturb them; --check does all the rest.
    (r"^trigger-contract regenerate$", "trigger-contract regenerate --check"),
    (r"^trigger-contract fetch\b", "trigger-contract fetch $FETCH_OPTIONS"),
    # A client that was just generated is not installed beside other tests, only found.
    (r"^pip install (\./\w+)$", r"export PYTHONPATH=$PWD/\1:$PYTHONPATH"),
    # One kind of law in place of all: the whole suite has its own tests.
    (r"^(trigger-contract test (?!.*--probe))", r"\1--probe errors "),
]


def blocks(page: Path, *languages: str) -> list[tuple[str, str]]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(language, text) for language, text in found if language in languages]


def free_port() -> str:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return str(sock.getsockname()[1])


def session(page: Path, folder: Path) -> str:
    """Return a page's commands and snippets as one script, as a reader would go through them."""
    parts, tests = [HEADER], []
    ports = {port: free_port() for port in ("8000", "8001")}
    for number, (language, text) in enumerate(blocks(page, "sh", "python")):
        for port, free in ports.items():
            text = text.replace(f":{port}", f":{free}").replace(f"--port {port}", f"--port {free}")
        if language == "sh":
            parts.append(text)
            continue
        path = folder / f"test_snippet_{number}.py"
        path.write_text(text, encoding="utf-8")
        if "def test_" in text and "@law(" not in text:  # a law is no test; here it must be importable
            tests.append(str(path))
        else:
            parts.append(f"python {path}\n")
    if tests:
        # One pytest for all, and with our plugins only: the other ones here take seconds to import.
        plugins = "trigger_contract.mock.pytest_plugin,trigger_contract.watch"
        quick = f"PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTEST_PLUGINS={plugins}"
        parts.append(f"(cd {folder} && {quick} python -m pytest -q -p no:cacheprovider {' '.join(tests)})\n")
    return adapt("\n".join(parts))


def adapt(script: str) -> str:
    """Let a script run beside others, and quickly: a copy of the pages, servers in the background."""
    for pattern, replacement in REWRITES:
        script = re.sub(pattern, replacement, script, flags=re.MULTILINE)
    return script


@pytest.fixture
def published(tmp_path: Path) -> dict[str, str]:
    """The pages on a server of this machine, and a copy of their list to refresh."""
    copy = tmp_path / "openapi"
    shutil.copytree(ROOT / "openapi", copy)
    with serving() as server:
        publish(server)
        options = f"--sources {copy}/sources.yaml --url-map https://trigger.dev={server.url}"
        yield {"FETCH_OPTIONS": options}


def publish(server: PageServer) -> None:
    for source in yaml.safe_load((ROOT / "openapi" / "sources.yaml").read_text(encoding="utf-8"))["sources"]:
        if "url" in source:
            path = source["url"].removeprefix("https://trigger.dev")
            server.routes[path] = (ROOT / "openapi" / "sources" / source["file"]).read_bytes()


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page, "sh", "python")],
    ids=lambda page: str(page.relative_to(DOCS)),
)
def test_a_page_can_be_followed(
    page: Path, tmp_path: Path, published: dict[str, str], trigger_mock_server: Any
) -> None:
    mock = trigger_mock_server
    snippets = tmp_path / "snippets"
    snippets.mkdir()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("TRIGGER", "RECOUP"))},
        **published,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "generated"),
    }
    if "$TRIGGER_API_URL" in page.read_text(encoding="utf-8"):
        environment |= {
            "TRIGGER_API_URL": mock.url,
            "TRIGGER_SECRET_KEY": mock.token,
            "TRIGGER_PUBLIC_KEY": mock.public_token,
        }
    process = subprocess.Popen(
        ["bash", "-c", session(page, snippets)],
        cwd=workspace(tmp_path / "checkout"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        shown, _ = process.communicate(timeout=170)
    finally:
        # The servers that the page has started end with it.
        stop(process.pid)
    assert process.returncode == 0, shown


def stop(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        return


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_data_in_a_page_can_be_read(page: Path) -> None:
    for language, text in blocks(page, "yaml", "json"):
        assert yaml.safe_load(text) if language == "yaml" else json.loads(text)


def test_the_pages_have_what_is_tested_here() -> None:
    languages = {
        language for page in PAGES for language, _ in BLOCK.findall(page.read_text(encoding="utf-8"))
    }
    # What begins with `py` is shown beside a snippet and cannot run by itself.
    assert languages <= {"sh", "python", "py", "yaml", "json", "console", "mermaid"}
    assert sum(len(blocks(page, "sh")) for page in PAGES) > 15
