"""One judge for every value: queries, paths, headers, bodies, and what the mock itself answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from trigger_contract.document.composition import COMPOSED, composition
from trigger_contract.document.references import lookup, resolve
from trigger_contract.errors import UserError, one_line

_ONE = frozenset(
    (
        "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
        "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip
_LIST = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_MAP = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
_VALUE = frozenset(("const", "enum"))
# What says nothing about a value; an example may be megabytes long.
_SILENT = frozenset(
    (
        "title", "description", "example", "examples", "default", "deprecated", "externalDocs", "xml",
        "readOnly", "writeOnly", "discriminator",
    )
)  # fmt: skip
_NAMES = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", list: "array",
}  # fmt: skip


class Fault(NamedTuple):
    """One way in which a value breaks a schema.

    Attributes:
        path: Where in the value, from its root.
        keyword: The schema's keyword that is broken, ``maxLength`` for example.
        limit: What that keyword says, where it is a number or a text.
        value: The part of the value that breaks it, as text.
        message: What is wrong, in the validator's words.
    """

    path: tuple[str | int, ...]
    keyword: str
    limit: Any
    value: str
    message: str


class Judge:
    """Judges values by the schemas of one document, each compiled when it is first needed.

    The patterns of a document run on an engine whose steps are bounded, so no value makes it run for ever.
    Source: JSON Schema 2020-12; OpenAPI 3.1, Schema Object (``required`` of a ``readOnly`` property holds
    for answers only, of a ``writeOnly`` one for requests only).

    Args:
        document: The OpenAPI document that references lead into.
        sent: Whether values are judged as a client sends them; else as a server answers.
    """

    def __init__(self, document: Mapping[str, Any], *, sent: bool = True) -> None:
        self._document = document
        self._kept_back = "readOnly" if sent else "writeOnly"
        # The schema is kept beside its validator, so that its id() stays its own.
        self._compiled: dict[int, tuple[Any, Any]] = {}
        self._plain_ones: dict[str, Any] = {}
        # What is referred to is copied once, whatever refers to it.
        self._names: dict[str, str] = {}
        self._parts: dict[str, tuple[Any, list[str]]] = {}

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether a JSON value satisfies a schema."""
        try:
            return bool(self._validator(schema).is_valid(value))
        except (ValueError, RecursionError):
            return False

    def faults(self, schema: Any, value: Any) -> Iterator[Fault]:
        """Yield the ways in which a JSON value breaks a schema."""
        try:
            for error in self._validator(schema).iter_errors(value):
                yield _fault(error)
        except (ValueError, RecursionError):
            # A number or text that the validator cannot hold, for example a lone surrogate.
            yield Fault((), "type", None, "", "The value cannot be read")

    def resolved(self, schema: Any) -> Mapping[str, Any]:
        """Return what stands behind a schema's references; one that is ``true`` or ``false`` says nothing."""
        found = resolve(self._document, schema)
        return found if isinstance(found, Mapping) else {}

    def kinds(self, schema: Any, depth: int = 8) -> frozenset[str]:
        """Return the types a value of a schema may have; none at all where it does not say.

        Args:
            schema: The schema.
            depth: How many levels of ``allOf`` and alternatives are looked into.
        """
        schema = self.resolved(schema)
        if not depth:
            return frozenset()
        declared = schema.get("type")
        if declared is not None:
            return frozenset([declared] if isinstance(declared, str) else declared)
        if isinstance(values := schema.get("enum", [schema["const"]] if "const" in schema else None), list):
            return frozenset(_NAMES.get(type(value), "object") for value in values)
        found: set[str] = set()
        for key in ("anyOf", "oneOf"):
            parts = [self.kinds(part, depth - 1) for part in schema.get(key) or ()]
            if parts and all(parts):
                found.update(*parts)
        if found:
            return frozenset(found)
        together = [kinds for part in schema.get("allOf") or () if (kinds := self.kinds(part, depth - 1))]
        return frozenset.intersection(*together) if together else frozenset()

    def _validator(self, schema: Any) -> Any:
        found = self._compiled.get(id(schema))
        if found is None:
            found = self._compiled[id(schema)] = (schema, self._of_words(schema) or self._compile(schema))
        return found[1]

    def _of_words(self, schema: Any) -> Any | None:
        """Return the validator of a schema that holds no other; of many there are few different ones."""
        if not isinstance(schema, Mapping):
            return None
        said = {key: value for key, value in schema.items() if key not in _SILENT and key[:2] != "x-"}
        if any(isinstance(value, Mapping | list) and key != "type" for key, value in said.items()):
            return None
        if "$ref" in said:
            return None
        words = repr(sorted(said.items()))
        if words not in self._plain_ones:
            self._plain_ones[words] = self._compile(said)
        return self._plain_ones[words]

    def _compile(self, schema: Any) -> Any:
        import jsonschema_rs

        try:
            return jsonschema_rs.Draft202012Validator(self._bundle(schema), validate_formats=True)
        except (jsonschema_rs.ValidationError, ValueError) as error:
            message = one_line(getattr(error, "message", str(error)))[:200]
            raise UserError(
                f"the document has a schema that cannot be used: {message}",
                source=getattr(schema, "source", None),
            ) from None

    def _bundle(self, schema: Any) -> Any:
        """Return a schema with all it refers to, and nothing else: a document may be of any size."""
        whole, found = self._copied(schema)
        waiting = [*found]
        parts: dict[str, Any] = {}
        while waiting:
            reference = waiting.pop()
            if self._names[reference] in parts:
                continue
            if reference not in self._parts:
                self._parts[reference] = self._copied(lookup(self._document, reference))
            parts[self._names[reference]], below = self._parts[reference]
            waiting += below
        return {"allOf": [whole], "$defs": parts} if parts else whole

    def _copied(self, schema: Any) -> tuple[Any, list[str]]:
        """Return a plain copy of a schema, and the references in it."""
        found: list[str] = []

        def named(reference: str) -> str:
            found.append(reference)
            return f"#/$defs/{self._names.setdefault(reference, str(len(self._names)))}"

        return _plain(schema, self._kept_back, self._document, named), found


