"""One page over the network, with bounds on size and time."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from httpx_retries import Retry, RetryTransport

from trigger_contract import __version__
from trigger_contract.fetch.addresses import Address, Refused, UrlMap, address, redirected

# It would tell the terminal of each `Retry-After` that it does not understand.
logging.getLogger("httpx_retries").addHandler(logging.NullHandler())

MAXIMUM_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)


class Failed(Exception):
    """A page that could not be brought; the message says why."""


@dataclass(frozen=True)
class Limits:
    """Bounds on one page.

    Attributes:
        size: Bytes after decompression.
        seconds: For the whole page, redirects included.
    """

    size: int = 8 * 1024 * 1024
    seconds: float = 30.0


@dataclass(frozen=True)
class Validators:
    """What an earlier answer said of its own age (RFC 9110, section 8.8).

    Attributes:
        etag: Its ``ETag``.
        last_modified: Its ``Last-Modified``.
    """

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the page only if it changed (RFC 9110, section 13.1)."""
        headers = {}
        if self.etag and _is_header_value(self.etag):
            headers["If-None-Match"] = self.etag
        if self.last_modified and _is_header_value(self.last_modified):
            headers["If-Modified-Since"] = self.last_modified
        return headers


def _is_header_value(text: str) -> bool:
    """Whether a text can be sent back as it came; some servers put other bytes into an ETag."""
    return text.isascii() and text.isprintable()


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        body: The page; None where the server says that it did not change.
        validators: What the server said of its age.
        asked: The address that was asked first.
    """

    body: bytes | None
    validators: Validators
    asked: str


def open_client(limits: Limits) -> httpx.AsyncClient:
    """Return a client that tries again, at most twice and within seconds, where that may help."""
    retry = Retry(
        total=2,
        backoff_factor=0.3,
        max_backoff_wait=3.0,
        total_timeout=min(5.0, limits.seconds),
        retry_on_exceptions=(httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError),
    )
    return httpx.AsyncClient(
        transport=RetryTransport(retry=retry),
        timeout=httpx.Timeout(min(limits.seconds, 10.0)),
        follow_redirects=False,
        headers={
            "User-Agent": f"trigger-contract/{__version__}",
            "Accept": "text/markdown, text/*;q=0.9",
            "Accept-Encoding": "gzip",
        },
    )


async def download(
    client: httpx.AsyncClient,
    url: str,
    url_map: UrlMap,
    known: Callable[[str], Validators],
    limits: Limits,
    progress: Callable[[int], None] = lambda size: None,
) -> Answer:
    """Bring one page.

    Args:
        client: From ``open_client``.
        url: The published URL.
        url_map: Replacements for tests.
        known: Gives the validators of what was last brought from an address.
        limits: Bounds.
        progress: Told the bytes so far.

    Raises:
        Failed: It could not be brought within the bounds.
    """
    try:
        first = place = address(url, url_map)
        async with asyncio.timeout(limits.seconds):
            for _ in range(MAXIMUM_REDIRECTS + 1):
                answer = await _ask(client, place, known(first.asked), limits, progress)
                if not isinstance(answer, str):
                    return Answer(answer.body, answer.validators, first.asked)
                place = redirected(place, answer, url_map)
    except Refused as error:
        raise Failed(str(error)) from None
    except TimeoutError:
        raise Failed(f"{place.asked} takes longer than {limits.seconds:g} seconds") from None
    except httpx.TimeoutException:
        raise Failed(f"no answer in time from {place.asked}") from None
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
        raise Failed(f"{place.asked} cannot be read: {_reason(error)}") from None
    raise Failed(f"more than {MAXIMUM_REDIRECTS} redirects from {first.asked}")


async def _ask(
    client: httpx.AsyncClient,
    place: Address,
    known: Validators,
    limits: Limits,
    progress: Callable[[int], None],
) -> Answer | str:
    """Ask once; return the answer, or where it redirects to."""
    async with client.stream("GET", place.asked, headers=known.headers()) as response:
        if response.status_code in _REDIRECTS:
            location = response.headers.get("Location")
            if not location:
                raise Failed(f"{place.asked} redirects without saying where to")
            return str(location)
        validators = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
        if response.status_code == 304 and known.headers():
            return Answer(None, validators, place.asked)
        if response.status_code != 200:
            raise Failed(f"{place.asked} answers {response.status_code} {response.reason_phrase}".rstrip())
        return Answer(await _read(response, place, limits, progress), validators, place.asked)


async def _read(
    response: httpx.Response, place: Address, limits: Limits, progress: Callable[[int], None]
) -> bytes:
    too_large = f"{place.asked} is larger than {limits.size} bytes"
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > limits.size:
        raise Failed(too_large)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Failed(f"{place.asked} comes in the encoding {encoding!r:.40}, which was not asked for")
    inflate = None if encoding == "identity" else zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    body = bytearray()
    async for chunk in response.aiter_raw():
        # No more than the bound is ever unpacked: a few kilobytes may hold gigabytes.
        body += inflate.decompress(chunk, limits.size + 1 - len(body)) if inflate else chunk
        progress(len(body))
        if len(body) > limits.size:
            raise Failed(too_large)
    if inflate and not inflate.eof:
        raise Failed(f"{place.asked} cannot be read: the compressed page breaks off")
    return bytes(body)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
