"""What an installation costs: packages, megabytes, and the time of a pytest session without a test.

    .venv/bin/python benchmarks/packages.py

Each extra is installed into an empty environment, in the versions of requirements.lock; bytecode is left out
of the megabytes. Times are of the processor, the best of five. It needs a package index.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("", "mock", "mock-httpx", "test", "generate", "pages", "all")
ROUNDS = 5


def install(folder: Path, *wanted: str) -> Path:
    """Install into a new environment; return it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pins = re.findall(r"^([\w.-]+==.*?) \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "-q", "--no-compile"]
    subprocess.run(
        [*command, "--constraint", constraints, *wanted], cwd=folder, check=True, env=_environment()
    )
    return folder


def _environment() -> dict[str, str]:
    """Bytecode is kept, as it is for most people; a first round writes it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def size(environment: Path) -> tuple[int, float]:
    """Return how many distributions there are, and how many megabytes."""
    (site,) = environment.glob("lib/python*/site-packages")
    files = [path for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return len(list(site.glob("*.dist-info"))), sum(path.stat().st_size for path in files) / 1e6


def seconds(environment: Path, *arguments: str) -> float:
    """Return the processor time of a program of an environment, in seconds."""
    folder = environment / "empty"
    folder.mkdir(exist_ok=True)
    spent = []
    for _ in range(ROUNDS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [environment / "bin" / "python", *arguments],
            cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent[1:])


def main() -> None:
    """Print both tables."""
    print("| installed | packages | MB | `trigger-contract --help`, s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for extra in EXTRAS:
            environment = install(folder / (extra or "none"), f"{ROOT}[{extra}]" if extra else str(ROOT))
            count, megabytes = size(environment)
            helped = seconds(environment, "-m", "trigger_contract", "--help")
            print(f"| {extra or 'without an extra'} | {count} | {megabytes:.1f} | {helped:.2f} |", flush=True)
        count, megabytes = size(install(folder / "client", str(ROOT / "generated")))
        print(f"| the client alone | {count} | {megabytes:.1f} | |\n")
        print("| a pytest session without a test, beside pytest | s | more |\n|---|---|---|")
        without = seconds(install(folder / "pytest", "pytest"), "-m", "pytest", "-q")
        print(f"| nothing | {without:.2f} | |")
        for extra in ("mock", "mock-httpx", "test"):
            environment = install(folder / f"pytest-{extra}", "pytest", f"{ROOT}[{extra}]")
            spent = seconds(environment, "-m", "pytest", "-q")
            print(f"| {extra} | {spent:.2f} | {spent - without:+.2f} |", flush=True)


if __name__ == "__main__":
    main()
