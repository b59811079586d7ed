"""Pages are brought up to date, or left exactly as they were."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from page_server import Exchange, PageServer

from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.fetch import (
    Limits,
    Outcome,
    Status,
    UrlMap,
    parse_url_map,
    read_sources,
    refresh,
    select,
)
from trigger_contract.fetch.addresses import address, redirected
from trigger_contract.fetch.alone import alone

LISTING = """\
# Which pages there are.
sources:
- name: list
  file: list.md
  url: https://docs.example.com/list.md  # the newest
  api: Things
  published: 2025-04
  evidence: Somebody said so.
  licence: Apache-2.0
- name: get
  file: get.md
  url: https://docs.example.com/get.md
  published: 2025-01
- name: old
  file: old.txt
  published: 2024
"""
TODAY = date(2026, 3, 4)


class Pages:
    """A list of pages on disk, and a server in place of the one that it names."""

    def __init__(self, folder: Path, server: PageServer) -> None:
        self.server = server
        self.listing = folder / "sources.yaml"
        self.listing.write_text(LISTING)
        self.folder = folder / "sources"
        self.folder.mkdir()
        for name in ("list.md", "get.md", "old.txt"):
            (self.folder / name).write_text(f"old {name}")
        server.routes.update({"/list.md": b"new list", "/get.md": b"new get"})

    def fetch(self, *names: str, **more: Any) -> list[Outcome]:
        more.setdefault("url_map", UrlMap((("https://docs.example.com", self.server.url),)))
        chosen = select(read_sources(self.listing), names, self.listing)
        return list(refresh(self.listing, chosen, described, today=TODAY, **more))

    def fetch_list(self, **more: Any) -> tuple[Status, str]:
        (outcome,) = self.fetch("list", **more)
        return outcome.status, outcome.detail

    def snapshot(self) -> dict[str, bytes]:
        files = self.listing.parent.rglob("*")
        return {str(path): path.read_bytes() for path in files if path.is_file()}

    @property
    def page(self) -> str:
        return (self.folder / "list.md").read_text()


def described(name: str, text: str) -> frozenset[str]:
    """A page describes what it says after "new" or "old"."""
    if "broken" in text:
        raise UserError("does not parse", source=name, line=3)
    return frozenset(text.split()[2:])


@pytest.fixture
def pages(tmp_path: Path, server: PageServer) -> Pages:
    return Pages(tmp_path, server)


def test_every_page_with_a_url_is_refreshed(pages: Pages) -> None:
    assert [(outcome.source.name, outcome.status) for outcome in pages.fetch()] == [
        ("list", Status.UPDATED),
        ("get", Status.UPDATED),
    ]
    assert pages.page == "new list"
    assert (pages.folder / "old.txt").read_text() == "old old.txt"


def test_only_the_named_pages_are_refreshed(pages: Pages) -> None:
    pages.fetch("get")
    assert [path for path, _ in pages.server.requests] == ["/get.md"]
    assert pages.page == "old list.md"


def test_a_changed_page_gets_its_date_and_the_rest_of_the_list_stays(pages: Pages) -> None:
    pages.fetch("list")
    changed = LISTING.replace("2025-04", "2026-03-04").replace(
        "Somebody said so.", "The text had changed when it was fetched; the date is that of the fetch."
    )
    assert pages.listing.read_text() == changed
    again = pages.listing.read_text()
    pages.fetch("list")
    assert pages.listing.read_text() == again


def test_a_list_written_otherwise_is_dated_as_well(pages: Pages) -> None:
    pages.listing.write_text(
        "sources:\n"
        "- {name: list, file: list.md, url: https://docs.example.com/list.md, "
        "published: 2025-04, evidence: e}\n"
        "- name: get\n"
        "  evidence: >-\n"
        "    Somebody said so,\n"
        "    and at length.\n"
        "  file: get.md\n"
        "  published: '2025-01'  # perhaps\n"
        "  url: https://docs.example.com/get.md\n"
    )
    before = load(pages.listing.read_text(), "")
    assert {outcome.status for outcome in pages.fetch()} == {Status.UPDATED}
    after = load(pages.listing.read_text(), "")
    for old, new in zip(before["sources"], after["sources"], strict=True):
        assert new["published"] == "2026-03-04"
        assert {**new, "published": "", "evidence": ""} == {**old, "published": "", "evidence": ""}
    assert "# perhaps" in pages.listing.read_text()


def test_a_list_that_cannot_be_dated_is_left_alone(pages: Pages) -> None:
    pages.listing.write_text(
        "sources:\n- name: list\n  file: list.md\n  url: https://docs.example.com/list.md\n"
        '  "published": 2025-04\n'
    )
    before = pages.snapshot()
    with pytest.raises(UserError, match="line of its own"):
        pages.fetch("list")
    assert pages.snapshot() == before


def test_the_date_is_the_servers_where_it_tells(pages: Pages) -> None:
    pages.server.routes["/get.md"] = lambda exchange: exchange.send(
        200, b"newer", Last_Modified="Sat, 03 Jan 2026 10:00:00 GMT"
    )
    pages.fetch("get")
    assert "published: 2026-01-03\n" in pages.listing.read_text()


def test_a_date_in_the_future_is_not_taken(pages: Pages) -> None:
    future = "Mon, 01 Jan 2999 00:00:00 GMT"
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(200, b"new list", Last_Modified=future)
    assert pages.fetch_list() == (Status.UPDATED, "")
    assert "published: 2026-03-04" in pages.listing.read_text()
    assert "that of the fetch" in pages.listing.read_text()


def test_an_etag_that_cannot_be_sent_back_is_not(pages: Pages) -> None:
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(200, b"new list", ETag='"\xe9"')
    assert pages.fetch_list() == (Status.UPDATED, "")
    assert pages.fetch_list() == (Status.UNCHANGED, "")
    assert "if-none-match" not in pages.server.requests[-1][1]


def test_an_unchanged_page_touches_nothing_the_second_time(pages: Pages) -> None:
    pages.fetch()
    before = pages.snapshot()
    assert {outcome.status for outcome in pages.fetch()} == {Status.UNCHANGED}
    assert pages.snapshot() == before


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({"ETag": '"one"'}, {"if-none-match": '"one"'}),
        (
            {"Last_Modified": "Sat, 03 Jan 2026 10:00:00 GMT"},
            {"if-modified-since": "Sat, 03 Jan 2026 10:00:00 GMT"},
        ),
    ],
)
def test_the_second_request_is_conditional(pages: Pages, sent: dict[str, str], asked: dict[str, str]) -> None:
    def answer(exchange: Exchange) -> None:
        conditional = exchange.headers.get("If-None-Match") or exchange.headers.get("If-Modified-Since")
        exchange.send(304 if conditional else 200, b"" if conditional else b"new list", **sent)

    pages.server.routes["/list.md"] = answer
    assert pages.fetch_list()[0] is Status.UPDATED
    assert pages.fetch_list() == (Status.UNCHANGED, "")
    assert asked.items() <= pages.server.requests[-1][1].items()
    # A page that somebody edited has to come in full.
    (pages.folder / "list.md").write_text("edited")
    assert pages.fetch_list()[0] is Status.UPDATED
    assert pages.page == "new list"


def test_a_304_that_nobody_asked_for_is_a_failure(pages: Pages) -> None:
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(304)
    assert pages.fetch_list()[0] is Status.FAILED


def test_a_page_that_no_longer_parses_is_kept(pages: Pages) -> None:
    before = pages.snapshot()
    pages.server.routes["/list.md"] = b"broken"
    assert pages.fetch_list() == (Status.KEPT, "list.md:3: does not parse")
    assert pages.snapshot() == before


def test_a_page_that_describes_something_else_is_kept(pages: Pages) -> None:
    (pages.folder / "list.md").write_text("old page GET/things POST/things")
    pages.server.routes["/list.md"] = b"new page POST/things GET/other"
    assert pages.fetch_list() == (Status.KEPT, "what came does not describe GET/things")
    pages.server.routes["/list.md"] = b"new page POST/things GET/other GET/things"
    assert pages.fetch_list()[0] is Status.UPDATED
    (pages.folder / "list.md").write_text("broken")
    assert pages.fetch_list()[0] is Status.UPDATED


def test_a_page_that_is_not_text_is_kept(pages: Pages) -> None:
    pages.server.routes["/list.md"] = b"one\ntwo\xff"
    assert pages.fetch_list() == (Status.KEPT, "list.md:2: is not UTF-8 text")
    assert pages.page == "old list.md"


def _cut_off(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "1000")
    exchange.end_headers()
    exchange.wfile.write(b"only this")
    exchange.close_connection = True


def _drip(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "100000")
    exchange.end_headers()
    while not exchange.server.released.wait(0.02):
        exchange.wfile.write(b".")


def _drip_headers(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.server.released.wait(0.02):
        exchange.wfile.write(b"X-Wait: x\r\n")


def _silent(exchange: Exchange) -> None:
    exchange.server.released.wait(20)


def _bomb(exchange: Exchange) -> None:
    exchange.send(200, gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip")


MISBEHAVIOUR = [
    (lambda exchange: exchange.send(500), "answers 500 Internal Server Error"),
    (lambda exchange: exchange.send(404), "answers 404 Not Found"),
    (lambda exchange: exchange.send(204), "answers 204 No Content"),
    (lambda exchange: exchange.send(302), "redirects without saying where to"),
    (lambda exchange: exchange.send(302, Location="http://elsewhere.example/"), "leads to another host"),
    (lambda exchange: exchange.send(302, Location="http://docs.example.com/b.md"), "only https"),
    (lambda exchange: exchange.send(302, Location="//elsewhere.example/b.md"), "leads to another host"),
    (lambda exchange: exchange.send(302, Location="file:///etc/passwd"), "leads to another host"),
    (lambda exchange: exchange.send(302, Location="http://["), "leads to another host"),
    (lambda exchange: exchange.send(302, Location="/list.md"), "more than 5 redirects"),
    (lambda exchange: exchange.send(200, b"x" * 2_000_001), "larger than 2000000 bytes"),
    (_bomb, "larger than 2000000 bytes"),
    (
        lambda exchange: exchange.send(200, gzip.compress(b"x"), Content_Encoding="gzip, gzip"),
        "not asked for",
    ),
    (lambda exchange: exchange.send(200, b"x", Content_Encoding="br"), "not asked for"),
    (lambda exchange: exchange.send(200, b"x", Content_Encoding="gzip"), "cannot be read"),
    (lambda exchange: exchange.send(200, gzip.compress(b"x")[:-9], Content_Encoding="gzip"), "breaks off"),
    (_cut_off, "cannot be read"),
    (_drip, "takes longer than 0.5 seconds"),
    (_drip_headers, "takes longer than 0.5 seconds"),
    (_silent, "takes longer than 0.5 seconds"),
]


@pytest.mark.parametrize(("route", "reason"), MISBEHAVIOUR)
def test_a_page_that_cannot_be_brought_leaves_everything_as_it_was(
    pages: Pages, route: Any, reason: str
) -> None:
    before = pages.snapshot()
    pages.server.routes["/list.md"] = route
    seconds = 0.5 if "longer" in reason else 20
    status, detail = pages.fetch_list(limits=Limits(2_000_000, seconds))
    assert status is Status.FAILED
    assert "\n" not in detail
    assert reason in detail
    assert pages.snapshot() == before


def test_a_redirect_within_the_host_is_followed(pages: Pages) -> None:
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(301, Location="/moved.md")
    pages.server.routes["/moved.md"] = lambda exchange: exchange.send(
        307, Location="https://docs.example.com/again.md?v=2"
    )
    pages.server.routes["/again.md?v=2"] = b"moved"
    assert pages.fetch_list()[0] is Status.UPDATED
    assert pages.page == "moved"


def test_a_server_that_is_busy_for_a_moment_is_asked_again(pages: Pages) -> None:
    answers = iter([503, 429, 200])
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(next(answers), b"at last")
    assert pages.fetch_list()[0] is Status.UPDATED
    assert pages.page == "at last"


def test_one_failure_does_not_keep_the_others(pages: Pages) -> None:
    del pages.server.routes["/list.md"]
    assert [outcome.status for outcome in pages.fetch()] == [Status.FAILED, Status.UPDATED]


def test_plain_http_is_refused_without_a_request(pages: Pages) -> None:
    pages.listing.write_text(
        LISTING.replace("https://docs.example.com/list.md", f"{pages.server.url}/list.md")
    )
    status, detail = pages.fetch_list(url_map=UrlMap())
    assert (status, pages.server.requests) == (Status.FAILED, [])
    assert "only https" in detail


def test_a_missing_page_is_brought_even_if_it_was_brought_before(pages: Pages) -> None:
    pages.server.routes["/list.md"] = lambda exchange: exchange.send(200, b"new list", ETag='"one"')
    pages.fetch_list()
    (pages.folder / "list.md").unlink()
    assert pages.fetch_list()[0] is Status.UPDATED
    assert "if-none-match" not in pages.server.requests[-1][1]


def test_the_records_are_sorted_and_hold_no_more_than_they_need(pages: Pages) -> None:
    pages.fetch()
    records = json.loads((pages.listing.parent / "sources.lock.json").read_text())
    assert list(records) == ["get", "list"]
    assert set(records["list"]) == {"url", "sha256"}


@pytest.mark.parametrize("text", ["{", "[]", '{"list": 1}', '{"list": {}}'])
def test_a_broken_record_file_is_named(pages: Pages, text: str) -> None:
    (pages.listing.parent / "sources.lock.json").write_text(text)
    with pytest.raises(UserError, match=r"sources\.lock\.json: is not as fetch writes it"):
        pages.fetch()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pages: []", "sources.yaml:1: `sources` must be a list"),
        ("sources:\n- name: a", "sources.yaml:2: a source needs a `file`"),
        ("sources:\n- file: ../a", "sources.yaml:2: a source needs a `file`"),
        ("sources:\n- file: /a", "sources.yaml:2: a source needs a `file`"),
        ("sources:\n- file: a\n  url: [x]", "sources.yaml:3: `url` must be a text"),
        ("sources:\n- file: a\n- file: a", "sources.yaml:3: names the page 'a' or its file twice"),
        ("sources:\n- just text", "sources.yaml:2: a source must be a mapping"),
    ],
)
def test_a_broken_list_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sources.yaml").write_text(text)
    with pytest.raises(UserError, match=re.escape(message)):
        read_sources(tmp_path / "sources.yaml")


def test_unknown_names_and_pages_without_a_url_are_refused(pages: Pages) -> None:
    with pytest.raises(UserError, match="no page 'nope'"):
        pages.fetch("nope")
    with pytest.raises(UserError, match="'old' has no `url`"):
        pages.fetch("old")


@pytest.mark.parametrize(
    "option", ["x", "https://a", "a=http://b", "https://a=b", "=http://b", "https://a=http://"]
)
def test_a_url_map_that_is_not_two_urls_is_refused(option: str) -> None:
    with pytest.raises(UserError, match="--url-map"):
        parse_url_map((option,))


def test_the_longest_prefix_wins_and_ends_where_a_name_ends() -> None:
    url_map = parse_url_map(("https://a.example=http://one", "https://a.example/docs=http://two"))
    assert url_map.apply("https://a.example/docs/x") == "http://two/x"
    assert url_map.apply("https://a.example/documents") == "http://one/documents"
    assert url_map.apply("https://a.example.net/docs") == "https://a.example.net/docs"


def test_a_page_that_is_a_link_is_refused_and_what_it_leads_to_stays(pages: Pages, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text("mine")
    (pages.folder / "list.md").unlink()
    (pages.folder / "list.md").symlink_to(elsewhere)
    with pytest.raises(UserError, match="is a link"):
        pages.fetch()
    assert elsewhere.read_text() == "mine"


def test_a_second_fetch_at_once_is_refused(pages: Pages) -> None:
    with alone(pages.listing), pytest.raises(UserError, match="another fetch is at work"):
        pages.fetch("list")
    assert pages.fetch_list() == (Status.UPDATED, "")


def test_a_name_and_a_password_in_a_redirect_are_dropped() -> None:
    origin = address("https://docs.example.com/a.md", UrlMap())
    moved = redirected(origin, "https://user:secret@docs.example.com/b.md", UrlMap())
    assert moved.asked == "https://docs.example.com/b.md"
