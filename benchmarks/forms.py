"""The generated client on forms that documents have, each of our own making: reading 100 of each.

Run it with ``python benchmarks/forms.py``. Beside it stand what openapi-python-client makes of the same
document by itself, where it makes anything that reads the answer, and ``json.loads``.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from client import Figure, interleaved, stock_models
from trigger_contract.generate.project import generate

TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}


def thing(*required: str, **properties: Any) -> dict[str, Any]:
    """An object schema."""
    return {"type": "object", "required": list(required), "properties": properties}


SCHEMAS: dict[str, Any] = {
    "Plain": thing("id", "size", id=TEXT, size={"type": "integer"}, share={"type": "number"}, note=TEXT),
    "Dated": thing("id", "made", id=TEXT, made=MOMENT, due={"type": ["string", "null"], "format": "date"}),
    "Named": thing(
        "state", state={"type": "string", "enum": ["open", "paid", "gone"]}, last={"enum": [1, 2]}
    ),
    "Nested": thing("a", a=thing("b", b=thing("c", c={"type": "array", "items": TEXT}), d=TEXT)),
    "Mapped": thing("by_day", by_day={"type": "object", "additionalProperties": {"type": "integer"}}),
    "Cat": thing("kind", "lives", kind={"const": "cat"}, lives={"type": "integer"}),
    "Dog": thing("kind", "name", kind={"const": "dog"}, name=TEXT),
    "Either": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    },
    "Merged": {"allOf": [{"$ref": "#/components/schemas/Plain"}, thing("more", more=TEXT)]},
}
VALUES: dict[str, Callable[[int], Any]] = {
    "Plain": lambda n: {"id": f"p{n}", "size": n, "share": n / 7, "note": "a note of some length"},
    "Dated": lambda n: {
        "id": f"d{n}",
        "made": "2024-05-23T10:00:00.000Z",
        "due": None if n % 2 else "2024-06-01",
    },
    "Named": lambda n: {"state": ("open", "paid", "gone")[n % 3], "last": 1 + n % 2},
    "Nested": lambda n: {"a": {"b": {"c": ["x", "y", str(n)]}, "d": "e"}},
    "Mapped": lambda n: {"by_day": {f"2024-05-{day:02}": day * n for day in range(1, 11)}},
    "Either": lambda n: {"kind": "cat", "lives": 9} if n % 2 else {"kind": "dog", "name": f"Rex {n}"},
    "Merged": lambda n: {"id": f"m{n}", "size": n, "more": "yes", "unknown": [n]},
}


def document() -> dict[str, Any]:
    """A document with a list of each form."""
    paths = {}
    for name in VALUES:
        schema = thing("data", data={"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}})
        content = {"application/json": {"schema": schema}}
        responses = {"200": {"description": "OK", "content": content}}
        paths[f"/{name.lower()}"] = {
            "get": {"operationId": f"list_{name}", "tags": [name], "responses": responses}
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Forms", "version": "1"},
        "servers": [{"url": "https://forms.example"}],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def reading(folder: Path) -> dict[str, dict[str, Figure]]:
    """Microseconds to read 100 of each form."""
    generate(document(), folder / "forms")
    stock = stock_models(document(), "stock_forms", folder)
    sys.path.insert(0, str(folder / "forms"))
    read = importlib.import_module("forms_client._reading").read
    figures = {}
    for name, make in VALUES.items():
        operation = importlib.import_module(f"forms_client.api.{name.lower()}.list_{name.lower()}").OPERATION
        shape = operation.responses[0].shape
        content = json.dumps({"data": [make(number) for number in range(100)]}).encode()
        value, problems = read(shape, content, strict=True)
        assert not problems
        assert len(value.data) == 100
        functions: dict[str, Callable[[], Any]] = {
            "generated": lambda shape=shape, content=content: read(shape, content, strict=False),  # type: ignore[misc]
            "json.loads": lambda content=content: json.loads(content),  # type: ignore[misc]
        }
        with contextlib.suppress(Exception):  # what it cannot read is no figure
            model = getattr(stock, f"List{name}Response200")
            model.from_dict(json.loads(content))
            functions["stock"] = lambda model=model, content=content: model.from_dict(json.loads(content))  # type: ignore[misc]
        figures[name] = interleaved(functions)
    return figures


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        results = reading(Path(name))
    print("\nReading 100 of each form\n\n| form | generated, µs | stock, µs | json.loads, µs | of stock |")
    print("|---|---|---|---|---|")
    for name, row in results.items():
        other = row.get("stock")
        shown, ratio = (
            (f"{other.value:.1f}", f"{row['generated'].value / other.value:.2f}") if other else ("-", "-")
        )
        print(
            f"| {name} | {row['generated'].value:.1f} | {shown} | {row['json.loads'].value:.1f} | {ratio} |"
        )


if __name__ == "__main__":
    main()
