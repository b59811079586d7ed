"""Runs every benchmark beside its peers and writes benchmarks/RESULTS.md.

    .venv/bin/python benchmarks/run.py [NAME...]

NAME is one of normalize, client, forms, mock, contract, packages, versions, large, features; by default all.
Peers in Python come with the pinned development dependencies. Prism, the official TypeScript SDK, others and
published versions of documents are installed from the npm registry into a scratch folder; wrk and Java are
taken where they are installed; what is missing is said to be missing in the results. A part that fails leaves
its section as it was, and the exit code is 1. Takes about forty minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PRISM = "@stoplight/prism-cli@5.16.0"
OTHERS = ("specmatic@2.55.1", "wiremock@3.13.2", "@redocly/cli@2.77.0")
PEERS = (
    "openapi-python-client",
    "pydantic",
    "msgspec",
    "orjson",
    "httpx",
    "starlette",
    "schemathesis",
    "pyyaml",
)
TITLES = {
    "normalize": "Normaliser against merely loading the same YAML",
    "client": "Client against stock generated models, pydantic, msgspec, orjson and raw httpx",
    "forms": "Client on forms of documents, each of our own making",
    "mock": "Mock against a plain Starlette endpoint and Prism",
    "contract": "Contract suite",
    "packages": "What an installation costs",
    "versions": "Comparison of published versions, beside an oracle",
    "large": "A large document: GitHub's, by every command",
    "features": "Features of the peers, seen by running them",
}


def install(folder: Path, packages: tuple[str, ...]) -> str | None:
    """Install packages of npm into a folder; return why not, or None."""
    if shutil.which("npm") is None:
        return "no npm here"
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *packages],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return "npm could not install it" if done.returncode else None


def install_prism(folder: Path) -> tuple[str | None, str]:
    """Install Prism into a folder; return its command, or None and why not."""
    why = install(folder, (PRISM,))
    return (
        (None, f"Prism: missing ({why})")
        if why
        else (str(folder / "node_modules/.bin/prism"), f"Prism: {PRISM}")
    )


def install_others(folder: Path) -> tuple[list[str], str]:
    """Install the peers of benchmarks/peers.py; return what `features.py` is told, and a note."""
    why = install(folder, OTHERS)
    if why is None and shutil.which("java") is None:
        why = "two of them need Java, which is not here"
    note = f"{', '.join(OTHERS)}{f': missing ({why})' if why else ''}"
    return ["--peers", str(folder)], f"{note}, Microcks: missing (it comes as containers)"


def fetch_large(folder: Path) -> tuple[str | None, str]:
    """Fetch a document of many megabytes; return its path, or None and why not."""
    from large import MEMBERS, NEW, PACKAGE
    from versions import unpacked

    name = f"{PACKAGE}@{NEW}"
    try:
        target = unpacked(PACKAGE, NEW, MEMBERS, folder)
    except (OSError, subprocess.SubprocessError):
        return None, f"{name}: missing (npm could not fetch it)"
    return str(target), f"large document: {name}"


def install_sdk(folder: Path) -> tuple[str | None, str]:
    """Install the official TypeScript SDK as the tests pin it; return its folder, or None and why not."""
    if shutil.which("npm") is None:
        return None, "TypeScript SDK: missing (no npm here)"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "mock" / "sdk" / name, folder)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        return None, "TypeScript SDK: missing (npm could not install it)"
    package = folder / "node_modules" / "@trigger.dev" / "sdk" / "package.json"
    return str(folder), f"TypeScript SDK: {json.loads(package.read_text(encoding='utf-8'))['version']}"


def machine() -> str:
    """Describe this machine in one line."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}"


def measure(name: str, arguments: list[str]) -> str | None:
    """Run one benchmark and return what it printed; None, and why on stderr, where it failed."""
    print(f"{name} …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / f"{name}.py"), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=3600,
    )
    if done.returncode:
        print(f"{done.stdout}\n{name} failed with exit code {done.returncode}", file=sys.stderr)
        return None
    return done.stdout


def kept_sections() -> dict[str, str]:
    """Return the sections of the last results by title, so that one benchmark can be run again alone."""
    path = HERE / "RESULTS.md"
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split("\n## ")[1:]
    return {title: text.strip() + "\n" for title, _, text in (part.partition("\n\n") for part in parts)}


def main() -> int:
    """Run what is asked for and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TITLES))
    names = parser.parse_args().names or list(TITLES)
    if unknown := [name for name in names if name not in TITLES]:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(TITLES)}")
    notes = [f"{package} {version(package)}" for package in PEERS]
    sections = kept_sections()
    failed: list[str] = []
    prism_here: tuple[str | None, str] | None = None
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "sdk").mkdir()
        for name in names:
            arguments: list[str] = []
            told = list(notes)
            if name in ("mock", "features"):
                prism, note = prism_here or install_prism(scratch / "prism")
                prism_here = (prism, note)
                arguments += ["--prism", prism] if prism else []
                told.append(note)
            if name == "mock":
                large, note = fetch_large(scratch)
                arguments += ["--large", large] if large else []
                told.append(note)
                told.append("wrk: " + ("installed" if shutil.which("wrk") else "missing"))
            if name == "features":
                sdk, note = install_sdk(scratch / "sdk")
                arguments += ["--sdk", sdk] if sdk else []
                told.append(note)
                more, note = install_others(scratch / "others")
                arguments += more
                told.append(note)
            printed = measure(name, arguments)
            if printed is None:
                failed.append(name)
                continue
            text = printed.replace(str(ROOT), ".").strip()
            # What is a table already is shown as one.
            shown = text if text.startswith("|") else f"```\n{text}\n```"
            sections[TITLES[name]] = (
                f"*{datetime.now(UTC):%Y-%m-%d}, {machine()}; {', '.join(told)}.*\n\n{shown}\n"
            )
    head = (
        "# Benchmarks\n\n"
        "Written by `benchmarks/run.py`; do not edit. Compare the ratios, which come from one run each; the\n"
        "absolute figures depend on the machine. A figure is the best of its rounds, taken in turns with\n"
        "what it is compared with; the spread is how much worse the median round was.\n"
    )
    body = [f"## {title}\n\n{sections[title]}" for title in TITLES.values() if title in sections]
    (HERE / "RESULTS.md").write_text("\n".join([head, *body]), encoding="utf-8")
    subprocess.run([sys.executable, str(HERE / "table.py")], check=True)
    print(f"Wrote {HERE / 'RESULTS.md'} and the tables in {ROOT / 'README.md'}")
    if failed:
        print(f"Not measured, left as it was: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
