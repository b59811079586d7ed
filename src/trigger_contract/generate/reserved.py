"""Names that mean something in every client and so cannot be given to anything of the document."""

from __future__ import annotations

from trigger_contract.generate.naming import TYPE_NAMES

ERRORS = (
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ResponseTooLargeError",
    "ResponseValidationError",
    "UnprocessableEntityError",
    "WaitTimeoutError",
)
TYPES = (
    "NOT_GIVEN",
    "AsyncPage",
    "AsyncPaginator",
    "AsyncRawPaginator",
    "Model",
    "NotGiven",
    "OpenIntEnum",
    "OpenStrEnum",
    "AsyncStream",
    "AsyncStreamedResponse",
    "Options",
    "Page",
    "RawResponse",
    "RetryPolicy",
    "ServerSentEvent",
    "Stream",
    "StreamedResponse",
)

# What annotations and imports in the generated modules mean by these names.
_IMPORTED = (
    "Any",
    "Literal",
    "Iterable",
    "Mapping",
    "Sequence",
    "TYPE_CHECKING",
    "Operation",
    "OPERATION",
    "PAGE",
    "PageRule",
    "ResponseRule",
    "Sent",
    "BodyRule",
    "FieldRule",
    "Encoding",
    "Literal",
    "Required",
    "TypedDict",
    "TypeAlias",
    "overload",
    "Callable",
    "Awaitable",
    "Property",
    "Timeout",
    "BaseClient",
    "AsyncBaseClient",
    "Credential",
    "Parameter",
    "Client",
    "AsyncClient",
)
_BUILTIN = ("None", "True", "False", "Exception", "ValueError", "TypeError", "KeyError", "TimeoutError")
CLASS_NAMES = frozenset({*ERRORS, *TYPES, *_IMPORTED, *_BUILTIN})
METHOD_NAMES = frozenset({"with_raw_response", "with_streaming_response", "self"}) | (TYPE_NAMES - {"list"})
CLIENT_ATTRIBUTES = frozenset(
    {
        "close",
        "aclose",
        "base_url",
        "max_retries",
        "retry_policy",
        "request",
        "response_validation",
        "timeout",
        "self",
        "default_headers",
        "total_timeout",
        "max_response_size",
        "with_options",
        "get",
        "post",
        "put",
        "patch",
        "delete",
    }
)
