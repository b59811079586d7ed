"""Compiled templates, kept as Python keeps its compiled modules: beside them, and only where it may write."""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import sys
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """The code of templates, by name and content.

    Args:
        folder: Where the templates are. What was compiled is kept in its ``__pycache__``; where that cannot
            be written, or Python is told not to write bytecode, it is kept for this process only.
    """

    def __init__(self, folder: Path) -> None:
        module = folder / f"templates-jinja{jinja2.__version__}.py"
        self._path = Path(importlib.util.cache_from_source(str(module)))
        self._kept: dict[str, CodeType] | None = None
        self._used: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if it was compiled before."""
        if self._kept is None:
            self._kept = self._read()
        bucket.code = self._used.get(_name(bucket)) or self._kept.get(_name(bucket))
        if bucket.code is not None:
            self._used[_name(bucket)] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember the code of a template."""
        assert bucket.code is not None
        self._used[_name(bucket)] = bucket.code

    def keep(self) -> None:
        """Write what was used, if it is not there yet."""
        if sys.dont_write_bytecode or (self._kept or {}).keys() >= self._used.keys():
            return
        self._kept = dict(self._used)
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(marshal.dumps(self._kept))
            os.replace(partial, self._path)

    def _read(self) -> dict[str, CodeType]:
        try:
            read = marshal.loads(self._path.read_bytes())
        except (OSError, EOFError, ValueError, TypeError):
            return {}
        return read if isinstance(read, dict) else {}


def _name(bucket: Bucket) -> str:
    return f"{bucket.key}{bucket.checksum}"
