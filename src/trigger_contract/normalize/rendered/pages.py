"""Rendered text: a page as a reader sees it, copied out of the browser.

It gives evidence, not proof. What it shows is taken (path, method, server, parameters, an example
body); what it does not show is not invented, and its sentences are kept to be held against other pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.normalize.located import Node, put, sequence_of
from trigger_contract.normalize.model import Fragment, Page, Sentence, Unread, brief
from trigger_contract.normalize.naming.words import component_key
from trigger_contract.normalize.rendered.fields import Field, attributes, read_fields, with_children
from trigger_contract.normalize.rendered.lines import starts_field
from trigger_contract.normalize.rendered.markup import Line, operations_of, plain_lines
from trigger_contract.normalize.rendered.sections import Parts
from trigger_contract.normalize.rendered.types import is_unknown, shown_node, shown_schema

# The names that are in use; a text that is glued to one would be taken for a part of it otherwise.
_KNOWN = (
    r"application/(?:(?:problem|ld|hal|vnd\.[\w.-]+)\+)?(?:json|xml)(?:-patch\+json)?|application/"
    r"(?:x-ndjson|ndjson|jsonl|pdf|zip|octet-stream|x-www-form-urlencoded)|multipart/form-data|"
    r"text/(?:plain|html|csv|event-stream|xml)|image/(?:png|jpeg|svg\+xml|\*)|audio/(?:mpeg|wav|\*)|video/mp4"
)
_MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|multipart|text|video|\*)/[a-z0-9.+*-]{1,80}\Z")
_STATUS = re.compile(
    r"(?:[•*-]\s+)?\**(?P<status>[1-5](?:\d\d|XX)|default)\**"
    rf"(?:\s*-?\s*`?(?P<media_type>{_KNOWN}|[a-z]+/[a-z0-9.+-]+)`?[\s·:-]*(?P<behind>.*)|(?P<text>[A-Z].*)"
    r"|\s*[:·-]?\s+(?P<phrase>[A-Z][\w' -]{1,40}))?\Z"
)

_ITEM = re.compile(r"[-*+] +[`*]{1,2}[\w.$\[\]-]{1,99}[`*]{1,2}")
_PLACES = ("path", "query", "header", "cookie")
_OF_EACH = "Example (from schema)"
_LEFT = "Nothing on a rendered page reads so in this place, so what it belongs to is not known."
_ABOVE = "It stands above the fields of a section, and OpenAPI has no place for it."
_UNKNOWN = "Pages have no such word for a type, so any value is taken."
_FLAT = "Whether it belongs to the object above it the page does not show."
_CREDENTIAL = re.compile(r"<(?:token|api-?_?key|encoded-value|credentials?)>|\bBearer\b", re.IGNORECASE)


@dataclass
class _Answer:
    """What a page shows of one response; status and media type are empty where none is shown."""

    line: int
    status: str
    media_type: str = ""
    lines: list[Line] = field(default_factory=list)  # what stands below the status
    text: str = ""  # what stands behind it


def _by_status(section: Sequence[Line]) -> list[_Answer]:
    """Cut the section at its statuses.

    Where statuses follow one another with nothing in between they are those that can be chosen from, and what
    comes below is what the page shows of the first.

    Returns:
        The responses in their order; the first without a status where something stands above any status.
    """
    shown: list[_Answer] = []
    lines = [line for line in section if line[1]]
    texts = [text for _, text in lines]
    for index, (number, text) in enumerate(lines):
        match = _STATUS.match(text)
        before = shown[-1].lines[-1][1].lower().rstrip(":") if shown and shown[-1].lines else ""
        # It is no value of an example, no number in a list of options, and no field that is called so.
        value = before in ("example", "examples", "default", "available options")
        if match and not value and not (before and text == "default" and starts_field(texts, index)):
            behind = (match["behind"] or match["text"] or match["phrase"] or "").strip()
            said = behind if behind[:1].isupper() else ""
            below = [(number, behind)] if behind and not said else []
            shown.append(_Answer(number, match["status"], match["media_type"] or "", below, said))
        else:
            shown = shown or [_Answer(number, "")]
            shown[-1].lines.append((number, text))
    first = 1 if shown and not shown[0].status else 0
    full = [index for index, each in enumerate(shown) if each.lines or each.media_type or each.text]
    last = min([index for index in full if index >= first], default=len(shown) - 1)
    if last > first:
        # What is shown of each of them from a schema nothing tells apart.
        told = not any(text.lstrip("•*- ") == _OF_EACH for _, text in shown[last].lines)
        taken = replace(shown[last], line=shown[first].line, status=shown[first].status)
        shown[last] = _Answer(shown[last].line, shown[last].status)
        shown[first] = taken if told else replace(taken, lines=[], text="")
    return shown


def read_rendered(page: Page, text: str) -> list[Fragment]:
    """Read the operations of a rendered page; one without a path becomes sentences for another page.

    Raises:
        UserError: The page cannot be read well.
    """
    return [
        _Reader(page, Parts(page.name, lines, before)).fragment()
        for before, lines in operations_of(plain_lines(text))
    ]


@dataclass
class _Reader:
    """Reads the parts of one operation, and notes what it leaves of them."""

    page: Page
    found: Parts
    left: list[Unread] = field(default_factory=list)

    def fragment(self) -> Fragment:
        """Return what the page says."""
        request, headline = self.found.request, self.found.headline
        document: dict[str, Any] = {"openapi": "3.1.0"}
        sentences: tuple[Sentence, ...] = ()
        if request.method and request.path:
            operation, schemes = self._operation()
            document["paths"] = {request.path: {request.method: operation}}
            if schemes:
                document["components"] = shown_node({"securitySchemes": schemes}, schemes.line)
        else:
            sentences = _sentences(self.found)
        node, left = _located(self.page, document, request.line), tuple(self.left)
        return Fragment(self.page, "rendered", node, headline.title, headline.line, sentences, unread=left)

    def _operation(self) -> tuple[Node, Node]:
        """Return the operation and the security schemes that it uses."""
        request, headline = self.found.request, self.found.headline
        operation, schemes = shown_node({}, request.line), shown_node({}, request.line)
        if headline.title:
            put(operation, "summary", headline.title, headline.line)
        if headline.description:
            put(operation, "description", headline.description, headline.description_line)
        for place in (*_PLACES, "body"):
            self._check_no_answer(self.found.sections.get(place, []))
        parameters = [
            shown_node(shown.parameter(place), shown.line)
            for place in _PLACES
            for shown in self._fields(place, self.found.sections.get(place, []))[1]
        ]
        named = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        for name in re.findall(r"\{([^{}]+)\}", request.path):
            if name not in named:
                missing = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                parameters.insert(0, shown_node(missing, request.line))
        if parameters:
            put(operation, "parameters", parameters)
        if shown := self._security():
            schemes = shown_node(shown, min(scheme.line for scheme in shown.values()))
            put(operation, "security", [{key: [] for key in schemes}], schemes.line)
        for place in (*_PLACES, "body"):
            _check_no_answer(self.page, self.found.sections.get(place, []))
        section = self.found.sections.get("body", [])
        if any(text for _, text in section) or request.example is not None:
            line = section[0][0] if section else request.line
            content, text = self._content("body", _Answer(line, "", lines=section), request.example)
            body: dict[str, Any] = {"description": text} if text else {}
            put(operation, "requestBody", {**body, "content": content or {"application/json": {}}}, line)
        put(operation, "responses", self._responses())
        if request.bases:
            put(operation, "servers", [{"url": base} for base in request.bases])
        return operation, schemes

    def _fields(self, section: str, lines: Sequence[Line], *, flat: bool = False) -> tuple[str, list[Field]]:
        """Read the text above the fields of a section, and the fields; note what is left.

        Raises:
            UserError: None of its lines can be read as a parameter, or fields stand in a list.
        """
        found = read_fields(lines)
        texts, fields = ([each for each in found if bool(each.name) is named] for named in (False, True))
        for text in texts if not fields else ():
            if section in _PLACES or _ITEM.match(text.description):
                what = f"{section} parameter" if section in _PLACES else f"field of the {section}"
                message = f"shows no {what} in a form that can be read: {text.description[:60]!r}"
                raise UserError(message, source=self.page.name, line=text.line)
        if flat:
            # Behind the first object nothing tells what belongs to it.
            objects = (index for index, shown in enumerate(fields, 1) if "object" in shown.type)
            end = next(objects, len(fields))
            self._note(section, (line for shown in fields[end:] for line in shown.lines), _FLAT)
            fields = fields[:end]
        fields = with_children(fields)
        self._note_left(section, [*texts, *fields])
        above = texts if section in (*_PLACES, "security") else texts[1:]  # a body has one description
        self._note(section, ((text.line, text.description) for text in above), _ABOVE)
        return texts[0].description if texts else "", fields

    def _check_no_answer(self, lines: Sequence[Line]) -> None:
        """Refuse a status with its media type among what is sent: the heading above it is not known."""
        shown = [line for line in lines if line[1]]
        for (number, text), (_, below) in pairwise([*shown, (0, "")]):
            match = _STATUS.match(text)
            if match and (match["media_type"] or (match["status"] == text and _MEDIA_TYPE.match(below))):
                message = (
                    f"the answer `{text}` stands below no heading that is known; the page cannot be read"
                )
                raise UserError(message, source=self.page.name, line=number)

    def _note(self, section: str, lines: Iterable[Line], reason: str) -> None:
        self.left += [
            Unread((section, f"line {line}"), line, brief(text), "left out", "unread line", reason)
            for line, text in lines
        ]

    def _note_left(self, section: str, fields: Iterable[Field]) -> None:
        """Note what was left of the lines of some fields, and the types that nobody knows."""
        for shown in fields:
            if shown.name and is_unknown(shown.type):
                where, says = (section, f"line {shown.line}"), brief(f"{shown.name}: {shown.type}")
                self.left.append(Unread(where, shown.line, says, "any value", "unknown type", _UNKNOWN))
            self._note(section, shown.left, _LEFT)
            self._note_left(section, shown.children)

    def _security(self) -> dict[str, Node]:
        """Read the credentials that the page shows, all of them needed at once; return their schemes."""
        _, fields = self._fields("security", self.found.sections.get("security", []))
        said = [(shown.name, shown.description, shown.place or "header", shown.line) for shown in fields]
        request = self.found.request
        sent = [each for each in request.headers if _CREDENTIAL.search(each[1])]
        schemes: dict[str, Node] = {}
        for name, text, place, line in said or [(*each, "header", request.line) for each in sent]:
            key, scheme = _scheme(name, text, place)
            schemes[component_key(name) if key in schemes else key] = shown_node(scheme, line)
        return schemes

    def _content(
        self, section: str, answer: _Answer, example: Any, *, flat: bool = False
    ) -> tuple[dict[str, Any], str]:
        """Return the content of a body, empty where nothing is shown of it, and the text above its fields."""
        media = [line for line in answer.lines if _MEDIA_TYPE.match(line[1])]
        media_type = answer.media_type or (media[0][1] if media else "")
        text, fields = self._fields(section, [line for line in answer.lines if line not in media], flat=flat)
        self._note(section, (line for line in media if line[1] != media_type), _ABOVE)
        schema = _schema(fields, example) if fields or example is not None else None
        content = {media_type or "application/json": {"schema": schema} if schema else {}}
        return content if schema or media_type else {}, text

    def _responses(self) -> Node:
        """Read the response of each status; the example body is that of the first in the list above it."""
        found = self.found
        section = found.sections.get("response", [])
        line = section[0][0] if section else found.example_line or found.request.line
        shown = _by_status(section) or [_Answer(line, "")]
        if not shown[0].status:
            first = next((text for _, text in found.statuses), "200")
            shown[0] = _Answer(line, first, lines=shown[0].lines)
        responses = shown_node({}, line)
        for index, answer in enumerate(shown):
            example = None if index else found.response_example
            content, intro = self._content(f"response {answer.status}", answer, example, flat=found.flat)
            text = f"{answer.text}: {intro}" if answer.text and intro else answer.text or intro
            if answer.status in responses and not text and not content:
                continue  # it can be chosen from what is shown elsewhere
            response = {"description": text, **({"content": content} if content else {})}
            put(responses, answer.status, shown_node(response, answer.line), answer.line)
        for other_line, other in found.statuses:
            if other not in responses:
                put(responses, other, shown_node({"description": ""}, other_line), other_line)
        return responses


def _check_no_answer(page: Page, section: Sequence[Line]) -> None:
    """Refuse a status with its media type among what is sent: the heading above it is not known."""
    shown = [line for line in section if line[1]]
    for (number, text), (_, below) in pairwise([*shown, (0, "")]):
        match = _STATUS.match(text)
        if match and (match["media_type"] or (match["status"] == text and _MEDIA_TYPE.match(below))):
            raise UserError(
                f"the answer `{text}` stands below no heading that is known; the page cannot be read",
                source=page.name,
                line=number,
            )


def _located(page: Page, value: Any, line: int) -> Any:
    """Give a value the page's name, and where it has no line of its own that of what it stands in."""
    line = getattr(value, "line", 0) or line
    node = shown_node({}, line)
    node.source = page.name
    if isinstance(value, list):
        return sequence_of(node, [_located(page, item, line) for item in value])
    if not isinstance(value, dict):
        return value
    for key, item in value.items():
        below: int = getattr(value, "lines", {}).get(key) or getattr(item, "line", 0) or line
        put(node, key, _located(page, item, below), below)
    return node


