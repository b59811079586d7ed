"""Every example of the client's README runs, and api.md lists every method."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from trigger_dev_client import RecoupClient, TriggerClient

GENERATED = Path(__file__).resolve().parent.parent.parent / "generated"
README = (GENERATED / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_runs(
    trigger_mock_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    monkeypatch.setenv("TRIGGER_API_URL", trigger_mock_server.url)
    monkeypatch.setenv("TRIGGER_SECRET_KEY", trigger_mock_server.token)
    made = trigger_mock_server.runs.create(status="COMPLETED", output=1)
    code = BLOCKS[number]
    if "except NotFoundError" not in code:
        code = code.replace("run_1234", made["id"])
    exec(compile(code, f"README example {number}", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out


def test_the_method_list_is_complete() -> None:
    listed = set(re.findall(r"\[`(\w+\.\w+)`\]", (GENERATED / "api.md").read_text(encoding="utf-8")))
    found = set()
    with TriggerClient(secret_key="k") as trigger, RecoupClient(api_key="k") as recoup:
        for attribute, resource in (("runs", trigger.runs), ("tasks", recoup.tasks)):
            names = [name for name in vars(type(resource)) if not name.startswith("_")]
            found |= {f"{attribute}.{name}" for name in names if not name.startswith("with_")}
    assert listed == found
