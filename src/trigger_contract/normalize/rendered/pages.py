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
from trigger_contract.normalize.model import Fragment, Node, Page, Sentence, put
from trigger_contract.normalize.naming import component_key
from trigger_contract.normalize.reading.examples import shown_node, shown_schema
from trigger_contract.normalize.rendered.fields import Field, read_fields
from trigger_contract.normalize.rendered.glue import at_marks
from trigger_contract.normalize.rendered.headline import read_headline
from trigger_contract.normalize.rendered.markup import TITLE, plain_lines, without_marks
from trigger_contract.normalize.rendered.nesting import united, with_children
from trigger_contract.normalize.rendered.operations import operations_of
from trigger_contract.normalize.rendered.request import Request, read_curl, read_endpoint, shows_curl
from trigger_contract.normalize.rendered.responses import MEDIA_TYPE, Shown, by_status

_SECTIONS = {
    "authorizations": "security",
    "authorization": "security",
    **dict.fromkeys(("path parameters", "path params"), "path"),
    **dict.fromkeys(("query parameters", "query params"), "query"),
    **dict.fromkeys(("header parameters", "header params", "headers", "request headers"), "header"),
    **dict.fromkeys(("cookies", "cookie parameters", "cookie params"), "cookie"),
    **dict.fromkeys(("body", "request body", "body parameters", "body params"), "body"),
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
    *("chevron-right", "required scopes", "this endpoint requires the following scopes:"),
    *("curl", "python", "javascript", "typescript", "php", "go", "java", "ruby"),
}
_END = frozenset(
    (
        *(
            "was this page helpful?",
            "was this helpful?",
            "powered by mintlify",
            "last updated",
            "⌘i",
            "ctrl+i",
        ),
        "responses are generated using ai and may contain mistakes.",
    )
)
_ELSEWHERE = frozenset(
    (
        *("example request", "example requests", "request example", "request examples", "request samples"),
        *("example response", "example responses", "response example", "response examples"),
        *("example response (200)", "response samples", "code example", "code examples", "code samples"),
        *("errors", "error codes", "error responses", "rate limits"),
    )
)
_BUTTONS = re.compile(r"Copy page|Try it|(?<=\w)Copy(?=Ask AI)")
_CREDENTIAL = re.compile(r"<(?:token|api-?_?key|encoded-value|credentials?)>|\bBearer\b", re.IGNORECASE)
_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default)\Z")


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


def read_rendered(page: Page, text: str) -> list[Fragment]:
    """Read the operations of a rendered page; one without a path becomes sentences for another page."""
    return [
        _fragment(page, _cut(page.name, lines, before)) for before, lines in operations_of(plain_lines(text))
    ]


def _fragment(page: Page, found: _Text) -> Fragment:
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


def _cut(name: str, marked: list[str], before: int) -> _Text:
    """Walk the lines once: endpoint, code, JSON bodies, then the sections."""
    found = _Text()
    section: list[tuple[int, str]] | None = None
    statuses: list[tuple[int, str]] = []
    lines = [without_marks(line) for line in marked]
    opening = next((index for index, line in enumerate(lines) if line.strip()), 0)
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        number = before + index + 1
        if section is None and not found.request.path and (end := read_endpoint(lines, index, found.request)):
            found.request.line = number
            index = end
            continue
        if shows_curl(lines, index) and (section is None or line.startswith("curl")):
            first = not found.request.url
            index = read_curl(lines, index, found.request)
            if first:
                found.request.curl_line = number
            statuses = []
            continue
        if line in ("{", "[", "{}", "[]"):
            end, value = _json(name, lines, index, before)
            if end and section is None and found.response_example is None:
                found.response_example, found.example_line = value, number
                found.statuses = statuses
            elif end and section and section[-1][1].lower().rstrip(":") in ("example", "examples"):
                section.append((number, json.dumps(value)))
            if end:
                index = end
                continue
        if section is None and _STATUS.match(line):
            statuses.append((number, line))  # those whose answers can be chosen from
            index += 1
            continue
        if section is not None and (line.lower() in _END or _is_last(lines, index)):
            break
        if section is not None and line.lower() in _ELSEWHERE:
            section = []  # code and tables of errors, which show no fields
        heading = _SECTIONS.get(line.lower())
        if TITLE in marked[index] or (index == opening and not found.request.path):
            heading = None  # a title that reads like a section
        if heading and not (heading in found.sections and heading in ("body", "header", "security")):
            section = found.sections.setdefault(heading, [])
        elif section is not None:
            if line.lower() not in _NOISE:
                section.extend(at_marks((number, marked[index].strip())))
        elif line and line.lower() not in _NOISE:
            _preamble(found, number, marked[index])
        index += 1
    found.request.settle()
    headline = read_headline(found.preamble, found.request.line if found.request.path else None)
    found.title, found.title_line = headline.title, headline.line
    found.description, found.description_line = headline.description, headline.description_line
    return found


def _is_last(lines: list[str], index: int) -> bool:
    """Whether nothing but the page's assistant comes from here on."""
    return lines[index].strip() == "Assistant" and not any(
        line.strip() for line in lines[index + 1 : index + 9]
    )


def _preamble(found: _Text, number: int, marked: str) -> None:
    """Take a line above the sections, without the buttons that a copy may have glued to it."""
    title = TITLE in marked
    for piece in _BUTTONS.split(without_marks(marked)):
        text = piece.strip()
        glued = Request()
        if not text or text.lower() in _NOISE:
            continue
        if not found.request.path and read_endpoint([text], 0, glued):
            found.request.method, found.request.path, found.request.line = glued.method, glued.path, number
        else:
            found.preamble.append((number, TITLE + text if title else text))


def _json(name: str, lines: list[str], index: int, before: int) -> tuple[int, Any]:
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
        return end, load(found, name, first_line=before + index + 1)
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
            key = component_key(shown.name) if key in schemes else key
            schemes[key] = located(page, scheme, shown.line)
    if not schemes:
        for name, value in found.request.headers:
            if _CREDENTIAL.search(value):
                key, scheme = _scheme(name, value, "header")
                key = component_key(name) if key in schemes else key
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
    """Read the response of each status; the example body is that of the first one in the list above it."""
    section = found.sections.get("response", [])
    shown = by_status(section)
    first = next((text for _, text in found.statuses), "200")
    line = section[0][0] if section else found.example_line or found.request.line
    if not shown or shown[0].status == "":
        rest = shown[1:] if shown else []
        shown = [Shown(line, first, "", shown[0].lines if shown else section), *rest]
    responses = _node(page, line)
    for index, answer in enumerate(shown):
        example = found.response_example if index == 0 else None
        _, fields, intro = _section_schema(answer.lines)
        response: dict[str, Any] = {"description": answer.text or intro}
        if fields or example is not None or answer.media_type:
            schema = _schema(fields, example) if fields or example is not None else {}
            content = {"schema": schema} if schema else {}
            response["content"] = {answer.media_type or "application/json": content}
        put(responses, answer.status, located(page, response, answer.line), answer.line)
    for other_line, other in found.statuses:
        if other not in responses:
            put(responses, other, located(page, {"description": ""}, other_line), other_line)
    return responses


def _section_schema(section: list[tuple[int, str]]) -> tuple[str, list[Field], str]:
    """Split a body section into media type, fields and the sentence before the first field."""
    rest = [entry for entry in section if entry[1]]
    media_type = next((text for _, text in rest if MEDIA_TYPE.match(text)), "")
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
