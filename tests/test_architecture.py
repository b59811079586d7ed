"""The arrows between the rooms, as ARCHITECTURE.md draws them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "trigger_contract"
ROOMS = {"normalize", "changes", "fetch", "generate", "mock", "contract", "replay"}
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] in ROOMS | {"document"}
)


def imported_rooms(path: Path) -> set[str]:
    """Names of the parts of trigger_contract that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return {name.split(".")[1] for name in names if name.startswith("trigger_contract.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_itself_and_the_document(path):
    room = path.relative_to(PACKAGE).parts[0]
    allowed = {room, "document", "errors", "__version__"}
    assert imported_rooms(path) <= allowed


def test_the_generated_client_imports_nothing_of_ours():
    generated = PACKAGE.parent.parent / "generated"
    for path in generated.rglob("*.py"):
        assert "trigger_contract" not in path.read_text().replace("trigger-contract", ""), path


def test_the_contract_tests_import_only_the_contract_room():
    for path in (PACKAGE.parent.parent / "contract_tests").rglob("*.py"):
        assert imported_rooms(path) <= {"contract"}, path
