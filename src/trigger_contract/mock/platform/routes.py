"""The routes of the service: which function each has, and how it answers what it has none for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OLD = "Invalid or Missing API Key"
NEW = "Invalid API key"


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        path: The path with ``{}`` for each parameter.
        read: The name of the function for GET and HEAD, or an empty text.
        acts: The name of the function for other methods; ``*`` for any that is not named.
        hand: Whether it was written by hand, before the service had a builder of routes.
        cors: Whether its answers may be read by pages of other sites.
        preflight: Whether OPTIONS is answered without a look at the key.
        other: How a method without a function is answered: by the framework, by 405 with ``Allow``, or by a
            success that tells of it.
        unread: How GET is answered where there is nothing to read: by the framework, or by a bare 405.
        key: Which keys open it.
        tokens: Whether public access tokens do.
        refusal: What is said to a wrong key.
        capped: Whether a request without a length is too large.
    """

    path: str
    read: str = ""
    acts: Mapping[str, str] = field(default_factory=dict)
    hand: bool = False
    cors: bool = False
    preflight: bool = False
    other: Literal["framework", "allow", "told"] = "framework"
    unread: Literal["framework", "bare"] = "framework"
    key: Literal["secret", "personal", "either", "none"] = "secret"
    tokens: bool = False
    refusal: str = NEW
    capped: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern; letters of either case are the same."""
        literal = "([^/]+)".join(re.escape(part) for part in self.path.split("{}"))
        return re.compile(literal, re.IGNORECASE)

    def function(self, method: str) -> str:
        """Return the name of the function for a method, or an empty text."""
        if method in ("GET", "HEAD"):
            return self.read
        return self.acts.get(method) or self.acts.get("*", "")


def _open(path: str, read: str = "", **more: object) -> Route:
    """Return a route of the builder that pages of other sites and public tokens may use."""
    settings = {"cors": True, "preflight": True, "tokens": True, "unread": "bare"} | more
    return Route(path, read, **settings)  # type: ignore[arg-type]  # a table of keywords


ROUTES = (
    _open("/api/v1/runs", "list_runs"),
    _open("/api/v3/runs/{}", "retrieve_run"),
    Route("/api/v1/runs/{}/result", "result", hand=True, refusal=OLD),
)
