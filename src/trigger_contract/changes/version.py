"""The version that a client should have after a change. Source: Semantic Versioning 2.0.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.changes.model import Comparison, Severity
from trigger_contract.errors import UserError

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\Z",
    re.ASCII,
)
_BUMPS = {
    Severity.BREAKING: "major",
    Severity.RISKY: "minor",
    Severity.ADDITIVE: "minor",
    Severity.TEXT: "patch",
}


@dataclass(frozen=True)
class Proposal:
    """The next version of a client.

    Attributes:
        bump: ``major``, ``minor``, ``patch`` or ``none``, as for a version from 1.0.0 on.
        current: The version now, where it is known.
        next: The version proposed, where the current one is known.
    """

    bump: str
    current: str | None
    next: str | None


def is_semver(text: str) -> bool:
    """Whether a text is a semantic version."""
    return _SEMVER.match(text) is not None


def api_version(document: Mapping[str, Any]) -> str | None:
    """Return the version that a document gives itself, if it is a semantic one."""
    info = document.get("info")
    version = info.get("version") if isinstance(info, Mapping) else None
    return version if isinstance(version, str) and is_semver(version) else None


def propose(comparison: Comparison, current: str | None = None, *, is_renamed: bool = False) -> Proposal:
    """Propose the client's next version.

    Breaking changes raise the major number, risky and additive ones the minor, words the patch. Below
    1.0.0, where the specification promises nothing (item 4), each counts one place lower, which is what
    installers that read ``^0.4.1`` or ``~=0.4.1`` expect. A pre-release that already stands for such a
    version is finished instead.

    Args:
        comparison: What changed.
        current: The client's version now.
        is_renamed: Whether the client calls anything otherwise, which breaks code whatever the document says.

    Raises:
        UserError: ``current`` is not a semantic version.
    """
    worst = Severity.BREAKING if is_renamed else comparison.worst
    bump = "none" if worst is None else _BUMPS[worst]
    if current is None:
        return Proposal(bump, None, None)
    match = _SEMVER.match(current)
    if match is None:
        raise UserError(f"{current!r} is not a semantic version such as 1.4.2", source="--current")
    if bump == "none":
        return Proposal(bump, current, current)
    major, minor, patch = (int(match[index]) for index in (1, 2, 3))
    step = bump
    if major == 0:
        step = "minor" if bump == "major" else "patch"
    return Proposal(bump, current, _raise(major, minor, patch, step, prerelease=match[4] is not None))


def _raise(major: int, minor: int, patch: int, step: str, *, prerelease: bool) -> str:
    if step == "major" and not (prerelease and minor == 0 and patch == 0):
        major, minor, patch = major + 1, 0, 0
    elif step == "minor" and not (prerelease and patch == 0):
        minor, patch = minor + 1, 0
    elif step == "patch" and not prerelease:
        patch += 1
    return f"{major}.{minor}.{patch}"
