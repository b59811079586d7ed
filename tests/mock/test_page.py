"""The live page in a real browser."""

from __future__ import annotations

import httpx
import pytest

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
    page.wait_for(
        "document.querySelector('#requests .empty') && document.querySelectorAll('#runs li').length === 30"
    )
    assert page.evaluate(NO_SIDEWAYS)
