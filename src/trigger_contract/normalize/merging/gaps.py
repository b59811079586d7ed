"""What pages use without defining it, define without use, or define in words: filled with what it implies.

A required name without a property is any value, a placeholder a path parameter of text, a scheme that nobody
defines a bearer token; what cannot be used is left out. Each is noted. What only a text defines is written
beside it as data: the form of a query, and what is promised. OpenAPI leaves objects and arrays inside a
``deepObject`` parameter undefined (OpenAPI 3.1, Style Values); pages that use them say in prose how they are
written, mostly by an example in backticks: ``filter[status]=QUEUED,EXECUTING`` joins a list by commas,
``filter[createdAt][period]=1d`` nests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from trigger_contract.document.promises import EXTENSION as PROMISE
from trigger_contract.document.promises import declared_kinds, read
from trigger_contract.document.wire import EXTENSION as SERIALIZATION
from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.examples import faults
from trigger_contract.normalize.expanded.parts import unknown_scheme
from trigger_contract.normalize.located import (
    Found,
    Node,
    Pointer,
    find,
    follow,
    line_of,
    list_of,
    map_of,
    node_like,
    objects,
    operations_of,
    put,
    sequence_of,
    text_of,
)
from trigger_contract.normalize.model import Ledger, brief, claim

_SAMPLE = re.compile(r"`([^`\s=]+)=([^`\s]*)`")
_REASON = "OpenAPI leaves this undefined, so the text defines it; an extension carries it."
_ELSEWHERE = ("anyOf", "oneOf", "$ref", "patternProperties")
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")
# Keywords that say nothing of a value, or that ``faults`` judges at any depth.
_JUDGED = frozenset((
    "default", "title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly",
    "type", "enum", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum",
))  # fmt: skip
_UNDEFINED = "A required name may be left undefined, but then nothing is known of it: any value."
_NEEDED = "A path cannot be called without its placeholders; a text is all that is known of it."
_USELESS = "Nothing in the path can be filled in with it, so it cannot be sent."
_ASSUMED = "The page asks for it and does not show how it is sent; the commonest way is assumed."
_UNKNOWN = "Nothing is known of that schema, so the value is left out of the mapping."
_FORBIDDEN = "A default that its own schema forbids cannot be sent; it is left out."


class Sample(NamedTuple):
    """A piece of a query string that a text shows, for example ``filter[status]=QUEUED,EXECUTING``."""

    name: str
    value: str
    rest: str
    words: str

    @property
    def names(self) -> list[str]:
        """The parameter's name and the names in brackets."""
        return [part.rstrip("]") for part in self.name.split("[")]


def samples(description: str) -> list[Sample]:
    """Return the pieces of query strings that a text shows in backticks, whatever stands before the ``?``."""
    found = []
    for match in _SAMPLE.finditer(description):
        value, further, rest = match[2].partition("&")
        found.append(Sample(match[1].rpartition("?")[2].lstrip("&"), value, further + rest, match[0]))
    return found


def define_serialization(found: Iterable[Found], ledger: Ledger) -> None:
    """Record the form of each ``deepObject`` parameter that only its text defines, in place.

    A page that joins lists by commas in one of its ``deepObject`` parameters does so in all of them.
    """
    deep: list[tuple[Pointer, Node, list[Sample]]] = []
    for pointer, node, kind in found:
        if kind == "parameter" and node.get("in") == "query" and node.get("style") == "deepObject":
            found_in = samples(text_of(node, "description"))
            own = [one for one in found_in if len(one.names) > 1 and one.names[0] == node.get("name")]
            if own:
                deep.append((pointer, node, own))
    commas = {node.source for _, node, own in deep if any("," in sample.value for sample in own)}
    for pointer, node, own in deep:
        line = line_of(node, "description")
        extension = node_like(node)
        put(extension, "objects", "brackets", line)
        if node.source in commas:
            put(extension, "arrays", "comma", line)
        put(node, SERIALIZATION, extension, line)
        nested = [("nested objects", "objects", sample) for sample in own if len(sample.names) > 2]
        lists = [("comma-separated lists", "lists", sample) for sample in own if "," in sample.value]
        for kind, words, sample in (*nested[:1], *lists[:1]):
            shown = f"`{sample.name}={sample.value}{sample.rest}`"
            says = claim(node, "description", f"the text: {shown}")
            keyword = claim(node, "style", f"style: deepObject ({words} inside it: undefined)")
            ledger.rule(kind, (*pointer, SERIALIZATION), _REASON, says, keyword, chosen=f"as in {shown}")


