"""Whatever goes wrong while a document is used is told as the document's fault, with its place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trigger_contract.errors import UserError


@contextlib.contextmanager
def blaming(*documents: tuple[Mapping[str, Any], Path | None]) -> Iterator[None]:
    """Say of whatever goes wrong with documents that one of them is at fault, and where.

    Args:
        documents: Each document that is used within, with its file.

    Raises:
        UserError: In the place of any error that a document of the wrong form brings about.
    """
    source = documents[0][1] if len(documents) == 1 else None
    try:
        yield
    except UserError as error:
        raise UserError(error.message, source=error.source or source, line=error.line) from None
    except RecursionError:
        raise UserError("the document's schemas contain themselves without end", source=source) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        for document, path in documents:
            if (fault := _fault(document, path)) is not None:
                raise fault from error
        raise UserError(f"cannot be read: {error!r}", source=source) from error


def _fault(document: Mapping[str, Any], source: Path | None) -> UserError | None:
    """Return the first fault of a document's form, where the library that knows the form is installed."""
    try:
        # Its import takes longer than everything else here, and it is only needed after a failure.
        from trigger_contract.document.specification import fault_error
    except ModuleNotFoundError:
        return None
    return fault_error(document, source)
