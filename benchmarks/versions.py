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
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from facts import Fact, differences

from trigger_contract.changes import Comparison, Severity, compare
from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError

PACKAGES = {
    "@figma/rest-api-spec": "package/openapi/openapi.yaml",
    "@directus/specs": "package/dist/openapi.json",
    "@octokit/openapi-webhooks": "package/generated/api.github.com.json",
}
# Ends of codes and the oracle's kinds; None where it has none. The first that fits counts.
KINDS = [
    (r"(api|operation|sunset|links?|tag|path)-(?!removed|operation-id).*", None),
    (
        r".*(-description|-title|-summary|-example|-examples|-extension|-keyword|-externalDocs|-external-docs).*",
        None,
    ),
    (r"(request-parameter|response-header)-(style|explode|allow-reserved|allow-empty-value).*", None),
    (
        r".*(media-type-name-changed|encoding-changed|union-kind-changed|discriminator.*|parameter-renamed)",
        None,
    ),
    (r"(webhook-)?endpoint-added", "operation+"),
    (r"(webhook-)?api-removed-.*", "operation-"),
    (r"(webhook-)?api-operation-id-.*", "operationId"),
    (r".*media-type-(added|removed)", "media"),
    (r".*status-(added|removed)", "status"),
    (r".*response-header-(added|removed)", "header"),
    (r".*request-body-(added-\w+|removed)", "body"),
    (r"new-.*property|.*property-added", "property+"),
    (r".*property-removed", "property-"),
    (r"new-.*parameter", "parameter+"),
    (r"request-parameter-removed", "parameter-"),
    (r".*parameter-serialization-changed", "spelling"),
    (r".*-enum-value-added", "enum+"),
    (r".*-enum-value-removed", "enum-"),
    (r".*-(became-enum|enum-removed|const-\w+)", "enum"),
    (r".*-became-(not-)?nullable", "null"),
    (r".*-became-(required|optional)", "required"),
    (r".*-became-(not-)?read-only", "readOnly"),
    (r".*-became-(not-)?write-only", "writeOnly"),
    (r".*-type-(changed|generalized|specialized)", "type"),
    (r".*-(one|any)-of-added", "union+"),
    (r".*-(one|any)-of-removed", "union-"),
    (r".*-default-value-\w+", "default"),
    (r".*-additional-properties-\w+", "others"),
    (r".*(deprecated.*|reactivated)", "deprecated"),
    (r".*-(pattern|format|not|if|then|else|contains|xml)-\w+", r"\1"),
    (r".*-(exclusive-min|exclusive-max|min|max)-\w+", r"\1imum"),
    (r".*-((?:min|max)-(?:length|items|properties)|unique-items|property-names)-\w+", r"\1"),
]


def kind(code: str) -> str | None:
    """Return what the oracle calls a change of this code; None where it does not look."""
    for pattern, name in KINDS:
        if match := re.fullmatch(pattern, code):
            if name in ("media", "status", "header"):
                return name + ("+" if code.endswith("-added") else "-")
            if name is None or "\\" not in name:
                return name
            first, *more = match.expand(name).split("-")
            return first + "".join(part.capitalize() for part in more)
    raise ValueError(f"no kind for the code {code}")


def reported(comparison: Comparison) -> set[Fact]:
    """Return what the comparison says in the oracle's terms."""
    found: set[Fact] = set()
    for change in comparison.changes:
        if change.severity is not Severity.TEXT and (name := kind(change.code)) is not None:
            found |= {(label, name, change.severity.value) for label in change.operations}
    return {fact for fact in found if not fact[0].startswith("callback ")}


def order(version: str) -> Any:
    """Sort versions as semantic versioning does: a pre-release before its release, numbers by size."""
    core, _, pre = version.partition("-")
    return (
        [int(part) for part in core.split(".")],
        not pre,
        [(part.isdigit(), int(part) if part.isdigit() else part) for part in pre.split(".")],
    )


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
    slowest, spent, size, disagreements, previous = 0.0, 0.0, 0, 0, None
    for version, path in versions:
        try:
            document = read_document(path)
        except UserError as error:
            print(f"  {version}: {error}")
            continue
        if previous is not None:
            started = time.process_time()
            comparison = compare(previous[1], document)
            took = time.process_time() - started
            spent, slowest, size = spent + took, max(slowest, took), max(size, path.stat().st_size)
            counts.update({severity.value: count for severity, count in comparison.counts.items()})
            counts["pairs"] += 1
            said, is_so = reported(comparison), differences(previous[1], document)
            for word, facts in (("missed", is_so - said), ("not so", said - is_so)):
                disagreements += len(facts)
                for fact in sorted(facts)[:5]:
                    print(f"  {previous[0]} → {version}: {word}: {' | '.join(fact)}")
        previous = version, document
    classes = ", ".join(f"{counts[severity.value]} {severity.value}" for severity in Severity)
    print(f"{package}: {counts['pairs']} pairs of up to {size / 1e6:.1f} MB: {classes}")
    print(
        f"  {spent:.1f} s of CPU time in all, {slowest:.2f} s the slowest; "
        f"the oracle disagrees {disagreements} times"
    )
    return disagreements


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
