"""Content that is no JSON object: lines, texts, bytes."""

from __future__ import annotations

import json

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.life.making import Maker, text
from trigger_contract.contract.life.media import LINES, media_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import composition
from trigger_contract.document.references import resolve


def stores(subject: Subject) -> bool:
    """Whether an operation puts content where another reads it."""
    media = media_of(subject.document, subject.operation)
    item = resolve(subject.document, subject.document["paths"][subject.operation.path])
    return media is not None and not media.is_object and subject.operation.method == "put" and "get" in item


def reader_of(check: Check) -> Subject | None:
    """Return the operation that reads what another puts at the same address, in the same media type."""
    media = media_of(check.subject.document, check.subject.operation)
    found = [
        item
        for item in check.session.contract.subjects
        if item.operation.path == check.subject.operation.path
    ]
    return next((item for item in found if media is not None and media.kind in item.accepts), None)


def content_of(subject: Subject, mark: str) -> tuple[bytes, str]:
    """Return content that an operation takes, and its media type."""
    media = media_of(subject.document, subject.operation)
    assert media is not None
    views = composition(subject.document)
    view = views.view(media.schema) if media.schema is not None else {}
    if media.kind in LINES:
        inner = views.items(view) if "items" in view else view
        made = [Maker(views).value(inner, f"{mark}{index}") for index in range(3)]
        return b"".join(json.dumps(line).encode() + b"\n" for line in made), media.kind
    if media.kind == "text/csv":
        return f"name,note\r\n{mark},1\r\n".encode(), media.kind
    if media.kind.startswith("text/"):
        return text(view, mark).encode(), media.kind
    return mark.encode() + bytes(range(32)), media.kind


def answer_kind(exchange: Exchange) -> str:
    """Return the media type of an answer, or that it has none."""
    return exchange.media_type or "no media type"
