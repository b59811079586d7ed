"""Request bodies made from their schema: those that keep it, and those that break it in one way."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jsonschema_rs

from trigger_contract.contract.life.breaking import misfits
from trigger_contract.contract.life.making import File, Maker, ends, examples
from trigger_contract.contract.life.media import MERGE_PATCH, MULTIPART, Media, encoded, media_of
from trigger_contract.contract.validators import alone, compiled, without_read_only
from trigger_contract.document.composition import View, composition
from trigger_contract.document.operations import Operation

_MOST_BROKEN = 60
_SAID = re.compile(r"""["']?\b(\w+)["']?\s*[:=]\s*(["'])([^"'\n]*)\2""")


@dataclass(frozen=True)
class Broken:
    """A body that breaks its schema in one way.

    Attributes:
        body: The content.
        label: What is wrong with it, in a few words.
        kind: The media type that it is sent as.
        is_sure: Whether no server may take it, however freely it reads.
        is_read: Whether a server comes to read its members at all.
    """

    body: bytes
    label: str
    kind: str
    is_sure: bool = True
    is_read: bool = True


def samples(operation: Operation) -> dict[str, str]:
    """Return texts that code samples of an operation give to names: ``cron: '0 0 * * *'``."""
    found: dict[str, str] = {}
    for sample in operation.definition.get("x-codeSamples") or ():
        for name, _, value in _SAID.findall(str(sample.get("source", ""))):
            found.setdefault(name, value)
    return found


class Bodies:
    """Makes bodies for one operation.

    Args:
        document: The document.
        operation: The operation.
        given: Values for members that point to other things.
        shown: Values of members that are tried first, and then the document's examples; None for values
            with a mark.
        unique: Members that must be another value in each body, so that no example will do.
        variant: Which of several kinds of body.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        operation: Operation,
        given: Mapping[str, Any] | None = None,
        *,
        shown: Mapping[str, Any] | None = None,
        unique: Collection[str] = (),
        variant: int = 0,
    ) -> None:
        self._views = composition(document)
        self.media: Media | None = media_of(document, operation)
        raw = self.media.schema if self.media is not None and self.media.is_object else None
        alternatives = self._views.alternatives(raw) if raw is not None else ()
        kinds = [item for item in alternatives if "properties" in item]
        self.variants = len(kinds)
        # Where no page speaks of it, a server may read whatever comes as what it knows.
        self._says_media = "415" in operation.definition.get("responses", {})
        self.schema: View = kinds[variant] if variant < len(kinds) else {}
        self._maker = Maker(
            self._views, shown is not None, has_files=self.media is not None and self.media.kind == MULTIPART
        )
        self._given = dict(given or {})
        self._unique = frozenset(unique)
        self._whole_example = {} if shown is None else {**self._shown(), **shown}
        members = self._views.properties(self.schema)
        self.properties = {name: view for name, view in members.items() if not view.get("readOnly")}
        self.required = [name for name in self.schema.get("required") or () if name in self.properties]
        self._document, self._raw = document, raw

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        raw = self._raw if self._raw is not None else {}
        whole = alone(self._document, {"allOf": [raw]})
        return compiled(without_read_only(json.loads(json.dumps(whole))))

    def _shown(self) -> Mapping[str, Any]:
        """Return the example of the whole body, where the document has one."""
        definition = self.media.definition if self.media is not None else {}
        named = [item.get("value") for item in (definition.get("examples") or {}).values() if "value" in item]
        found = [definition.get("example"), *named, *examples(self.schema)]
        return next((item for item in found if isinstance(item, Mapping)), {})

    def least(self, mark: str) -> dict[str, Any]:
        """Return a body of only what is required, or of one member where some must be there."""
        names = list(self.required)
        further = [name for name in self.properties if name not in names]
        names += further[: max(0, int(self.schema.get("minProperties", 0)) - len(names))]
        return {name: self.value(name, mark) for name in names}

    def whole(self, mark: str) -> dict[str, Any]:
        """Return a body of everything that may be sent."""
        return {name: self.value(name, mark) for name in self.properties}

    def value(self, name: str, mark: str, *, other_than: Any = None) -> Any:
        """Return a value of one property that is neither null nor the default, and not one that is named."""
        if name in self._given:
            return self._given[name]
        view = self.properties[name]
        maker = self._maker
        if name in self._unique:
            maker = replace(maker, by_example=False)
        shown = None if name in self._unique else self._whole_example.get(name)
        if shown is not None and shown != other_than and self.keeps_member(name, shown):
            return shown
        return maker.value(view, mark, [other_than, view.get("default")])

    def others(self, name: str, mark: str, current: Any) -> Iterator[Any]:
        """Yield values that a property may be changed to, the last of them null where it may be null."""
        yield self.value(name, mark, other_than=current)
        if self.media is not None and self.media.is_json and self.keeps_member(name, None):
            yield None

    def keeps_member(self, name: str, value: Any) -> bool:
        """Whether a member keeps its own schema, whatever stands beside it."""
        if name in self._given:
            return False
        errors = self._validator.iter_errors({name: _as_text(value)})
        return not any(list(error.instance_path)[:1] == [name] for error in errors)

    def keeps(self, body: Any) -> bool:
        """Whether a body keeps the schema, as far as its formats and patterns are understood."""
        return bool(self._validator.is_valid(_as_text(body)))

    def cases(self, mark: Callable[[], str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield bodies that keep the schema: whole, with each member alone, at each bound, and their labels.

        Args:
            mark: Returns another mark each time, so that no two things are called the same.
        """
        yield "everything", self.whole(mark())
        yield "only what is required", self.least(mark())
        for name in self.properties:
            if name not in self.least("x"):
                text = mark()
                yield f"{name} too", {**self.least(text), name: self.value(name, text)}
        yield from self._least_within(mark)
        for name, view in self.properties.items():
            if name in self._given:
                continue
            text = mark()
            for word, value in ends(self._maker, view, text):
                text = mark()
                yield f"{name} at its {word}", {**self.least(text), name: value}
            for value in view.get("enum") or ():
                yield f"{name} {value}", {**self.least(mark()), name: value}

    def _least_within(self, mark: Callable[[], str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield bodies with an object of which only what is required is sent."""
        for name, view in self.properties.items():
            inner = next(iter(self._views.alternatives(view)), view)
            needed = inner.get("required") or ()
            text = mark()
            value = self.value(name, text)
            if isinstance(value, Mapping) and set(value) - set(needed) and name not in self._given:
                least = {key: item for key, item in value.items() if key in needed}
                yield f"{name} with only what it needs", {**self.least(text), name: least}

    def broken(self, mark: str) -> Iterator[Broken]:
        """Yield bodies that break the schema in one way each."""
        media = self.media
        if media is None or not media.is_object:
            return
        yield from itertools.islice(self._against_schema(media, self.whole(mark), mark), _MOST_BROKEN)
        content, kind = encoded(self.whole(mark), media)
        if media.is_json:
            yield Broken(content[:-1], "JSON that breaks off", kind, is_read=False)
            yield Broken(b"[]", "an array", kind)
        other = "application/x-no-such-type"
        yield Broken(
            content, "a media type that is not documented", other, is_sure=self._says_media, is_read=False
        )
        if self.required and media.is_needed:
            yield Broken(b"", "no content", kind, is_read=False)

    def _against_schema(self, media: Media, base: dict[str, Any], mark: str) -> Iterator[Broken]:
        for name in self.required:
            lacking = {key: value for key, value in base.items() if key != name}
            # Null takes a member away in a patch, and no member is wanted there.
            if not self.keeps(lacking):
                yield self._wrong(lacking, f"no {name}", media)
        for name, view in self.properties.items():
            is_required = name in self.required and media.kind != MERGE_PATCH
            for label, value, is_sure in misfits(self._maker, view, mark, is_required=is_required):
                changed = {**base, name: value}
                if _is_spelled(value, media) and not self.keeps(changed):
                    yield self._wrong(changed, f"{name}: {label}", media, is_sure=is_sure)
        if self.schema.get("minProperties") and not self.keeps({}):
            yield self._wrong({}, "no member", media)
        if self.schema.get("additionalProperties") is False:
            extended = {**base, "noSuchMember": 1}
            yield self._wrong(extended, "a member that is not in the schema", media, is_sure=False)

    @staticmethod
    def _wrong(body: Any, label: str, media: Media, *, is_sure: bool = True) -> Broken:
        content, kind = encoded(body, media)
        return Broken(content, label, kind, is_sure=is_sure)


def _is_spelled(value: Any, media: Media) -> bool:
    """Whether a value can be sent such as it is; a form knows only texts."""
    return media.is_json or (value is not None and not isinstance(value, (Mapping, list)))


def _as_text(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {name: _as_text(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_as_text(value) for value in body]
    return body.content.decode("latin-1") if isinstance(body, File) else body