def write_promises(document: Node) -> None:
    """Write ``x-promise`` on every schema, parameter and operation that promises something, in place.

    What a person declared or struck stays as it is; nothing that was read stands beside it.

    Raises:
        UserError: What a person declared is not of the form of a promise.
    """
    for _, node, _ in objects(document, "schema", "parameter", "operation"):
        known = declared_kinds(node)
        found = [made for made in read(document, node) if made.kind not in known]
        if not found:
            continue
        line = line_of(node, "description") or node.line
        entries = list(node.get(PROMISE, ()))
        for made in found:
            entry = node_like(node)
            for key, value in made.entry().items():
                put(entry, key, sequence_of(node, value) if isinstance(value, list) else value, line)
            entries.append(entry)
        put(node, PROMISE, sequence_of(node, entries), line)


def fill_gaps(draft: Node, expanded: Collection[str], ledger: Ledger) -> None:
    """Fill the gaps of a merged draft, in place.

    Args:
        draft: The draft.
        expanded: Names of the pages whose dialect writes out what a mapping refers to and drops its name.
        ledger: Where each gap is noted.
    """
    components = draft["components"] if isinstance(draft.get("components"), Node) else node_like(draft)
    found = list(objects(draft))
    for pointer, node, kind in found:
        for requirement in list_of(node, "security") if kind == "operation" else ():
            for name in requirement:
                if name not in map_of(components, "securitySchemes"):
                    schemes = components.setdefault("securitySchemes", node_like(requirement))
                    put(schemes, name, unknown_scheme(requirement), line_of(requirement, name))
                    says = ("security: " + name, "components.securitySchemes: none of that name")
                    claims = [claim(requirement, name, each) for each in says]
                    where = ("components", "securitySchemes", name)
                    ledger.rule("security", where, _ASSUMED, *claims, chosen="http, bearer")
        mapping = map_of(node.get("discriminator"), "mapping") if kind == "schema" else {}
        if isinstance(mapping, Node) and mapping.source not in expanded:
            _mapping(draft, pointer, node, mapping, map_of(components, "schemas"), ledger)
    if components and "components" not in draft:
        put(draft, "components", components)
    define_serialization(found, ledger)
    for pointer, node, kind in found:
        if kind == "schema" and list_of(node, "required"):
            _required(draft, pointer, node, ledger)
    for group, path, method, operation in operations_of(draft):
        if group == "paths":
            _placeholders(draft, (group, path, method), operation, ledger)


def _mapping(
    draft: Node, pointer: Pointer, schema: Node, mapping: Node, schemas: Collection[str], ledger: Ledger
) -> None:
    """Leave out what maps to nothing: sites cut a document down to what is referred to by ``$ref``."""
    for value, target in list(mapping.items()):
        if isinstance(target, str) and target not in schemas and find(draft, target) is None:
            says = claim(mapping, value, f"the mapping: {value} is {target}")
            missing = claim(schema, "", "components.schemas: none of that name")
            where = (*pointer, "discriminator", "mapping", value)
            ledger.rule("discriminator", where, _UNKNOWN, says, missing, chosen="left out")
            del mapping[value]


