"""What the templates can call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openapi_python_client.schema.untrusted_string import UntrustedString

from trigger_contract.document import quoting
from trigger_contract.document.quoting import python_docstring
from trigger_contract.generate import docstrings, reserved, showcase, signatures, status
from trigger_contract.generate.imports import Wanted, import_block, names_in
from trigger_contract.generate.naming import natural
from trigger_contract.generate.plan import Client, Method, Plan, Resource
from trigger_contract.generate.reading import PRIVATE, is_unspellable
from trigger_contract.generate.schemas import (
    ANY,
    Field,
    Model,
    Named,
    annotation,
    field_annotation,
    given_annotation,
    named,
    shape,
)

STATUS_FLAGS = (
    ("is_completed", "Whether it has ended, well or not. An unknown status has not."),
    ("is_success", "Whether it has ended well."),
    ("is_failed", "Whether it has ended in any other way than well; a cancelled one has too."),
    ("is_queued", "Whether it waits for its start."),
    ("is_executing", "Whether it has started and not ended."),
    ("is_cancelled", "Whether somebody stopped it."),
)
FLAVOURS: tuple[dict[str, Any], ...] = (
    {
        "prefix": "",
        "lower": "",
        "is_async": False,
        "def_": "def",
        "await_": "",
        "for_": "for",
        "enter": "__enter__",
        "exit": "__exit__",
        "iter": "__iter__",
        "close": "close",
        "sleep": "time.sleep",
        "Iterator": "Iterator",
    },
    {
        "prefix": "Async",
        "lower": "async_",
        "is_async": True,
        "def_": "async def",
        "await_": "await ",
        "for_": "async for",
        "enter": "__aenter__",
        "exit": "__aexit__",
        "iter": "__aiter__",
        "close": "aclose",
        "sleep": "anyio.sleep",
        "Iterator": "AsyncIterator",
    },
)
_TYPES_BY_MODULE = {
    "_core": ("RawResponse",),
    "_requests": ("Options",),
    "_streams": ("AsyncStream", "AsyncStreamedResponse", "ServerSentEvent", "Stream", "StreamedResponse"),
    "_models": ("Model",),
    "_pages": ("AsyncPage", "AsyncPaginator", "Page"),
    "_retries": ("RetryPolicy",),
    "types": ("NOT_GIVEN", "NotGiven", "OpenIntEnum", "OpenStrEnum"),
}


def filters(plan: Plan) -> dict[str, Any]:
    """Return the filters that turn parts of the plan into source."""
    return {
        "annotation": annotation,
        "argument_annotation": lambda argument: signatures.argument_annotation(argument, plan.inputs),
        "body_annotation": signatures.body_annotation,
        "body": signatures.body_literal,
        "field_input": lambda entry: signatures.input_annotation(entry.type, plan.inputs, entry.spelled),
        "enum_docstring": docstrings.enum_docstring,
        "field_annotation": field_annotation,
        "given_annotation": given_annotation,
        "join_literals": lambda values: ", ".join(repr(value) for value in sorted(values)),
        "literal": repr,
        "code": quoting.markdown_code,
        "header_word": lambda text: re.sub(r"[^A-Za-z0-9.+_-]+", "-", text),
        "markdown": quoting.markdown_text,
        "model_docstring": docstrings.model_docstring,
        "page": signatures.page_literal,
        "parameter": signatures.parameter_literal,
        "renamed": renamed,
        "response": signatures.response_literal,
        "safe_text": lambda text: python_docstring(docstrings.one_line(text)),
        "shape": shape,
        "words": names_in,
        "toml": lambda value: quoting.toml(docstrings.one_line(plain(value))),
    }


def variables(plan: Plan) -> dict[str, Any]:
    """Return the names that every template sees."""
    exports = export_names(plan)
    inputs_of = _inputs(plan)
    statuses: dict[Any, Field] = {model.reference: model.status for model in plan.models if model.status}
    return {
        "any_type": ANY,
        "client_docstring": client_docstring,
        "example_list": showcase.listed(plan),
        "example_retrieve": showcase.retrieved(plan),
        "decoded": _decoded,
        "exported_names": sorted(name for _, names in exports for name in names),
        "exports": exports,
        "field_names": lambda model: {entry.name for entry in model.fields},
        "flavours": FLAVOURS,
        "classes": plan.classes,
        "imports": import_block,
        "inputs": inputs_of,
        "mentioned": lambda resource: _mentioned(resource, plan.inputs),
        "method_docstring": docstrings.method_docstring,
        "once": _once_each(),
        "package_docstring": lambda: docstrings.literal(
            [
                f"Python client for {python_docstring(docstrings.one_line(plan.title))}.",
                docstrings.prose(plan.description),
            ]
        ),
        "plan": plan,
        "following_docstring": docstrings.following_docstring,
        "poll_docstring": docstrings.poll_docstring,
        "poll_status": lambda method: statuses[method.result_types[0]].name,
        "sets": status,
        "stream_docstring": docstrings.stream_docstring,
        "status_flags": STATUS_FLAGS,
    }


def export_names(plan: Plan) -> list[tuple[str, list[str]]]:
    """List what the package root exports, by module."""
    exports = [("errors", sorted(reserved.ERRORS))]
    exports += [(module, sorted(names)) for module, names in _TYPES_BY_MODULE.items()]
    exports.append(
        (
            "client",
            sorted(f"{prefix}{client.class_name}" for client in plan.clients for prefix in ("", "Async")),
        )
    )
    exports += [
        (f"api.{resource.package}", [f"Async{resource.class_name}", resource.class_name])
        for resource in plan.resources
    ]
    exports += [(f"models.{item.module}", [item.name]) for item in plan.classes]
    return sorted(exports)


def client_docstring(client: Client, flavour: dict[str, Any]) -> str:
    """The docstring of a client: its server, its arguments and what they default to."""
    entries = []
    for credential in client.credentials:
        first, *others = credential.environment
        also = "".join(f" or {name}" for name in others)
        words = (
            f"The secret for {credential.name}, or a function that gives it for each call;"
            f" by default the environment's {first}{also}."
        )
        entries.append((credential.argument, words))
    for variable in client.variables:
        chosen = f", one of {', '.join(variable.values)}" if variable.values else ""
        told = variable.description.rstrip(".") or f"``{variable.name}`` of the address"
        other = f"by default the environment's {variable.environment}, else {variable.default}"
        entries.append((variable.argument, f"{told}{chosen}; {other}."))
    default = client.base_url or "none, so that one of them must be given"
    entries += [
        (
            "base_url",
            f"Address of the server; by default the environment's {client.url_variable}, else {default}.",
        ),
        (
            "timeout",
            "Seconds for each step of a call, or an httpx.Timeout; 60 by default, 5 to connect.",
        ),
        (
            "total_timeout",
            "Seconds for a call with all its attempts, 600 by default; None waits without end.",
        ),
        ("max_retries", "Attempts after a first one that failed; 2 by default."),
        ("retry_policy", "How failed calls are repeated, in detail."),
        ("default_headers", "Headers for every call."),
        ("api_version", f"Version of the API to ask for, sent as {client.version_header}."),
        ("max_response_size", "Bytes that an answer may have, unpacked; 128 MiB by default."),
        ("on_request", "Called with a copy of each request in which no secret is."),
        ("on_response", "Called with a copy of each answer's status and headers in which no secret is."),
        (
            "http_client",
            f"An httpx.{flavour['prefix']}Client to send with; it stays open when this client is closed.",
        ),
        (
            "response_validation",
            "What becomes of an answer that is not as documented: ``lenient`` reads what can be read and "
            "notes the rest in ``problems``; ``strict`` raises ResponseValidationError.",
        ),
    ]
    kind = "Asynchronous" if flavour["is_async"] else "Synchronous"
    place = client.description or client.base_url or client.name
    lines = [docstrings._entry(name, words) for name, words in entries]
    return docstrings.literal(
        [
            f"{kind} client of {python_docstring(docstrings.one_line(place))}.",
            "The environment is read when the client is made. One client serves many "
            + ("tasks." if flavour["is_async"] else "threads."),
            "Args:\n" + "\n".join(lines),
            "Raises:\n"
            + docstrings._entry("ConfigurationError", "A secret or an address is missing or unusable."),
        ]
    )


def renamed(model: Model) -> dict[str, str]:
    """Attributes whose properties have another name, or one that the decoder does not take."""
    return {
        entry.name: f"{PRIVATE}{entry.name}" if is_unspellable(entry.wire) else entry.wire
        for entry in model.fields
        if entry.name != entry.wire
    }


def plain(value: object) -> str:
    """Unwrap the generator's strings."""
    return str(value.get_untrusted_value()) if isinstance(value, UntrustedString) else str(value)


