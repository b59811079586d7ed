"""Rendered text: a page as a reader sees it, copied out of the browser.

It gives evidence, not proof. What it shows is taken (path, method, server, parameters, an example
body); what it does not show is not invented, and its sentences are kept to be held against other pages.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.document.yaml import LocatedSequence, load
from trigger_contract.errors import UserError
from trigger_contract.normalize.examples import shown_node, shown_schema
from trigger_contract.normalize.model import Fragment, Node, Page, Sentence, put
from trigger_contract.normalize.rendered_fields import Field, read_fields
from trigger_contract.normalize.rendered_markup import plain_lines
from trigger_contract.normalize.rendered_nesting import united, with_children
from trigger_contract.normalize.rendered_request import Request, read_curl, read_endpoint, shows_curl

_SECTIONS = {
    "authorizations": "security",
    "authorization": "security",
    "path parameters": "path",
    "query parameters": "query",
    "header parameters": "header",
    "headers": "header",
    "cookies": "cookie",
    "cookie parameters": "cookie",
    "body": "body",
    "request body": "body",
    "response": "response",
    "responses": "response",
}
_NOISE = {
    "skip to main content",
    "was this page helpful?",
    "yes",
    "no",
    "copy",
    "copy page",
    "try it",
    "send",
    "show child attributes",
    "hide child attributes",
    "on this page",
    "ask ai",
    "search...",
    *("curl", "python", "javascript", "typescript", "php", "go", "java", "ruby"),
}
_END = ("was this page helpful?", "powered by mintlify")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_CREDENTIAL = re.compile(r"<(?:token|api-?_?key|encoded-value|credentials?)>|\bBearer\b", re.IGNORECASE)
_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default)\Z")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+\Z")
_STATUS_AND_TYPE = re.compile(r"([1-5](?:\d\d|XX)|default) *- *([a-z]+/[a-z0-9.+-]+)\Z")


@dataclass
class _Text:
    """The page cut into its parts. Line numbers count from 1."""

    title: str = ""
    title_line: int = 1
    description: str = ""
    description_line: int = 1
    request: Request = field(default_factory=Request)
    response_example: Any = None
    example_line: int = 0
    statuses: list[tuple[int, str]] = field(default_factory=list)
    sections: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    preamble: list[tuple[int, str]] = field(default_factory=list)


def read_rendered(page: Page, text: str) -> Fragment:
    """Read a rendered page; one without a path becomes sentences that another page may place."""
    found = _cut(page.name, plain_lines(text.translate(_INVISIBLE)))
    document = _node(page, found.request.line)
    put(document, "openapi", "3.1.0")
    sentences: tuple[Sentence, ...] = ()
    if found.request.method and found.request.path:
        operation, schemes = _operation(page, found)
        item, items = _node(page, found.request.line), _node(page, found.request.line)
        put(item, found.request.method, operation, found.request.line)
        put(items, found.request.path, item, found.request.line)
        put(document, "paths", items, found.request.line)
        if schemes is not None:
            components = _node(page, schemes.line)
            put(components, "securitySchemes", schemes, schemes.line)
            put(document, "components", components, schemes.line)
    else:
        sentences = _sentences(found)
    return Fragment(page, "rendered", document, found.title, found.title_line, sentences)


def _node(page: Page, line: int) -> Node:
    node = Node()
    node.line, node.source = line, page.name
    return node


def located(page: Page, value: Any, line: int) -> Any:
    """Give a plain value lines, all the same one, where it has none of its own."""
    if isinstance(value, dict):
        line = getattr(value, "line", line)
        node = _node(page, line)
        lines = getattr(value, "lines", {})
        for key, item in value.items():
            below = lines.get(key, line)
            put(node, key, located(page, item, below), below)
        return node
    if isinstance(value, list):
        sequence = LocatedSequence()
        sequence.line, sequence.source = line, page.name
        sequence.extend(located(page, item, line) for item in value)
        sequence.lines = [line] * len(value)
        return sequence
    return value


def _cut(name: str, lines: list[str]) -> _Text:
    """Walk the lines once: endpoint, code, JSON bodies, then the sections."""
    found = _Text()
    section: list[tuple[int, str]] | None = None
    statuses: list[tuple[int, str]] = []
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        number = index + 1
        if section is None and not found.request.path and (end := read_endpoint(lines, index, found.request)):
            index = end
            continue
        if section is None and shows_curl(lines, index):
            index = read_curl(lines, index, found.request)
            statuses = []
            continue
        if section is None and line in ("{", "[", "{}", "[]"):
            end, value = _json(name, lines, index)
            if end:
                if found.response_example is None:
                    found.response_example, found.example_line = value, number
                    found.statuses = statuses
                index = end
                continue
        if section is None and _STATUS.match(line):
            statuses.append((number, line))  # those whose answers can be chosen from
            index += 1
            continue
        if section is not None and line.lower() in _END:
            break
        heading = _SECTIONS.get(line.lower())
        if heading and not (heading in found.sections and heading in ("body", "header", "security")):
            section = found.sections.setdefault(heading, [])
        elif section is not None:
            both = _STATUS_AND_TYPE.match(line)
            if both:
                section.extend((number, text) for text in both.groups())
            elif line.lower() not in _NOISE:
                section.append((number, line))
        elif line and line.lower() not in _NOISE:
            found.preamble.append((number, line))
        index += 1
    found.request.settle()
    _headline(found)
    return found


def _headline(found: _Text) -> None:
    """Find the title and the sentence below it; what is above the title is the way through the menu."""
    before = [entry for entry in found.preamble if not found.request.path or entry[0] < found.request.line]
    if len(before) > 1 and (before[-1][1].endswith((".", "!", "?")) or len(before[-1][1].split()) > 8):
        found.description_line, found.description = before.pop()
    if before:
        found.title_line, found.title = before[-1]


def _json(name: str, lines: list[str], index: int) -> tuple[int, Any]:
    """Read a JSON value that starts on this line; return the line after it, or 0."""
    try:
        value, length = json.JSONDecoder().raw_decode("\n".join(lines[index:]).lstrip())
    except (ValueError, RecursionError):
        return 0, None
    text = "\n".join(lines[index:])
    offset = len(text) - len(text.lstrip())
    found = text[offset : offset + length]
    end = index + text[: offset + length].count("\n") + 1
    try:
        # JSON is YAML, and only our YAML reader knows on which line each part stands.
        return end, load(found, name, first_line=index + 1)
    except UserError:
        return end, value


def _operation(page: Page, found: _Text) -> tuple[Node, Node | None]:
    operation = _node(page, found.request.line)
    if found.title:
        put(operation, "summary", found.title, found.title_line)
    if found.description:
        put(operation, "description", found.description, found.description_line)
    parameters = [
        located(page, field.parameter(place), field.line)
        for place in ("path", "query", "header", "cookie")
        for field in read_fields(found.sections.get(place, []))
        if field.name
    ]
    shown = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    for name in re.findall(r"\{([^{}]+)\}", found.request.path):
        if name not in shown:
            missing = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            parameters.insert(0, located(page, missing, found.request.line))
    if parameters:
        put(operation, "parameters", _list(page, parameters))
    schemes = _security(page, found, operation)
    _body(page, found, operation)
    put(operation, "responses", _responses(page, found))
    if found.request.server:
        put(operation, "servers", located(page, [{"url": found.request.server}], found.request.line))
    return operation, schemes


def _list(page: Page, items: list[Any]) -> LocatedSequence:
    sequence = LocatedSequence()
    sequence.source, sequence.line = page.name, items[0].line
    sequence.extend(items)
    sequence.lines = [item.line for item in items]
    return sequence


def _security(page: Page, found: _Text, operation: Node) -> Node | None:
    """Read the credentials that the page shows, all of them needed at once; return their schemes."""
    schemes: dict[str, Any] = {}
    for shown in read_fields(found.sections.get("security", [])):
        if shown.name:
            key, scheme = _scheme(shown.name, shown.description, shown.place or "header")
            schemes[key] = located(page, scheme, shown.line)
    if not schemes:
        for name, value in found.request.headers:
            if _CREDENTIAL.search(value):
                key, scheme = _scheme(name, value, "header")
                schemes[key] = located(page, scheme, found.request.line)
    if not schemes:
        return None
    line = min(scheme.line for scheme in schemes.values())
    put(operation, "security", located(page, [{key: [] for key in schemes}], line), line)
    node = _node(page, line)
    for key, scheme in schemes.items():
        put(node, key, scheme, scheme.line)
    return node


def _scheme(name: str, text: str, place: str) -> tuple[str, dict[str, Any]]:
    """Tell the scheme from the header's name and what is said about its value."""
    scheme: dict[str, Any] = {"type": "apiKey", "name": name, "in": place}
    key = "apiKeyAuth"
    if name.lower() == "authorization" and re.search(r"\bbearer\b", text, re.IGNORECASE):
        key, scheme = "bearerAuth", {"type": "http", "scheme": "bearer"}
    elif name.lower() == "authorization" and re.search(r"\bbasic\b", text, re.IGNORECASE):
        key, scheme = "basicAuth", {"type": "http", "scheme": "basic"}
    if " " in text and "<" not in text.split()[0] and len(text.split()) > 2:
        scheme["description"] = text
    return key, scheme


