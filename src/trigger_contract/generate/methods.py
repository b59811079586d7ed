"""From an operation to a method: its name, its arguments, what it sends and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.pagination import Pagination, pagination
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.generate.naming import Names, is_version, pascal_case, singular, snake_case, words
from trigger_contract.generate.plan import Argument, Body, Method, Page, Response
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import ANY, ArrayOf, Named, Nullable, Scalar, Type

# What every method takes beside the operation's own arguments, and names a signature cannot shadow.
_TAKEN = ("self", "body", "timeout", "extra_headers", "extra_query", "builtins", "datetime")
_METHOD_WORDS = {"get": "retrieve", "post": "create", "put": "replace", "patch": "update", "delete": "delete"}


def method_name(operation: Operation, noun: str) -> str:
    """Derive a method's name: the operationId without its version and without the tag's noun.

    ``list_runs_v1`` under ``runs`` becomes ``list``, ``get_run_result_v1`` becomes ``get_result`` and
    ``list_task_runs`` under ``tasks`` becomes ``list_runs``.
    """
    if "operationId" in operation.definition:
        parts = [part.lower() for part in words(str(operation.definition["operationId"]))]
    else:
        # An operation without an id is named after what it does to the last thing its path names.
        fixed = [part for part in operation.path.split("/") if part and not part.startswith("{")]
        parts = [
            _METHOD_WORDS.get(operation.method, operation.method),
            *words(snake_case(fixed[-1] if fixed else "")),
        ]
    while len(parts) > 1 and is_version(parts[-1]):
        parts.pop()
    target = [singular(part.lower()) for part in words(noun)]
    size = len(target)
    for start in range(len(parts) - size + 1):
        window = [singular(part) for part in parts[start : start + size]]
        if window == target and len(parts) > size:
            del parts[start : start + size]
            break
    return snake_case("_".join(parts), fallback="call")


def read_method(
    document: Mapping[str, Any], operation: Operation, name: str, module: str, reader: SchemaReader
) -> Method:
    """Read one operation."""
    definition = operation.definition
    base = pascal_case(operation.operation_id)
    arguments, by_wire = _arguments(document, operation, base, reader)
    responses, errors = _responses(document, definition, base, reader)
    method = Method(
        name=name,
        module=module,
        operation_id=operation.operation_id,
        verb=operation.method.upper(),
        path=operation.path,
        summary=_text(definition.get("summary")),
        description=_text(definition.get("description")),
        deprecated=definition.get("deprecated") is True,
        arguments=arguments,
        body=_body(document, definition, base, reader),
        responses=responses,
        errors=errors,
        security=(),
    )
    found = pagination(document, operation)
    method.page = _page(found, method, by_wire, reader) if found else None
    return method


def _arguments(
    document: Mapping[str, Any], operation: Operation, base: str, reader: SchemaReader
) -> tuple[list[Argument], dict[str, str]]:
    names = Names(_TAKEN)
    arguments: list[Argument] = []
    by_wire: dict[str, str] = {}
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            arguments.append(_argument(parameter, names, base, reader))
    leaves = query_leaves(document, operation)
    declared = {
        parameter["name"]: parameter for parameter in operation.parameters if parameter["in"] == "query"
    }
    for leaf in leaves:
        parameter = declared[leaf.path[0]]
        argument = _query_argument(document, leaf, parameter, names, base, reader)
        arguments.append(argument)
        by_wire[leaf.name] = argument.name
    for parameter in operation.parameters:
        # OpenAPI 3.1, Parameter Object: header parameters of these names are ignored.
        ignored = parameter["name"].lower() in ("accept", "content-type", "authorization")
        if parameter["in"] == "cookie" or (parameter["in"] == "header" and not ignored):
            arguments.append(_argument(parameter, names, base, reader))
    return arguments, by_wire


def _query_argument(
    document: Mapping[str, Any],
    leaf: QueryLeaf,
    parameter: Mapping[str, Any],
    names: Names,
    base: str,
    reader: SchemaReader,
) -> Argument:
    # Below the parameter every name counts: filter.createdAt.from is created_at_from.
    parts = leaf.path if len(leaf.path) > 1 else _literal_parts(leaf.path[0])
    short = snake_case("_".join(parts[1:] or parts))
    full = snake_case("_".join(parts))
    raw = leaf.schema if len(leaf.path) > 1 else _schema_of(parameter)
    type_ = reader.read(raw, base + pascal_case("_".join(leaf.path)))
    style = parameter.get("style", "form")
    return Argument(
        name=names.take(short, full, f"{short.rstrip('_')}_"),
        wire=leaf.name,
        location="query",
        type=_plain(type_),
        required=leaf.required,
        separator=leaf.separator,
        description=_leaf_description(document, leaf),
        default=leaf.schema.get("default"),
        example=_example(parameter if len(leaf.path) == 1 else {}, leaf.schema),
        object_style="brackets" if style == "deepObject" else _object_style(parameter, leaf),
    )


def _leaf_description(document: Mapping[str, Any], leaf: QueryLeaf) -> str:
    """The leaf's own words, or its items'; those of a whole object say too much about one leaf."""
    own = _text(leaf.schema.get("description"))
    items = resolve(document, leaf.schema.get("items"))
    if not own and isinstance(items, Mapping):
        own = _text(items.get("description"))
    return own if own or len(leaf.path) > 1 else _text(leaf.description)


def _object_style(parameter: Mapping[str, Any], leaf: QueryLeaf) -> str:
    """How an object without named properties goes out: exploded form spells its keys as parameters."""
    if "content" in parameter:
        return "json"
    if len(leaf.path) > 1:
        return "brackets"
    return "form" if parameter.get("explode", True) else "pairs"


def _literal_parts(name: str) -> tuple[str, ...]:
    """The parts of a parameter that is literally called ``filter[createdAt][from]``."""
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return (name,)
    return (head, *(part for part in rest[:-1].split("][") if part))


def _argument(parameter: Mapping[str, Any], names: Names, base: str, reader: SchemaReader) -> Argument:
    short = snake_case(parameter["name"])
    location = str(parameter["in"])
    type_ = reader.read(_schema_of(parameter), base + pascal_case(parameter["name"]))
    schema = resolve(reader.document, _schema_of(parameter))
    separator, prefix = _path_style(parameter)
    return Argument(
        name=names.take(short, f"{location}_{short}", f"{short.rstrip('_')}_"),
        wire=str(parameter["name"]),
        location=location,
        type=_plain(type_),
        required=location == "path" or parameter.get("required") is True,
        separator=separator,
        description=_text(parameter.get("description")),
        default=schema.get("default") if isinstance(schema, Mapping) else None,
        example=_example(parameter, schema),
        object_style="json" if "content" in parameter else "pairs",
        prefix=prefix,
    )


def _path_style(parameter: Mapping[str, Any]) -> tuple[str, str]:
    """Return what joins the items of a list, and what stands before them.

    Source: OpenAPI 3.1, Parameter Object, style values (RFC 6570 label and path-style expansion).
    """
    style, explode = parameter.get("style", "simple"), parameter.get("explode") is True
    if style == "label":
        return ("." if explode else ","), "."
    if style == "matrix":
        name = f";{parameter['name']}="
        return (name if explode else ","), name
    return ",", ""


def _example(parameter: Mapping[str, Any], schema: Any) -> Any:
    """The first example that the document gives, at the parameter or at its schema."""
    for place in (parameter, schema if isinstance(schema, Mapping) else {}):
        if "example" in place:
            return place["example"]
        examples = place.get("examples")
        if isinstance(examples, list) and examples:
            return examples[0]
        if isinstance(examples, Mapping) and examples:
            first = next(iter(examples.values()))
            return first.get("value") if isinstance(first, Mapping) else None
    return None


def _schema_of(parameter: Mapping[str, Any]) -> Any:
    if "schema" in parameter:
        return parameter["schema"]
    content = parameter.get("content") or {}
    return next((media.get("schema", {}) for media in content.values()), {})


def _plain(type_: Type) -> Type:
    """A parameter has no way to say null, so it is left out instead."""
    return type_.inner if isinstance(type_, Nullable) else type_


def _body(
    document: Mapping[str, Any], definition: Mapping[str, Any], base: str, reader: SchemaReader
) -> Body | None:
    request = resolve(document, definition.get("requestBody"))
    if not isinstance(request, Mapping) or not request.get("content"):
        return None
    content: Mapping[str, Any] = request["content"]
    preferred = sorted(content, key=lambda media_type: _BODY_ORDER.get(body_kind(media_type), 9))
    media = content[preferred[0]] or {}
    type_ = reader.read(media.get("schema"), base + "Body")
    media_type = "application/json" if preferred[0] == "*/*" else preferred[0]
    return Body(type_, media_type, request.get("required") is True, _text(request.get("description")))


_BODY_ORDER = {"json": 0, "form": 1, "multipart": 2, "content": 3}


def body_kind(media_type: str) -> str:
    """How a body of a media type is written: ``json``, ``form``, ``multipart`` or ``content``."""
    plain = media_type.split(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json") or plain == "*/*":
        return "json"
    return {"application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart"}.get(
        plain, "content"
    )


def _responses(
    document: Mapping[str, Any], definition: Mapping[str, Any], base: str, reader: SchemaReader
) -> tuple[list[Response], list[tuple[str, str]]]:
    good: list[Response] = []
    bad: list[tuple[str, str]] = []
    for status, raw in (definition.get("responses") or {}).items():
        response = resolve(document, raw)
        code = str(status).upper()
        if code.startswith("2"):
            first, last = (200, 299) if code == "2XX" else (int(code), int(code))
            good.append(_response(first, last, response, f"{base}Response", reader))
        elif code != "DEFAULT":
            bad.append((code, " ".join(_text(response.get("description")).split())))
    if not good:
        default = resolve(document, (definition.get("responses") or {}).get("default"))
        if isinstance(default, Mapping) and default.get("content"):
            good.append(_response(200, 299, default, f"{base}Response", reader))
    # An exact code comes before a range. Source: OpenAPI 3.1, Responses Object.
    return sorted(good, key=lambda item: item.last - item.first), bad


def _response(
    first: int, last: int, response: Mapping[str, Any], hint: str, reader: SchemaReader
) -> Response:
    content: Mapping[str, Any] = response.get("content") or {}
    for media_type, media in content.items():
        if body_kind(media_type) == "json":
            schema = (media or {}).get("schema")
            return Response(first, last, ANY if schema is None else reader.read(schema, hint), "json")
    for media_type in content:
        if media_type.lower().startswith("text/"):
            return Response(first, last, Scalar("string"), "text")
        return Response(first, last, Scalar("binary"), "binary")
    return Response(first, last, None, "none")


def _page(found: Pagination, method: Method, by_wire: Mapping[str, str], reader: SchemaReader) -> Page | None:
    types = method.result_types
    following = {"cursor": found.next, "number": found.total_pages}.get(found.kind)
    if following is None or found.after is None:
        return None
    model = reader.model(types[0]) if len(types) == 1 and types[0] is not None else None
    items = next((entry for entry in model.fields if (entry.wire,) == found.items), None) if model else None
    if items is None:
        return None
    array = items.type.inner if isinstance(items.type, Nullable) else items.type
    if not isinstance(array, ArrayOf):
        return None
    item_model = reader.model(array.item) if isinstance(array.item, Named) else None
    identity = (
        next(
            (
                entry.name
                for entry in item_model.fields
                if entry.wire == "id" and entry.type == Scalar("string")
            ),
            None,
        )
        if item_model
        else None
    )
    return Page(
        kind=found.kind,
        items=items.name,
        item=array.item,
        size=by_wire[found.size.name] if found.size else None,
        after=by_wire[found.after.name],
        before=by_wire[found.before.name] if found.before else None,
        next=_attributes(following, types[0], reader),
        previous=_attributes(found.previous, types[0], reader) if found.previous else None,
        identity=identity,
    )


def _attributes(keys: tuple[str, ...], type_: Type | None, reader: SchemaReader) -> tuple[str, ...]:
    """Turn keys of the JSON into attributes of the models they lead through."""
    names: list[str] = []
    for key in keys:
        plain = type_.inner if isinstance(type_, Nullable) else type_
        model = reader.model(plain) if plain is not None else None
        entry = next((entry for entry in model.fields if entry.wire == key), None) if model else None
        names.append(entry.name if entry else key)
        type_ = entry.type if entry else None
    return tuple(names)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
