"""From a place in the canonical document to the sentence of the page it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from trigger_contract.contract.findings import Citation
from trigger_contract.document.files import read_text
from trigger_contract.document.locate import resource
from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.errors import UserError

Pointer = tuple[str | int, ...]


class Citations:
    """Looks up sentences and page lines.

    Args:
        document: The OpenAPI document.
        provenance: Page lines for each JSON Pointer; empty where nothing is known.
    """

    def __init__(self, document: Mapping[str, Any], provenance: Mapping[str, Sequence[str]]) -> None:
        self._document = document
        self._provenance = provenance

    def at(self, pointer: Pointer, sentence: str | None = None) -> Citation:
        """Cite a place of the document.

        Args:
            pointer: Tokens of a JSON Pointer; a ``$ref`` on the way is followed.
            sentence: The words, where they are not the nearest description.
        """
        trail = list(follow(self._document, pointer))
        place = trail[-1][0] if trail else pointer
        if sentence is None:
            sentence = next(
                (
                    " ".join(str(value["description"]).split())
                    for _, value in reversed(trail)
                    if isinstance(value, Mapping) and value.get("description")
                ),
                "",
            )
        return Citation(sentence or "", join_pointer(*place), self._places(place))

    def _places(self, pointer: Pointer) -> tuple[str, ...]:
        for length in range(len(pointer), 1, -1):
            if places := self._provenance.get(join_pointer(*pointer[:length])):
                return tuple(places)
        return ()


def follow(document: Mapping[str, Any], pointer: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Yield every value on the way with the pointer under which it is really written.

    It stops where a token leads nowhere.
    """
    value: Any = document
    place: Pointer = ()
    yield place, value
    for token in pointer:
        try:
            value = value[int(token)] if isinstance(value, list) else value[str(token)]
        except (KeyError, IndexError, TypeError, ValueError):
            return
        place = (*place, token)
        for _ in range(20):
            if not (isinstance(value, Mapping) and isinstance(value.get("$ref"), str)):
                break
            # A description beside the reference belongs to this place, so it is yielded first.
            yield place, value
            place = tuple(split_pointer(value["$ref"][1:]))
            value = document
            for part in place:
                value = value[part]
        yield place, value


def read_provenance(spec: Path | None) -> dict[str, list[str]]:
    """Read which page lines each part of the document came from; empty where that is not recorded.

    Args:
        spec: The document, if it is not the canonical one; its provenance lies beside it.
    """
    try:
        path = spec.with_name("provenance.json") if spec else resource("openapi", "provenance.json")
        if not path.is_file():
            return {}
        data = json.loads(read_text(path))
    except (UserError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {key: value for key, value in data.items() if isinstance(value, list)}
