"""The client as data: which classes, methods and arguments it will have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trigger_contract.generate.arguments import Argument, Body
from trigger_contract.generate.schemas import Enum, Field, Model, Named, Type, annotation, named


@dataclass(frozen=True)
class Response:
    """What a method gets on some status codes.

    Attributes:
        first: Lowest status code.
        last: Highest status code.
        type: The schema's type, of one event or line where they come one by one; None for no content.
        media: ``json``, ``text``, ``binary``, ``events``, ``lines`` or ``none``.
        media_type: The content type.
        is_preferred: Whether the method's result is of this type, and not of that of another content type.
    """

    first: int
    last: int
    type: Type | None
    media: str
    media_type: str = ""
    is_preferred: bool = True

    @property
    def is_stream(self) -> bool:
        """Whether its values come one by one."""
        return self.media in ("events", "lines")


@dataclass(frozen=True)
class Page:
    """How a list is walked; the names are those of arguments, and of attributes of the answer.

    Attributes:
        kind: ``cursor``, ``last-id``, ``number``, ``offset``, ``url`` or ``link``.
        items: Attributes that lead to the items; empty where the answer is the list.
        item: Their type.
        size: Argument that sets how many items a page has.
        after: Argument that takes the cursor, the page's number or the offset.
        before: Argument that takes the previous cursor.
        next: Attributes that lead to the next cursor or address.
        previous: Attributes that lead to the previous one.
        has_more: Attributes that say whether there is more.
        total: Attributes that lead to the number of items.
        total_pages: Attributes that lead to the number of pages.
        number: Attributes that lead to the number of this page.
        first: Number of the first page, or the offset of the first item.
        identity: Attribute of an item that no other item shares.
    """

    kind: str
    items: tuple[str, ...]
    item: Type
    size: str | None
    after: str | None
    before: str | None
    next: tuple[str, ...] | None
    previous: tuple[str, ...] | None
    has_more: tuple[str, ...] | None
    total: tuple[str, ...] | None
    total_pages: tuple[str, ...] | None
    number: tuple[str, ...] | None
    first: int
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
        security: Alternatives of credentials, each an argument and a name on the wire; empty for none.
        redirects: Whether the document says that it may lead elsewhere.
        key: The argument that takes an idempotency key.
        stream: Name of the method that gives its values one by one, if it can give them whole as well.
        page: How it is walked, if it is a paginated list.
        poll: Name of the method that waits for a terminal status, if it reads one thing by its id.
        following: What tells how the thing ends that it starts.
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
    security: tuple[tuple[tuple[str, str], ...], ...]
    redirects: bool = False
    key: str | None = None
    stream: str | None = None
    page: Page | None = None
    poll: str | None = None
    following: Following | None = None

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
        whole = [response for response in self.responses if response.is_preferred and not response.is_stream]
        return list(dict.fromkeys(response.type for response in whole)) or [None]

    @property
    def streamed(self) -> Response | None:
        """The response whose values come one by one, if there is one."""
        return next((response for response in self.responses if response.is_stream), None)

    @property
    def is_stream(self) -> bool:
        """Whether its values can only come one by one."""
        return self.streamed is not None and self.stream is None

    @property
    def sends_key(self) -> bool:
        """Whether a call can be given an idempotency key for which the document has no place."""
        return self.verb in ("POST", "PATCH") and self.key is None

    @property
    def accept(self) -> str:
        """Content types of the answers that the result is read from."""
        kinds = [
            response.media_type
            for response in self.responses
            if response.media_type and (response.is_preferred or self.is_stream)
        ]
        kinds = [kind for kind in dict.fromkeys(kinds) if kind]
        return ", ".join(kinds) or "application/json"

    def result(self, builtins: str = "") -> str:
        """The annotation of what a successful call returns."""
        texts = [
            "None" if type_ is None else annotation(type_, builtins=builtins) for type_ in self.result_types
        ]
        texts = list(dict.fromkeys(texts))
        return "Any" if "Any" in texts else " | ".join(texts)

    def streams(self, prefix: str = "", builtins: str = "") -> str:
        """The annotation of what gives its values one by one."""
        assert self.streamed is not None
        assert self.streamed.type is not None
        return f"{prefix}Stream[{annotation(self.streamed.type, builtins=builtins)}]"

    def mentioned(self) -> set[Named]:
        """Every class in its signature."""
        types = [argument.type for argument in self.arguments]
        types += [type_ for type_ in self.result_types if type_ is not None]
        if self.streamed and self.streamed.type:
            types.append(self.streamed.type)
        if self.body:
            types += [form.type for form in self.body.forms]
            types += [entry.type for entry in self.body.fields]
        if self.page:
            types.append(self.page.item)
        return set().union(*(named(type_) for type_ in types)) if types else set()


@dataclass(frozen=True)
class Following:
    """How a method that starts something can wait for its end.

    Attributes:
        name: Name of the method that does both, ``trigger_and_poll``.
        resource: Where the method is that reads the thing.
        read: That method.
        argument: Its argument that takes the id of the thing.
        attribute: Attribute of the first answer that holds the id.
    """

    name: str
    resource: Resource
    read: Method
    argument: str
    attribute: str


@dataclass
class Resource:
    """The operations of one tag on one server.

    Attributes:
        attribute: Attribute of the client.
        package: Package in ``api``.
        class_name: The resource's class.
        tag: The tag in the document.
        description: The tag's description.
        aliases: Attributes of the client that are named after its other tags, so that a name stays whichever
            tag further operations have.
        methods: In the document's order.
    """

    attribute: str
    package: str
    class_name: str
    tag: str
    description: str
    aliases: tuple[str, ...] = ()
    methods: list[Method] = field(default_factory=list)

    def mentioned(self) -> set[Named]:
        """Every class that its signatures mention."""
        found: set[Named] = set().union(*(method.mentioned() for method in self.methods))
        for method in self.methods:
            if method.following:
                for type_ in method.following.read.result_types:
                    found |= named(type_) if type_ is not None else set()
        return found


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


@dataclass(frozen=True)
class ServerVariable:
    """A part of a server's address that whoever makes a client can choose.

    Attributes:
        argument: Name of the argument.
        environment: Variable that is read if it is not given.
        name: What stands in braces in the address.
        default: The document's default.
        values: What may be chosen; empty for anything.
        description: The document's words.
    """

    argument: str
    environment: str
    name: str
    default: str
    values: tuple[str, ...]
    description: str


@dataclass
class Client:
    """One server of the document.

    Attributes:
        name: The name without ``Client``, for example ``Trigger``.
        environment: Prefix of its environment variables, for example ``TRIGGER``.
        base_url: The server's URL with its defaults; None where the document has no absolute one.
        template: The server's URL as the document has it, or its path where it gives no more.
        variables: What stands in braces in it.
        description: The server's description.
        credentials: Secrets it can be given.
        optional: Whether every operation works without one.
        security: Alternatives of credentials that some operation asks for.
        resources: In the order of their first operations.
    """

    name: str
    environment: str
    base_url: str | None
    description: str
    credentials: list[Credential] = field(default_factory=list)
    optional: bool = True
    template: str = ""
    variables: tuple[ServerVariable, ...] = ()
    security: tuple[tuple[tuple[str, str], ...], ...] = ()
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
class Omission:
    """One thing that the client does not do.

    Attributes:
        kind: What kind of thing it is, in the plural.
        where: The operation, or the part of the document.
        words: What it is, why it is left out, and what to do instead, as Markdown for a cell.
    """

    kind: str
    where: str
    words: str


@dataclass(frozen=True)
class Plan:
    """Everything that the templates need.

    Attributes:
        package: Name of the package.
        project: Name of the distribution.
        version: Version of the distribution.
        title: Title of the document.
        document_version: Version of the document.
        description: Description of the document.
        digest: SHA-256 of the document's canonical JSON in hex digits.
        clients: One for each server.
        models: The models.
        enums: The enums.
        inputs: Names of what stands beside a class in what is sent: a ``TypedDict`` for a model, a
            ``Literal`` for an enum.
        left_out: What of the document the client cannot do, and why.
    """

    package: str
    project: str
    version: str
    title: str
    document_version: str
    description: str
    digest: str
    clients: tuple[Client, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
    inputs: Mapping[Named, str] = field(default_factory=dict)
    left_out: tuple[Omission, ...] = ()

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
