"""The official TypeScript SDK as a client of the mock, in both profiles."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.deviations import choose

HERE = Path(__file__).parent / "sdk"
CHECKS = {"": 9, "1": 7}
"""How many checks there are of calls that read, and of calls that write."""


@pytest.fixture(scope="module")
def sdk() -> Path:
    """Return a folder with the SDK installed, kept between runs in the user's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("the official SDK needs node and npm, which are not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 18:
        pytest.skip(f"the official SDK needs node 18 or newer, and this is {version.strip()}")
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trigger-contract"
    installed = root / f"sdk-{digest}"
    if not installed.exists():
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as scratch:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, scratch)
            command = [npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
            try:
                done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=120)
            except subprocess.TimeoutExpired:
                pytest.skip("the npm registry did not deliver the official SDK within two minutes")
            if done.returncode:
                errors = [line for line in done.stderr.splitlines() if "error" in line]
                pytest.skip(
                    f"npm cannot install the official SDK: {errors[0] if errors else done.returncode}"
                )
            modules = Path(scratch) / "node_modules"
            if not installed.exists():
                shutil.copytree(modules, Path(scratch) / "whole" / "node_modules", symlinks=True)
                (Path(scratch) / "whole").rename(installed)
    return installed


@pytest.mark.parametrize("writes", ["", "1"], ids=["reading", "writing"])
@pytest.mark.parametrize("profile", ["docs", "real"])
def test_the_official_sdk_is_satisfied(sdk, profile, writes, strict_document, tmp_path):
    shutil.copy(HERE / "scenario.mjs", tmp_path)
    shutil.copy(HERE / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(sdk / "node_modules")
    settings = Settings(deviations=choose(profile))
    with MockServer(strict_document if writes else None, settings=settings) as server:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("TRIGGER_")}
        environ |= {
            "MOCK_URL": server.url,
            "MOCK_TOKEN": settings.token,
            "MOCK_PUBLIC_TOKEN": settings.public_token,
            "MOCK_PROFILE": profile,
            "MOCK_WRITES": writes,
        }
        done = subprocess.run(
            ["node", "scenario.mjs"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == CHECKS[writes]
