"""What a client is called as a package, and which version it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract import __version__
from trigger_contract.errors import UserError
from trigger_contract.generate.naming import is_version, snake_case, words
from trigger_contract.generate.servers import HINT

_NOISE = frozenset({"api", "rest", "openapi", "http", "the", "public", "reference", "documentation", "docs"})
# Source: PEP 440, appendix B.
_VERSION = re.compile(
    r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Identity:
    """How a client is installed and imported.

    Attributes:
        package: What is imported.
        project: What is installed.
        version: Its version.
    """

    package: str
    project: str
    version: str


def read_identity(document: Mapping[str, Any], package: str | None, version: str | None) -> Identity:
    """Return a client's names: those given, those of ``x-client`` of ``info``, or those the title gives.

    Raises:
        UserError: A name cannot be imported, or a version is none that installers know.
    """
    info = document.get("info") or {}
    given = info.get(HINT)
    hint: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    name = package or hint.get("package")
    if name is None:
        name = f"{_of_title(str(info.get('title') or ''))}_client"
    name = str(name).replace("-", "_")
    if not name.isascii() or not name.isidentifier() or snake_case(name) != name:
        raise UserError(
            f"{name!r} is no name for a package; use small letters, digits and underscores, as in acme_client"
        )
    chosen = str(version or hint.get("version") or __version__)
    if not _VERSION.fullmatch(chosen):
        raise UserError(f"{chosen!r} is no version that installers know, such as 1.4.2")
    return Identity(name, name.replace("_", "-").strip("-"), chosen)


def _of_title(title: str) -> str:
    """The words of a title that tell it from others: ``Trigger.dev v3 REST API`` gives ``trigger_dev``."""
    parts = [word.lower() for word in words(title) if word.isascii() and word.isalnum()]
    kept = [word for word in parts if word not in _NOISE and not is_version(word)]
    text = snake_case("_".join(kept)[:40].strip("_"), fallback="api").strip("_")
    return "api" if text.startswith("value_") or not text.isidentifier() else text
