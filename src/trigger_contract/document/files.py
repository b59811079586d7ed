"""Reading and writing files without leaving anything half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from trigger_contract.errors import UserError


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        UserError: The file is missing, a directory, unreadable or not UTF-8.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError("no such file", source=path) from None
    except IsADirectoryError:
        raise UserError("is a directory, not a file", source=path) from None
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", source=path) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError("is not UTF-8 text", source=path, line=line) from None


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Write several files as one: first all to temporary files, then rename each.

    Args:
        contents: Text (written as UTF-8) or bytes for each path.

    Raises:
        UserError: A file cannot be written; none has been changed unless a rename itself failed.
    """
    staged: list[tuple[str, Path]] = []
    path = Path()
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            staged.append((temporary, path))
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
            os.chmod(temporary, 0o644)
        while staged:
            temporary, path = staged[0]
            os.replace(temporary, path)
            staged.pop(0)
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", source=path) from None
    finally:
        for temporary, _ in staged:
            Path(temporary).unlink(missing_ok=True)
