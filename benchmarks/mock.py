"""How quick the mock is, side by side with a plain Starlette endpoint and with Prism.

    .venv/bin/python benchmarks/mock.py [--runs 1000000] [--seconds 1] [--rounds 7]
        [--prism COMMAND] [--any FILE] [--large FILE] [--workers 2]

Every figure of one table comes from one run on one machine, the servers taking turns. Rates are requests
for each second of processor time the server used, as Linux counts it: unlike requests a second they are
nearly the same on a busy machine. Compare the ratios, not the absolute figures. It needs `wrk`. Prism is
measured where `--prism` names its command. Only what several processes give together is a rate by the clock,
and of two runs side by side: it says something on a machine that has nothing else to do.

Start-up is that of an installed package, whose modules were compiled when it was installed; what it takes to
compile them as well, as where nothing may be written, is a line of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

GOALS = {
    ("retrieve", True): ">= 0.85x", ("retrieve", False): ">= 8x",
    ("list of 25", True): ">= 1.2x", ("list of 25", False): ">= 5x",
}  # fmt: skip
KEY = {"authorization": "Bearer tr_dev_mock"}
PLAIN = textwrap.dedent(
    """
    import json, sys
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    page, run = json.load(sys.stdin)

    async def listed(request):
        return JSONResponse(page)

    async def retrieved(request):
        return JSONResponse(run)

    routes = [Route("/api/v1/runs", listed), Route("/api/v3/runs/{run_id}", retrieved)]
    uvicorn.run(Starlette(routes=routes), port=int(sys.argv[1]), access_log=False, log_level="critical")
    """
)


@dataclass(frozen=True)
class Server:
    url: str
    pid: int


def processor_seconds(pid: int) -> float:
    """Return the processor time a process has used. Source: proc(5), /proc/pid/stat, fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def mock(*options: str, compiled: Path | None = None) -> Iterator[tuple[Server, float]]:
    """Run the mock; yields it and the seconds it took to answer.

    Args:
        options: Of the command.
        compiled: Where compiled modules are kept; None for nowhere.
    """
    begun = time.perf_counter()
    command = [sys.executable, "-m", "trigger_contract", "mock", *options]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("TRIGGER_")}
    environ |= {
        "PYTHONDONTWRITEBYTECODE": "" if compiled else "1",
        "PYTHONPYCACHEPREFIX": str(compiled or ""),
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            assert process.stdout is not None
            url = re.search(r"http://\S+", process.stdout.readline())
            assert url is not None, "the mock did not start"
            httpx.get(url[0] + "/api/v1/runs", headers=KEY)
            yield Server(url[0], process.pid), time.perf_counter() - begun
        finally:
            process.terminate()


@contextlib.contextmanager
def other(command: list[str], port: int, stdin: str | None = None) -> Iterator[Server]:
    """Run another server; yields it once it listens."""
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(stdin or "")
            process.stdin.close()
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(url + "/api/v1/runs", headers=KEY)
                    break
                time.sleep(0.1)
            yield Server(url, process.pid)
        finally:
            process.terminate()


def rate(server: Server, path: str, seconds: float) -> float:
    """Return requests a second of processor time over 16 connections; every answer has to be a 200."""
    before = processor_seconds(server.pid)
    return asked(server, path, seconds) / (processor_seconds(server.pid) - before)


def asked(server: Server, path: str, seconds: float) -> int:
    """Ask over 16 connections for so long, and return how many answers there were, each a 200."""
    command = [
        "wrk",
        "-t1",
        "-c16",
        f"-d{seconds}s",
        "-H",
        f"Authorization: {KEY['authorization']}",
        server.url + path,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"(\d+) requests in", said)
    assert found is not None, said
    return int(found[1])


def rates(
    what: dict[str, tuple[Server, str]], seconds: float, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the best rate of each server and path, all taken in turns, and how far below the median lay."""
    taken: dict[str, list[float]] = {name: [] for name in what}
    for _ in range(rounds):
        for name, (server, path) in what.items():
            taken[name].append(rate(server, path, seconds))
    best = {name: max(values) for name, values in taken.items()}
    return best, {name: 1 - statistics.median(values) / best[name] for name, values in taken.items()}


def row(
    name: str, value: str, ratio: float | None = None, goal: str = "", spread: float | None = None
) -> None:
    shown = "" if spread is None else f"spread {spread:.0%}"
    print(
        f"{name:<58} {value:>14} {'' if ratio is None else f'{ratio:.2f}x':>8}  {shown:<11}  {goal}".rstrip(),
        flush=True,
    )


def against_peers(seconds: float, rounds: int, prism: str | None, spec: Path) -> None:
    with contextlib.ExitStack() as stack:
        ours, _ = stack.enter_context(mock())
        page = httpx.get(f"{ours.url}/api/v1/runs", headers=KEY).json()
        run = httpx.get(f"{ours.url}/api/v3/runs/{page['data'][3]['id']}", headers=KEY).json()
        port = free_port()
        peers = {
            "plain Starlette JSONResponse": stack.enter_context(
                other([sys.executable, "-c", PLAIN, str(port)], port, json.dumps([page, run]))
            )
        }
        if prism:
            port = free_port()
            command = [*shlex.split(prism), "mock", "-p", str(port), "-h", "127.0.0.1", str(spec)]
            peers["Prism"] = stack.enter_context(other(command, port))
        for what, path in (("retrieve", f"/api/v3/runs/{run['id']}"), ("list of 25", "/api/v1/runs")):
            taken = rates({n: (s, path) for n, s in {"mock": ours, **peers}.items()}, seconds, rounds)
            measured, spread = taken
            row(f"{what}, mock", f"{measured['mock']:.0f}/s", spread=spread["mock"])
            for name in peers:
                goal = GOALS[what, "Starlette" in name]
                ratio = measured["mock"] / measured[name]
                row(f"{what}, {name}", f"{measured[name]:.0f}/s", ratio, goal, spread[name])


def paging(runs: int, seconds: float, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        begun = time.perf_counter()
        large, _ = stack.enter_context(mock("--runs", str(runs), "--db", f"{folder}/large.db"))
        row(
            f"{runs} runs seeded into a file",
            f"{time.perf_counter() - begun:.1f} s",
            None,
            "a million < 40 s",
        )
        small, _ = stack.enter_context(mock("--runs", "300"))
        pages = min(10_000, runs // 25 - 1)
        cursor = ""
        with httpx.Client(base_url=large.url, headers=KEY) as walker:
            for _ in range(pages * 25 // 100):
                query = {"page[size]": "100"} | ({"page[after]": cursor} if cursor else {})
                cursor = walker.get("/api/v1/runs", params=query).json()["pagination"]["next"]
        near = "page%5Bafter%5D="
        first = httpx.get(f"{large.url}/api/v1/runs", headers=KEY).json()["pagination"]["next"]
        small_first = httpx.get(f"{small.url}/api/v1/runs", headers=KEY).json()["pagination"]["next"]
        measured, spread = rates(
            {
                "page 1 of 300 runs": (small, "/api/v1/runs"),
                f"page 1 of {runs} runs": (large, "/api/v1/runs"),
                "page 2 of 300 runs": (small, f"/api/v1/runs?{near}{small_first}"),
                f"page 2 of {runs} runs": (large, f"/api/v1/runs?{near}{first}"),
                f"page {pages} of {runs} runs": (large, f"/api/v1/runs?{near}{cursor}"),
            },
            seconds,
            rounds,
        )
        for name, value in measured.items():
            base = measured["page 1 of 300 runs" if "page 1 " in name else "page 2 of 300 runs"]
            row(name, f"{value:.0f}/s", base / value, "<= 1.2x the time of 300 runs", spread[name])
        filters = {
            "no filter": "",
            "status, two values": "filter%5Bstatus%5D=FAILED,CRASHED",
            "tag": "filter%5Btag%5D=user_1",
            "task and version": "filter%5BtaskIdentifier%5D=my-task&filter%5Bversion%5D=20240601.1",
            "schedule": "filter%5Bschedule%5D=sched_daily",
            "period of a day": "filter%5BcreatedAt%5D%5Bperiod%5D=1d",
        }
        client = stack.enter_context(httpx.Client(headers=KEY))
        for name, query in filters.items():
            taken = []
            for _ in range(20):
                begun = time.perf_counter()
                client.get(f"{large.url}/api/v1/runs?{query}").raise_for_status()
                taken.append(time.perf_counter() - begun)
            row(f"first page of {runs} runs, {name}", f"{min(taken) * 1000:.1f} ms")


def alive(seconds: int, rounds: int, prism: str | None, spec: Path) -> None:
    """Measure lists and items of a document of the user's, answered by its form, against Prism."""
    from trigger_contract.document.locate import read_document
    from trigger_contract.document.resources import resources
    from trigger_contract.mock.platform.routes import BY_FORM, ROUTES

    own = {
        re.sub(r"{}", "x", route.path)
        for route in ROUTES
        if BY_FORM not in (route.read, *route.acts.values())
    }
    with contextlib.ExitStack() as stack:
        ours, _ = stack.enter_context(mock("--spec", str(spec)))
        servers = {"mock": ours}
        if prism:
            port = free_port()
            command = [*shlex.split(prism), "mock", "-p", str(port), "-h", "127.0.0.1", str(spec)]
            servers["Prism"] = stack.enter_context(other(command, port))
        paths = []
        for resource in resources(read_document(spec)).all:
            if resource.list is None or resource.parents or resource.path in own:
                continue
            answer = httpx.get(ours.url + resource.path, headers=KEY)
            shown = re.search(r'"(?:id|key|name)":"([A-Za-z0-9_-]+)"', answer.text)
            found = [resource.path]
            if resource.read is not None and shown and resource.item_path:
                found.append(re.sub(r"{[^}]*}", shown[1], resource.item_path))
            every = [server.url + path for server in servers.values() for path in found]
            if all(httpx.get(url, headers=KEY).status_code == 200 for url in every):
                paths += found
        ratios = []
        for path in paths:
            measured, spread = rates(
                {name: (server, path) for name, server in servers.items()}, seconds, rounds
            )
            ratio = measured["mock"] / measured["Prism"] if prism else None
            ratios += [ratio] if ratio else []
            row(f"by form, {path}", f"{measured['mock']:.0f}/s", ratio, "", spread["mock"])
        if ratios:
            row("by form, median of all", "", statistics.median(ratios), ">= 7x")


def starting(rounds: int, *options: str, what: str = "300 runs", goal: str = "< 0.3 s") -> None:
    with tempfile.TemporaryDirectory() as folder:
        for compiled in (Path(folder), None):
            taken = []
            for _ in range(rounds + 2):
                with mock("--runs", "300", *options, compiled=compiled) as (server, seconds):
                    taken.append((seconds, processor_seconds(server.pid)))
            whole, busy = min(first for first, _ in taken), min(last for _, last in taken)
            more = "" if compiled else ", modules compiled anew"
            row(f"start-up with {what}, first answer{more}", f"{whole:.2f} s", None, goal if compiled else "")
            row(f"start-up with {what}, processor time{more}", f"{busy:.2f} s")


def first_requests(file: Path) -> None:
    """Measure the first request of each operation that reads, in one process and in an order by chance."""
    import gc
    import random

    from trigger_contract.document.references import resolve
    from trigger_contract.mock.app import create_app
    from trigger_contract.mock.messages import Request
    from trigger_contract.mock.reading import read
    from trigger_contract.mock.settings import Settings

    begun = time.process_time()
    app = create_app(read(file), Settings(runs=300))
    row(f"{file.name} read and served, processor time", f"{time.process_time() - begun:.2f} s", None, "< 2 s")
    gc.freeze()
    gc.set_threshold(2_000, 10, 1_000)
    headers = {name.encode(): value.encode() for name, value in (KEY | {"host": "127.0.0.1"}).items()}
    document = app.service.document

    def value(parameter: dict[str, Any]) -> str:
        schema = resolve(document, parameter.get("schema") or {})
        found = parameter.get("example", schema.get("example", (schema.get("enum") or [None])[0]))
        return str(found if found is not None else 1 if schema.get("type") == "integer" else "x")

    taken = []
    operations = [operation for operation in app.service.operations if operation.method == "get"]
    random.Random(1).shuffle(operations)
    for operation in operations:
        path = operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", value(parameter))
        begun = time.process_time()
        app.answer(Request("GET", path.encode(), b"", headers))
        taken.append(time.process_time() - begun)
    taken.sort()
    row(f"first request of {len(taken)} operations, median", f"{statistics.median(taken) * 1000:.1f} ms")
    row("the slowest of them", f"{taken[-1] * 1000:.1f} ms", None, "< 20 ms")
    row("slower than 20 ms", f"{sum(one > 0.02 for one in taken)}", None, "0")


def together(workers: int, seconds: float, rounds: int) -> None:
    """Measure what several processes give that serve one file, against one process."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        file = ("--db", f"{folder}/runs.db", "--runs", "300")
        one, _ = stack.enter_context(mock(*file))
        many, _ = stack.enter_context(mock(*file, "--workers", str(workers)))
        listed = httpx.get(f"{one.url}/api/v1/runs", headers=KEY).json()["data"]
        for what, path in (("list of 25", "/api/v1/runs"), ("retrieve", f"/api/v3/runs/{listed[3]['id']}")):
            taken: dict[str, list[float]] = {}
            for _ in range(rounds):
                for name, server in (("1 process", one), (f"{workers} processes", many)):
                    taken.setdefault(name, []).append(asked(server, path, seconds) / seconds)
            (first, alone), (other, shared) = taken.items()
            row(f"{what} from {first}, by the clock", f"{max(alone):.0f}/s")
            row(f"{what} from {other}, by the clock", f"{max(shared):.0f}/s", max(shared) / max(alone))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--prism", help="command that starts Prism, for example 'npx @stoplight/prism-cli'")
    parser.add_argument(
        "--spec", type=Path, default=Path(__file__).parent.parent / "openapi" / "openapi.yaml"
    )
    parser.add_argument("--any", type=Path, help="a document whose operations are answered by form")
    parser.add_argument("--large", type=Path, help="a document of many megabytes, read and asked once")
    parser.add_argument("--workers", type=int, default=2, help="so many processes against one")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("benchmarks/mock.py: wrk is not installed")
    starting(options.rounds)
    if options.any:
        starting(
            options.rounds, "--spec", str(options.any), what=options.any.name, goal="61 operations < 0.6 s"
        )
        alive(options.seconds, options.rounds, options.prism, options.any)
    if options.large:
        first_requests(options.large)
    against_peers(options.seconds, options.rounds, options.prism, options.spec)
    together(options.workers, options.seconds, options.rounds)
    paging(options.runs, options.seconds, options.rounds)


if __name__ == "__main__":
    main()
