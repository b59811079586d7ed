"""What is written: the same bytes every time, all of it or nothing, tied to its document."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inside import called
from trigger_contract.document.blame import blaming
from trigger_contract.document.locate import read_document
from trigger_contract.document.yaml import dump, load
from trigger_contract.errors import UserError
from trigger_contract.generate.planning import digest, make_plan
from trigger_contract.generate.project import generate

from .documents import document, operation, query

ROOT = Path(__file__).resolve().parent.parent.parent
Build = Callable[[Mapping[str, Any]], ModuleType]
SMALL = document(
    {"/a": {"get": operation("get_a", "things", {"type": "object", "properties": {"a": {"type": "string"}}})}}
)

MAY_IMPORT_OS = ("_bodies.py", "_core.py", "_settings.py", "_streams.py", "_transport.py", "params.py")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trigger_contract", "generate", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_committed_client_is_what_the_document_gives(tmp_path: Path) -> None:
    # Which version it has is not in the document: `regenerate` raises it when the client changes.
    version = re.search(r'^version = "(.*)"$', (ROOT / "generated/pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    generate(read_document(), tmp_path / "client", version=version[1])
    committed = {
        name: text for name, text in contents(ROOT / "generated").items() if "__pycache__" not in name
    }
    assert contents(tmp_path / "client") == committed


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(dump(SMALL))
    for number, seed in enumerate(("0", "1", "1")):
        done = command(
            "--spec", str(spec), "-o", str(tmp_path / f"client{min(number, 1)}"), PYTHONHASHSEED=seed, PATH=""
        )
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "client0") == contents(tmp_path / "client1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["client0", "client1", "spec.yaml"]


def test_every_file_names_its_document(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "client")
    for name, text in contents(tmp_path / "client").items():
        if name != "LICENSE":
            assert f"sha256 {digest(SMALL)}".encode() in text.split(b"\n", 3)[1], name
    assert re.fullmatch("[0-9a-f]{64}", digest(SMALL))


def test_the_digest_is_that_of_the_content_and_not_of_its_spelling() -> None:
    again = load(dump(SMALL), "spec")
    assert digest(dict(reversed(list(again.items())))) == digest(SMALL)
    assert digest({**SMALL, "x": 1}) != digest(SMALL)


def test_what_an_older_document_gave_is_gone(tmp_path: Path) -> None:
    other = document(
        {"/b": {"get": operation("get_b", "others", {"type": "object", "properties": {"b": {}}})}}
    )
    generate(other, tmp_path / "client")
    generate(SMALL, tmp_path / "client")
    generate(SMALL, tmp_path / "fresh")
    assert contents(tmp_path / "client") == contents(tmp_path / "fresh")


BROKEN = {
    "no operations": (
        {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}},
        "no operations",
    ),
    "a reference to nothing": (
        document({"/a": {"get": operation("a", "t", {"$ref": "#/components/schemas/Missing"})}}),
        "points to nothing",
    ),
    "a reference elsewhere": (
        document({"/a": {"get": operation("a", "t", {"$ref": "other.yaml#/X"})}}),
        "external reference",
    ),
    "an unknown security scheme": (
        document({"/a": {"get": operation("a", "t", {}, security=[{"missing": []}])}}),
        "security scheme 'missing'",
    ),
    "an endless allOf": (
        document(
            {"/a": {"get": operation("a", "t", {"$ref": "#/components/schemas/A"})}},
            components={
                "schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}}
            },
        ),
        "contain",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_document_changes_nothing(tmp_path: Path, kind: str) -> None:
    spec, message = BROKEN[kind]
    target = tmp_path / "client"
    generate(SMALL, target)
    before = contents(tmp_path)
    with pytest.raises(UserError, match=message):
        generate(spec, target)
    assert contents(tmp_path) == before


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [at] if at else []
    children = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
    for key, child in children.items():
        found += places(child, (*at, key))
    return found


CANONICAL = json.loads(json.dumps(read_document()))
PLACES = places(CANONICAL)
JUNK = [None, 5, "x", [], {}, [None], {"$ref": "#/nowhere"}, True, "delete"]


def test_components_that_each_hold_the_next_one_twice_come_to_an_end() -> None:
    def held(name: str) -> dict[str, Any]:
        reference = {"$ref": f"#/components/schemas/{name}"}
        return {"anyOf": [reference, {"type": "array", "items": reference}]}

    schemas = {"A0": {"type": "string"}} | {f"A{n}": held(f"A{n - 1}") for n in range(1, 40)}
    spec = copy.deepcopy(CANONICAL)
    spec["components"]["schemas"].update(schemas)
    next(iter(spec["paths"].values()))["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/A39"
    }
    assert make_plan(spec).clients


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(JUNK))
def test_whatever_is_wrong_with_a_document_is_the_users_to_hear(place: tuple[Any, ...], junk: Any) -> None:
    broken = copy.deepcopy(CANONICAL)
    parent = broken
    for key in place[:-1]:
        parent = parent[key]
    if junk == "delete":
        del parent[place[-1]]
    else:
        parent[place[-1]] = junk
    try:
        with blaming((broken, Path("spec.yaml"))):
            assert make_plan(broken).clients
    except UserError as error:
        message = str(error)
    else:
        message = "spec.yaml: good enough"
    assert message.startswith("spec.yaml: ")
    assert "\n" not in message


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match=r"thesis\.txt"):
        generate(SMALL, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--spec", "missing.yaml"], "missing.yaml: no such file"),
        (["--spec", "broken.yaml"], "broken.yaml:2:"),
        (["--spec", "list.yaml"], "list.yaml: is not an OpenAPI document"),
        (["--spec", "good.yaml", "-o", "good.yaml"], "good.yaml: is a file"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "broken.yaml").write_text("openapi: 3.1.0\n  bad: [\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    (tmp_path / "good.yaml").write_text(dump(SMALL))
    before = contents(tmp_path)
    done = called("generate", *arguments, *([] if "-o" in arguments else ["-o", "out"]), cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr
    assert contents(tmp_path) == before


NASTY = 'a"""b\\n\\"\'{{ x }}{% y %}\n"""\nimport os\n# -->\\'