def _plain(schema: Any, kept_back: str, document: Mapping[str, Any], named: Any) -> Any:
    """Copy a schema into plain mappings, as the validator takes them, with its references renamed."""
    if not isinstance(schema, Mapping):
        return schema if isinstance(schema, bool) else True
    copy: dict[str, Any] = {}
    if not COMPOSED.isdisjoint(schema):
        schema = composition(document).each_part_once(schema)

    def inner(part: Any) -> Any:
        return _plain(part, kept_back, document, named)

    for key, value in schema.items():
        if key == "$ref" and isinstance(value, str):
            copy[key] = named(value)
        elif key in _VALUE:
            copy[key] = _data(value)
        elif key in _MAP and isinstance(value, Mapping):
            copy[key] = {name: inner(part) for name, part in value.items()}
        elif key in _LIST and isinstance(value, list):
            copy[key] = [inner(part) for part in value]
            if key == "oneOf" and kept_back == "readOnly" and "anyOf" not in schema and _overlap(copy[key]):
                copy["anyOf"] = copy.pop(key)
        elif key in _ONE:
            copy[key] = inner(value)
        elif key not in _SILENT and not key.startswith(("x-", "$")):
            copy[key] = _data(value)
    properties = schema.get("properties")
    if isinstance(copy.get("required"), list) and isinstance(properties, Mapping):
        copy["required"] = [
            name for name in copy["required"] if not _says(document, properties.get(name), kept_back)
        ]
    return copy


def _overlap(alternatives: list[Any]) -> bool:
    """Whether one alternative is a type alone, which another narrows: what fits the narrow one fits both.

    Nobody means to refuse it for that, though `oneOf` does.
    """
    wide = [part["type"] for part in alternatives if isinstance(part, dict) and set(part) == {"type"}]
    narrow = [part.get("type") for part in alternatives if isinstance(part, dict) and len(part) > 1]
    return any(kind in wide for kind in narrow if isinstance(kind, str))


def _says(document: Mapping[str, Any], schema: Any, keyword: str) -> bool:
    """Whether a schema, or what it refers to, sets a flag."""
    for _ in range(20):
        if not isinstance(schema, Mapping):
            return False
        if keyword in schema:
            return schema[keyword] is True
        if not isinstance(schema.get("$ref"), str):
            return False
        schema = lookup(document, schema["$ref"])
    return False


def _data(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {key: _data(item) for key, item in value.items()}
    return [_data(item) for item in value] if isinstance(value, list) else value


def _fault(error: Any) -> Fault:
    said = error.kind.as_dict()
    limit = next((value for value in said.values() if isinstance(value, str | int | float)), None)
    keyword = next((part for part in reversed(error.schema_path) if isinstance(part, str)), "")
    value = str(error.instance) if keyword in ("enum", "const", "pattern", "format") else ""
    return Fault(tuple(error.instance_path), keyword, limit, value[:300], str(error.message)[:300])


def check_patterns(document: Mapping[str, Any]) -> None:
    """Refuse a document with a pattern that is no regular expression, before a request meets it.

    Raises:
        UserError: Names the pattern and the line of its schema, where the document knows its lines.
    """
    import jsonschema_rs

    good: set[str] = set()
    # Wherever it stands: what a text `pattern` beside a `type` of text means is no secret.
    stack: list[Any] = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(item for item in node if isinstance(item, (dict, list)))
        elif isinstance(node, Mapping):
            stack.extend(
                item
                for key, item in node.items()
                if isinstance(item, (dict, list)) and key not in ("example", "examples", "enum", "default")
            )
            pattern = node.get("pattern")
            if isinstance(pattern, str) and pattern not in good:
                try:
                    jsonschema_rs.Draft202012Validator({"pattern": pattern})
                except (jsonschema_rs.ValidationError, ValueError):
                    raise UserError(
                        f"pattern {pattern!r} is not a regular expression that can be checked; correct it",
                        source=getattr(node, "source", None),
                        line=getattr(node, "lines", {}).get("pattern"),
                    ) from None
                good.add(pattern)
