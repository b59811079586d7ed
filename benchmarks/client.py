"""The generated client beside its peers, in one run: decoding a page, the cost of a call, import time.

Run it with ``python benchmarks/client.py``; ``--json FILE`` keeps the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "generated"
sys.path.insert(0, str(GENERATED))
sys.path.insert(0, str(ROOT / "tests"))

Decoder = Callable[[bytes], Any]


def page(count: int = 100) -> bytes:
    """A page of runs as the real server sends it, with properties that the document does not name."""
    items = [
        {
            "id": f"run_{number:022}",
            "status": ("COMPLETED", "QUEUED", "EXECUTING", "FAILED")[number % 4],
            "taskIdentifier": "send-welcome-email",
            "version": "20240523.1",
            "env": {"id": "cl1234567890abcdefghij", "name": "dev", "user": "Anna"},
            "idempotencyKey": f"idempotency_key_{number}",
            "isTest": False,
            "createdAt": "2024-05-23T10:00:00.000Z",
            "updatedAt": "2024-05-23T10:00:01.500Z",
            "startedAt": "2024-05-23T10:00:00.250Z",
            "finishedAt": "2024-05-23T10:00:01.400Z",
            "ttl": "1h42m",
            "tags": ["user_5df987al13", "org_c6b7dycmxw"],
            "costInCents": 0.00292,
            "baseCostInCents": 0.0025,
            "durationMs": 491,
            "attemptCount": 1,
            "isCompleted": True,
        }
        for number in range(count)
    ]
    return json.dumps({"data": items, "pagination": {"next": "run_1"}}).encode()


def median(function: Callable[[], Any], seconds: float) -> float:
    """Median time of a call in microseconds, the collector left on."""
    function()
    samples = []
    gc.collect()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(samples) < 5:
        begin = time.perf_counter()
        function()
        samples.append(time.perf_counter() - begin)
    return statistics.median(samples) * 1e6


@dataclass(frozen=True)
class Figure:
    """The shortest of some rounds, and how much longer the median round took, as a part of it."""

    value: float
    spread: float

    @classmethod
    def of(cls, rounds: list[float], off: float = 0.0) -> Figure:
        best = min(rounds) - off
        return cls(best, (statistics.median(rounds) - min(rounds)) / best)


def interleaved(functions: dict[str, Callable[[], Any]]) -> dict[str, Figure]:
    """Figures of several functions, measured in short turns so that a busy moment hits all alike."""
    rounds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(60):
        for name, function in functions.items():
            rounds[name].append(median(function, 0.02))
    return {name: Figure.of(times) for name, times in rounds.items()}


def stock_models(document: Mapping[str, Any], name: str, folder: Path) -> Any:
    """Return the models that openapi-python-client makes of a document, in a package of this name."""
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData

    config = Config.from_sources(
        ConfigFile(package_name_override=name, post_hooks=[]),
        MetaType.NONE,
        document_source=folder,
        file_encoding="utf-8",
        overwrite=True,
        output_path=folder / name,
    )
    data = GeneratorData.from_dict(json.loads(json.dumps(document)), config=config)
    with contextlib.redirect_stdout(io.StringIO()):
        Project(openapi=data, config=config).build()
    sys.path.insert(0, str(folder))
    return importlib.import_module(f"{name}.models")


def stock_decoder(folder: Path) -> Decoder:
    """Read a page with what openapi-python-client makes of the same document by itself."""
    from trigger_contract.document.locate import read_document

    model = stock_models(read_document(), "stock_client", folder).ListRunsResult
    return lambda content: model.from_dict(json.loads(content))


def pydantic_decoder() -> Decoder:
    """Read a page with hand-written pydantic models that keep unknown properties."""
    from pydantic import ConfigDict, TypeAdapter, create_model
    from pydantic.alias_generators import to_camel

    settings = ConfigDict(extra="allow", alias_generator=to_camel)
    environment = create_model(
        "Environment", __config__=settings, id=(str, ...), name=(str, ...), user=(str | None, None)
    )
    fields: dict[str, Any] = {
        "env": (environment, ...),
        "is_test": (bool, ...),
        "tags": (list[str] | None, None),
    }
    fields |= dict.fromkeys(("id", "status", "task_identifier"), (str, ...))
    fields |= dict.fromkeys(("created_at", "updated_at"), (datetime, ...))
    fields |= dict.fromkeys(("started_at", "finished_at"), (datetime | None, None))
    fields |= dict.fromkeys(("version", "idempotency_key", "ttl"), (str | None, None))
    fields |= dict.fromkeys(("cost_in_cents", "base_cost_in_cents", "duration_ms"), (float | None, None))
    item = create_model("Item", __config__=settings, **fields)
    result = create_model("Result", data=(list[item], ...), pagination=(dict[str, Any] | None, None))
    return TypeAdapter(result).validate_json


def msgspec_decoder() -> Decoder:
    """Read a page with msgspec structs, which drop unknown properties."""
    import msgspec

    environment = msgspec.defstruct("Environment", [("id", str), ("name", str), ("user", str | None, None)])
    required = [(name, str) for name in ("id", "status", "taskIdentifier")]
    required += [(name, datetime) for name in ("createdAt", "updatedAt")]
    required += [("env", environment), ("isTest", bool)]
    optional = [(name, str | None, None) for name in ("version", "idempotencyKey", "ttl")]
    optional += [(name, datetime | None, None) for name in ("startedAt", "finishedAt")]
    optional += [(name, float | None, None) for name in ("costInCents", "baseCostInCents", "durationMs")]
    optional += [("tags", list[str] | None, None)]
    item = msgspec.defstruct("Item", [*required, *optional])
    fields = [("data", list[item]), ("pagination", dict[str, Any] | None, None)]
    decode: Decoder = msgspec.json.Decoder(msgspec.defstruct("Result", fields)).decode
    return decode


def decoding(folder: Path) -> dict[str, Figure]:
    """Microseconds to read a page of 100 runs."""
    import orjson
    from trigger_dev_client._reading import read
    from trigger_dev_client._shapes import ModelShape
    from trigger_dev_client.models.list_runs_result import ListRunsResult

    content = page()
    shape = ModelShape(ListRunsResult)
    stock, pydantic, msgspec = stock_decoder(folder), pydantic_decoder(), msgspec_decoder()
    figures = interleaved(
        {
            "generated client, extras kept": lambda: read(shape, content, strict=False),
            "stock openapi-python-client": lambda: stock(content),
            "pydantic v2, extras kept": lambda: pydantic(content),
            "msgspec Struct, extras lost": lambda: msgspec(content),
            "orjson.loads, no models": lambda: orjson.loads(content),
            "json.loads, no models": lambda: json.loads(content),
        }
    )
    kept: deque[Any] = deque(maxlen=100)
    many = interleaved(
        {
            "generated client, the last 100 pages kept": lambda: kept.append(
                read(shape, content, strict=False)
            ),
            "stock, the last 100 pages kept": lambda: kept.append(stock(content)),
        }
    )
    return figures | many


def keeping(folder: Path) -> dict[str, Figure]:
    """Bytes that each of 10,000 runs takes in memory, what the models were read from included."""
    import tracemalloc

    from trigger_dev_client._reading import read
    from trigger_dev_client._shapes import ModelShape
    from trigger_dev_client.models.list_runs_result import ListRunsResult

    shape = ModelShape(ListRunsResult)
    makers: dict[str, Decoder] = {
        "generated client, extras kept": lambda content: read(shape, content, strict=False),
        "stock openapi-python-client": stock_decoder(folder),
        "pydantic v2, extras kept": pydantic_decoder(),
    }
    figures = {}
    for how, content in (("one page of 10,000", page(10_000)), ("100 pages of 100", page(100))):
        for name, make in makers.items():
            make(page(2))
            gc.collect()
            tracemalloc.start()
            # A copy, as each answer has bytes of its own.
            kept = [make(bytes(bytearray(content))) for _ in range(1 if "one" in how else 100)]
            gc.collect()
            figures[f"{name}, {how}"] = Figure(tracemalloc.get_traced_memory()[0] / 10_000, 0.0)
            tracemalloc.stop()
            del kept
    return figures


def calling() -> dict[str, Figure]:
    """Microseconds for one retrieve over a mock transport."""
    import httpx
    from trigger_dev_client import TriggerClient

    body = json.dumps({**json.loads(page(1))["data"][0], "attempts": []}).encode()
    headers = {"content-type": "application/json"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body, headers=headers))
    http_client = httpx.Client(transport=transport)
    trigger = TriggerClient(secret_key="tr_dev_1", http_client=http_client)
    authorization = {"Authorization": "Bearer tr_dev_1"}

    def raw() -> Any:
        response = http_client.get("https://api.trigger.dev/api/v3/runs/run_1", headers=authorization)
        response.raise_for_status()
        return response.json()

    return interleaved({"raw httpx": raw, "generated client": lambda: trigger.runs.retrieve("run_1")})


def over_a_socket() -> dict[str, Figure]:
    """Microseconds for one retrieve from a mock server in a process of its own."""
    import httpx
    from trigger_dev_client import TriggerClient

    command = [sys.executable, "-m", "trigger_contract", "mock", "--runs", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[3]
            with httpx.Client() as plain, TriggerClient(secret_key="tr_dev_mock", base_url=url) as trigger:
                run = next(iter(trigger.runs.list())).id
                authorization = {"Authorization": "Bearer tr_dev_mock"}

                def raw() -> Any:
                    response = plain.get(f"{url}/api/v3/runs/{run}", headers=authorization)
                    response.raise_for_status()
                    return response.json()

                return interleaved({"raw httpx": raw, "generated client": lambda: trigger.runs.retrieve(run)})
        finally:
            server.terminate()


def importing(folder: Path) -> dict[str, Figure]:
    """Milliseconds to import in a fresh interpreter, the interpreter's own start taken off."""
    from generate.documents import sixty
    from trigger_contract.generate.project import generate

    generate(sixty(), folder / "sixty")
    codes = {
        "nothing": ("", GENERATED),
        "httpx + attrs": ("import httpx, attrs", GENERATED),
        "generated client": ("from trigger_dev_client import TriggerClient", GENERATED),
        "client of sixty operations": ("from synthetic_client import WidgetsClient", folder / "sixty"),
    }
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(20):
        for name, (code, path) in codes.items():
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", code], check=True, cwd=folder, env={"PYTHONPATH": str(path)}
            )
            times[name].append((time.perf_counter() - begin) * 1000)
    start = min(times.pop("nothing"))
    return {name: Figure.of(samples, start) for name, samples in times.items()}