def _required(root: Node, pointer: Pointer, schema: Node, ledger: Ledger) -> None:
    if "allOf" not in schema and (
        any(word in schema for word in _ELSEWHERE) or not isinstance(schema.get("properties"), Node)
    ):
        return  # the property may be defined by another part
    defined = {*_composed(root, schema)} if "allOf" in schema else schema["properties"].keys()
    required = [name for name in list_of(schema, "required") if isinstance(name, str)]
    for name in [name for name in required if name not in defined]:
        properties = schema.get("properties", node_like(schema))
        if "properties" not in schema:
            put(schema, "properties", properties, line_of(schema, "required"))
        asked = claim(schema, "required", f"required: {name}")
        none, where = claim(schema, "properties", f"properties: no {name}"), (*pointer, "required", name)
        ledger.rule("required", where, _UNDEFINED, asked, none, chosen="required, any value")
        put(properties, name, node_like(schema), line_of(schema, "required"))


def _composed(root: Node, schema: Node) -> Iterator[str]:
    """Yield the names of properties of all that a schema is composed of."""
    seen: set[int] = set()
    stack: list[Any] = [schema]
    while stack:
        part = follow(stack.pop(), lambda reference: find(root, reference))
        if not isinstance(part, Node) or id(part) in seen:
            continue
        seen.add(id(part))
        yield from map_of(part, "properties")
        stack += [member for word in ("allOf", "anyOf", "oneOf") for member in list_of(part, word)]
        stack += [part[word] for word in ("items", "not") if word in part]


def _placeholders(root: Node, pointer: Pointer, operation: Node, ledger: Ledger) -> None:
    """Leave out what the path has no place for, and add what it names and nobody shows."""
    path, known = str(pointer[1]), set[str]()
    names = _PLACEHOLDER.findall(path)
    parameters = operation.get("parameters")
    if not isinstance(parameters, LocatedSequence):
        parameters = sequence_of(operation, [])
    for index in reversed(range(len(parameters))):
        parameter = follow(parameters[index], lambda reference: find(root, reference))
        if text_of(parameter, "in") != "path":
            continue
        name = text_of(parameter, "name")
        known.add(name)
        if not any(name in inner for inner in names):
            dropped = parameters.pop(index)
            del parameters.lines[index : index + 1]
            says = (f"parameters: {name} in the path", f"the path: {path}")
            claims, where = [claim(dropped, "", each) for each in says], (*pointer, "parameters", name)
            ledger.rule("parameter", where, _USELESS, *claims, chosen="left out")
    for name in dict.fromkeys(name for name in names if name not in known):
        says = (f"the path: {{{name}}}", "parameters: none of that name")
        claims, where = [claim(operation, "", each) for each in says], (*pointer, "parameters", name)
        ledger.rule("parameter", where, _NEEDED, *claims, chosen="a required text")
        schema = node_like(operation, type="string")
        parameter = node_like(operation, **{"name": name, "in": "path", "required": True, "schema": schema})
        parameters.insert(0, parameter)
        parameters.lines.insert(0, operation.line)
        put(operation, "parameters", parameters)


def drop_defaults(draft: Draft) -> None:
    """Leave out each default that its own schema forbids, and note it."""

    @cache
    def judge() -> Callable[[Node], str | None]:
        # Slow to import, and few defaults need it.
        from trigger_contract.document.specification import default_judge

        return default_judge(draft.root)

    for pointer, schema in draft.schemas():
        if "default" not in schema:
            continue
        value = schema["default"]
        fault = next(faults(value, schema, draft.lookup), None)
        if fault is None and schema.keys() - _JUDGED - (set() if isinstance(value, str) else {"format"}):
            fault = _judged(schema, judge())
        if fault is not None:
            says = claim(schema, "default", f"the default: {brief(value)}")
            shown, where = claim(schema, "", f"the schema: {fault}"), (*pointer, "default")
            draft.ledger.rule("default", where, _FORBIDDEN, shown, says, chosen="no default")
            del schema["default"]


def _judged(schema: Node, judge: Callable[[Node], str | None]) -> str | None:
    """Ask the library that the result must satisfy."""
    try:
        fault = judge(schema)
    except Exception:
        # It follows references of its own accord and stumbles over what was not read either; the
        # validation of the whole document names such a place.
        return None
    return None if fault is None else brief(fault)
