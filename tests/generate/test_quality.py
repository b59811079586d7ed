"""Type checkers and the clock of imports have nothing to complain about."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trigger_contract.generate.project import generate, ruff

from . import test_streams, test_writing
from .documents import sixty

ROOT = Path(__file__).resolve().parent.parent.parent
GENERATED = ROOT / "generated"

USER = """
import datetime
from typing import Any

from trigger_dev_client import AsyncTriggerClient, ListRunItem, NotFoundError, RunStatus, TriggerClient


def use(trigger: TriggerClient) -> Any:
    for run in trigger.runs.list(status=["QUEUED", RunStatus.EXECUTING], tag="one", size=100):
        name: str = run.id
        made: datetime.datetime = run.created_at
        started: datetime.datetime | None = run.started_at
        if run.status == "QUEUED":
            return name, made, started
    items: list[ListRunItem] = trigger.runs.list().get_next_page().data
    done: bool = trigger.runs.poll("run_1", timeout=60).is_completed
    code: int = trigger.runs.with_raw_response.retrieve("run_1").status_code
    try:
        return items, done, code, trigger.runs.get_result("run_1").ok
    except NotFoundError as error:
        return error.status_code + 1


async def use_async(trigger: AsyncTriggerClient) -> list[ListRunItem]:
    page = await trigger.runs.list(tag=["a", "b"])
    async for run in trigger.runs.list(is_test=False):
        page.data.append(run)
    return (await page.get_next_page()).data
"""
WRONG = """
import trigger_dev_client
from trigger_dev_client import TriggerClient

trigger = TriggerClient()
trigger.runs.list(size="10")
trigger.runs.list(nonsense=1)
trigger.runs.list(status="QUEUD")
trigger.runs.retrieve()
trigger.runs.retrieve("run_1").nonsense
trigger_dev_client.Nonsense
"""


WRITING = """
import datetime
import pathlib

from synthetic_client import Stream, WidgetsClient
from synthetic_client.params import CreateOrderBodyAddressParam


def use(client: WidgetsClient) -> None:
    address: CreateOrderBodyAddressParam = {"street_name": "Main", "zip_code": None}
    client.orders.create("s", item="a", address=address, kind="small", delay=datetime.timedelta(hours=1))
    client.orders.create("s", body={"item": "a"})
    client.orders.with_raw_response.create("s", item="a", address=address).parse()
    client.files.upload(file=pathlib.Path("a"), name="n")
    with client.logs.follow() as stream:
        found: list[str | None] = [event.delta for event in stream]
    events: Stream[object] = client.chat.create_stream(text="x")  # type: ignore[assignment]
    with client.files.with_streaming_response.download("1") as response:
        response.stream_to_file(pathlib.Path("b"))
    client.profiles.send()
    client.profiles.send(name="x")
    client.with_options(max_retries=3).orders.change(action="cancel", ids=["a"])
    print(found, events)


def misuse(client: WidgetsClient) -> None:
    client.orders.create("s", item="a")
    client.orders.create("s", item="a", address={"street": "Main"})
    client.orders.create("s", item="a", address={"street_name": "Main"}, kind="tiny")
    client.files.upload(file=3)
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "wrong.py").write_text(WRONG)
    return tmp_path


def check(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_mypy_strict_accepts_the_client_and_its_use(sources: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--python-version",
        "3.11",
        "--cache-dir",
        str(sources / "cache"),
    ]
    (sources / "mypy.ini").write_text(f"[mypy]\nmypy_path = {GENERATED}\n")
    good = check(*command, "-p", "trigger_dev_client", cwd=sources)
    assert good.returncode == 0, good.stdout
    used = check(*command, "user.py", cwd=sources)
    assert used.returncode == 0, used.stdout
    wrong = check(*command, "wrong.py", cwd=sources)
    assert wrong.stdout.count(": error:") == 6, wrong.stdout


@pytest.mark.slow
def test_mypy_finds_what_is_wrong_in_what_is_sent(tmp_path: Path) -> None:
    spec = {**test_writing.SPEC, **{key: test_streams.SPEC[key] for key in ("components",)}}
    spec["paths"] = {**test_writing.SPEC["paths"], **test_streams.SPEC["paths"]}
    generate(spec, tmp_path / "client")
    (tmp_path / "writing.py").write_text(WRITING)
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nmypy_path = {tmp_path / 'client'}\n")
    command = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"))
    done = check(*command, "-p", "synthetic_client", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    wrong = check(*command, "writing.py", cwd=tmp_path)
    lines = {int(line.split(":")[1]) for line in wrong.stdout.splitlines() if ": error:" in line}
    first = WRITING[: WRITING.index("def misuse")].count("\n") + 2
    assert lines == set(range(first, first + 4)), wrong.stdout


@pytest.mark.slow
def test_pyright_accepts_the_client_and_its_use(sources: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("pyright runs on node, which is not installed")
    if check(sys.executable, "-m", "pyright", "--version", cwd=sources).returncode != 0:
        pytest.skip("pyright could not be fetched without network")
    (sources / "trigger_dev_client").symlink_to(GENERATED / "trigger_dev_client")
    done = check(
        sys.executable,
        "-m",
        "pyright",
        "--pythonpath",
        sys.executable,
        "user.py",
        "trigger_dev_client",
        cwd=sources,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("synthetic") / "client"
    generate(sixty(), target)
    return target


def test_imports_are_in_order_and_all_used(synthetic: Path) -> None:
    rules = ("--select", "F401,I", "--target-version", "py311", "--line-length", "100")
    done = check(ruff(), "check", "--isolated", "--no-cache", *rules, ".", cwd=synthetic)
    assert done.returncode == 0, done.stdout


def test_importing_loads_only_what_is_used(synthetic: Path) -> None:
    code = (
        "import sys\n"
        "import synthetic_client\n"
        "assert 'httpx' not in sys.modules\n"
        "from synthetic_client import WidgetsClient\n"
        "client = WidgetsClient(token='t')\n"
        "names = [name for name in sys.modules if name.startswith('synthetic_client')]\n"
        "assert not [name for name in names if '.models.' in name or '.api.' in name], names\n"
        "print(len(names))\n"
    )
    done = check(sys.executable, "-c", code, cwd=synthetic)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 25
