import time
from email.utils import formatdate

import httpx
import pytest

from trigger_contract.contract.client import BudgetExhausted, Client
from trigger_contract.contract.exchange import Request
from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

GET = Request("GET", "/x")


def client(handler, naps=None, **settings):
    transport = httpx.MockTransport(handler)
    return Client(
        Settings(url="http://server.test", **settings),
        transport,
        sleep=[].append if naps is None else naps.append,
    )


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (lambda now: ("retry-after", "3"), 3, 3),
        (lambda now: ("retry-after", "0.5"), 0.5, 0.5),
        (lambda now: ("retry-after", formatdate(now + 40, usegmt=True)), 10, 40),
        (lambda now: ("x-ratelimit-reset", str(int((now + 40) * 1000))), 10, 40),
        (lambda now: ("x-other", "1"), 0.2, 0.3),
    ],
)
def test_429_is_waited_for_as_the_server_says(header, least, most):
    answers = iter([httpx.Response(429, headers=[header(time.time())]), httpx.Response(200, json={})])
    naps = []
    exchange = client(lambda request: next(answers), naps).send(GET)
    assert exchange.status == 200
    assert len(naps) == 1
    assert least <= naps[0] <= most


def test_a_429_that_lasts_longer_than_the_run_ends_it_quietly():
    answer = httpx.Response(429, headers={"retry-after": "50"})
    with pytest.raises(BudgetExhausted):
        client(lambda request: answer, time_limit=10.0).send(GET)


def test_no_more_requests_go_out_than_allowed():
    seen = []
    limited = client(lambda request: seen.append(request) or httpx.Response(200), max_requests=3)
    for _ in range(3):
        limited.send(GET)
    with pytest.raises(BudgetExhausted):
        limited.send(GET)
    assert len(seen) == 3


def test_requests_keep_the_rate():
    naps = []
    paced = client(lambda request: httpx.Response(200), naps, rate=2.0)
    for _ in range(3):
        paced.send(GET)
    assert len(naps) == 2
    assert all(0 < nap <= 1.0 for nap in naps)


def test_a_connection_closed_under_a_request_is_tried_again():
    state = {"broken": True}

    def handler(request):
        if state.pop("broken", False):
            raise httpx.RemoteProtocolError("closed")
        return httpx.Response(200)

    assert client(handler).send(GET).status == 200


def test_a_request_that_is_never_answered_is_no_answer_while_the_server_lives():
    def handler(request):
        if request.url.path == "/x":
            raise httpx.RemoteProtocolError("closed")
        return httpx.Response(404)

    exchange = client(handler).send(GET)
    assert exchange.status == 0
    assert exchange.trouble == "closed"


def test_a_server_that_is_gone_is_named():
    def handler(request):
        raise httpx.ConnectError("refused")

    with pytest.raises(UserError, match=r"^http://server\.test: cannot be reached: refused$"):
        client(handler).send(GET)
