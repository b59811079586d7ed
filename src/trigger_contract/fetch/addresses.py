"""Which addresses may be asked: https, one host, and what a test puts in their place."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from trigger_contract.errors import UserError


class Refused(Exception):
    """An address that must not be asked; the message says why."""


@dataclass(frozen=True)
class UrlMap:
    """Replacements for the start of a URL, the longest prefix first.

    Attributes:
        pairs: Prefix and replacement.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def apply(self, url: str) -> str:
        """Return the address to ask in place of a published one."""
        for prefix, replacement in self.pairs:
            rest = url[len(prefix) :]
            # `https://a.example` must not be taken for the start of `https://a.example.net`.
            if url.startswith(prefix) and (prefix.endswith("/") or not rest or rest[0] in "/?#"):
                return replacement + rest
        return url


def parse_url_map(options: tuple[str, ...]) -> UrlMap:
    """Read ``PREFIX=REPLACEMENT`` options.

    Raises:
        UserError: One of them is not two URLs.
    """
    pairs: list[tuple[str, str]] = []
    for option in options:
        at = max(option.find("=http://"), option.find("=https://"))
        prefix, replacement = option[:at], option[at + 1 :]
        if at < 1 or not prefix.startswith(("http://", "https://")) or not _host(replacement):
            raise UserError(f"must be PREFIX=REPLACEMENT, two URLs, not {option!r}", source="--url-map")
        pairs.append((prefix, replacement))
    return UrlMap(tuple(sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)))


@dataclass(frozen=True)
class Address:
    """A published URL and the one that is asked in its place.

    Attributes:
        published: The URL from the list of pages, or one that it redirects to.
        asked: The same after the replacements.
    """

    published: str
    asked: str


def address(url: str, url_map: UrlMap) -> Address:
    """Check a published URL.

    Raises:
        Refused: It is not https, or carries a password.
    """
    asked = url_map.apply(url)
    _check(url)
    if asked == url and httpx.URL(url).scheme != "https":
        raise Refused(f"only https is fetched, not {url}")
    if not _host(asked):
        raise Refused(f"is not a URL: {asked}")
    return Address(url, asked)


def redirected(origin: Address, location: str, url_map: UrlMap) -> Address:
    """Follow one redirect.

    Args:
        origin: Where the answer came from.
        location: Its ``Location`` header (RFC 9110, section 10.2.2).
        url_map: The replacements.

    Raises:
        Refused: It leads to another host, to plain http or nowhere.
    """
    try:
        # A name and a password in the address are dropped: nobody here has chosen them.
        asked = httpx.URL(origin.asked).join(location).copy_with(userinfo=b"")
        published = httpx.URL(origin.published).join(location).copy_with(userinfo=b"")
    except (httpx.InvalidURL, ValueError):
        raise Refused("the redirect leads to something that is not a URL") from None
    if asked.netloc == httpx.URL(origin.asked).netloc and asked.scheme == httpx.URL(origin.asked).scheme:
        return Address(origin.published, str(asked))
    if published.host == httpx.URL(origin.published).host:
        return address(str(published), url_map)
    raise Refused(f"the redirect leads to another host, {asked.host or location!r}")


def _check(url: str) -> None:
    if not _host(url):
        raise Refused(f"is not a URL: {url}")
    if httpx.URL(url).userinfo:
        raise Refused("a URL with a user name or password is not fetched")


def _host(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return ""
    return parsed.host if parsed.scheme in ("http", "https") else ""
