"""The one exception that a user's mistake becomes."""

from __future__ import annotations

import difflib
import errno
import re
import socket
import traceback
from collections.abc import Iterable
from pathlib import Path

_LONGEST = 600
_MOST_NAMES = 40


class UserError(Exception):
    """Something the user can put right: bad input, bad usage, an unreachable server.

    The command line prints the message as one line on stderr and exits with 2.

    Args:
        message: What is wrong and what to do about it. It may quote the input: line breaks, control
            characters and great length are taken out.
        source: The file, URL or option that is at fault.
        line: The line of ``source``, counted from 1.
    """

    def __init__(self, message: str, *, source: str | Path | None = None, line: int | None = None) -> None:
        self.message = one_line(message)
        self.source = None if source is None else str(source)
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        place = one_line(self.source or "")
        if self.line is not None:
            place += f":{self.line}"
        return f"{place}: {self.message}" if place else self.message


def one_line(text: str) -> str:
    """Make a text fit for one line of a terminal, whatever stands in it.

    Runs of blanks become one, characters that cannot be printed (control codes, marks that turn the
    direction of writing, lone surrogates) become escapes, and the middle of a very long text is left out.
    """
    line = " ".join(text.split())
    if len(line) > _LONGEST:
        half = _LONGEST // 2
        line = f"{line[:half]} … {line[-half:]}"
    return printable(line)


def meant(word: str, known: Iterable[str], *, among: str = "choose from") -> str:
    """Say what an unknown word was probably meant for, or what there is.

    Args:
        word: What was given.
        known: What could have been given, in the order to be told in.
        among: What leads to the list where nothing is near.
    """
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), folded, 1)
    # Of a short code, each is near each.
    if near and len(word) > 3:
        return f"did you mean {folded[near[0]]!r}?"
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{among} {', '.join(names[:_MOST_NAMES])}{more}"


_WORDS = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ECONNRESET: "the connection was cut",
    errno.EHOSTUNREACH: "no way leads there",
    errno.ENETUNREACH: "no way leads there",
    errno.ETIMEDOUT: "it does not answer",
    errno.EADDRINUSE: "another program listens there; choose another port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "that needs more rights; choose a port above 1023",
}


def why(error: BaseException) -> str:
    """Say in a person's words why a host could not be reached or listened at.

    A library's own exception is passed over for what the system said.
    """
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, OSError) and cause.errno is not None):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, socket.gaierror):
        return "there is no host of that name"
    if isinstance(cause, OSError) and cause.errno in _WORDS:
        return _WORDS[cause.errno]
    return " ".join(str(error).split()) or type(error).__name__


def printable(text: str) -> str:
    """Return a text with escapes for what cannot be printed: controls, marks of direction and the like."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def place_of(error: BaseException) -> str:
    """Say what failed and where, without the error's own words, which may quote a key."""
    frames = traceback.extract_tb(error.__traceback__)
    # What lies in a library is called from somewhere; that is the place to look at.
    own = [frame for frame in frames if not re.search(r"site-packages|[/\\]lib[/\\]python", frame.filename)]
    frame = (own or frames)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
