"""The live page in a real browser."""

from __future__ import annotations

import httpx
import pytest
from library_document import library

import browser
from trigger_contract.mock import MockServer, Settings

pytestmark = pytest.mark.skipif(browser.find() is None, reason="no Chromium is installed to open the page in")
KEY = {"authorization": "Bearer tr_dev_mock"}
NO_SIDEWAYS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def server():
    with MockServer(settings=Settings(runs=30)) as running:
        yield running


@pytest.fixture(params=[(1280, 900), (375, 700)], ids=["desk", "phone"])
def page(request, server, tmp_path):
    with browser.Browser(browser.find(), tmp_path / "profile", *request.param) as opened:
        opened.open(f"{server.url}/__mock")
        opened.wait_for("document.querySelectorAll('#runs li').length === 30")
        yield opened


def test_the_page_shows_and_changes_the_server_live(page, server):
    assert page.evaluate(NO_SIDEWAYS)
    httpx.get(f"{server.url}/api/v1/runs", params={"status": "<b>QUEUED</b>"}, headers=KEY)
    page.wait_for("document.querySelector('#requests .hint')?.textContent.includes('filter[status]')")
    assert page.evaluate("document.querySelector('#requests b')") is None

    page.evaluate("document.querySelector('#create [name=tags]').value = 'by-hand, <i>x</i>'")
    page.evaluate("document.querySelector('#create [name=status]').value = 'EXECUTING'")
    page.evaluate("document.querySelector('#create button').click()")
    page.wait_for("document.querySelector('#runs li').textContent.includes('by-hand')")
    made = httpx.get(f"{server.url}/api/v1/runs", params={"filter[tag]": "by-hand"}, headers=KEY).json()[
        "data"
    ][0]
    assert sorted(made["tags"]) == ["<i>x</i>", "by-hand"]
    page.evaluate("document.querySelector(`[aria-label='Finish " + made["id"] + "']`).click()")
    page.wait_for("document.querySelector('#runs li .tag').textContent === 'COMPLETED'")

    page.evaluate("document.querySelector('#fault [name=status]').value = '503'")
    page.evaluate("document.querySelector('#fault button').click()")
    page.wait_for("document.querySelector('#faults [aria-label]')")
    assert httpx.get(f"{server.url}/api/v1/runs", headers=KEY).status_code == 503
    page.evaluate("document.querySelector('#faults [aria-label]').click()")
    page.wait_for("document.querySelector('#faults .empty')")
    assert httpx.get(f"{server.url}/api/v1/runs", headers=KEY).status_code == 200

    page.evaluate("document.querySelector('#fault [name=status]').value = '99'")
    page.evaluate("document.querySelector('#fault button').click()")
    page.wait_for("document.querySelector('#message').textContent.includes('between 200 and 599')")
    page.evaluate("document.querySelector('#reset').click()")
    page.evaluate("document.querySelector('#keep').click()")
    assert page.evaluate("document.querySelectorAll('#requests li.empty').length") == 0
    page.evaluate("document.querySelector('#reset').click()")
    assert page.evaluate("document.querySelector('#question-text').textContent.includes('31 runs')")
    page.evaluate("document.querySelector('#really').click()")
    page.wait_for(
        "document.querySelector('#requests .empty') && document.querySelectorAll('#runs li').length === 30"
    )
    assert page.evaluate(NO_SIDEWAYS)


def test_the_page_shows_what_was_sent_and_lets_it_be_searched_and_repeated(page, server):
    httpx.get(f"{server.url}/api/v1/nothing", params={"say": "it's <b>"}, headers=KEY)
    httpx.get(f"{server.url}/api/v1/runs", headers=KEY)
    page.wait_for("document.querySelectorAll('#requests li').length === 2")
    page.evaluate("document.querySelector('#search').value = 'it\\'s'")
    page.evaluate("document.querySelector('#search').dispatchEvent(new Event('input'))")
    page.wait_for("document.querySelectorAll('#requests li').length === 1")
    page.wait_for("document.querySelector('#runs .empty')")
    page.evaluate("document.querySelector('#requests .open').click()")
    assert page.evaluate("document.querySelector('#detail').open && !document.querySelector('#detail b')")
    assert page.evaluate("document.querySelector('#detail-text').textContent.includes('curl -sS -i')")
    assert page.evaluate(NO_SIDEWAYS)
    page.evaluate("document.querySelector('#copy-curl').click()")
    page.wait_for("['Copied', 'Selected'].includes(document.querySelector('#copy-curl').textContent)")
    page.evaluate("document.querySelector('#close').click()")
    assert not page.evaluate("document.querySelector('#detail').open")


def test_a_stopped_clock_shows(page, server):
    assert page.evaluate("document.querySelector('#stopped').hidden")
    page.evaluate("document.querySelector('#freeze').click()")
    page.wait_for("!document.querySelector('#stopped').hidden")
    page.evaluate("document.querySelector('#now').click()")
    page.wait_for("document.querySelector('#stopped').hidden")


def test_the_things_of_every_collection_are_shown(tmp_path):
    with (
        MockServer(library(), Settings(runs=0)) as server,
        browser.Browser(browser.find(), tmp_path / "profile", 1280, 900) as page,
    ):
        page.open(f"{server.url}/__mock")
        page.wait_for("document.querySelectorAll('#things li').length === 30")
        assert page.evaluate("document.querySelector('#runs-section').hidden")
        page.evaluate("document.querySelector('#collection').value = 'settings'")
        page.evaluate("document.querySelector('#collection').dispatchEvent(new Event('change'))")
        page.wait_for("document.querySelectorAll('#things li').length === 1")
        page.evaluate("document.querySelector('#things .open').click()")
        assert page.evaluate("document.querySelector('#detail-text').textContent.includes('theme')")
