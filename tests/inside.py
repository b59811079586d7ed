"""A command called as a person calls it, without the process: what it says is tried, not that it starts."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trigger_contract.cli import main


def called(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Call ``trigger-contract`` with these arguments, in this folder and with no key in the environment."""
    out, err = io.StringIO(), io.StringIO()
    code: object = None
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("TRIGGER_", "RECOUP_")):
                patch.delenv(name)
        patch.setattr(sys, "argv", ["trigger-contract", *map(str, arguments)])
        if cwd is not None:
            patch.chdir(cwd)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as ended:
                code = ended.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
