"""Path templates taken apart: names, parameters, versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_VERSION = re.compile(r"v\d+(?:\.\d+)*(?:(?:alpha|beta|rc)\d*)?\Z|\d{4}-\d{2}(?:-\d{2})?\Z", re.IGNORECASE)
_FORMAT = re.compile(r"\.(?:json|xml|\{format\})\Z", re.IGNORECASE)
_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Template:
    """One path template.

    Attributes:
        path: The template as it stands in the document.
        segments: What stands between its slashes, without a format's ending and without empty ones.
    """

    path: str
    segments: tuple[str, ...]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The segments without versions, with every parameter the same: what other versions share."""
        return tuple(
            "{}" if is_parameter(part) else part.lower() for part in self.segments if not _VERSION.match(part)
        )

    @cached_property
    def version(self) -> tuple[int, ...]:
        """The numbers of the versions in the path, by which a later one is told from an earlier one."""
        versions = [part for part in self.segments if _VERSION.match(part)]
        return tuple(int(number) for part in versions for number in re.findall(r"\d+", part))

    @property
    def last_parameter(self) -> str | None:
        """The name of the parameter that the path ends with, if it ends with one."""
        return (
            parameter_name(self.segments[-1]) if self.segments and is_parameter(self.segments[-1]) else None
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters, in order."""
        return tuple(name for part in self.segments for name in _PARAMETER.findall(part))

    @property
    def noun(self) -> str:
        """The last segment that is no parameter, which tells what stands there."""
        return next((part for part in reversed(self.segments) if not is_parameter(part)), "")

    def above(self, count: int = 1) -> Template:
        """Return the template without its last segments."""
        segments = self.segments[:-count]
        return Template("/" + "/".join(segments), segments)


def template(path: str) -> Template:
    """Take a path template apart."""
    return Template(path, tuple(part for part in _FORMAT.sub("", path.rstrip("/")).split("/") if part))


def is_parameter(segment: str) -> bool:
    """Whether a segment is one parameter as a whole."""
    return _PARAMETER.fullmatch(segment) is not None


def parameter_name(segment: str) -> str:
    """Return the name of the parameter that a segment is."""
    return segment[1:-1]
