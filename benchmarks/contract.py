"""How quick the contract suite is: a whole run, the property part, validation, and cost by operations.

    .venv/bin/python benchmarks/contract.py

Prints a table; `report` is the time of `trigger-contract test` against the mock over a socket.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from mutants.harness import judge  # the folder of the tests is put on the path above
from mutants.hooks import Server  # as above
from mutants.keys import KEYS  # as above
from trigger_contract.contract.exchange import Exchange, Request  # as above
from trigger_contract.contract.runner import run_laws  # as above
from trigger_contract.contract.session import Session  # as above
from trigger_contract.contract.settings import Settings  # as above
from trigger_contract.contract.universal import Judge  # as above
from trigger_contract.document.locate import read_document  # as above
from trigger_contract.mock import MockServer  # as above
from trigger_contract.mock import Settings as MockSettings  # as above

COMPILED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
PROPERTIES = ("pagination", "filters", "agreement", "hierarchy", "results", "public-key")


def whole_run(runs: int) -> tuple[float, float]:
    """Seconds of the command against the mock, and those that the command computes.

    Modules are compiled before, as pip does when it installs them.
    """
    with MockServer(settings=MockSettings(runs=runs, **KEYS)) as mock:
        keys = [text for name, key in KEYS.items() for text in ("--" + name.replace("_", "-"), key)]
        start, computed = time.monotonic(), _computed()
        subprocess.run(
            [sys.executable, "-m", "trigger_contract", "test", "--url", mock.url, *keys, "--seed", "1"],
            check=True,
            capture_output=True,
            env=COMPILED,
        )
        return time.monotonic() - start, _computed() - computed


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def property_rate(runs: int) -> tuple[float, int]:
    """Requests a second in the property part, over a socket."""
    with MockServer(settings=MockSettings(runs=runs, **KEYS)) as mock:
        session = Session(Settings(url=mock.url, seed=1, probe=PROPERTIES, **KEYS))
        start = time.monotonic()
        run_laws(session)
        seconds = time.monotonic() - start
        session.close()
        return session.client.sent / seconds, session.client.sent


def validation() -> tuple[float, float]:
    """Milliseconds to validate a page of 25 items: by jsonschema-rs as the suite does, by jsonschema."""
    from datetime import UTC, datetime

    with MockServer(settings=MockSettings(runs=60, **KEYS)) as mock:
        session = Session(Settings(url=mock.url, **KEYS))
        subject = session.contract.subjects[
            [item.name for item in session.contract.subjects].index("list_runs_v1")
        ]
        body = session.ask(subject).json
        session.close()
    document = read_document()
    judge_ = Judge(document)
    exchange = Exchange(
        Request("GET", "/"),
        "/",
        200,
        {"content-type": "application/json"},
        json.dumps(body).encode(),
        datetime.now(UTC),
        0.0,
    )
    assert exchange.is_json
    ours = _milliseconds(lambda: list(judge_.judge(subject, exchange, lenient=False)), 300)
    plain = json.loads(json.dumps(document))
    schema = {"$ref": "#/components/schemas/ListRunsResult", "components": plain["components"]}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    theirs = _milliseconds(lambda: list(validator.iter_errors(body)), 10)
    return ours, theirs


def _milliseconds(call: Any, times: int) -> float:
    call()
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times * 1000


def cost_by_operations(copies: int) -> tuple[int, float]:
    """Requests and seconds of the robustness and error laws with so many copies of each operation.

    The mock does not know the copies and answers 404, which costs what any answer costs.
    """
    document = copy.deepcopy(json.loads(json.dumps(read_document())))
    for path, item in list(document["paths"].items()):
        for number in range(1, copies):
            clone = copy.deepcopy(item)
            for definition in clone.values():
                if isinstance(definition, dict) and "operationId" in definition:
                    definition["operationId"] += f"_{number}"
            document["paths"][f"/copy{number}{path}"] = clone
    with MockServer(settings=MockSettings(runs=10, **KEYS)) as mock:
        settings = Settings(url=mock.url, seed=1, probe=("robustness", "auth"), **KEYS)
        session = Session(settings, document)
        start = time.monotonic()
        run_laws(session)
        session.close()
        return len(session.contract.subjects), time.monotonic() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        COMPILED["PYTHONPYCACHEPREFIX"] = folder
        whole_runs()
    single_figures()


def whole_runs() -> None:
    """Print how long whole runs of the command take; the first one compiles its modules and is not told."""
    times = sorted([whole_run(300) for _ in range(4)][1:])
    seconds, computed = times[1]
    apart = (times[-1][0] - times[0][0]) / seconds
    said = f"{seconds:.1f} s, {computed:.1f} s of them computing, spread {apart:.0%} of 3"
    print(f"trigger-contract test, default budget, 300 runs: {said}")
    # To make a million runs takes the mock a minute, which is not counted.
    for runs in (5000, 1_000_000):
        seconds, computed = whole_run(runs)
        said = f"{seconds:.1f} s, {computed:.1f} s of them computing"
        print(f"trigger-contract test, default budget, {runs:,} runs: {said}")


def single_figures() -> None:
    """Print what parts of a run cost."""
    rate, sent = property_rate(300)
    print(f"property part: {rate:.0f} requests/s over a socket ({sent} requests)")
    verdict = judge(
        Server("mock", "", lambda: lambda request, answering: answering(request), 300), stop_early=False
    )
    print(f"every law in one process: {verdict.requests / verdict.seconds:.0f} requests/s")
    ours, theirs = validation()
    print(f"validating a page of 25 items: {ours:.3f} ms by jsonschema-rs, {theirs:.2f} ms by jsonschema")
    for copies in (1, 2, 4):
        operations, seconds = cost_by_operations(copies)
        print(
            f"auth, robustness on {operations} operations: {seconds:.1f} s, {seconds / operations:.2f} each"
        )


if __name__ == "__main__":
    main()
