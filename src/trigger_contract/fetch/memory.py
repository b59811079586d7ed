"""What was brought before, in ``sources.lock.json``: enough to ask only for what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trigger_contract.document.files import read_text
from trigger_contract.errors import UserError
from trigger_contract.fetch.download import Validators


@dataclass(frozen=True)
class Record:
    """One page as it was brought.

    Attributes:
        url: The address that was asked.
        sha256: Of the bytes that were kept.
        validators: What the server said of their age.
    """

    url: str
    sha256: str
    validators: Validators


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_memory(path: Path) -> dict[str, Record]:
    """Read the records by page; an absent file holds none.

    Raises:
        UserError: The file is there but not as this program writes it.
    """
    if not path.exists():
        return {}
    try:
        return {
            name: Record(
                str(entry["url"]),
                str(entry["sha256"]),
                Validators(_text(entry, "etag"), _text(entry, "lastModified")),
            )
            for name, entry in json.loads(read_text(path)).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError("is not as fetch writes it; delete it to start afresh", source=path) from None


def _text(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(key)
    return value


def write_memory(records: Mapping[str, Record]) -> str:
    """Return the file's text, in the order of names so that it changes only where a page did."""
    document = {
        name: {
            "url": record.url,
            "sha256": record.sha256,
            **({"etag": record.validators.etag} if record.validators.etag else {}),
            **({"lastModified": record.validators.last_modified} if record.validators.last_modified else {}),
        }
        for name, record in sorted(records.items())
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
