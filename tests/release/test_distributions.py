"""Both distributions, built as wheel and sdist and used outside the checkout, without its sources."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and show what it printed if it fails."""
    done = subprocess.run(
        arguments, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done


def build(source: Path, target: Path) -> dict[str, Path]:
    """Build a wheel and an sdist with the back end that is installed, without the network."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source), cwd=target)
    return {"wheel": next(target.glob("*.whl")), "sdist": next(target.glob("*.tar.gz"))}


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    return {
        name: build(source, tmp_path_factory.mktemp(name))
        for name, source in {"trigger-contract": ROOT, "trigger-dev-client": ROOT / "generated"}.items()
    }


@pytest.fixture(scope="session")
def installed(distributions, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A fresh virtual environment with both wheels and the dependencies, but not the checkout.

    The dependencies come from the running environment through a path file, so no network is needed;
    its editable install of the checkout is left out, because path files are not read recursively.
    """
    directory = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", str(directory), cwd=directory)
    site = directory / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for name in distributions:
        with zipfile.ZipFile(distributions[name]["wheel"]) as wheel:
            wheel.extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "TRIGGER", "RECOUP"))
    }
    return directory, {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def python(installed, tmp_path: Path):
    directory, env = installed

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run(str(directory / "bin" / "python"), *arguments, cwd=tmp_path, env=env)

    return call


def test_the_packages_come_from_the_wheels(python, installed):
    shown = python(
        "-c", "import trigger_contract, trigger_dev_client as c; print(trigger_contract.__file__, c.__file__)"
    )
    assert all(path.startswith(str(installed[0])) for path in shown.stdout.split())


def test_the_wheels_are_typed_and_licensed(distributions):
    for name, package in {
        "trigger-contract": "trigger_contract",
        "trigger-dev-client": "trigger_dev_client",
    }.items():
        names = zipfile.ZipFile(distributions[name]["wheel"]).namelist()
        assert f"{package}/py.typed" in names
        assert any(entry.endswith("/LICENSE") for entry in names), names


def test_the_sdist_builds_without_the_checkout(distributions):
    with tarfile.open(distributions["trigger-contract"]["sdist"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "NOTICE", "openapi/openapi.yaml"} <= names
    assert not [name for name in names if name.startswith((".venv", "reports"))]


def test_mock_and_contract_suite_run_from_the_wheel(python, installed, tmp_path):
    directory, env = installed
    command = [
        str(directory / "bin" / "python"),
        "-m",
        "trigger_contract",
        "mock",
        "--port",
        "0",
        "--runs",
        "60",
    ]
    server = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        found = re.search(r"http://[0-9.:]+", server.stdout.readline())
        assert found, "the mock did not print its address"
        url = found.group()
        shown = python(
            "-c",
            "from trigger_dev_client import TriggerClient\n"
            f"with TriggerClient(secret_key='tr_dev_mock', base_url={url!r}) as trigger:\n"
            "    print(len({run.id for run in trigger.runs.list(size=20)}))",
        )
        assert int(shown.stdout) == 60
        python(
            *("-m", "trigger_contract", "test", "--url", url, "--token", "tr_dev_mock"),
            *("--tag", "runs", "--examples", "5"),
        )
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0


def test_the_pytest_plugin_is_found_from_the_wheel(python, tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "import httpx\n\n"
        "def test_mine(trigger_mock_server):\n"
        "    answer = httpx.get(trigger_mock_server.url + '/api/v1/runs')\n"
        "    assert answer.status_code == 401\n"
    )
    shown = python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_mine.py"))
    assert "1 passed" in shown.stdout
