"""Documents whose every text and name is meant to break out: all of it stays text, and the client works."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from markdown_it import MarkdownIt

from .documents import document, operation, path, query
from .packages import TEXT, imported, package_of, talk

OWNED = "a_hostile_document_ran"
CODE = f"__import__('sys').modules.__setitem__('{OWNED}', 1)"
TEXTS = (
    f"'+{CODE}+'",
    f'"+{CODE}+"',
    f'"""\n{CODE}\n"""',
    f"'''\n{CODE}\n'''",
    f"\n{CODE}\n# -->",
    f"\\\n{CODE}\\",
    f"{{{{ {CODE} }}}}{{% raw %}}{{# x",
    f"{{{CODE}}}",
    f"```\n```python\n{CODE}\n```",
    "--><script>alert(1)</script></script><!-- `@octocat` [a](javascript:x) ![p](http://evil.example/p)",
    f'\r{CODE}\x85{CODE}\u2028{CODE}\x7f\x00\x1b[31m"',
    "🚀 \ud800 \udfff",
    'ends with a quote"',
    "ends with a backslash\\",
    "|cell|bar|",
    "x" * 300,
)
NAMES = (
    *("dict", "list", "super", "type", "print", "id", "open", "object", "str", "property", "classmethod"),
    *("__init__", "__class__", "__slots__", "__dict__", "__struct_fields__", "mro"),
    *("class", "None", "lambda", "async", "match", "case", "_", "True"),
    *("interval", "max_interval", "wait_for", "firstPage", "headers", "body", "timeout", "extra_headers"),
    *("extra_query", "self", "cls", "options", "values", "client", "OPERATION", "PAGE", "close", "request"),
    *("datetime", "shapes", "unions", "uuid", "builtins", "httpx", "Any", "Model", "Literal", "DateTime"),
    *("extra", "problems", "to_dict", "to_json", "from_dict", "copy", "\ue000_source", "_source", "name"),
    *("🚀", "a\nb", "a'b", 'a"b', "a\\b", "größe", "日本", "1st", "", " "),
    "y" * 300,
)


def hostile() -> dict[str, Any]:
    """A document that carries every text in every place for text, and every name in every place for names."""
    everything = " ".join(TEXTS)
    record = {
        "type": "object",
        "description": everything,
        "required": list(NAMES[:5]),
        "properties": {name: {**TEXT, "description": everything} for name in NAMES},
    }
    choice = {"type": "string", "enum": [*TEXTS, *NAMES], "description": everything}
    parameters = [
        query(name, {**TEXT, "default": text, "example": text}, description=text)
        for name, text in zip(NAMES, [*TEXTS] * 5, strict=False)
        if name
    ]
    paths: dict[str, Any] = {}
    for number, (name, text) in enumerate(zip(NAMES, [*TEXTS] * 5, strict=False)):
        schema = {"$ref": "#/components/schemas/" + NAMES[number % 12].replace("~", "~0").replace("/", "~1")}
        made = operation(
            name,
            NAMES[number % 12],
            schema if number else record,
            summary=text,
            description=text,
            parameters=[path("id"), *parameters] if number < 3 else [path("id")],
        )
        made["responses"]["404"] = {"description": text}
        paths[f"/p{number}/{{id}}"] = {"get": made}
    return document(
        paths,
        info={"title": everything, "version": everything, "description": everything},
        servers=[{"url": "https://api.widgets.example", "description": everything}],
        tags=[{"name": name, "description": text} for name, text in zip(NAMES, TEXTS, strict=False)],
        security=[{"dict": []}, {TEXTS[0]: []}],
        components={
            "schemas": {
                **{name: {"type": "object", "properties": {"a": choice, name: TEXT}} for name in NAMES},
            },
            "securitySchemes": {
                "dict": {"type": "http", "scheme": "bearer", "description": everything},
                TEXTS[0]: {"type": "apiKey", "in": "header", "name": "x-key", "description": everything},
            },
        },
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("hostile")
    with imported(hostile(), folder) as module:
        for info in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            importlib.import_module(info.name)
        yield module, folder / "client"
    assert OWNED not in sys.modules


def test_nothing_of_a_document_becomes_code(package: tuple[ModuleType, Path]) -> None:
    for file in package[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Name) and node.id == "__import__"), file
    assert OWNED not in sys.modules


def test_every_page_of_the_package_is_what_it_should_be(package: tuple[ModuleType, Path]) -> None:
    tomllib.loads((package[1] / "pyproject.toml").read_text(encoding="utf-8"))
    for name in ("README.md", "api.md"):
        text = (package[1] / name).read_text(encoding="utf-8")
        tokens = [
            token for block in MarkdownIt("commonmark").parse(text) for token in (block.children or [block])
        ]
        html = [token.content for token in tokens if token.type.startswith("html")]
        assert all(re.fullmatch(r"(?s)(<!-- .*? -->\s*)+", content) for content in html), html
        targets = [token.attrGet("href") or token.attrGet("src") for token in tokens]
        assert {target for target in targets if target and "/api/" not in str(target)} <= {"api.md"}
        assert not any("@octocat" in token.content for token in tokens if token.type == "text")
        for block in re.findall(r"(?ms)^```python\n(.*?)^```", text):
            calls = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Call)]
            assert all("__import__" not in ast.dump(call.func) for call in calls)


def test_a_client_of_hostile_names_works(package: tuple[ModuleType, Path]) -> None:
    module, _ = package
    value = dict.fromkeys(NAMES, "v")
    name = next(name for name in module.__all__ if name.endswith("Client") and not name.startswith("Async"))
    client = talk(module, name, lambda request: httpx.Response(200, json=value), dict_="k")
    called = 0
    for attribute, part in vars(type(client)).items():
        if attribute.startswith("_") or not hasattr(part, "attrname"):
            continue
        resource = getattr(client, attribute)
        for method in vars(type(resource)):
            if not method.startswith(("_", "with_", "poll")):
                found = getattr(resource, method)("1")
                assert found.to_dict() == value
                assert type(found).from_dict(found.to_dict()) == found
                called += 1
    assert called == len(NAMES)


@pytest.mark.slow
def test_type_checkers_accept_hostile_names(package: tuple[ModuleType, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), package_of(package[1])]
    done = subprocess.run(command, cwd=package[1], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:]
