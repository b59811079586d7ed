"""Holds the readers of pages, and the tests' writer of them, against the converter of the sites themselves.

    .venv/bin/python benchmarks/dialects.py [DOCUMENT...]

Writes every operation of each OpenAPI document as pages in both dialects, through the converter in
@mintlify/validation, which is installed from the npm registry into a scratch folder; then

- reads both kinds together, and counts contradictions and differences from the standard pages alone;
- reads the expanded pages alone, writes the result through the converter again, and counts what differs;
- counts in how many operations the tests' own writer writes something else than the converter.

Without documents, takes the project's own and some from npm packages. Some differences are none of the
readers': the converter does not look at what stands beside a reference, where defaults of named enums go;
a page lists a required name with no property alike whether its source forgot the property or hides it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.normalize import Page
from trigger_contract.normalize.pipeline import build

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CONVERTER = ("@mintlify/validation@0.1.878", "js-yaml@4.1.0")
PACKAGES = {
    "@readme/oas-examples@8.2.2": (
        *("3.1/json/train-travel.json", "3.1/json/readme.json", "3.1/json/webhooks.json"),
        *("3.0/json/petstore.json", "3.0/json/polymorphism.json", "3.0/json/discriminators.json"),
        *("3.0/json/parameters-style.json", "3.0/json/readme-legacy.json", "3.0/json/star-trek.json"),
        *("3.0/json/server-variables.json", "3.0/json/complex-nesting.json"),
    ),
    "@figma/rest-api-spec@0.43.0": ("openapi/openapi.yaml",),
}
OWN = (ROOT / "openapi" / "openapi.yaml", ROOT / "tests" / "normalize" / "shop.yaml")

# What the converter leaves in schemas in passing, and names that a document made of pages makes up again.
_MARKS = {"isOneOf", "isAnyOf", "isAllOf", "_depth", "xMcp", "xMint", "refIdentifier"}
_BLOCK = re.compile(r"^````yaml[^\n]*\n(.*?)^````$", re.MULTILINE | re.DOTALL)
_DEPTH = 14


def install(folder: Path, packages: tuple[str, ...]) -> str | None:
    """Install packages into a folder; return why not, if not."""
    if shutil.which("npm") is None:
        return "missing (no npm here)"
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False, timeout=600)
    return None if done.returncode == 0 else "missing (npm could not install it)"


def documents(scratch: Path, arguments: list[str]) -> Iterator[tuple[str, Path]]:
    if arguments:
        yield from ((Path(name).name, Path(name)) for name in arguments)
        return
    yield from ((path.name, path) for path in OWN)
    for package, files in PACKAGES.items():
        problem = install(scratch, (package,))
        if problem:
            print(f"{package}: {problem}")
            continue
        folder = scratch / "node_modules" / package.rpartition("@")[0]
        yield from ((Path(name).name, folder / name) for name in files)


def write_pages(scratch: Path, document: Any, out: Path) -> None:
    out.mkdir(parents=True)
    source = out / "source.json"
    source.write_text(json.dumps(document))
    command = ["node", str(HERE / "dialects.mjs"), str(scratch), str(source), str(out)]
    subprocess.run(command, check=True, timeout=600, capture_output=True)


def pages(folder: Path) -> list[Page]:
    return [Page(f"{folder.name}/{path.name}", path.read_text()) for path in sorted(folder.glob("*.md"))]


def endpoints(folder: Path) -> dict[tuple[str, str], tuple[Any, Any]]:
    """What the expanded pages show, and their schemas, by method and path."""
    found = {}
    for page in pages(folder):
        match = _BLOCK.search(page.text)
        assert match, page.name
        block: Any = load(match[1], page.name)
        key = (block["paths"]["method"], block["paths"]["path"])
        found[key] = (block["paths"], block.get("components", {}).get("schemas", {}))
    return found


def meaning(value: Any, schemas: Any, depth: int = 0, seen: tuple[str, ...] = ()) -> Any:
    """Follow references and make spellings one, so that names of components do not matter."""
    if depth > _DEPTH:
        return "deeper"
    if isinstance(value, list):
        return [meaning(item, schemas, depth + 1, seen) for item in value]
    if not isinstance(value, dict):
        return value
    name = str(value.get("$ref", "")).removeprefix("#/components/schemas/").replace("~1", "/")
    if name in schemas:
        siblings = {key: item for key, item in value.items() if key != "$ref"}
        if name in seen or len(seen) > 4:
            return "deeper"
        return meaning({**schemas[name], **siblings}, schemas, depth, (*seen, name))
    return spelled({key: meaning(item, schemas, depth + 1, seen) for key, item in value.items()})


def spelled(schema: dict[str, Any]) -> Any:
    result = {key: item for key, item in schema.items() if key not in _MARKS and key != "nullable"}
    if schema.get("nullable") is True:
        if isinstance(schema.get("type"), str):
            result["type"] = [schema["type"], "null"]
        for word in ("oneOf", "anyOf"):
            if isinstance(schema.get(word), list):
                result[word] = [*result[word], {"type": "null"}]
    if result.get("required") is False:
        del result["required"]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if result.get(exclusive) is True and bound in result:
            result[exclusive] = result.pop(bound)
        elif result.get(exclusive) is False:
            del result[exclusive]
    for key in ("required", "requiredProperties"):
        if isinstance(result.get(key), list):
            result[key] = sorted(map(str, result[key]))
    alone = list(result) == ["allOf"] and isinstance(result["allOf"], list) and len(result["allOf"]) == 1
    return result["allOf"][0] if alone else result


def differences(first: Any, second: Any, where: str = "") -> Iterator[str]:
    if "deeper" in (first, second) or where.endswith("/examples"):
        return
    if isinstance(first, dict) and isinstance(second, dict):
        for key in first.keys() | second.keys():
            yield from differences(first.get(key, "absent"), second.get(key, "absent"), f"{where}/{key}")
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for index, pair in enumerate(zip(first, second, strict=True)):
            yield from differences(*pair, f"{where}/{index}")
    elif first != second:
        yield f"{where}: {first!r:.100} | {second!r:.100}"


def compare(name: str, document: Any, scratch: Path) -> tuple[int, list[str]]:
    """Return how many operations a document has, and everything that is not as it should be."""
    from expanded_writer import expanded_endpoint

    out = scratch / "pages" / str(len(list(scratch.glob("pages/*"))))
    write_pages(scratch, document, out)
    standard, expanded = pages(out / "standard"), pages(out / "expanded")
    faults: list[str] = []
    if standard:
        alone, both = build(standard), build([*standard, *expanded])
        known = {(entry.kind, entry.pointer) for entry in alone.contradictions}
        shown = {page.name for page in expanded}
        for entry in both.contradictions:
            if (entry.kind, entry.pointer) not in known and shown & {claim.source for claim in entry.claims}:
                faults.append(f"contradiction: {entry.kind} {entry.where}")
        paths = [{"paths": result.document["paths"]} for result in (alone, both)]
        hooks = bool(document.get("webhooks"))  # which standard pages do not show at all
        faults += [f"both dialects{line}" for line in differences(*paths)] if not hooks else []
    again = out / "again"
    write_pages(scratch, json.loads(json.dumps(build(expanded).document)), again)
    first, second = endpoints(out / "expanded"), endpoints(again / "expanded")
    for key, (endpoint, schemas) in first.items():
        other, other_schemas = second.get(key, ("absent", {}))
        ours, theirs = meaning(endpoint, schemas), meaning(other, other_schemas)
        faults += [f"comes back: {' '.join(key)}{line}" for line in differences(ours, theirs)]
        group = f"{endpoint['type']}s"
        written = meaning(expanded_endpoint(document, key[1], key[0], group), schemas)
        faults += [f"writer: {' '.join(key)}{line}" for line in differences(ours, written)]
    return len(first), faults


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "normalize"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        problem = "missing (no node here)" if shutil.which("node") is None else install(scratch, CONVERTER)
        if problem:
            print(f"{CONVERTER[0]}: {problem}")
            return
        for name, path in documents(scratch, sys.argv[1:]):
            try:
                count, faults = compare(name, load(path.read_text(), path.name), scratch)
            except (UserError, subprocess.CalledProcessError) as error:
                count, faults = 0, [f"not read: {error}"]
            print(f"{name}: {count} operations, {len(faults)} differences")
            for line in faults[:5]:
                print(f"    {line:.300}")


if __name__ == "__main__":
    main()
