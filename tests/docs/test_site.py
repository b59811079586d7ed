"""The site builds with every link checked, loads nothing from elsewhere, and fits a desk and a phone."""

from __future__ import annotations

import functools
import importlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import click
import pytest

import browser
from trigger_contract.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "docs" / "build.py"), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


class _Text(HTMLParser):
    """The words of a page, where it leads, what it loads and what can be led to."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = {""}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a":
            self.links |= {given["href"]} if "href" in given else set()
        else:
            self.loaded |= {given[name] for name in ("href", "src") if name in given}

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


@functools.cache
def parsed(page: Path) -> _Text:
    parser = _Text()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def text(page: Path) -> str:
    return " ".join("".join(parsed(page).parts).split())


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    built = {
        f"/{path.relative_to(site).parent}/".replace("/./", "/"): path for path in site.rglob("index.html")
    }
    assert len(built) >= len(PAGES)
    for address, page in built.items():
        for link in parsed(page).links:
            target = urlsplit(urljoin(address, link))
            if target.path.endswith((".json", ".yaml")) and not target.netloc:
                assert (site / target.path.lstrip("/")).is_file(), f"{address}: {link}"
            elif not target.netloc:
                assert target.path in built, f"{address}: {link}"
                assert target.fragment in parsed(built[target.path]).anchors, f"{address}: {link}"


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not [name for name in parsed(page).loaded if urlsplit(name).netloc]


def test_a_broken_link_or_a_diagram_without_drawing_ends_the_build(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    diagrams = importlib.import_module("diagrams")
    with pytest.raises(FileNotFoundError, match=r"page\.md: a diagram is not drawn"):
        diagrams.drawn("```mermaid\nflowchart LR\n  a --> b\n```\n", "page.md")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n[gone](gone.md)\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: broken\nnav: [index.md]\n")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "page does not exist" in done.stdout + done.stderr


def test_every_diagram_is_drawn_and_no_drawing_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    diagrams = importlib.import_module("diagrams")
    texts = diagrams.diagrams()
    assert texts
    assert {diagrams.picture(text) for text in texts} == set(diagrams.PICTURES.iterdir())


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.skipif(browser.find() is None, reason="no Chromium is installed to open the pages in")
@pytest.mark.slow
def test_no_page_is_wider_than_a_desk_or_a_phone(site: Path, served: str, tmp_path: Path) -> None:
    pages = sorted(f"/{path.relative_to(site).parent}/" for path in site.rglob("index.html"))
    with browser.Browser(browser.find(), tmp_path / "profile", 1280, 900) as opened:
        # The layout is the style sheets'; without scripts a page is there in half the time.
        opened.command("Emulation.setScriptExecutionDisabled", {"value": True})
        for page in pages:
            opened.open(served + page.replace("/./", "/"))
            ours = "[...document.styleSheets].some(sheet => (sheet.href || '').endsWith('site.css'))"
            opened.wait_for(f"document.readyState !== 'loading' && {ours}")
            for width in (1280, 390):
                opened.resize(width, 900)
                wide = opened.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{page} is {wide} pixels too wide on {width}"
            # A table that has to be moved sideways is not read; still on a phone's width here.
            tables = opened.evaluate(
                "[...document.querySelectorAll('.md-content table')]"
                ".filter(one => !one.closest('.highlight'))"
                ".filter(one => one.getBoundingClientRect().right > innerWidth - 10).length"
            )
            assert not tables, f"{tables} tables of {page} are wider than a phone"


def test_every_option_of_every_command_is_told(site: Path) -> None:
    shown = text(site / "reference" / "commands" / "index.html")
    for name in COMMANDS:
        assert f"trigger-contract {name}" in shown
        command = importlib.import_module(f"trigger_contract.cli.{name}").command
        options = [item for item in command.params if isinstance(item, click.Option)]
        assert options
        for option in options:
            assert option.opts[-1] in shown


def test_every_law_is_told_with_words_it_defends(site: Path) -> None:
    shown = text(site / "reference" / "laws" / "index.html")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "contract_tests").glob("*.py"))
    codes = re.findall(r'@law\(\s*"([\w/-]+)"', sources)
    assert len(codes) > 40
    for code in codes:
        assert code in shown
    for place in ("trigger-list-runs.md:", "trigger-retrieve-run.md:", "trigger-retrieve-run-result.md:"):
        assert place in shown


def test_every_class_and_method_of_the_client_is_told(site: Path) -> None:
    pages = [
        text(site / "reference" / "client" / name / "index.html") for name in ("clients", "methods", "errors")
    ]
    shown = " ".join(pages)
    for name in ("TriggerClient", "AsyncTriggerClient", "RecoupClient", "Runs", "APIStatusError"):
        assert name in shown
    assert shown.index("Synchronous client of Trigger") < shown.index("Synchronous client of https://recoup")
    for call in re.findall(r"`runs\.(\w+)`", (ROOT / "generated" / "api.md").read_text(encoding="utf-8")):
        assert call in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_elsewhere_are_few_and_https(page: Path) -> None:
    for target in re.findall(r"\]\((\w+:[^)]+)\)", page.read_text(encoding="utf-8")):
        assert re.match(
            r"https://(www\.oasdiff\.com|spec\.openapis\.org|github\.com/isa-group/HTTPMutator)", target
        ), target


def test_no_cell_of_a_table_shows_a_backslash(site: Path) -> None:
    for page in site.rglob("index.html"):
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", page.read_text(encoding="utf-8"), re.DOTALL):
            assert "\\" not in re.sub(r"<[^>]+>", "", cell), f"{page.relative_to(site)}: {cell}"


def test_the_house_and_how_to_contribute_are_told(site: Path) -> None:
    for name, words in (("architecture", "Rooms and arrows"), ("contributing", "A new law")):
        assert words in text(site / "house" / name / "index.html")


@pytest.mark.skipif(browser.find() is None, reason="no Chromium is installed to open the pages in")
def test_what_is_copied_is_what_is_typed(site: Path, served: str, tmp_path: Path) -> None:
    with browser.Browser(browser.find(), tmp_path / "profile", 1280, 900) as opened:
        opened.open(f"{served}/how-to/mock-any-api/")
        opened.wait_for("document.readyState !== 'loading' && document.querySelector('.gp')")
        # As the theme's button copies: the mark is set, the text is read, the mark is taken away.
        copied = opened.evaluate(
            "(() => { const code = document.querySelector('.gp').closest('code');"
            " code.setAttribute('data-md-copying', ''); const text = code.innerText;"
            " code.removeAttribute('data-md-copying'); return text; })()"
        )
    assert copied.startswith("trigger-contract mock --spec openapi.yaml --port 8000\n")
    assert "$" not in copied
