"""Many clients at once, and servers that are killed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading

import httpx
import pytest

from trigger_contract.errors import UserError
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.store import Store

KEY = {"authorization": "Bearer tr_dev_mock"}


def test_no_update_is_lost_under_64_connections():
    async def work(url: str) -> None:
        limits = httpx.Limits(max_connections=64)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30, trust_env=False) as client:

            async def one(number: int) -> None:
                made = (
                    await client.post("/__mock/runs", json={"status": "EXECUTING", "tags": [f"n{number}"]})
                ).json()
                changes = [client.patch(f"/__mock/runs/{made['id']}", json={"metadata": {"n": number}})]
                changes.append(client.post(f"/__mock/runs/{made['id']}/finish", json={"output": number}))
                changes.append(client.get("/api/v1/runs", headers=KEY))
                for answer in await asyncio.gather(*changes):
                    assert answer.status_code == 200, answer.text
                whole = (await client.get(f"/api/v3/runs/{made['id']}", headers=KEY)).json()
                assert (whole["status"], whole["output"], whole["tags"]) == (
                    "COMPLETED",
                    number,
                    [f"n{number}"],
                )
                assert whole["metadata"] == {"n": number}

            await asyncio.gather(*(one(number) for number in range(96)))
            health = (await client.get("/__mock/health")).json()
            assert health["runs"] == 96

    with MockServer(settings=Settings(runs=0)) as server:
        asyncio.run(work(server.url))


def test_a_walk_sees_each_run_once_while_new_ones_arrive():
    with (
        MockServer(settings=Settings(runs=200)) as server,
        httpx.Client(base_url=server.url, headers=KEY) as client,
    ):
        before = {run["id"] for run in client.get("/__mock/runs", params={"limit": 1000}).json()["runs"]}
        stop = threading.Event()

        def create() -> None:
            with httpx.Client(base_url=server.url) as other:
                while not stop.is_set():
                    other.post("/__mock/runs", json={})

        thread = threading.Thread(target=create)
        thread.start()
        try:
            seen: list[str] = []
            cursor: dict[str, str] = {}
            while True:
                page = client.get("/api/v1/runs", params={"page[size]": 10, **cursor}).json()
                seen += [run["id"] for run in page["data"]]
                if "next" not in page["pagination"]:
                    break
                cursor = {"page[after]": page["pagination"]["next"]}
        finally:
            stop.set()
            thread.join()
        assert len(seen) == len(set(seen))
        assert before <= set(seen)


def test_runs_in_a_file_survive_a_kill(tmp_path):
    file = tmp_path / "runs.db"
    command = [sys.executable, "-m", "trigger_contract", "mock", "--runs", "30", "--db", str(file)]
    made: list[str] = []
    for round_ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
            with httpx.Client(base_url=url, headers=KEY) as client:
                for run_id in made:
                    assert client.get(f"/api/v3/runs/{run_id}").status_code == 200
                assert client.get("/__mock/health").json()["runs"] == 30 + len(made)
                made += [client.post("/__mock/runs", json={"output": round_}).json()["id"] for _ in range(20)]
        finally:
            process.kill()
            process.communicate()
    store = Store(file)
    assert store.count() == 70
    store.close()
    with sqlite3.connect(file) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def test_another_database_is_not_touched(tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE precious (x)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(UserError, match="something else"):
        Store(file)
    assert file.read_bytes() == before
    text = tmp_path / "notes.txt"
    text.write_text("no database at all, but long enough to be mistaken for one" * 20)
    with pytest.raises(UserError, match="cannot be used"):
        Store(text)


def test_two_servers_may_not_seed_one_file_into_each_other(tmp_path):
    file = tmp_path / "runs.db"
    settings = Settings(runs=30, database=file)
    with MockServer(settings=settings), MockServer(settings=settings) as second:
        assert second.service.store.count() == 30
