"""Docstrings and Markdown from the document's words."""

from __future__ import annotations

import textwrap

from trigger_contract.document.quoting import python_docstring
from trigger_contract.generate.arguments import Argument
from trigger_contract.generate.examples import short, told
from trigger_contract.generate.naming import words as words_of
from trigger_contract.generate.plan import Method
from trigger_contract.generate.schemas import Enum, Model

_WIDTH = 96

_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "422": "UnprocessableEntityError",
    "429": "RateLimitError",
}


def literal(paragraphs: list[str]) -> str:
    """Write paragraphs as a docstring, quotes included."""
    text = "\n\n".join(part for part in paragraphs if part).strip() or "No description."
    end = '"""'
    if "\n" in text:
        return f'"""{text}\n"""'
    return f'"""{text} {end}' if text.endswith(('"', "\\")) else f'"""{text}{end}'


def model_docstring(model: Model) -> str:
    """The docstring of a model: what it is and what its attributes hold."""
    names = [f"``{field.name}``" for field in model.fields]
    head = prose(model.description) or f"{_noun(model.reference.name)} of the API, with {_some(names)}."
    entries = [_entry(field.name, told(field.description, field.example)) for field in model.fields]
    return literal([head, _section("Attributes", [entry for entry in entries if entry])])


def enum_docstring(enum: Enum) -> str:
    """The docstring of an enum."""
    names = [f"``{name}``" for name, _ in enum.members]
    return literal([prose(enum.description) or f"{_noun(enum.reference.name)} of the API: {_some(names)}."])


def _noun(class_name: str) -> str:
    """A class name as words: ``RunResult`` gives ``A run result``."""
    text = " ".join(word if word.isupper() else word.lower() for word in words_of(class_name))
    return f"{'An' if text[:1].lower() in 'aeiou' else 'A'} {text}"


def _some(names: list[str]) -> str:
    """A few names, and how many more there are."""
    shown, rest = names[:4], len(names) - 4
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def method_docstring(method: Method, *, raw: bool = False) -> str:
    """The docstring of a method with its arguments, result and errors."""
    arguments = [_argument(argument) for argument in [*method.path_arguments, *method.keyword_arguments]]
    arguments += _sent(method)
    arguments += [
        _entry("timeout", "Seconds for this call, or an httpx.Timeout; None waits without end."),
        _entry("max_retries", "Attempts after the first one."),
        _entry("extra_headers", "Headers for this call; they replace those of the same name."),
        _entry("extra_query", "Further query parameters for this call."),
        _entry(
            "extra_body", "Further properties for the body." if method.body and method.body.fields else ""
        ),
    ]
    returns = _returns(method, raw=raw)
    return literal(
        [
            *_heading(method),
            _section("Args", arguments),
            _section("Returns", [indent(returns)]),
            _section("Raises", _raises(method)),
        ]
    )


def stream_docstring(method: Method) -> str:
    """The docstring of the method that gives values one by one."""
    arguments = [_argument(argument) for argument in [*method.path_arguments, *method.keyword_arguments]]
    return literal(
        [
            f"Call ``{method.name}`` and walk what it answers as it comes.",
            _section("Args", [*arguments, *_sent(method)]),
            _section("Returns", [indent("The values one by one; close it, or use it in a block.")]),
            _section("Raises", _raises(method)),
        ]
    )


def _sent(method: Method) -> list[str]:
    """What the body is made of, and what it is as a whole."""
    if method.body is None:
        return [_entry("idempotency_key", _KEY)] if method.sends_key else []
    entries = []
    for field in method.body.fields:
        words = told(field.description or f"``{'.'.join(field.path)}`` of the body.", field.example)
        if field.name == method.key:
            words = f"{words} By default one is made for the call, so that it can be repeated."
        entries.append(_entry(field.name, words))
    kinds = " or ".join(form.media_type for form in method.body.forms)
    whole = method.body.description or f"What to send, as {kinds}"
    instead = " It stands for all keywords that go into it." if method.body.fields else ""
    entries.append(_entry("body", f"{whole.rstrip('.')}.{instead}"))
    if method.body.is_choice:
        entries.append(_entry("content_type", "Which of these is meant; by default what the body fits."))
    if method.sends_key:
        entries.append(_entry("idempotency_key", _KEY))
    return entries


_KEY = 'Sent as the header Idempotency-Key, so that the call can be repeated; "auto" makes one.'


