"""Rendered text: a page as a reader sees it, copied out of the browser.

It gives evidence, not proof. What it shows is taken (path, method, server, parameters, an example
body); what it does not show is not invented, and its sentences are kept to be held against other pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, put, sequence_of
from trigger_contract.normalize.model import Fragment, Page, Sentence, Unread, brief
from trigger_contract.normalize.naming.words import component_key
from trigger_contract.normalize.rendered.fields import Field, read_fields, with_children
from trigger_contract.normalize.rendered.markup import MARK, Line, operations_of, plain_lines
from trigger_contract.normalize.rendered.sections import Parts, cut
from trigger_contract.normalize.rendered.types import shown_node, shown_schema

# The names that are in use; a text that is glued to one would be taken for a part of it otherwise.
_KNOWN = (
    r"application/(?:(?:problem|ld|hal|vnd\.[\w.-]+)\+)?(?:json|xml)(?:-patch\+json)?|application/"
    r"(?:x-ndjson|ndjson|jsonl|pdf|zip|octet-stream|x-www-form-urlencoded)|multipart/form-data|"
    r"text/(?:plain|html|csv|event-stream|xml)|image/(?:png|jpeg|svg\+xml|\*)|audio/(?:mpeg|wav|\*)|video/mp4"
)
MEDIA_TYPE = re.compile(rf"(?:{_KNOWN}|[a-z]{1, 40}/[a-z0-9.+-]{1, 80})\Z")
_STATUS = re.compile(
    r"(?:[•*-]\s+)?\**(?P<status>[1-5](?:\d\d|XX)|default)\**"
    rf"(?:\s*-?\s*`?(?P<media_type>{_KNOWN}|[a-z]+/[a-z0-9.+-]+)`?\s*(?P<behind>.*)|(?P<text>[A-Z].*))?\Z"
)

_OF_EACH = "Example (from schema)"
_LEFT = "Nothing on a rendered page reads so in this place, so what it belongs to is not known."
_ABOVE = "It stands above the fields of a section, and OpenAPI has no place for it."
_UNKNOWN = "Pages have no such word for a type, so any value is taken."
_FLAT = "Whether it belongs to the object above it the page does not show."
_CREDENTIAL = re.compile(r"<(?:token|api-?_?key|encoded-value|credentials?)>|\bBearer\b", re.IGNORECASE)


@dataclass
class Shown:
    """What a page shows of one response.

    Attributes:
        line: Where its status stands.
        status: The status; empty where none is shown.
        media_type: Empty where none is shown.
        lines: What stands below it.
        text: What is said of it on the line of the status.
    """

    line: int
    status: str
    media_type: str = ""
    lines: list[Line] = field(default_factory=list)
    text: str = ""


def by_status(section: Sequence[Line]) -> list[Shown]:
    """Cut the section at its statuses.

    Where statuses follow one another with nothing in between they are those that can be chosen from, and what
    comes below is what the page shows of the first.

    Returns:
        The responses in their order; the first without a status where something stands above any status.
    """
    shown: list[Shown] = []
    for number, text in section:
        match = _STATUS.match(text)
        before = shown[-1].lines[-1][1].lower().rstrip(":") if shown and shown[-1].lines else ""
        # It is no value of an example, nor a number in a list of options.
        if match and before not in ("example", "examples", "default", "available options"):
            shown.append(Shown(number, match["status"], match["media_type"] or ""))
            behind = (match["behind"] or match["text"] or "").strip()
            if behind[:1].isupper():
                shown[-1].text = behind
            elif behind:
                shown[-1].lines.append((number, behind))
            continue
        if not text:
            continue
        if not shown:
            shown.append(Shown(number, ""))
        target = shown[-1]
        if MEDIA_TYPE.match(text) and not target.media_type:
            target.media_type = text
        else:
            target.lines.append((number, text))
    return _chosen(shown)


def _chosen(shown: list[Shown]) -> list[Shown]:
    """Give the first of several statuses in a row what stands below the last of them."""
    first = 0
    while first < len(shown) and shown[first].status == "":
        first += 1
    last = first
    while (
        last + 1 < len(shown)
        and not shown[last].lines
        and not shown[last].media_type
        and not shown[last].text
    ):
        last += 1
    if last > first:
        taken, given = shown[first], shown[last]
        if any(text.lstrip("•*- ") == _OF_EACH for _, text in given.lines):
            given.lines, given.text = [], ""  # of all of them, and nothing tells where the next one starts
        taken.media_type, taken.lines, taken.text = given.media_type, given.lines, given.text
        given.media_type, given.lines, given.text = "", [], ""
    return shown


def read_rendered(page: Page, text: str) -> list[Fragment]:
    """Read the operations of a rendered page; one without a path becomes sentences for another page."""
    return [
        _fragment(page, cut(page.name, lines, before)) for before, lines in operations_of(plain_lines(text))
    ]


def _fragment(page: Page, found: Parts) -> Fragment:
    document = _node(page, found.request.line)
    put(document, "openapi", "3.1.0")
    sentences: tuple[Sentence, ...] = ()
    left: list[Unread] = []
    if found.request.method and found.request.path:
        operation, schemes = _operation(page, found, left)
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
    headline = found.headline
    return Fragment(page, "rendered", document, headline.title, headline.line, sentences, unread=tuple(left))


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
        return sequence_of(_node(page, line), [located(page, item, line) for item in value])
    return value


def _operation(page: Page, found: Parts, left: list[Unread]) -> tuple[Node, Node | None]:
    operation, headline = _node(page, found.request.line), found.headline
    if headline.title:
        put(operation, "summary", headline.title, headline.line)
    if headline.description:
        put(operation, "description", headline.description, headline.description_line)
    parameters = [
        located(page, field.parameter(place), field.line)
        for place in ("path", "query", "header", "cookie")
        for field in _parameters(page, found, place, left)
    ]
    shown = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    for name in re.findall(r"\{([^{}]+)\}", found.request.path):
        if name not in shown:
            missing = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            parameters.insert(0, located(page, missing, found.request.line))
    if parameters:
        put(operation, "parameters", sequence_of(parameters[0], parameters))
    schemes = _security(page, found, operation)
    _body(page, found, operation, left)
    put(operation, "responses", _responses(page, found, left))
    if found.request.bases:
        servers = [{"url": base} for base in found.request.bases]
        put(operation, "servers", located(page, servers, found.request.line))
    return operation, schemes


def _parameters(page: Page, found: Parts, place: str, left: list[Unread]) -> list[Field]:
    """Read a section of parameters.

    Raises:
        UserError: It has lines, and none of them can be read as a parameter.
    """
    lines = found.sections.get(place, [])
    fields = with_children(read_fields(lines))
    named = [field for field in fields if field.name]
    if fields and not named:
        text = " ".join(fields[0].description.split())[:60]
        message = f"shows no {place} parameter in a form that can be read: {text!r}"
        raise UserError(message, source=page.name, line=fields[0].line)
    left += [_unread(place, field.line, field.description, _ABOVE) for field in fields if not field.name]
    left += _left(place, named)
    return named


def _left(section: str, fields: Iterable[Field]) -> Iterator[Unread]:
    """Yield what was left of the lines of some fields, and the types that nobody knows."""
    for shown in fields:
        if shown.is_unknown:
            says = f"{shown.name}: {shown.type}"
            yield _unread(section, shown.line, says, _UNKNOWN, "unknown type", "any value")
        for line, text in shown.left:
            if not text.startswith(MARK):
                yield _unread(section, line, text, _LEFT)
        yield from _left(section, shown.children)


def _unread(
    section: str, line: int, says: str, reason: str, kind: str = "unread line", instead: str = "left out"
) -> Unread:
    return Unread((section, f"line {line}"), line, brief(says), instead, kind, reason)


def _security(page: Page, found: Parts, operation: Node) -> Node | None:
    """Read the credentials that the page shows, all of them needed at once; return their schemes."""
    fields = [shown for shown in read_fields(found.sections.get("security", [])) if shown.name]
    said = [(shown.name, shown.description, shown.place or "header", shown.line) for shown in fields]
    sent = [each for each in found.request.headers if _CREDENTIAL.search(each[1])]
    schemes: dict[str, Any] = {}
    for name, text, place, line in said or [(*each, "header", found.request.line) for each in sent]:
        key, scheme = _scheme(name, text, place)
        schemes[component_key(name) if key in schemes else key] = located(page, scheme, line)
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


def _body(page: Page, found: Parts, operation: Node, left: list[Unread]) -> None:
    section = found.sections.get("body")
    if section is None and found.request.example is None:
        return
    media_type, fields, _ = _section_schema("body", section or [], left)
    schema = _schema(fields, found.request.example)
    left += _left("body", fields)
    line = section[0][0] if section else found.request.line
    content = {"content": {media_type or "application/json": {"schema": schema}}}
    put(operation, "requestBody", located(page, content, line), line)


def _responses(page: Page, found: Parts, left: list[Unread]) -> Node:
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
        section_name = f"response {answer.status}"
        _, fields, intro = _section_schema(section_name, answer.lines, left)
        if found.flat:
            fields = _until_object(section_name, fields, left)
        response: dict[str, Any] = {"description": answer.text or intro}
        if fields or example is not None or answer.media_type:
            schema = _schema(fields, example) if fields or example is not None else {}
            left += _left(section_name, fields)
            content = {"schema": schema} if schema else {}
            response["content"] = {answer.media_type or "application/json": content}
        put(responses, answer.status, located(page, response, answer.line), answer.line)
    for other_line, other in found.statuses:
        if other not in responses:
            put(responses, other, located(page, {"description": ""}, other_line), other_line)
    return responses


def _until_object(section: str, fields: list[Field], left: list[Unread]) -> list[Field]:
    """Take the fields up to the first object, behind which nothing tells what belongs to it."""
    for index, shown in enumerate(fields):
        if "object" in shown.type:
            left += [_unread(section, one.line, one.name, _FLAT) for one in fields[index + 1 :]]
            return fields[: index + 1]
    return fields


def _section_schema(name: str, section: list[Line], left: list[Unread]) -> tuple[str, list[Field], str]:
    """Split a body section into media type, fields and the sentence before the first field."""
    rest = [entry for entry in section if entry[1]]
    media_type = next((text for _, text in rest if MEDIA_TYPE.match(text)), "")
    rest = [entry for entry in rest if entry[1] != media_type]
    fields = read_fields(rest)
    texts = [field for field in fields if not field.name]
    left += [_unread(name, text.line, text.description, _ABOVE) for text in texts[1:]]
    return media_type, [field for field in fields if field.name], texts[0].description if texts else ""


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
        said = _united(shown.schema(), properties.get(shown.name, {}))
        properties[shown.name] = shown_node(said, shown.line)
    required = [shown.name for shown in fields if shown.required]
    if required:
        inner["required"] = required
    return schema


def _united(said: dict[str, Any], example: Any) -> dict[str, Any]:
    """Unite what a field says with what an example shows of it, which has types and nothing else."""
    if not isinstance(example, dict):
        return said
    kind = said.get("type")
    if kind == "array" and isinstance(example.get("items"), dict):
        items = said.get("items", {})
        said["items"] = _united(items, example["items"]) if set(items) - {"type"} else example["items"]
    elif kind == "object" and isinstance(example.get("properties"), dict):
        properties = {
            name: _united(said.get("properties", {}).get(name, schema), schema)
            for name, schema in example["properties"].items()
        }
        said["properties"] = {**said.get("properties", {}), **properties}
    return said


def _sentences(found: Parts) -> tuple[Sentence, ...]:
    """Gather the sentences of a page without a path, and the options listed below them."""
    result = [Sentence(found.headline.description_line, found.headline.description)]
    for lines in found.sections.values():
        for shown in read_fields(lines):
            result.append(Sentence(shown.line, shown.description, tuple(shown.options)))
    return tuple(sentence for sentence in result if sentence.text)
