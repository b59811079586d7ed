import time
import zlib
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


def test_limits_that_were_left_open_follow_what_there_is_to_do():
    plain, paced, fixed = (
        client(lambda request: httpx.Response(200), **given)
        for given in ({}, {"rate": 5.0}, {"max_requests": 7, "time_limit": 9.0})
    )
    for one in (plain, paced, fixed):
        one.send(GET)
        one.adapt(3)
    assert plain.most >= 6000
    assert paced.seconds > plain.seconds  # at five a second it takes longer than the answers do
    assert (fixed.most, fixed.seconds) == (7, 9.0)


def test_no_request_goes_out_behind_the_time_limit():
    limited = client(lambda request: httpx.Response(200), time_limit=0.001)
    time.sleep(0.01)
    with pytest.raises(BudgetExhausted, match=r"the time limit of 0\.001 s"):
        limited.send(GET)


@pytest.mark.parametrize(
    ("hops", "status"),
    [
        (["/b"], 200), (["/b", "//server.test/c", "http://server.test/d"], 200),
        (["http://other.test/"], 302),
        (["http://server.test:81/"], 302), ([""], 302), (["http://[/"], 302), (["/b"] * 9, 302),
    ],
)  # fmt: skip
def test_a_redirect_is_followed_within_the_origin_and_not_for_ever(hops, status):
    left = iter(hops)
    seen = []

    def handler(request):
        seen.append(request)
        location = next(left, None)
        return (
            httpx.Response(200) if location is None else httpx.Response(302, headers={"location": location})
        )

    own = client(handler)
    exchange = own.follow(own.send(GET), most=5)
    assert exchange.status == status
    assert exchange.request == GET
    assert {request.url.host for request in seen} == {"server.test"}
    assert len(seen) <= 6


class Raw(httpx.SyncByteStream):
    """A body as it comes from the wire."""

    def __init__(self, body):
        self.body = body

    def __iter__(self):
        yield self.body


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_deflate_is_read_with_and_without_the_header_that_it_should_have(wbits):
    pack = zlib.compressobj(wbits=wbits)
    packed = pack.compress(b'{"a": 1}') + pack.flush()
    headers = {"content-encoding": "deflate", "content-type": "application/json"}
    exchange = client(lambda request: httpx.Response(200, headers=headers, stream=Raw(packed))).send(GET)
    assert exchange.json == {"a": 1}
