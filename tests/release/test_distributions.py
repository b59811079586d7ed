"""Both distributions, built and used outside the checkout, in environments with nothing else in them.

A wheel is built from its sdist, so each test judges both. Dependencies come from the package index, in
the versions of requirements.lock; where there is no index, they are borrowed from the running environment,
and a test says so by being skipped at its end.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = {"trigger-contract": ROOT, "trigger-dev-client": ROOT / "generated"}
OFFLINE = re.compile(r"Failed to establish|name resolution|ConnectTimeout|Read timed out|Connection refused")
Build = Callable[[str], tuple[Path, Path]]
NO_INDEX = "no package index can be reached; the dependencies were borrowed, everything else held"


def run(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed; show it if it fails."""
    done = subprocess.run(
        arguments, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build an sdist and a wheel from it, with the back end that is installed; return wheel and sdist."""

    @functools.cache
    def build(name: str) -> tuple[Path, Path]:
        target = tmp_path_factory.mktemp(f"dist-{name}")
        command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", target, SOURCES[name])
        run(*command, cwd=target)
        return next(target.glob("*.whl")), next(target.glob("*.tar.gz"))

    return build


@dataclass(frozen=True)
class Environment:
    """A virtual environment outside the checkout.

    Attributes:
        folder: Where it is.
        is_fresh: Whether its dependencies came from the index.
    """

    folder: Path
    is_fresh: bool

    def call(self, program: str, *arguments: str | Path) -> str:
        """Run one of its programs in a folder with nothing in it."""
        cwd = self.folder.parent / "elsewhere"
        cwd.mkdir(exist_ok=True)
        return run(self.folder / "bin" / program, *arguments, cwd=cwd, env=self.variables())

    def variables(self) -> dict[str, str]:
        """Return what a user of it has set: nothing of ours."""
        ours = ("PYTHON", "PYTEST", "TRIGGER", "RECOUP")
        return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def install(wheels: list[Path | str], folder: Path) -> Environment:
    """Install wheels, extras in brackets behind their paths, into a new environment."""
    target = folder / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", target, cwd=folder)
    pins = re.findall(r"^([\w.-]+==.*?) \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    # Compiling is left to the import of what is used.
    options = ("--no-compile", "--retries", "1", "--timeout", "20", "--constraint", constraints)
    command = (sys.executable, "-m", "pip", "--python", target, "install", "-q", *options, *wheels)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == 0:
        run(sys.executable, "-m", "pip", "--python", target, "check", cwd=folder)
        return Environment(target, is_fresh=True)
    assert OFFLINE.search(done.stderr), done.stderr
    site = target / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    no_network = ("install", "-q", "--no-compile", "--no-deps", "--no-index", *wheels)
    run(sys.executable, "-m", "pip", "--python", target, *no_network, cwd=folder)
    # Path files are not read recursively, so that the checkout itself stays outside.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return Environment(target, is_fresh=False)


def inspect(wheel: Path, sdist: Path, package: str) -> None:
    """What has to be in a distribution, and what must not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert f"{package}/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names), names
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert "pyproject.toml" in inside
    assert not [name for name in inside if name.startswith((".venv", "reports", "site"))]


def lists_runs(url: str, token: str) -> str:
    """Return a program that counts a server's runs with the client."""
    return (
        "from trigger_dev_client import TriggerClient\n"
        f"with TriggerClient(secret_key={token!r}, base_url={url!r}) as trigger:\n"
        "    print(len({run.id for run in trigger.runs.list(size=20)}))"
    )


def test_the_client_works_in_an_empty_environment(
    built: Build, tmp_path: Path, trigger_mock_server: Any
) -> None:
    wheel, sdist = built("trigger-dev-client")
    inspect(wheel, sdist, "trigger_dev_client")
    environment = install([wheel], tmp_path)
    mock = trigger_mock_server
    shown = environment.call("python", "-c", lists_runs(mock.url, mock.token))
    assert int(shown) == len(mock.runs)
    if not environment.is_fresh:
        pytest.skip(NO_INDEX)


def test_the_mock_alone_is_small_and_serves(built: Build, tmp_path: Path) -> None:
    wheel, _ = built("trigger-contract")
    environment = install([f"{wheel}[mock]"], tmp_path)
    if environment.is_fresh:
        (site,) = environment.folder.glob("lib/python*/site-packages")
        assert len(list(site.glob("*.dist-info"))) <= 20
        assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 50_000_000
    # Also a document of the user's, without the library that would validate it as a whole.
    given = tmp_path / "given.yaml"
    begin = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get: "
    given.write_text(begin + "{responses: {}}\n")
    for options in (("--runs", "5"), ("--spec", given)):
        command = (environment.folder / "bin" / "trigger-contract", "mock", "--port", "0", *options)
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment.variables(), stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stdout is not None
                assert "runs)" in server.stdout.readline()
            finally:
                server.send_signal(signal.SIGTERM)
        assert server.returncode == 0
    if environment.is_fresh:
        given.write_text(begin + "5\n")
        command = (environment.folder / "bin" / "trigger-contract", "mock", "--spec", given)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert "given.yaml:5: is no valid OpenAPI document" in done.stderr
    if not environment.is_fresh:
        pytest.skip(NO_INDEX)


def test_the_fixtures_and_the_client_work_together_in_an_empty_environment(
    built: Build, tmp_path: Path
) -> None:
    wheel, sdist = built("trigger-contract")
    inspect(wheel, sdist, "trigger_contract")
    client, _ = built("trigger-dev-client")
    environment = install([f"{wheel}[mock-httpx]", client, "pytest"], tmp_path)
    place = environment.call("python", "-c", "import trigger_contract; print(trigger_contract.__file__)")
    assert place.startswith(str(environment.folder))
    version = re.search(r"-([\d.]+)-py3", wheel.name)
    assert version is not None
    assert version[1] in environment.call("trigger-contract", "--version")

    mine = tmp_path / "elsewhere" / "test_mine.py"
    mine.write_text(
        "from trigger_dev_client import TriggerClient\n\n"
        "def test_inside(trigger_mock):\n"
        "    listed(trigger_mock)\n\n"
        "def test_on_a_socket(trigger_mock_server):\n"
        "    listed(trigger_mock_server)\n\n"
        "def listed(mock):\n"
        "    with TriggerClient(secret_key=mock.token, base_url=mock.url) as trigger:\n"
        "        assert len({run.id for run in trigger.runs.list(size=20)}) == len(mock.runs)\n"
    )
    shown = environment.call("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", mine)
    assert "2 passed" in shown
    if not environment.is_fresh:
        pytest.skip(NO_INDEX)