def table(title: str, figures: dict[str, Figure], unit: str, base: str) -> None:
    """Print figures with their ratio to one of them."""
    print(f"\n{title}\n\n| | {unit} | ratio | spread |\n|---|---|---|---|")
    for name, figure in figures.items():
        ratio = figure.value / figures[base].value
        print(f"| {name} | {figure.value:.1f} | {ratio:.2f} | {figure.spread:.0%} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = {
            "decoding": decoding(folder),
            "keeping": keeping(folder),
            "calling": calling(),
            "over_a_socket": over_a_socket(),
            "importing": importing(folder),
        }
    title = f"Reading a page of 100 runs, {len(page()) / 1000:.1f} kB"
    table(title, results["decoding"], "µs", "stock openapi-python-client")
    table(
        "Keeping 10,000 runs",
        results["keeping"],
        "bytes a run",
        "stock openapi-python-client, 100 pages of 100",
    )
    table("One call over a mock transport", results["calling"], "µs", "raw httpx")
    table("One call over a socket of this machine", results["over_a_socket"], "µs", "raw httpx")
    table("Importing", results["importing"], "ms", "httpx + attrs")
    if options.json:
        plain = {part: {name: asdict(item) for name, item in rows.items()} for part, rows in results.items()}
        options.json.write_text(json.dumps(plain, indent=2) + "\n")


if __name__ == "__main__":
    main()