def poll_docstring(method: Method) -> str:
    """The docstring of the method that waits."""
    arguments = [_argument(argument) for argument in [*method.path_arguments, *method.keyword_arguments]]
    arguments += [
        _entry("timeout", "Seconds to wait in all."),
        _entry(
            "interval", "Seconds between the first two calls; later ones are up to ``max_interval`` apart."
        ),
        _entry("max_interval", "The longest pause between two calls in seconds."),
        _entry("extra_headers", "Headers for each call."),
        _entry("extra_query", "Further query parameters for each call."),
    ]
    return literal(
        [
            f"Call ``{method.name}`` until it is finished.",
            "An unknown status is not finished.",
            _section("Args", arguments),
            _section("Returns", [indent("The finished one.")]),
            _section("Raises", [_entry("WaitTimeoutError", "The time is over."), *_raises(method)]),
        ]
    )


def following_docstring(method: Method) -> str:
    """The docstring of the method that starts something and waits for its end."""
    assert method.following is not None
    arguments = [_argument(argument) for argument in [*method.path_arguments, *method.keyword_arguments]]
    arguments += _sent(method)
    arguments += [
        _entry("timeout", "Seconds for the first call, or an httpx.Timeout; None waits without end."),
        _entry("max_retries", "Attempts of the first call after its first one."),
        _entry("extra_headers", "Headers for each call; they replace those of the same name."),
        _entry("extra_query", "Further query parameters for the first call."),
        _entry(
            "extra_body", "Further properties for the body." if method.body and method.body.fields else ""
        ),
        _entry("poll_timeout", "Seconds to wait in all, once it is started."),
        _entry("interval", "Seconds between the first two looks; later ones are further apart."),
        _entry("max_interval", "The longest pause between two looks in seconds."),
    ]
    waits = f"{method.following.resource.attribute}.{method.following.read.poll}"
    return literal(
        [
            f"Call ``{method.name}``, then ``{waits}`` for what it has started.",
            "An unknown status is not finished.",
            _section("Args", arguments),
            _section("Returns", [indent("The finished one.")]),
            _section("Raises", [_entry("WaitTimeoutError", "The time is over."), *_raises(method)]),
        ]
    )


def prose(text: str) -> str:
    """Wrap text for a docstring; code blocks keep their lines."""
    lines: list[str] = []
    code = False
    for line in python_docstring(text).splitlines():
        if line.strip().startswith("```"):
            code = not code
        if code or not line.strip():
            lines.append(line.rstrip())
        else:
            lines.extend(textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines).strip()


def indent(text: str) -> str:
    """Indent a section's entry."""
    return textwrap.indent(text, "    ")


def one_line(text: str) -> str:
    """Text on a single line, for tables and lists."""
    return " ".join(text.split())


def _heading(method: Method) -> list[str]:
    summary = one_line(method.summary)
    parts = [prose(summary if summary.endswith((".", "!", "?")) or not summary else f"{summary}.")]
    if one_line(method.description) != summary:
        parts.append(prose(method.description))
    if method.deprecated:
        parts.append("Deprecated: the document advises against this operation.")
    return [part for part in parts if part] or [f"Call ``{method.verb} {python_docstring(method.path)}``."]


def _argument(argument: Argument) -> str:
    words = one_line(argument.description)
    if argument.default is not None:
        shown = argument.default if not isinstance(argument.default, bool) else str(argument.default).lower()
        if str(shown) not in words:
            words = f"{words} The server's default is {shown}.".strip()
    return _entry(argument.name, told(words or f"``{argument.wire}``.", short(argument.example)))


def _entry(name: str, words: str) -> str:
    text = python_docstring(one_line(words))
    if not text:
        return ""
    text = f"{name}: {text}"
    if len(text) <= _WIDTH - 8:
        return f"    {text}"
    body = textwrap.wrap(text, _WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return textwrap.indent("\n    ".join(body), "    ")


def _section(title: str, entries: list[str]) -> str:
    kept = [entry for entry in entries if entry]
    return "\n".join([f"{title}:", *kept]) if kept else ""


def _returns(method: Method, *, raw: bool) -> str:
    if raw:
        return "The response as it came; ``parse()`` gives the result."
    if method.page:
        return "The first page; iterating over it walks every further one."
    return "Nothing." if method.result() == "None" else f"{method.result()}."


def _raises(method: Method) -> list[str]:
    entries: dict[str, str] = {}
    for code, words in method.errors:
        name = _ERRORS.get(code, "InternalServerError" if code.startswith("5") else "APIStatusError")
        text = f"{code}: {words}" if words else code
        entries[name] = f"{entries[name]}; {text}" if name in entries else text
    lines = [_entry(name, words if words.endswith(".") else f"{words}.") for name, words in entries.items()]
    lines.append(
        _entry("APIStatusError", "Any other status that is not a success.")
    ) if "APIStatusError" not in entries else None
    lines.append(_entry("APIConnectionError", "The server could not be reached in time."))
    lines.append(_entry("ResponseValidationError", "The response is not what the document promises."))
    return lines
