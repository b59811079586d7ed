"""The endpoint line and the curl command of a rendered page: method, path, server, body."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.document.shape import METHODS
from trigger_contract.document.urls import split_url

_SEGMENT = r"[\w{}.:~*@!$&()+,;=%-]+"
_PATH_PART = re.compile(rf"/|/?{_SEGMENT}(?:/{_SEGMENT})*/?\Z")
_URL = re.compile(r"--url\s+['\"]?([^\s'\"\\]+)|\bcurl\b(?:(?!curl\b)[^{}])*?\s['\"]?(https?://[^\s'\"\\]+)")
_METHODS = "|".join(METHODS)
_ENDPOINT = re.compile(
    rf"`?(?:(?P<glued>{_METHODS.upper()})(?=/|http)|(?P<method>(?i:{_METHODS}))(?!\S))"
    r"\s*(?P<rest>(?:https?://|/)\S*?)?`?\Z"
)
_URL_BELOW = re.compile(r"\s*https?://\S+/\S*\s*(?:\n|\Z)")
_EACH_URL = re.compile(r"(?=https?://)")
_COLON = re.compile(r"(?<=/):([A-Za-z_]\w*)(?=/|\Z)")
_METHOD = re.compile(r"(?:--request|-X)\s+([A-Za-z]+)")
_HEADER = re.compile(r"(?:--header|-H)\s+['\"]([\w-]+):\s*([^'\"]*)['\"]")
_DATA = re.compile(r"(?:--data(?:-raw|-binary)?|\s-d)[\s\\]+'")


@dataclass
class Request:
    """What a page shows of the request as a whole. Line numbers count from 1.

    Attributes:
        method: Lower case; empty where none is shown.
        path: With its placeholders; empty where none is shown.
        line: Where the path stands.
        url: The URL of the curl command; empty where there is none.
        servers: URLs of servers that stand between method and path.
        headers: Names and values in the curl command.
        example: The body in the curl command, or None.
    """

    method: str = ""
    path: str = ""
    line: int = 1
    url: str = ""
    servers: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    example: Any = None
    curl_method: str = ""
    curl_line: int = 1

    @property
    def bases(self) -> list[str]:
        """The URLs before the path, as far as the page or its curl command shows them."""
        if len(self.servers) > 1 and self._server:
            return [self._server]  # the one that was chosen when the page was copied
        return self.servers or ([self._server] if self._server else [])

    @property
    def _server(self) -> str:
        parts = split_url(self.url)
        if not (parts.scheme and parts.netloc):
            return ""
        # The sample fills the placeholders in, so only the number of segments can be trusted.
        extra = parts.path.count("/") - self.path.count("/")
        base = "/".join(parts.path.split("/")[: extra + 1]) if extra > 0 else ""
        return f"{parts.scheme}://{parts.netloc}{base}"

    def settle(self) -> None:
        """Take method and path from the curl command where no line of its own shows them."""
        path = split_url(self.url).path
        if not self.path and path:
            self.method, self.path, self.line = self.curl_method, path, self.curl_line


def read_endpoint(lines: list[str], index: int, request: Request) -> int:
    """Recognise ``GET /path`` on one line, or a method followed by the path cut at its slashes.

    Between the two may stand the server's URL, or the URLs of those that can be chosen from; a URL that
    nothing follows holds the path as well.

    Returns:
        The line after it, or 0 where no endpoint starts on this line.
    """
    shown = _ENDPOINT.match(lines[index].strip())
    method, rest = (shown["glued"] or shown["method"], shown["rest"] or "") if shown else ("", "")
    below = "\n".join(lines[index + 1 : index + 4])
    if not method or (not rest and method != method.upper() and not _URL_BELOW.match(below)):
        return 0
    path, servers = (rest, []) if rest.startswith("/") else ("", [rest] if rest else [])
    end = index + 1
    while end < len(lines) and (path != rest or not path or path.endswith("/")):
        part = lines[end].strip().strip("`<>")
        if not path and part.startswith(("http://", "https://")):
            servers += [server for server in _EACH_URL.split(part) if server]
        elif part and not (_PATH_PART.fullmatch(part) and (path.endswith("/") or part.startswith("/"))):
            break
        else:
            path += part
        end += 1
    while end > index + 1 and not lines[end - 1].strip():
        end -= 1
    if not path and len(servers) == 1:
        parts = split_url(servers[0])
        path, servers = parts.path, [f"{parts.scheme}://{parts.netloc}"]
    if not path.startswith("/") or len(path) < 2:
        return 0
    request.servers = [server.rstrip("/") for server in servers if split_url(server).netloc]
    path = path.replace("%7B", "{").replace("%7D", "}").rstrip("/") or "/"
    request.method, request.path = method.lower(), _COLON.sub(r"{\1}", path)
    return end


def read_curl(lines: list[str], index: int, request: Request) -> int:
    """Read URL, method, headers and body from a curl command.

    A page shows the command once for each width of the screen; the first one counts.

    Returns:
        The line after it, or 0 where no command with a URL starts on this line.
    """
    text = _joined(lines, index) if "curl" in lines[index] else ""
    url = _URL.search(text)
    if url is None:
        return 0
    end = index + text.count("\n") + 1
    data = _DATA.search(text)
    body = text[data.end() :] if data else ""
    while data and "'" not in body and end < len(lines):
        body += "\n" + lines[end]
        end += 1
    if not request.url:
        request.url = (url[1] or url[2]).replace("%7B", "{").replace("%7D", "}")
        method = _METHOD.search(text)
        request.curl_method = method[1].lower() if method else "post" if data else "get"
        request.headers = _HEADER.findall(text)
        with suppress(ValueError):
            request.example = json.loads(body.rpartition("'")[0] or body)
    return end


def _joined(lines: list[str], index: int) -> str:
    """Join a shell command with its continuation lines."""
    text = lines[index]
    while text.rstrip().endswith("\\") and index + 1 < len(lines):
        index += 1
        text += "\n" + lines[index]
    return text
