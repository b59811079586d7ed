"""How long the normaliser takes against a C-speed YAML parser that merely loads the same pages.

    python benchmarks/normalize.py [PAGES] [BYTES]

Prints the best of three runs of: loading every block with PyYAML's libyaml loader, normalizing without
validation, the validation alone, and the ratio of the second to the first; then the time for ten times
as many pages, to see that the cost grows in step.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping

import yaml

from trigger_contract.document.yaml import dump
from trigger_contract.normalize import Page, normalize, pipeline


def make_pages(count: int, size: int) -> list[Page]:
    """Make pages of one API: an operation each, its own schemas and some that all pages share."""
    return [Page(f"page-{number:04}.md", make_page(number, size)) for number in range(count)]


def make_page(number: int, size: int) -> str:
    schemas = {
        "Error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "The error code"},
                "message": {"type": "string", "description": "What went wrong, in a sentence"},
            },
        }
    }
    own: dict[str, object] = {}
    schemas[f"Thing{number}"] = {"type": "object", "required": ["field0"], "properties": own}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {
            f"/v1/things{number}/{{thingId}}": {
                "get": {
                    "summary": f"Get thing {number}",
                    "operationId": f"get_thing{number}_v1",
                    "parameters": [
                        {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {
                        "200": {
                            "description": "The thing",
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": f"#/components/schemas/Thing{number}"}
                                }
                            },
                        },
                        "404": {
                            "description": "No such thing",
                            "content": {
                                "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                            },
                        },
                    },
                }
            }
        },
        "components": {"schemas": schemas},
    }
    field, length = 0, len(dump(document))
    while length < size:
        value = {
            "type": "string",
            "description": f"The field number {field} of thing {number}, with a text of the usual length",
            "example": f"value_{field}",
            "maxLength": 10 + field,
        }
        if field % 5 == 0:
            value = {"type": "string", "enum": [f"state_{number}_{field}_{n}" for n in range(4)]}
        elif field % 7 == 0:
            value = {
                "type": "object",
                "properties": {"id": value, "at": {"type": "string", "format": "date-time"}},
            }
        own[f"field{field}"] = value
        length += len(dump({f"field{field}": value})) + 12 * (1 + str(value).count(": "))
        field += 1
    return f"# Get thing {number}\n\n## OpenAPI\n\n````yaml GET /v1/things{number}\n{dump(document)}````\n"


def timed(runs: Mapping[str, Callable[[], object]], times: int = 9) -> dict[str, tuple[float, float]]:
    """Return the shortest time of each, all taken in turns, and how much longer the median turn took."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - start)
    return {name: (min(all_), statistics.median(all_) / min(all_) - 1) for name, all_ in taken.items()}


def measure(count: int, size: int) -> dict[str, tuple[float, float]]:
    pages = make_pages(count, size)
    blocks = [page.text.partition("````yaml")[2].partition("\n")[2].rpartition("````")[0] for page in pages]
    measured = timed(
        {
            "load": lambda: [yaml.load(block, yaml.CSafeLoader) for block in blocks],
            "build": lambda: pipeline.build(pages),
        }
    )
    return {**measured, **timed({"whole": lambda: normalize(pages)}, 3)}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000 // 60
    for pages in (count, count * 10):
        measured = measure(pages, size)
        (loading, apart), (building, widest) = measured["load"], measured["build"]
        print(
            f"{pages:5} pages of {size} bytes: load {loading:.3f} s, normalize {building:.3f} s "
            f"({building / loading:.2f}x, spread {apart:.0%} and {widest:.0%}), "
            f"validate {measured['whole'][0] - building:.3f} s"
        )


if __name__ == "__main__":
    main()
