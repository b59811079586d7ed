"""`trigger-contract diff` over the published versions of other APIs, with an oracle beside it.

    .venv/bin/python benchmarks/versions.py [FOLDER]

Fetches every version of the packages below from the npm registry into FOLDER (by default one that is
removed at the end), compares each version with the next, and prints how many changes of each class there
are, how long it took, and whether benchmarks/facts.py, which shares no code with the comparison, comes to
the same kinds and classes for the same operations. Not told by the oracle: words, servers, security,
styles. Ends with 1 if the two disagree anywhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from facts import differences
from told import disagreements, facts_of

from trigger_contract.changes import Severity, compare
from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError

SHOWN = 20
PACKAGES = {
    "@figma/rest-api-spec": "package/openapi/openapi.yaml",
    "@directus/specs": "package/dist/openapi.json",
    "@octokit/openapi-webhooks": "package/generated/api.github.com.json",
}


def order(version: str) -> Any:
    """Sort versions as semantic versioning does: a pre-release before its release, numbers by size."""
    core, _, pre = version.partition("-")
    return (
        [int(part) for part in core.split(".")],
        not pre,
        [(part.isdigit(), int(part) if part.isdigit() else part) for part in pre.split(".")],
    )


def _names(*documents: Any) -> set[str]:
    """Return the names of the schemas that are components in any of these documents."""
    return {name for one in documents for name in (one.get("components") or {}).get("schemas") or {}}


def fetch(package: str, member: str, folder: Path) -> list[tuple[str, Path]]:
    """Return every published version with its document, in order; what is there is not fetched again."""
    asked = ["npm", "view", package, "versions", "--json"]
    listed = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=120).stdout)
    found = []
    for version in sorted(listed, key=order):
        target = folder / package.replace("/", "-") / f"{version}{Path(member).suffix}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            pack = [
                "npm",
                "pack",
                f"{package}@{version}",
                "--silent",
                "--pack-destination",
                str(target.parent),
            ]
            name = subprocess.run(
                pack, capture_output=True, check=True, timeout=300, text=True
            ).stdout.split()[-1]
            with tarfile.open(target.parent / name) as archive:
                if member in archive.getnames() and (content := archive.extractfile(member)) is not None:
                    target.write_bytes(content.read())
            (target.parent / name).unlink()
        if target.exists():
            found.append((version, target))
    return found


def run(package: str, versions: list[tuple[str, Path]]) -> int:
    """Compare each version with the next, print a line for the package, and return the disagreements."""
    counts: Counter[str] = Counter()
    slowest, spent, size, count, previous = 0.0, 0.0, 0, 0, None
    for version, path in versions:
        try:
            document = read_document(path)
        except UserError as error:
            print(f"  {version}: {error}")
            continue
        if previous is not None:
            started = time.process_time()
            try:
                comparison = compare(previous[1], document, old_name=previous[0], new_name=version)
            except UserError as error:
                print(f"  {previous[0]} → {version}: {error}")
                previous = version, document
                continue
            took = time.process_time() - started
            spent, slowest, size = spent + took, max(slowest, took), max(size, path.stat().st_size)
            counts.update({severity.value: number for severity, number in comparison.counts.items()})
            counts["pairs"] += 1
            both = previous[1], document
            wrong = disagreements(facts_of(comparison), differences(*both), _names(*both))
            count += len(wrong)
            for word, fact in wrong[:SHOWN]:
                print(f"  {previous[0]} → {version}: {word}: {' | '.join(map(str, fact))}")
        previous = version, document
    classes = ", ".join(f"{counts[severity.value]} {severity.value}" for severity in Severity)
    print(f"{package}: {counts['pairs']} pairs of up to {size / 1e6:.1f} MB: {classes}")
    print(
        f"  {spent:.1f} s of CPU time in all, {slowest:.2f} s the slowest; the oracle disagrees {count} times"
    )
    return count


def main() -> int:
    if shutil.which("npm") is None:
        print("versions: missing (no npm here)")
        return 0
    disagreements = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        for package, member in PACKAGES.items():
            try:
                versions = fetch(package, member, folder)
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                print(f"{package}: missing ({type(error).__name__})")
                continue
            disagreements += run(package, versions)
    return int(disagreements > 0)


if __name__ == "__main__":
    sys.exit(main())
