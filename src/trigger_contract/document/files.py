"""Reading and writing files without leaving anything half-written, and without waiting for ever."""

from __future__ import annotations

import os
import re
import select
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from trigger_contract.errors import UserError

MAXIMUM_BYTES = 32 * 1024 * 1024
PIPE_SECONDS = 30.0
"""How long a pipe may take, so that ``diff <(git show …) new.yaml`` works and a dead pipe is given up."""

_CHUNK = 1 << 20
_WEB_PAGE = re.compile(
    r"(?:\s|<!--.*?-->|<\?.*?\?>)*+<(?:!doctype\s+html|html|head|body|title|script)\b"
    r"|(?:(?!Content-Type)[\w-]+:[^\n]*\n|[ \t][^\n]*\n)*+Content-Type:\s*multipart/related",
    re.IGNORECASE | re.DOTALL,
)
# What POSIX has and Windows has not, and the other way round.
_READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_CAN_WAIT = os.name == "posix"


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        UserError: The file is missing, a directory, unreadable, not UTF-8, larger than ``MAXIMUM_BYTES``,
            or a pipe that takes longer than ``PIPE_SECONDS``.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError("is not UTF-8 text", source=path, line=line) from None


def is_web_page(text: str) -> bool:
    """Whether a text is a page as a browser saves it, in HTML or with all its parts in one file."""
    return text.lstrip("\ufeff \t\r\n")[:1] in tuple("<FSMC") and _WEB_PAGE.match(text) is not None


def read_bytes(path: Path) -> bytes:
    """Read a file or a pipe as it is.

    Raises:
        UserError: As ``read_text``, but for what the bytes mean.
    """
    try:
        # Opening a pipe that nobody writes to would wait for ever otherwise.
        handle = os.open(path, _READING)
        try:
            return _read_bounded(handle, path)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise UserError("no such file", source=path) from None
    except IsADirectoryError:
        raise UserError("is a directory, not a file", source=path) from None
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", source=path) from None
    except ValueError:  # a NUL in its name
        raise UserError("is not the name of a file", source=path) from None


def _read_bounded(handle: int, path: Path) -> bytes:
    waits = _CAN_WAIT and not stat.S_ISREG(os.fstat(handle).st_mode)
    deadline = time.monotonic() + PIPE_SECONDS
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if waits and (left <= 0 or not select.select([handle], [], [], left)[0]):
            raise UserError(f"nothing more to read came within {PIPE_SECONDS:g} seconds", source=path)
        try:
            chunk = os.read(handle, _CHUNK)
        except BlockingIOError:
            time.sleep(0.01)  # some devices say that there is something to read where there is nothing
            continue
        if not chunk:
            return bytes(data)
        data += chunk
        if len(data) > MAXIMUM_BYTES:
            raise UserError(f"is larger than {MAXIMUM_BYTES >> 20} MiB", source=path)


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Write several files as one: first all to temporary files, then rename each.

    A file keeps its mode, and a link keeps leading to the file that is written. What is no file, such as
    ``/dev/stdout``, is written to and never replaced.

    Args:
        contents: Text (written as UTF-8) or bytes for each path.

    Raises:
        UserError: A file cannot be written; none has been changed unless a rename itself failed.
    """
    staged: list[tuple[str, Path]] = []
    devices: list[tuple[Path, bytes]] = []
    path = Path()
    try:
        for path, content in contents.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
            target = Path(os.path.realpath(path))
            if target.is_dir():
                raise UserError("is a directory, not a file", source=path)
            if _is_device(path):
                devices.append((path, data))
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".trigger-contract.")
            staged.append((temporary, target))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(temporary, _mode(target))
        for path, data in devices:
            with open(path, "wb") as file:
                file.write(data)
        while staged:
            temporary, path = staged[0]
            os.replace(temporary, path)
            staged.pop(0)
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", source=path) from None
    except ValueError:
        raise UserError("is not the name of a file", source=path) from None
    finally:
        for temporary, _ in staged:
            Path(temporary).unlink(missing_ok=True)


def _is_device(path: Path) -> bool:
    """Whether something else than a file stands there: a terminal, a pipe, ``/dev/null``."""
    return path.exists() and not path.is_file()


def _mode(path: Path) -> int:
    """Return the mode of the file that is to be replaced, that of a new file where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0o644
