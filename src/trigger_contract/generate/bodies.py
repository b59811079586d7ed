"""What an operation sends: the forms of its body, and the keywords that they are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.generate.arguments import Body, BodyField, BodyForm
from trigger_contract.generate.examples import example_of, short
from trigger_contract.generate.naming import Names, pascal_case, snake_case
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import ANY, Field, Model, Nullable, Scalar, Type, UnionOf

_ORDER = {"json": 0, "form": 1, "multipart": 2, "lines": 3, "text": 4, "binary": 5}
# An optional object of this name only gathers what else a call can be given.
_BAG = "options"
_KEYS = ("idempotencykey",)


def body_kind(media_type: str) -> str:
    """How a body of a media type is written: see ``BodyForm``."""
    plain = media_type.split(";")[0].strip().lower()
    if plain in ("application/json", "text/json", "*/*", "application/*") or plain.endswith("+json"):
        return "json"
    if plain in LINES:
        return "lines"
    if plain == "application/x-www-form-urlencoded":
        return "form"
    if plain == "multipart/form-data":
        return "multipart"
    return "text" if plain.startswith("text/") else "binary"


LINES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines"}
)


def read_body(
    document: Mapping[str, Any], definition: Mapping[str, Any], base: str, names: Names, reader: SchemaReader
) -> Body | None:
    """Read what an operation sends.

    Args:
        document: The document.
        definition: The Operation Object.
        base: Name for classes that the body's schema has none for.
        names: Names that the method's other arguments have taken.
        reader: What reads schemas.
    """
    request = resolve(document, definition.get("requestBody"))
    if not isinstance(request, Mapping) or not request.get("content"):
        return None
    content: Mapping[str, Any] = request["content"]
    by_path: dict[tuple[str, ...], str] = {}
    forms: list[BodyForm] = []
    for media_type in sorted(content, key=lambda name: _ORDER[body_kind(name)]):
        media = content[media_type] if isinstance(content[media_type], Mapping) else {}
        kind = body_kind(media_type)
        schema = media.get("schema")
        target = resolve(document, schema)
        if "*" in media_type and isinstance(target, Mapping) and target.get("format") == "binary":
            kind = "binary"
        if kind == "lines":
            schema = media.get("itemSchema", schema)
        hint = base + ("Body" if not forms else f"{pascal_case(kind)}Body")
        type_ = reader.read(schema, hint)
        fields = (
            ()
            if kind in ("lines", "text", "binary")
            else _fields(type_, example_of(document, media), names, by_path, reader)
        )
        spelled = "application/json" if kind == "json" and "*" in media_type else media_type
        forms.append(BodyForm(kind, spelled, type_, fields, _encodings(media)))
        if kind == "json" and "*" in media_type and type_ == ANY:
            forms.append(BodyForm("binary", media_type, Scalar("binary")))
    return Body(tuple(forms), request.get("required") is True, _text(request.get("description")))


def key_argument(body: Body | None) -> str | None:
    """The keyword that takes an idempotency key."""
    for entry in body.fields if body else ():
        if re.sub(r"[^a-z]", "", entry.path[-1].lower()) in _KEYS and entry.type in _TEXTS:
            return entry.name
    return None


_TEXTS = (Scalar("string"), Nullable(Scalar("string")), Scalar("any"))


def _fields(
    type_: Type,
    whole: Any,
    names: Names,
    by_path: dict[tuple[str, ...], str],
    reader: SchemaReader,
) -> tuple[BodyField, ...]:
    """The properties of an object as keywords; those of ``options`` stand beside the others."""
    plain = type_.inner if isinstance(type_, Nullable) else type_
    models = [reader.model(member) for member in (plain.members if isinstance(plain, UnionOf) else (plain,))]
    entries = _united([model for model in models if model is not None])
    if None in models or not entries:
        return ()
    fields: list[BodyField] = []
    inner: list[Field] = []

    def add(path: tuple[str, ...], entry: Field, *, required: bool) -> None:
        if path not in by_path:
            plain = snake_case(path[-1])
            by_path[path] = names.take(plain, f"{plain.rstrip('_')}_", snake_case("_".join(path)))
        shown = whole
        for name in path:
            shown = shown.get(name) if isinstance(shown, Mapping) else None
        fields.append(
            BodyField(
                by_path[path],
                path,
                entry.type,
                required and not entry.fixed,
                entry.description,
                entry.spelled,
                entry.example or short(shown),
                fixed=required and entry.fixed,
            )
        )

    for entry in entries:
        if entry.read_only:
            continue
        add((entry.wire,), entry, required=entry.needed)
        plain = entry.type.inner if isinstance(entry.type, Nullable) else entry.type
        bag = reader.model(plain) if entry.wire == _BAG and not entry.needed else None
        if bag is not None and not any(item.needed for item in bag.fields):
            inner += [item for item in bag.fields if not item.read_only]
    for entry in inner:
        add((_BAG, entry.wire), entry, required=False)
    return tuple(fields)


def _united(models: list[Model]) -> list[Field]:
    """The properties of one object, or of one of several: what is not required in each need not be given."""
    found: dict[str, list[Field]] = {}
    for model in models:
        for entry in model.fields:
            found.setdefault(entry.wire, []).append(entry)
    united = []
    for same in found.values():
        types = tuple(dict.fromkeys(entry.type for entry in same))
        type_ = types[0] if len(types) == 1 else ANY if ANY in types else UnionOf(types)
        needed = len(same) == len(models) and all(entry.needed for entry in same)
        fixed = len(types) == 1 and same[0].fixed
        united.append(replace(same[0], type=type_, needed=needed, fixed=fixed))
    return united


def _encodings(media: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, bool, str]], ...]:
    """Source: OpenAPI 3.1, Encoding Object: explode is true for style form, false for all others."""
    found = []
    for name, raw in (media.get("encoding") or {}).items():
        if isinstance(raw, Mapping):
            has_style = any(key in raw for key in ("style", "explode", "allowReserved"))
            style = str(raw.get("style", "form" if has_style else ""))
            explode = raw.get("explode", style in ("", "form")) is True
            found.append((str(name), (style, explode, str(raw.get("contentType") or ""))))
    return tuple(found)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
