"""Where the canonical document and the files that travel with it are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trigger_contract.document import dynamic
from trigger_contract.document.bundle import bundle
from trigger_contract.document.files import is_web_page, read_text
from trigger_contract.document.uncollected import uncollected
from trigger_contract.document.version30 import upgrade
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Return the path of a file of this project, in a checkout or inside an installed wheel.

    Args:
        parts: Path from the project's root, for example ``"openapi", "openapi.yaml"``.

    Raises:
        UserError: Neither place has it.
    """
    for root in (_PACKAGE.parent.parent, _PACKAGE / "_data"):
        if (path := root.joinpath(*parts)).exists():
            return path
    raise UserError("is not part of this installation; reinstall trigger-contract", source="/".join(parts))


def checkout() -> Path:
    """Return the root of the source checkout.

    Raises:
        UserError: The package runs from a wheel, where there is nothing to regenerate.
    """
    root = _PACKAGE.parent.parent
    if not (root / "openapi" / "sources").is_dir():
        raise UserError("this command needs a checkout of the trigger-contract repository")
    return root


def read_document(path: Path | None = None) -> dict[str, Any]:
    """Read an OpenAPI document, by default the canonical one.

    What it refers to in other files of its folder is taken in, and one of OpenAPI 3.0 is read as 3.1.

    Raises:
        UserError: The file is missing, not YAML or JSON, or not an OpenAPI document, or it refers to what
            cannot be read.
    """
    path = path or resource("openapi", "openapi.yaml")
    text = read_text(path)
    if is_web_page(text):
        raise UserError("is a web page, not an OpenAPI document", source=path)
    with uncollected():
        document = load(text, str(path))
    if isinstance(document, dict) and "swagger" in document and "openapi" not in document:
        raise UserError("is Swagger 2; convert it to OpenAPI 3 first", source=path)
    if not isinstance(document, dict) or "openapi" not in document:
        raise UserError("is not an OpenAPI document: it has no `openapi` key", source=path)
    bundle(document, path, text)
    dynamic.settle(document, text)
    upgrade(document)
    return document