def test_a_hostile_document_gives_nothing_but_strings(client_of: Build, tmp_path: Path) -> None:
    record = {
        "type": "object",
        "description": NASTY,
        "required": [NASTY],
        "properties": {
            NASTY: {"type": "string", "description": NASTY},
            "choice": {"type": "string", "enum": [NASTY, "", "\u2028", "b'"], "description": NASTY},
        },
    }
    get = operation(
        NASTY,
        NASTY,
        record,
        summary=NASTY,
        description=NASTY,
        parameters=[query(NASTY, {"type": "string", "default": NASTY}, description=NASTY)],
    )
    get["responses"]["404"] = {"description": NASTY}
    spec = document(
        {"/a'\"\\{{ x }}": {"get": get}},
        info={"title": NASTY, "version": NASTY, "description": NASTY},
        tags=[{"name": NASTY, "description": NASTY}],
        security=[{NASTY: []}],
        components={
            "securitySchemes": {
                NASTY: {"type": "apiKey", "in": "header", "name": "x-key", "description": NASTY}
            }
        },
    )
    module = client_of(spec)
    for name in module.__all__:
        assert getattr(module, name) is not None
    for path in (tmp_path / "client").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        assert "os" not in imported or path.name in MAY_IMPORT_OS, path
    value = {NASTY: "x", "choice": NASTY}
    http_client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=value)))
    client_class = next(
        getattr(module, name)
        for name in module.__all__
        if name.endswith("Client") and not name.startswith("Async")
    )
    (credential,) = [name for name in client_class.__init__.__annotations__ if name.startswith("a_b")]
    client = client_class(http_client=http_client, **{credential: "k"})
    (resource,) = [getattr(client, name) for name in vars(client_class) if not name.startswith("_")]
    (method,) = [
        getattr(resource, name) for name in vars(type(resource)) if not name.startswith(("_", "with_"))
    ]
    assert method("v").to_dict() == value  # the hostile path has a name in braces