def _scheme(name: str, text: str, place: str) -> tuple[str, dict[str, Any]]:
    """Tell the scheme from the header's name and what is said about its value."""
    kinds = [kind for kind in ("bearer", "basic") if re.search(rf"\b{kind}\b", text, re.IGNORECASE)]
    scheme: dict[str, Any] = {"type": "apiKey", "name": name, "in": place}
    key = "apiKey"
    if name.lower() == "authorization" and kinds:
        key, scheme = kinds[0], {"type": "http", "scheme": kinds[0]}
    if " " in text and "<" not in text.split()[0] and len(text.split()) > 2:
        scheme["description"] = text
    return f"{key}Auth", scheme


def _schema(fields: Sequence[Field], example: Any) -> Node:
    """Unite what the fields say about the top level with the types that the example shows below it."""
    schema = shown_schema({} if example is None else example, getattr(example, "line", 0))
    inner: Any = schema["items"] if schema.get("type") == "array" else schema
    if fields and inner.get("type") == "object":
        said = attributes(fields, fields[0].line)
        properties = inner.setdefault("properties", {})
        for name, shown in said.pop("properties", {}).items():
            properties[name] = _united(shown, properties.get(name, {}))
        inner.update(said)
    return schema


def _united(said: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """Unite what a field says with what an example shows of it, which has types and nothing else."""
    kind, items, properties = said.get("type"), example.get("items"), example.get("properties")
    if kind == "array" and items:
        mine = said.get("items") or {"type": items.get("type")}
        said["items"] = items if mine == {"type": items.get("type")} else _united(mine, items)
    elif kind == "object" and properties:
        known = said.get("properties", {})
        below = {name: _united(known.get(name, shown), shown) for name, shown in properties.items()}
        said["properties"] = {**known, **below}
    return said


def _sentences(found: Parts) -> tuple[Sentence, ...]:
    """Gather the sentences of a page without a path, and the options listed below them."""
    result = [Sentence(found.headline.description_line, found.headline.description)]
    for lines in found.sections.values():
        for shown in read_fields(lines):
            result.append(Sentence(shown.line, shown.description, tuple(shown.options)))
    return tuple(sentence for sentence in result if sentence.text)