def _inputs(plan: Plan) -> dict[str, Any]:
    """What ``params`` defines: literals for enums, typed mappings for models."""
    models = {model.reference: model for model in plan.models}
    enums = {enum.reference: enum for enum in plan.enums}
    mentioned: set[Named] = set()
    for item in plan.inputs:
        if item in models:
            mentioned |= {each for entry in models[item].fields for each in named(entry.type)}
    return {
        "imports": sorted(mentioned, key=lambda item: natural(item.module)),
        "literals": [(name, enums[item]) for item, name in plan.inputs.items() if item in enums],
        "mappings": [(name, models[item]) for item, name in plan.inputs.items() if item in models],
        "annotation": lambda entry: signatures.input_annotation(entry.type, plan.inputs, entry.spelled),
    }


def _once_each() -> Callable[[Any, Method], str]:
    """Let what writes something of a method, a function or a macro, work once for all flavours."""
    known: dict[tuple[str, int], str] = {}

    def once(write: Any, method: Method) -> str:
        # Macros are made anew for each file, methods are there as long as the plan.
        key = (getattr(write, "name", None) or write.__name__, id(method))
        if key not in known:
            known[key] = write(method)
        return known[key]

    return once


def _mentioned(resource: Resource, inputs: Mapping[Named, str]) -> list[Wanted]:
    """Classes in the signatures of a resource, and what may stand beside them."""
    found = resource.mentioned()
    return [*_classes(found), ("...params", [inputs[item] for item in found if item in inputs])]


def _decoded(method: Method) -> list[Wanted]:
    """Classes that an operation's module needs to read its responses and to write what it sends."""
    found: set[Named] = set()
    for response in method.responses:
        if response.type is not None:
            found |= named(response.type)
    for form in method.body.forms if method.body else ():
        found |= named(form.type).union(*(named(entry.type) for entry in form.fields))
    return _classes(found)


def _classes(found: Iterable[Named]) -> list[Wanted]:
    return [(f"...models.{item.module}", [item.name]) for item in found]
