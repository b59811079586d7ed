"""Documents of several files, read as one: what another file holds becomes a component.

Source: OpenAPI 3.1.0, Reference Object and Relative References in URIs. Only files in the document's own
folder and below are read: a document that came from somewhere else must not take in what lies around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trigger_contract.document import shape
from trigger_contract.document.files import MAXIMUM_BYTES, read_text
from trigger_contract.document.references import join_pointer, lookup, split_pointer
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError

MAXIMUM_FILES = 10_000
MAXIMUM_INLINED = 100_000

_GROUPS = {kind: group for group, kind in shape.COMPONENT_KINDS.items()}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_REFERENCE = re.compile(r"[#/]|\.(?:ya?ml|json)\Z")
# Cheap, and never wrong in the way that matters: a text without it has no reference to another file.
_MAY_BE_EXTERNAL = re.compile(r"""\$ref["']?\s*:\s*["']?[^"'#\s]""")


def bundle(document: dict[str, Any], path: Path, text: str) -> None:
    """Take what a document refers to in other files into its components.

    Args:
        document: The document, changed in place.
        path: Its file.
        text: What the file holds.

    Raises:
        UserError: A reference leads out of the folder, to an address, to no file or to nothing in it, or
            there are more than ``MAXIMUM_FILES`` or ``MAXIMUM_BYTES`` of them.
    """
    if _MAY_BE_EXTERNAL.search(text):
        _Bundler(document, path).run()


class _Bundler:
    def __init__(self, document: dict[str, Any], path: Path) -> None:
        self._document = document
        self._root = path.resolve()
        self._files: dict[Path, Any] = {self._root: document}
        self._bytes = 0
        self._inlined = 0
        self._names: dict[tuple[Path, str, str], str] = {}
        self._visited: set[int] = set()
        # Parts that are still to be looked through: kind, part, the file that its references start from.
        self._parts: list[tuple[str, Any, Path]] = [("document", document, self._root)]

    def run(self) -> None:
        while self._parts:
            kind, part, file = self._parts.pop()
            # All of it first: what is put in has references that start from another file.
            for _, node, found in list(shape.walk(kind, part)):
                if not isinstance(node, dict):
                    continue
                for mapping, name, value in _mapped(node) if found == "schema" else ():
                    self._settle(mapping, name, value, "schema", file)
                reference = node.get("$ref")
                if not isinstance(reference, str) or found == "document":
                    continue
                if found in shape.REFERENCE_KINDS:
                    self._settle(node, "$ref", reference, found, file)
                elif file != self._root or not reference.startswith("#"):
                    self._inline(node, reference, found, file)

    def _inline(self, node: dict[str, Any], reference: str, kind: str, file: Path) -> None:
        """Put what is in another file in the place of a reference that OpenAPI does not have there.

        Many documents of several files refer to whole operations so, which cannot be components.
        """
        self._inlined += 1
        address, _, pointer = reference.partition("#")
        try:
            target = self._path(address, file) if address else file
            value = self._at(target, unquote(pointer))
            if not isinstance(value, dict) or self._inlined > MAXIMUM_INLINED:
                raise UserError(f"reference {reference!r} does not lead to an object")
        except UserError as error:
            raise self._blamed(error, node, "$ref", file) from None
        del node["$ref"]
        node |= {key: item for key, item in value.items() if key not in node}
        self._parts.append((kind, node, target))

    def _blamed(self, error: UserError, node: Any, key: str, file: Path) -> UserError:
        if error.source and error.line:
            return error  # something in the other file
        here, message = getattr(node, "source", None) or file, error.message
        if error.source:
            message = f"reference {node[key]!r}: {message}"
        return UserError(message, source=here, line=getattr(node, "lines", {}).get(key))

    def _settle(self, node: Any, key: str, reference: str, kind: str, file: Path) -> None:
        """Let one reference lead to a component of the document."""
        if id(node) in self._visited and key == "$ref":
            return
        self._visited.add(id(node))
        address, _, pointer = reference.partition("#")
        if not address and file == self._root:
            return
        try:
            target = self._path(address, file) if address else file
            if target == self._root:
                node[key] = f"#{pointer}"
                return
            node[key] = self._component(target, unquote(pointer), kind)
        except UserError as error:
            raise self._blamed(error, node, key, file) from None

    def _path(self, address: str, file: Path) -> Path:
        if _SCHEME.match(address) or address.startswith("/"):
            raise UserError(
                f"external reference {address!r} is not followed; only files in the document's folder are"
            )
        target = (file.parent / unquote(address)).resolve()
        if not target.is_relative_to(self._root.parent):
            raise UserError(f"external reference {address!r} leads out of the document's folder")
        return target

    def _component(self, file: Path, pointer: str, kind: str) -> str:
        """Return the reference to the component that a place in another file is."""
        key = (file, pointer, kind)
        if key not in self._names:
            target = self._at(file, pointer)
            group = _GROUPS[kind]
            components = self._document.setdefault("components", {}).setdefault(group, {})
            stem = split_pointer(pointer)[-1] if "/" in pointer else pointer or file.stem
            name = first = _NO_NAME.sub("_", stem) or kind
            count = 2
            while name in components:
                name, count = f"{first}_{count}", count + 1
            components[name] = target
            self._names[key] = "#" + join_pointer("components", group, name)
            self._parts.append((kind, target, file))
        return self._names[key]

    def _at(self, file: Path, pointer: str) -> Any:
        value = self._file(file)
        try:
            return lookup(value, f"#{pointer}") if pointer else value
        except (UserError, AttributeError):
            raise UserError(f"{file.name} has nothing at {pointer!r}") from None

    def _file(self, path: Path) -> Any:
        if path not in self._files:
            if len(self._files) >= MAXIMUM_FILES:
                raise UserError(f"refers to more than {MAXIMUM_FILES} files")
            text = read_text(path)
            self._bytes += len(text)
            if self._bytes > MAXIMUM_BYTES:
                raise UserError(f"refers to more than {MAXIMUM_BYTES >> 20} MiB of other files")
            self._files[path] = load(text, str(path))
        return self._files[path]


def _mapped(schema: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield the values of a discriminator that are references, each with its mapping and its name."""
    discriminator = schema.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    if not isinstance(mapping, dict):
        return
    for name, value in list(mapping.items()):
        if isinstance(value, str) and _REFERENCE.search(value):
            yield mapping, name, value
