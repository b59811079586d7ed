"""The client as data: which classes, methods and arguments it will have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.generate.schemas import Enum, Field, Model, Named, Type, annotation, named


@dataclass(frozen=True)
class Argument:
    """One argument of a method.

    Attributes:
        name: In Python.
        wire: On the wire, for example ``filter[createdAt][period]``.
        location: ``path``, ``query``, ``header`` or ``cookie``.
        type: What it takes; for a list the type of the list.
        required: Whether a call must give it.
        separator: What joins the items of a list into one value; None where the name is repeated.
        description: The document's words.
        default: The document's default, which is not sent.
        example: The document's example.
        object_style: ``brackets`` where an object's properties go out as ``name[key]``, ``form`` where
            they go out under their own names, ``pairs`` where keys and values alternate in one list,
            ``json`` where whatever it is goes out as JSON text.
        prefix: What stands before a path's value.
    """

    name: str
    wire: str
    location: str
    type: Type
    required: bool
    separator: str | None
    description: str
    default: Any = None
    example: Any = None
    object_style: str = "form"
    prefix: str = ""


@dataclass(frozen=True)
class Body:
    """What a method sends.

    Attributes:
        type: The schema's type.
        media_type: Its content type.
        required: Whether a call must give it.
        description: The document's words.
    """

    type: Type
    media_type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Response:
    """What a method gets on some status codes.

    Attributes:
        first: Lowest status code.
        last: Highest status code.
        type: The schema's type; None where there is no content.
        media: ``json``, ``text``, ``binary`` or ``none``.
    """

    first: int
    last: int
    type: Type | None
    media: str


@dataclass(frozen=True)
class Page:
    """How a list is walked; the names are those of arguments and of keys in the JSON.

    Attributes:
        kind: ``cursor`` or ``number``.
        items: Attribute of the response model that holds the items.
        item: Their type.
        size: Argument that sets how many items a page has.
        after: Argument that takes the next cursor or page number.
        before: Argument that takes the previous cursor.
        next: Keys that lead to the next cursor or the total of pages.
        previous: Keys that lead to the previous cursor or the current page.
        identity: Attribute of an item that no other item shares.
    """

    kind: str
    items: str
    item: Type
    size: str | None
    after: str
    before: str | None
    next: tuple[str, ...]
    previous: tuple[str, ...] | None
    identity: str | None


@dataclass
class Method:
    """One operation as a method of a resource.

    Attributes:
        name: In Python.
        module: Module in ``api/<resource>`` that holds the operation's data.
        operation_id: In the document.
        verb: The HTTP method in capitals.
        path: The path template.
        summary: The document's words.
        description: The document's words.
        deprecated: Whether the document advises against it.
        arguments: Path arguments first.
        body: What it sends, if anything.
        responses: Those that mean success.
        errors: Status codes and descriptions of the others.
        security: Alternatives of schemes; empty for none.
        page: How it is walked, if it is a paginated list.
        poll: Name of the method that waits for a terminal status, if it reads one thing by its id.
    """

    name: str
    module: str
    operation_id: str
    verb: str
    path: str
    summary: str
    description: str
    deprecated: bool
    arguments: list[Argument]
    body: Body | None
    responses: list[Response]
    errors: list[tuple[str, str]]
    security: tuple[tuple[str, ...], ...]
    page: Page | None = None
    poll: str | None = None

    @property
    def path_arguments(self) -> list[Argument]:
        """Arguments that stand in the path, positional in a call."""
        return [argument for argument in self.arguments if argument.location == "path"]

    @property
    def keyword_arguments(self) -> list[Argument]:
        """All other arguments, required ones first."""
        rest = [argument for argument in self.arguments if argument.location != "path"]
        return sorted(rest, key=lambda argument: not argument.required)

    @property
    def result_types(self) -> list[Type | None]:
        """Types that a successful call can return, each once."""
        return list(dict.fromkeys(response.type for response in self.responses)) or [None]

    def result(self, builtins: str = "") -> str:
        """The annotation of what a successful call returns."""
        texts = [
            "None" if type_ is None else annotation(type_, builtins=builtins) for type_ in self.result_types
        ]
        texts = list(dict.fromkeys(texts))
        return "Any" if "Any" in texts else " | ".join(texts)

    def mentioned(self) -> set[Named]:
        """Every class in its signature."""
        types = [argument.type for argument in self.arguments]
        types += [type_ for type_ in self.result_types if type_ is not None]
        if self.body:
            types.append(self.body.type)
        if self.page:
            types.append(self.page.item)
        return set().union(*(named(type_) for type_ in types)) if types else set()


@dataclass
class Resource:
    """The operations of one tag on one server.

    Attributes:
        attribute: Attribute of the client.
        package: Package in ``api``.
        class_name: The resource's class.
        tag: The tag in the document.
        description: The tag's description.
        methods: In the document's order.
    """

    attribute: str
    package: str
    class_name: str
    tag: str
    description: str
    methods: list[Method] = field(default_factory=list)

    def mentioned(self) -> list[Named]:
        """Every class that its signatures mention."""
        found = set().union(*(method.mentioned() for method in self.methods))
        return sorted(found, key=lambda item: item.name)


@dataclass(frozen=True)
class Credential:
    """A secret that a client can be given.

    Attributes:
        argument: Name of the argument.
        environment: Variables that are read if it is not given, the first that is set wins.
        scheme: Name of the security scheme in the document.
        location: ``header``, ``query`` or ``cookie``.
        name: Name of the header, query parameter or cookie.
        prefix: What stands before the secret, for example ``Bearer``; ``Basic`` takes ``user:password``.
        description: The document's words.
    """

    argument: str
    environment: tuple[str, ...]
    scheme: str
    location: str
    name: str
    prefix: str
    description: str


@dataclass
class Client:
    """One server of the document.

    Attributes:
        name: The name without ``Client``, for example ``Trigger``.
        environment: Prefix of its environment variables, for example ``TRIGGER``.
        base_url: The server's URL; None where the document has no absolute one.
        description: The server's description.
        credentials: Secrets it can be given.
        optional: Whether every operation works without one.
        resources: In the order of their first operations.
    """

    name: str
    environment: str
    base_url: str | None
    description: str
    credentials: list[Credential] = field(default_factory=list)
    optional: bool = True
    resources: list[Resource] = field(default_factory=list)

    @property
    def class_name(self) -> str:
        """The synchronous client."""
        return f"{self.name}Client"

    @property
    def version_header(self) -> str:
        """The header that asks for a version of the API, by the custom of Trigger.dev."""
        return f"x-{self.environment.lower().replace('_', '-')}-api-version"

    @property
    def url_variable(self) -> str:
        """The environment variable that replaces the server's URL."""
        return f"{self.environment}_API_URL"


@dataclass(frozen=True)
class Plan:
    """Everything that the templates need.

    Attributes:
        title: Title of the document.
        document_version: Version of the document.
        description: Description of the document.
        digest: SHA-256 of the document's canonical JSON in hex digits.
        clients: One for each server.
        models: The models.
        enums: The enums.
    """

    title: str
    document_version: str
    description: str
    digest: str
    clients: tuple[Client, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]

    @property
    def classes(self) -> list[Named]:
        """The classes of all models and enums, by name."""
        found = [*(model.reference for model in self.models), *(enum.reference for enum in self.enums)]
        return sorted(found, key=lambda item: item.name)

    @property
    def resources(self) -> list[Resource]:
        """The resources of all clients."""
        return [resource for client in self.clients for resource in client.resources]


def terminal_field(models: Mapping[str, Model], method: Method) -> Field | None:
    """The status field of what a method returns, if it returns one model with such a field."""
    types = method.result_types
    if len(types) != 1 or not isinstance(types[0], Named) or types[0].name not in models:
        return None
    return models[types[0].name].status
