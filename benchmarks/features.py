"""What each peer does, seen by running it: one line for each feature and peer.

    .venv/bin/python benchmarks/features.py [--prism COMMAND] [--sdk FOLDER] [--peers FOLDER]

The stock client is what openapi-python-client makes of the canonical document; it and the official
TypeScript SDK (a folder with its node_modules) call our mock server, whose journal tells what reached it.
Prism serves the canonical document. Other mocks, suites and proxies are asked by benchmarks/peers.py. What
schemathesis catches is in the kill matrix. The README's table is made of these lines by benchmarks/table.py.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import yaml
from peers import SHOP, compare_with_peers, programs

from client import stock_decoder, stock_models
from trigger_contract.document.locate import read_document, resource
from trigger_contract.mock import MockServer, Settings

# By name: the linter takes `mock` for a library that Python has replaced.
_beside = importlib.import_module("mock")
SETTINGS = Settings(runs=60)
STOCK, SDK, PRISM = "openapi-python-client", "TypeScript SDK", "Prism"


def seen(feature: str, peer: str, answer: bool | str, what: str) -> None:
    """Print one line of the table."""
    word = answer if isinstance(answer, str) else ("yes" if answer else "no")
    print(f"| {feature} | {peer} | {word} | {what} |", flush=True)


def queries(mock: MockServer) -> list[str]:
    """Return the query of each request that reached the mock since the last call."""
    found = httpx.get(f"{mock.url}/__mock/requests").json()["requests"]
    httpx.delete(f"{mock.url}/__mock/requests")
    return ["&".join(f"{name}={value}" for name, value in item["query"].items()) for item in found]


def fault(mock: MockServer, **what: Any) -> None:
    """Let the mock fail as told."""
    httpx.post(f"{mock.url}/__mock/faults", json=what).raise_for_status()


def stock_client(mock: MockServer, folder: Path) -> None:
    """Call the mock with what openapi-python-client makes of the document by itself."""
    stock_decoder(folder)
    models = importlib.import_module("stock_client.models")
    client = importlib.import_module("stock_client.client").AuthenticatedClient(
        base_url=mock.url, token=SETTINGS.token
    )
    runs = importlib.import_module("stock_client.api.runs.list_runs_v1")
    status = models.RunStatus("FAILED")
    chosen = runs.sync(client=client, filter_=models.CommonRunsFilter(status=[status]))
    wrong = [run for run in chosen.data if run.status != status]
    sent = queries(mock)[-1]
    seen(
        "filters", STOCK, not wrong, f"asked for failed runs it sends `{sent}`; {len(wrong)} others come back"
    )
    page = runs.sync(client=client, page=models.PageQuery(size=10))
    asked = len(queries(mock))
    seen("paging", STOCK, asked > 1, f"by tens: {asked} request, {len(page.data)} of {SETTINGS.runs} runs")
    fault(mock, status=503, times=1)
    answer = runs.sync_detailed(client=client)
    asked = len(queries(mock))
    seen("retries", STOCK, answer.status_code == 200, f"503 once: {asked} request, {int(answer.status_code)}")
    both = asyncio.run(runs.asyncio(client=client))
    seen("python", STOCK, len(both.data) > 0, "`sync` and `asyncio` of one operation")
    seen("start", STOCK, False, "the published pages describe no operation that starts a run")


# A union whose members are told apart only by what they say of themselves, and a stream.
_FORMS = """
openapi: 3.1.0
info: {title: Forms, version: "1"}
paths:
  /pet:
    get:
      operationId: readPet
      responses:
        "200": {description: "", content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
  /news:
    get:
      operationId: follow
      responses: {"200": {description: "", content: {text/event-stream: {schema: {type: string}}}}}
components:
  schemas:
    Pet:
      oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]
      discriminator:
        propertyName: kind
        mapping: {cat: "#/components/schemas/Cat", dog: "#/components/schemas/Dog"}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, name: {type: string}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, name: {type: string}}}
"""


def stock_forms(folder: Path) -> None:
    """Write with a stock client, and let it read a union and a stream."""
    stock_models(read_document(SHOP), "stock_shop", folder)
    order = importlib.import_module("stock_shop.models").Order
    try:
        order(id="1", status="OPEN", itme="Tea")
        seen("writing", STOCK, False, "a wrong keyword is taken")
    except TypeError as error:
        seen("writing", STOCK, True, f"a body is a model: `{error}`")
    stock_models(yaml.safe_load(_FORMS), "stock_forms", folder)
    client = importlib.import_module("stock_forms.client").Client(base_url="http://x.test")
    answers = {
        "read_pet": httpx.Response(200, json={"kind": "dog", "name": "Rex"}),
        "follow": httpx.Response(
            200, headers={"content-type": "text/event-stream"}, text="data: 1\n\ndata: 2\n\n"
        ),
    }
    pet, news = (
        importlib.import_module(f"stock_forms.api.default.{name}")._parse_response(
            client=client, response=answer
        )
        for name, answer in answers.items()
    )
    seen("unions", STOCK, type(pet).__name__ == "Dog", f"a dog becomes a {type(pet).__name__}")
    seen("streams", STOCK, not isinstance(news, str), f"two events become `{news!r}`")


_SDK_SCRIPT = """
import { configure, runs, tasks } from "@trigger.dev/sdk";
const { MOCK_URL: url, MOCK_TOKEN: token } = process.env;
const control = async (method, path, body) =>
  (await fetch(`${url}/__mock${path}`, { method, body: body && JSON.stringify(body) })).json();
