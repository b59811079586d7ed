"""What other mocks, suites, proxies and comparisons do with docs/examples/shop.yaml, seen by running them.

`features.py --peers FOLDER` calls it; FOLDER has the packages that `run.py` installs. A suite is shown the
mock of the shop as it is and then with one fault planted at a time: it notices a fault where it says what it
does not say of the mock without one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import yaml

from trigger_contract.document.locate import read_document
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.plants import hook

SHOP = Path(__file__).resolve().parent.parent / "docs" / "examples" / "shop.yaml"
PRISM, SPECMATIC, WIREMOCK, REDOCLY = "Prism", "Specmatic", "WireMock", "Redocly"
TOKEN = "tr_dev_mock"
KEY = {"authorization": f"Bearer {TOKEN}"}
ORDER = {"id": "order_mine", "status": "OPEN", "item": "Tea", "count": 1, "made_at": "2026-01-01T00:00:00Z"}
PLANTS = {
    "notices schema": "property-missing@listOrders:item",
    "notices page": "page-skips@listOrders",
    "notices filter": "filter-ignored@listOrders:status",
    "notices key": "wrong-key-accepted@readOrder",
    "notices writing": "create-stores-nothing@createOrder",
}
# What breaks who calls, each as (what stands in the document, what stands there in the next version).
BREAKS = {
    "a lower maximum": ("maximum: 50", "maximum: 20"),
    "a property that may be missing": ("required: [id, status, item]", "required: [id, status]"),
    "a parameter that is required": (
        "- {name: cursor, in: query,",
        "- {name: cursor, in: query, required: true,",
    ),
}
Seen = Callable[[str, str, "bool | str", str], None]


@dataclass(frozen=True)
class Programs:
    """How the peers are started; None for one that is not here."""

    prism: list[str] | None
    specmatic: list[str] | None
    wiremock: list[str] | None
    redocly: list[str] | None


def programs(prism: list[str] | None, folder: Path | None) -> Programs:
    """Find the peers in a folder with node_modules. Two of them are Java programs."""
    modules = (folder or Path()) / "node_modules"
    java = shutil.which("java")
    jars = {
        "specmatic": modules / "specmatic" / "specmatic.jar",
        "wiremock": next(modules.glob("wiremock/build/wiremock-standalone-*.jar"), Path("none")),
    }
    started = {
        name: [java, "-jar", str(jar)] if java and jar.is_file() else None for name, jar in jars.items()
    }
    redocly = modules / ".bin" / "redocly"
    return Programs(prism, redocly=[str(redocly)] if redocly.exists() else None, **started)


def compare_with_peers(found: Programs, seen: Seen) -> None:
    """Print what each peer that is here does."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "shop.yaml").write_text(SHOP.read_text(encoding="utf-8"), encoding="utf-8")
        if found.prism:
            with running([*found.prism, "mock", "-p", "{port}", "shop.yaml"], folder) as url:
                _life(url, PRISM, seen)
        if found.specmatic:
            _specmatic(found.specmatic, folder, seen)
        if found.wiremock:
            _wiremock(found.wiremock, folder, seen)
        if found.redocly:
            _respect(found.redocly, folder, seen)
            _drift(found.redocly, folder, seen)
            _changes(REDOCLY, [*found.redocly, "diff"], folder, seen)
        _proxies(found, folder, seen)


