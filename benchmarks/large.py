"""GitHub's published document, 13 MB and 1,223 operations: generate, diff, mock and test, each as a command.

    .venv/bin/python benchmarks/large.py [FOLDER]

Takes the versions below from the npm registry into FOLDER (by default one that is removed at the end), and
prints of each command how long it took, how much of that it computed, and the most memory it had. The mock
is asked once for each of some operations, spread over the document, and then judged whole by the suite: what
that finds is told, and what it could not judge makes this end with 1. Takes five minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from versions import unpacked

PACKAGE = "@octokit/openapi"
MEMBERS = ("package/generated/api.github.com.json",)
OLD, NEW = "19.0.0", "23.0.2"
TOKEN = "tr_dev_mock"
FIRST_REQUESTS = 60
LONGEST = 1800.0


@dataclass(frozen=True)
class Run:
    """What a command came to: seconds, seconds computed, megabytes at most, exit code and its last lines."""

    seconds: float
    computed: float
    memory: float
    code: int
    said: str

    def row(self, what: str, notes: str) -> str:
        """Return a row of the table."""
        cells = (what, f"{self.seconds:.1f}", f"{self.computed:.1f}", f"{self.memory:.0f}", notes)
        return f"| {' | '.join(cells)} |"


def run(folder: Path, *arguments: str) -> Run:
    """Run a command of ours to its end."""
    with (folder / "said").open("w+") as said:
        began = time.monotonic()
        process = subprocess.Popen(command(*arguments), stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code, text)


def command(*arguments: str) -> list[str]:
    """Return one of our commands, as this Python runs it."""
    return [sys.executable, "-m", "trigger_contract", *arguments]


class Mock:
    """The mock of a document in a process of its own.

    Attributes:
        started: Seconds until it could be called.
        url: Where it is.
    """

    def __init__(self, document: Path) -> None:
        began = time.monotonic()
        self._process = subprocess.Popen(
            command("mock", "--spec", str(document), "--port", "0", "--token", TOKEN),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = next(word for word in self._process.stdout.readline().split() if word.startswith("http"))
        self.started = time.monotonic() - began

    def first_requests(self, paths: Sequence[str]) -> list[float]:
        """Return the milliseconds of the first request to each path, whatever it answers."""
        opener = urllib.request.build_opener(_Whatever())
        opener.addheaders = [("Authorization", f"Bearer {TOKEN}")]
        opener.open(f"{self.url}/__mock").read()
        times = []
        for path in paths:
            began = time.monotonic()
            opener.open(self.url + path.replace("{", "").replace("}", "")).read()
            times.append((time.monotonic() - began) * 1000)
        return sorted(times)

    def close(self) -> Run:
        """Stop it and return what it used."""
        self._process.terminate()
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return Run(0.0, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, 0, "")


class _Whatever(urllib.request.HTTPErrorProcessor):
    def http_response(self, request, response):  # type: ignore[no-untyped-def]  # as urllib calls it
        return response


def spread(document: Path) -> list[str]:
    """Return some of the paths that can be read, spread over the document."""
    paths = [path for path, item in json.loads(document.read_bytes())["paths"].items() if "get" in item]
    return paths[:: max(1, len(paths) // FIRST_REQUESTS)][:FIRST_REQUESTS]


def main() -> int:
    if shutil.which("npm") is None:
        print("large: missing (no npm here)")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        folder.mkdir(parents=True, exist_ok=True)
        old, new = (unpacked(PACKAGE, version, MEMBERS, folder) for version in (OLD, NEW))
        return measured(old, new, Path(scratch))


def measured(old: Path, new: Path, scratch: Path) -> int:
    """Measure every command, print the table, and return the exit code."""
    print("| what | s | of them computing | MB | |\n|---|---|---|---|---|", flush=True)
    made = run(scratch, "generate", "--spec", str(new), "--output", str(scratch / "client"))
    print(made.row("generate", f"exit {made.code}"), flush=True)
    compared = run(scratch, "diff", str(old), str(new))
    print(compared.row(f"diff {OLD} → {NEW}", f"exit {compared.code}"), flush=True)
    mock = Mock(new)
    try:
        times = mock.first_requests(spread(new))
        judged = run(scratch, "test", "--url", mock.url, "--token", TOKEN, "--spec", str(new), "--seed", "1")
    finally:
        used = mock.close()
    first = (
        f"first request of {len(times)} operations: median {median(times):.1f} ms, most {times[-1]:.0f} ms"
    )
    print(Run(mock.started, used.computed, used.memory, 0, "").row("mock, until it can be called", first))
    lines = judged.said.strip().splitlines()
    outcome = next((line for line in reversed(lines) if " passed, " in line), lines[-1] if lines else "")
    print(judged.row("test of that mock, whole", outcome))
    return int(judged.code not in (0, 1) or made.code != 0 or compared.code not in (0, 1))


if __name__ == "__main__":
    sys.exit(main())
