"""`trigger-contract diff` over the published versions of other APIs, with an oracle beside it.

    .venv/bin/python benchmarks/versions.py [FOLDER]

Fetches the versions of the packages below from the npm registry into FOLDER (by default one that is
removed at the end), compares each version with the next, and prints how many changes of each class there
are, how long it took, and whether benchmarks/facts.py, which shares no code with the comparison, comes to
the same kinds and classes at the same places of the same operations. Not told by the oracle: words, and
the values of discriminators. Ends with 1 if the two disagree anywhere. Takes some minutes.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facts import differences
from told import disagreements, facts_of

from trigger_contract.changes import Severity, compare
from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError

SHOWN = 20
# Where the document lies in each package, and in older versions of it.
PACKAGES = {
    "@figma/rest-api-spec": ("package/openapi/openapi.yaml",),
    "@directus/specs": ("package/dist/openapi.json",),
    "@blockfrost/openapi": ("package/openapi.yaml", "package/swagger.yaml"),
    "@ideal-postcodes/openapi": ("package/dist/openapi.json",),
    "@digdir/dialogporten-schema": ("package/swagger.verified.json",),
    "@dcl/catalyst-api-specs": ("package/lib/api.yaml",),
    "@scalar/galaxy": ("package/dist/3.1.json",),
    "rclone-openapi": ("package/openapi.json",),
    "@octokit/openapi-webhooks": ("package/generated/api.github.com.json",),
    "@octokit/openapi": ("package/generated/api.github.com.json",),
}
# Twelve megabytes each: the last ones do.
LAST = {"@octokit/openapi": 4}
COLUMNS = ("package", "pairs", "largest, MB", *(severity.value for severity in Severity))
COLUMNS += ("CPU, s", "slowest, s", "peak, MB", "oracle disagrees")


@dataclass
class Tally:
    """What the comparisons of one package came to."""

    package: str
    pairs: int = 0
    size: int = 0
    counts: Counter[Severity] = field(default_factory=Counter)
    spent: float = 0.0
    slowest: float = 0.0
    notes: list[str] = field(default_factory=list)
    disagreements: int = 0

    def row(self) -> str:
        """Return a row of the table."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        cells = [self.package, self.pairs, f"{self.size / 1e6:.1f}"]
        cells += [self.counts[severity] for severity in Severity]
        cells += [f"{self.spent:.1f}", f"{self.slowest:.2f}", f"{peak:.0f}", self.disagreements]
        return f"| {' | '.join(map(str, cells))} |"


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


def fetch(package: str, members: Sequence[str], folder: Path) -> list[tuple[str, Path]]:
    """Return every published version with its document, in order; what is there is not fetched again."""
    asked = ["npm", "view", package, "versions", "--json"]
    listed = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=120).stdout)
    listed = sorted([listed] if isinstance(listed, str) else listed, key=order)
    wanted = listed[-LAST.get(package, len(listed)) :]
    home = folder / package.replace("/", "-")
    home.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(4) as pool:
        targets = list(pool.map(lambda version: unpacked(package, version, members, home), wanted))
    return [pair for pair in zip(wanted, targets, strict=True) if pair[1].exists()]


def unpacked(package: str, version: str, members: Sequence[str], folder: Path) -> Path:
    """Return where the document of a version lies, which is fetched where it is not there."""
    target = folder / f"{version}{Path(members[0]).suffix}"
    if target.exists():
        return target
    pack = ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(pack, capture_output=True, check=True, timeout=300, text=True)
    archive = target.parent / done.stdout.split()[-1]
    with tarfile.open(archive) as packed:
        names = packed.getnames()
        member = next((name for name in members if name in names), None)
        if member is not None and (content := packed.extractfile(member)) is not None:
            target.write_bytes(content.read())
    archive.unlink()
    return target


def run(package: str, versions: list[tuple[str, Path]]) -> Tally:
    """Compare each version with the next."""
    tally = Tally(package)
    previous: tuple[str, Any] | None = None
    for version, path in versions:
        try:
            document = read_document(path)
            if previous is not None:
                _compare(tally, previous, (version, document))
        except UserError as error:
            tally.notes.append(f"{version}: {str(error).rpartition('/')[2]}")
        else:
            previous = version, document
            tally.size = max(tally.size, path.stat().st_size)
    return tally


def _compare(tally: Tally, old: tuple[str, Any], new: tuple[str, Any]) -> None:
    started = time.process_time()
    comparison = compare(old[1], new[1], old_name=old[0], new_name=new[0])
    took = time.process_time() - started
    tally.spent, tally.slowest = tally.spent + took, max(tally.slowest, took)
    tally.counts.update(comparison.counts)
    tally.pairs += 1
    wrong = disagreements(facts_of(comparison), differences(old[1], new[1]), _names(old[1], new[1]))
    tally.disagreements += len(wrong)
    for word, fact in wrong[:SHOWN]:
        tally.notes.append(f"{old[0]} → {new[0]}: {word}: {' / '.join(map(str, fact))}")


def main() -> int:
    if shutil.which("npm") is None:
        print("versions: missing (no npm here)")
        return 0
    tallies, missing = [], []
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        for package, members in PACKAGES.items():
            try:
                versions = fetch(package, members, folder)
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                missing.append(f"- {package}: missing ({type(error).__name__})")
                continue
            tallies.append(run(package, versions))
            print(tallies[-1].row(), flush=True)
    wrong = sum(tally.disagreements for tally in tallies)
    print(f"\n{sum(tally.pairs for tally in tallies)} pairs; the oracle disagrees {wrong} times.\n")
    for line in missing:
        print(line)
    for tally in tallies:
        for note in tally.notes:
            print(f"- {tally.package}, {note}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