@contextlib.contextmanager
def running(command: list[str], folder: Path, log: Path | None = None) -> Iterator[str]:
    """Run a server with a free port in place of `{port}`; yield its address once it answers."""
    port = str(_free_port())
    output = (log or Path(os.devnull)).open("w")
    process = subprocess.Popen(
        [part.replace("{port}", port) for part in command],
        cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=_environment(), start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{url}/hello", headers=KEY)
                break
            time.sleep(0.1)
        yield url
    finally:
        # As a person ends it: some tell what they saw only then.
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        output.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    return {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=300, check=False
    )


def _life(url: str, peer: str, seen: Seen) -> None:
    """Make an order, look for it, remove it, look again."""
    with httpx.Client(base_url=url, headers=KEY, timeout=30) as client:
        made = client.post("/orders", json=ORDER)
        name = made.json().get("id") if made.status_code == 201 else None
        listed = [order["id"] for order in client.get("/orders").json()["items"]]
        client.delete(f"/orders/{name}")
        after = client.get(f"/orders/{name}").status_code
        what = (
            f"POST {made.status_code}; {'' if name in listed else 'not '}in the list; once removed, {after}"
        )
        seen("life", peer, name in listed and after == 404, what)


def _specmatic(command: list[str], folder: Path, seen: Seen) -> None:
    with (
        running([*command, "mock", "--host", "127.0.0.1", "--port", "{port}", "shop.yaml"], folder) as url,
        httpx.Client(base_url=url, headers=KEY, timeout=30) as client,
    ):
        answer = client.get("/orders")
        seen(
            "any document",
            SPECMATIC,
            answer.status_code == 200,
            f"a document of a shop: {answer.status_code}",
        )
        ids = [client.get(f"/orders/{name}").json()["id"] for name in ("one", "two")]
        seen("state", SPECMATIC, ids == ["one", "two"], f"orders one and two are `{ids[0]}` and `{ids[1]}`")
        paid = [order["status"] for order in client.get("/orders?status=PAID").json()["items"]]
        others = sum(status != "PAID" for status in paid)
        seen(
            "selects", SPECMATIC, not others, f"asked for paid orders it gives {others} others of {len(paid)}"
        )
        code = client.get("/orders?limit=1000").status_code
        seen("validation", SPECMATIC, 400 <= code < 500, f"a page of 1000: {code}")
        codes = {}
        for wish in (404, 503):
            told = {
                "http-request": {"method": "GET", "path": "/orders/one", "headers": KEY},
                "http-response": {"status": wish, "body": {"error": "no"}},
            }
            client.post("/_specmatic/expectations", json=told)
            codes[wish] = client.get("/orders/one").status_code
        answered = "yes" if codes == {404: 404, 503: 503} else "partly" if codes[404] == 404 else "no"
        seen("faults", SPECMATIC, answered, f"told 404 it gives {codes[404]}, told 503 {codes[503]}")
        _life(url, SPECMATIC, seen)
    settings = {
        "version": 2,
        "contracts": [{"filesystem": {"directory": "."}, "provides": ["shop.yaml"]}],
        "security": {"OpenAPI": {"securitySchemes": {"key": {"type": "bearer", "token": TOKEN}}}},
    }
    (folder / "specmatic.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")

    def complaints(url: str) -> set[str]:
        shutil.rmtree(folder / "junit", ignore_errors=True)
        _run([*command, "test", "--testBaseURL", url, "--junitReportDir", "junit"], folder)
        tests = [
            test
            for path in (folder / "junit").glob("*.xml")
            for test in ElementTree.parse(path).iter("testcase")
        ]
        # What is sent is drawn anew each time; the kind of the request is not.
        return {
            re.sub(r'"[^"]*"|\d+', "", test.get("name", ""))
            for test in tests
            if test.find("failure") is not None
        }

    _suite(SPECMATIC, complaints, seen)
    _changes(SPECMATIC, [*command, "compare"], folder, seen)


def _respect(command: list[str], folder: Path, seen: Seen) -> None:
    """The workflows are those that Redocly makes of the document by itself."""
    _run([*command, "generate-arazzo", "shop.yaml", "-o", "shop.arazzo.yaml"], folder)

    def complaints(url: str) -> set[str]:
        given = ["shop.arazzo.yaml", "-S", f"shop={url}", "-i", f"key={TOKEN}", "-J", "respect.json"]
        said = _run([*command, "respect", *given], folder).stdout
        failed = re.split(r"Failed tests info", said)[-1]
        steps = re.findall(r"stepId - (\S+)|✗ (.+)", failed)
        step, found = "", set()
        for name, check in steps:
            step = name or step
            if check:
                found.add(f"{step} {check.strip()}")
        return found

    _suite(REDOCLY, complaints, seen)


def _suite(peer: str, complaints: Callable[[str], set[str]], seen: Seen) -> None:
    """Show a suite the shop, then the shop with each fault."""
    settings = Settings(runs=0, token=TOKEN)
    document = read_document(SHOP)
    with MockServer(document, settings) as clean:
        left = -_orders(clean)
        usual = complaints(clean.url)
        left += _orders(clean)
    for feature, plant in PLANTS.items():
        with MockServer(document, settings) as server:
            server.app.hook = hook(server.service, plant)
            new = sorted(complaints(server.url) - usual)
        what = f"of `{plant}` it says {len(new)} things more than the {len(usual)} of a right server"
        answer: bool | str = bool(new)
        if feature == "notices writing":
            what += f"; of a right one it leaves {left} orders behind"
            answer = "yes" if new and not left else "partly" if new else "no"
        seen(feature, peer, answer, what)


def _orders(server: MockServer) -> int:
    (operation,) = [one for one in server.service.operations if one.operation_id == "listOrders"]
    living = server.service.collections.alive(operation)
    return sum(len(things) for things in living.table.scopes.values())


def _wiremock(command: list[str], folder: Path, seen: Seen) -> None:
    with running([*command, "--port", "{port}", "--root-dir", "."], folder) as url:
        code = httpx.get(f"{url}/orders", headers=KEY).status_code
        seen("any document", WIREMOCK, code == 200, f"with the document of a shop in its folder: {code}")
        stub = {"request": {"urlPath": "/orders"}, "response": {"status": 503}}
        httpx.post(f"{url}/__admin/mappings", json=stub)
        code = httpx.get(f"{url}/orders").status_code
        seen("faults", WIREMOCK, code == 503, f"a stub says 503: {code}")


class _Upstream(BaseHTTPRequestHandler):
    """A shop in which the status of an order is not one of those that there are."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        order = {**ORDER, "status": "GONE" if "broken" in self.path else "OPEN"}
        content = json.dumps({"items": [order]} if self.path.startswith("/orders?") else order).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Own", "1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


class _Quiet(ThreadingHTTPServer):
    """A proxy that is ended cuts its connections, which is no news."""

    def handle_error(self, *_: Any) -> None:
        return


ASKED = ("/orders/good", "/orders/broken", "/orders?limit=1000")


def _proxies(found: Programs, folder: Path, seen: Seen) -> None:
    """Send one right and two wrong exchanges through each proxy; look what comes out and what is told."""
    with _Quiet(("127.0.0.1", 0), _Upstream) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        behind = f"http://127.0.0.1:{upstream.server_port}"
        document = (
            (folder / "shop.yaml").read_text(encoding="utf-8").replace("https://shop.example/v1", behind)
        )
        (folder / "behind.yaml").write_text(document, encoding="utf-8")
        commands = {
            PRISM: found.prism and [*found.prism, "proxy", "-p", "{port}", "behind.yaml", behind],
            REDOCLY: found.redocly
            and [
                *found.redocly,
                "proxy",
                "--port",
                "{port}",
                "--target",
                behind,
                "--har",
                "a.har",
                "--api",
                "behind.yaml",
            ],
            WIREMOCK: found.wiremock and [*found.wiremock, "--port", "{port}", "--proxy-all", behind],
        }
        for peer, command in commands.items():
            if not command:
                continue
            log = folder / f"{peer}.log"
            with running(command, folder, log) as url:
                passed = [_answer(url + target) for target in ASKED]
            same = passed == [_answer(behind + target) for target in ASKED]
            told = _told(log.read_text(encoding="utf-8", errors="replace"))
            answer = "yes" if same and told == 2 else "partly" if told else "no"
            changed = "as they came" if same else "with other headers or bytes"
            seen(
                "live traffic",
                peer,
                answer,
                f"tells {told} of 2 broken exchanges, passes answers on {changed}",
            )
        upstream.shutdown()


def _answer(url: str) -> tuple[int, frozenset[tuple[str, str]], bytes]:
    answer = httpx.get(url, headers=KEY)
    own = ("date", "server", "connection", "keep-alive", "transfer-encoding")
    kept = frozenset((name, value) for name, value in answer.headers.items() if name not in own)
    return answer.status_code, kept, answer.content


def _told(text: str) -> int:
    """Count which of the two faults a text speaks of: a status that is none, a limit beyond its maximum."""
    return bool(re.search(r"status.*(allowed|enum)", text)) + bool(re.search(r"limit.*<= 50", text))


def _drift(command: list[str], folder: Path, seen: Seen) -> None:
    """Judge a recording of the same exchanges."""
    entries = []
    for target in ASKED:
        order = {**ORDER, "status": "GONE" if "broken" in target else "OPEN"}
        content = {"items": [order]} if "?" in target else order
        asked = {
            "method": "GET", "url": f"https://shop.example/v1{target}", "httpVersion": "HTTP/1.1",
            "cookies": [], "headers": [{"name": "Authorization", "value": KEY["authorization"]}],
            "queryString": [{"name": "limit", "value": "1000"}] if "?" in target else [],
            "headersSize": -1, "bodySize": 0,
        }  # fmt: skip
        answered = {
            "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": -1, "mimeType": "application/json", "text": json.dumps(content)},
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        }  # fmt: skip
        rest = {"startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "cache": {}}
        timings = {"send": 0, "wait": 1, "receive": 0}
        entries.append({**rest, "request": asked, "response": answered, "timings": timings})
    log = {"version": "1.2", "creator": {"name": "benchmarks", "version": "1"}, "entries": entries}
    (folder / "traffic.har").write_text(json.dumps({"log": log}), encoding="utf-8")
    told = _told(_run([*command, "drift", "traffic.har", "--api", "shop.yaml"], folder).stdout)
    answer = "yes" if told == 2 else "partly" if told else "no"
    seen("recorded traffic", REDOCLY, answer, f"tells {told} of 2 broken exchanges")


def _changes(peer: str, command: list[str], folder: Path, seen: Seen) -> None:
    """Compare the document with a next version that breaks in one way, and with itself."""
    text = (folder / "shop.yaml").read_text(encoding="utf-8")
    missed = []
    for name, (old, new) in BREAKS.items():
        assert old in text
        (folder / "next.yaml").write_text(text.replace(old, new), encoding="utf-8")
        if _run([*command, "shop.yaml", "next.yaml"], folder).returncode == 0:
            missed.append(name)
    quiet = _run([*command, "shop.yaml", "shop.yaml"], folder).returncode == 0
    told = len(BREAKS) - len(missed)
    answer = "yes" if quiet and not missed else "partly" if quiet and told else "no"
    what = f"calls {told} of {len(BREAKS)} changes breaking" + (
        f", not {', '.join(missed)}" if missed else ""
    )
    seen("breaks", peer, answer, what + ("" if quiet else "; the document beside itself too"))