def _body(page: Page, found: _Text, operation: Node) -> None:
    section = found.sections.get("body")
    if section is None and found.request.example is None:
        return
    media_type, fields, _ = _section_schema(section or [])
    schema = _schema(fields, found.request.example)
    line = section[0][0] if section else found.request.line
    content = {"content": {media_type or "application/json": {"schema": schema}}}
    put(operation, "requestBody", located(page, content, line), line)


def _responses(page: Page, found: _Text) -> Node:
    section = found.sections.get("response", [])
    media_type, fields, intro = _section_schema(section)
    shown = [text for _, text in found.statuses]
    first = next(iter(shown), "200")
    status = next((text for _, text in section[:3] if _STATUS.match(text)), first)
    line = section[0][0] if section else found.example_line or found.request.line
    response: dict[str, Any] = {"description": intro}
    if fields or found.response_example is not None:
        schema = _schema(fields, found.response_example)
        response["content"] = {media_type or "application/json": {"schema": schema}}
    node = located(page, response, line)
    responses = _node(page, line)
    put(responses, status, node, line)
    for other_line, other in found.statuses:
        if other != status:
            put(responses, other, located(page, {"description": ""}, other_line), other_line)
    return responses


def _section_schema(section: list[tuple[int, str]]) -> tuple[str, list[Field], str]:
    """Split a body section into media type, fields and the sentence before the first field."""
    rest = [entry for entry in section if entry[1] and not _STATUS.match(entry[1])]
    media_type = next((text for _, text in rest if _MEDIA_TYPE.match(text)), "")
    rest = [entry for entry in rest if entry[1] != media_type]
    fields = read_fields(rest)
    intro = fields[0].description if fields and not fields[0].name else ""
    return media_type, [field for field in fields if field.name], intro


def _schema(fields: list[Field], example: Any) -> dict[str, Any]:
    """Unite what the fields say about the top level with the types that the example shows below it."""
    fields = with_children(fields)
    schema: dict[str, Any] = (
        shown_schema(example, getattr(example, "line", 0)) if example is not None else {"type": "object"}
    )
    inner: dict[str, Any] = schema["items"] if schema.get("type") == "array" else schema
    if inner.get("type") != "object" or not fields:
        return schema
    properties: dict[str, Any] = inner.setdefault("properties", {})
    for shown in fields:
        said = united(shown.schema(), properties.get(shown.name, {}))
        properties[shown.name] = shown_node(said, shown.line)
    required = [shown.name for shown in fields if shown.required]
    if required:
        inner["required"] = required
    return schema


def _sentences(found: _Text) -> tuple[Sentence, ...]:
    """Gather the sentences of a page without a path, and the options listed below them."""
    result = [Sentence(found.description_line, found.description)]
    for lines in found.sections.values():
        for shown in read_fields(lines):
            result.append(Sentence(shown.line, shown.description, tuple(shown.options)))
    return tuple(sentence for sentence in result if sentence.text)