const requests = async () => {
  const found = (await control("GET", "/requests")).requests;
  await control("DELETE", "/requests");
  return found;
};
const retry = { minTimeoutInMs: 1, maxAttempts: 3 };
configure({ baseURL: url, accessToken: token, requestOptions: { retry } });
const failed = [];
for await (const run of runs.list({ status: "FAILED", limit: 100 })) failed.push(run);
const query = Object.entries((await requests()).at(-1).query).map((pair) => pair.join("=")).join("&");
const all = [];
for await (const run of runs.list({ limit: 10 })) all.push(run);
const pages = (await requests()).length;
await control("POST", "/faults", { status: 503, times: 1 });
const again = await runs.retrieve(all[0].id);
const attempts = (await requests()).length;
console.log(JSON.stringify({
  failed: failed.length, others: failed.filter((run) => run.status !== "FAILED").length, query,
  all: all.length, pages, retried: again.id === all[0].id, attempts,
  starts: [tasks.trigger, runs.cancel, runs.replay].every((call) => typeof call === "function"),
}));
"""


def sdk(mock: MockServer, installed: Path) -> None:
    """Call the mock with the official SDK."""
    script = installed / "features.mjs"
    script.write_text(_SDK_SCRIPT, encoding="utf-8")
    environment = {**os.environ, "MOCK_URL": mock.url, "MOCK_TOKEN": SETTINGS.token}
    done = subprocess.run(
        ["node", str(script)], cwd=installed, env=environment, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        sys.exit(f"benchmarks/features.py: the SDK failed\n{done.stderr}")
    told = json.loads(done.stdout)
    chosen = told["failed"] > 0 and not told["others"]
    seen("filters", SDK, chosen, f"asked for failed runs it sends `{told['query']}`")
    whole = told["all"] == SETTINGS.runs
    seen("paging", SDK, whole, f"by tens: {told['pages']} requests, {told['all']} of {SETTINGS.runs} runs")
    seen("retries", SDK, told["retried"], f"503 once: {told['attempts']} requests, and the run")
    seen("python", SDK, False, "it is for TypeScript")
    seen("start", SDK, told["starts"], "`tasks.trigger`, `runs.cancel` and `runs.replay` are there")


_APPLES = {"schema": {"type": "array", "items": {"type": "string"}}, "example": ["red"]}
_SHOP = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/apples": {
            "get": {"responses": {"200": {"description": "", "content": {"application/json": _APPLES}}}}
        }
    },
}


def prism(command: str, spec: Path) -> None:
    """Ask Prism, which serves the document, what a mock may be asked."""
    port = _beside.free_port()
    started = [*shlex.split(command), "mock", "-p", str(port), "-h", "127.0.0.1", str(spec)]
    with (
        _beside.other(started, port) as server,
        httpx.Client(base_url=server.url, headers=_beside.KEY) as client,
    ):
        ids = [client.get(f"/api/v3/runs/{name}").json()["id"] for name in ("run_one", "run_two")]
        seen("state", PRISM, ids == ["run_one", "run_two"], f"run_one and run_two are both `{ids[0]}`")
        failed = client.get("/api/v1/runs?filter[status]=FAILED").json()["data"]
        others = [run for run in failed if run["status"] != "FAILED"]
        seen("selects", PRISM, not others, f"asked for failed runs it gives `{failed[0]['status']}`")
        code = client.get("/api/v1/runs?page[size]=1000").status_code
        seen("validation", PRISM, 400 <= code < 500, f"a page of 1000 runs: {code}")
        codes = {
            wish: client.get("/api/v3/runs/run_one", headers={"Prefer": f"code={wish}"}).status_code
            for wish in (404, 503)
        }
        answer = "yes" if codes == {404: 404, 503: 503} else "partly" if codes[404] == 404 else "no"
        seen("faults", PRISM, answer, f"`Prefer: code=404` gives {codes[404]}, `code=503` {codes[503]}")
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop.json"
        shop.write_text(json.dumps(_SHOP), encoding="utf-8")
        port = _beside.free_port()
        with _beside.other([*shlex.split(command), "mock", "-p", str(port), str(shop)], port) as server:
            answer = httpx.get(f"{server.url}/apples")
        seen("any document", PRISM, answer.json() == ["red"], f"a document of a shop: {answer.status_code}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prism", help="command that starts Prism")
    parser.add_argument("--sdk", type=Path, help="folder with the node_modules of the official SDK")
    parser.add_argument("--peers", type=Path, help="folder with the node_modules of those of peers.py")
    options = parser.parse_args()
    print("| feature | peer | answer | seen |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch, MockServer(settings=SETTINGS) as mock:
        stock_client(mock, Path(scratch))
        stock_forms(Path(scratch))
        if options.sdk:
            sdk(mock, options.sdk)
    if options.prism:
        prism(options.prism, Path(resource("openapi", "openapi.yaml")))
    started = shlex.split(options.prism) if options.prism else None
    compare_with_peers(programs(started, options.peers), seen)


if __name__ == "__main__":
    main()
