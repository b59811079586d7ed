"""The rules of oasdiff's checks, each with the smallest pair of documents that it speaks of.

Ids and levels are those of oasdiff 1.30 and 1.31; where it checks a keyword in some places only, the other
places follow the law that it states for all. Left out are its rules about policies (sunset dates,
stability levels, the document's version number), which do not say what a change means for a client,
and those about ``x-extensible-enum``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from small_documents import an_object, asking, document, query, receiving, sending

Schema = dict[str, Any]
STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
DONE = {"204": {"description": "Done"}}
OK = {"description": "Done"}


@dataclass(frozen=True)
class Rule:
    """One rule: its id and level, and what has to change for it to speak."""

    id: str
    level: str
    old: Any
    new: Any


def header(schema: Schema, **more: Any) -> Any:
    response = {"description": "Done", "headers": {"X-Total": {"schema": schema, **more}}}
    return document({"responses": {"200": response}})


# Where a schema can stand: whether a client sends it, and a document around it.
PLACES: dict[str, tuple[bool, Callable[[Schema], Any]]] = {
    "request-body": (True, sending),
    "request-property": (True, lambda schema: sending(an_object(p=schema))),
    "request-parameter": (True, lambda schema: asking(query(schema=schema))),
    "response-body": (False, receiving),
    "response-property": (False, lambda schema: receiving(an_object(p=schema))),
    "response-header": (False, header),
}
CONTENT = ("request-body", "request-property", "response-body", "response-property")
SENT = ("request-body", "request-property")
EVERYWHERE = tuple(PLACES)
NARROWS, WIDENS, INCOMPARABLE, UNKNOWN, NONE = "narrows", "widens", "incomparable", "unknown", "none"
OPEN, GROWS, SHRINKS = "open", "grows", "shrinks"


def level(effect: str, sent: bool) -> str:
    """The law that oasdiff's levels follow, too."""
    if effect == OPEN:
        # One value more in a list hurts only a client that insists on the listed ones.
        return "INFO" if sent else "WARN"
    if effect in (GROWS, SHRINKS):
        return "ERR" if (effect == SHRINKS) is sent else "INFO"
    if effect in (INCOMPARABLE, UNKNOWN, NONE):
        return {INCOMPARABLE: "ERR", UNKNOWN: "WARN", NONE: "INFO"}[effect]
    return "ERR" if (effect == NARROWS) is sent else "INFO"


LIMITS = {
    "max": ("maximum", INTEGER, False),
    "min": ("minimum", INTEGER, True),
    "exclusive-max": ("exclusiveMaximum", INTEGER, False),
    "exclusive-min": ("exclusiveMinimum", INTEGER, True),
    "max-length": ("maxLength", STRING, False),
    "min-length": ("minLength", STRING, True),
    "max-items": ("maxItems", {"type": "array"}, False),
    "min-items": ("minItems", {"type": "array"}, True),
    "max-properties": ("maxProperties", {"type": "object"}, False),
    "min-properties": ("minProperties", {"type": "object"}, True),
    "max-contains": ("maxContains", {"type": "array", "contains": STRING}, False),
    "min-contains": ("minContains", {"type": "array", "contains": STRING}, True),
}


def limits() -> Iterator[tuple[str, Schema, Schema, str]]:
    """Limits that come, go, rise and fall."""
    for name, (keyword, plain, lower) in LIMITS.items():
        low, high = {**plain, keyword: 3}, {**plain, keyword: 8}
        yield f"{name}-set", plain, low, NARROWS
        yield f"{name}-unset", low, plain, WIDENS
        yield f"{name}-increased", low, high, NARROWS if lower else WIDENS
        yield f"{name}-decreased", high, low, WIDENS if lower else NARROWS


def enum(*values: Any) -> Schema:
    return {"type": "string", "enum": list(values)}


CAT, DOG = an_object(["meow"], meow=STRING), an_object(["bark"], bark=STRING)
OBJECT: Schema = {"type": "object"}
ARRAY: Schema = {"type": "array"}
TEXT: Schema = {"type": "string"}
LISTS = [
    ("multiple-of-set", INTEGER, {"type": "integer", "multipleOf": 2}, NARROWS),
    ("multiple-of-unset", {"type": "integer", "multipleOf": 2}, INTEGER, WIDENS),
    ("multiple-of-changed", {"multipleOf": 2}, {"multipleOf": 3}, INCOMPARABLE),
    ("multiple-of-generalized", {"multipleOf": 4}, {"multipleOf": 2}, WIDENS),
    ("multiple-of-specialized", {"multipleOf": 2}, {"multipleOf": 4}, NARROWS),
    ("unique-items-set", ARRAY, {**ARRAY, "uniqueItems": True}, NARROWS),
    ("unique-items-unset", {**ARRAY, "uniqueItems": True}, ARRAY, WIDENS),
    ("pattern-added", STRING, {"type": "string", "pattern": "^a"}, NARROWS),
    ("pattern-removed", {"type": "string", "pattern": "^a"}, STRING, WIDENS),
    ("pattern-changed", {"pattern": "^a"}, {"pattern": "^b"}, UNKNOWN),
    ("became-enum", STRING, enum("a"), NARROWS),
    ("enum-value-added", enum("a"), enum("a", "b"), OPEN),
    ("enum-value-removed", enum("a", "b"), enum("a"), NARROWS),
    ("became-nullable", STRING, {"type": ["string", "null"]}, WIDENS),
    ("became-not-nullable", {"type": ["string", "null"]}, STRING, NARROWS),
    ("list-of-types-widened", {"type": ["array", "object"]}, {"type": ["array", "object", "string"]}, WIDENS),
    ("list-of-types-narrowed", {"type": ["array", "object"]}, ARRAY, NARROWS),
    ("type-changed", STRING, OBJECT, INCOMPARABLE),
    ("type-generalized", INTEGER, {"type": "number"}, WIDENS),
    ("type-specialized", {"type": "number"}, INTEGER, NARROWS),
    ("default-value-added", STRING, {"type": "string", "default": "a"}, NONE),
    ("default-value-removed", {"type": "string", "default": "a"}, STRING, NONE),
    ("default-value-changed", {"default": "a"}, {"default": "b"}, NONE),
]
DISCRIMINATED: Schema = {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}}


def mapped(**mapping: str) -> Schema:
    return {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": mapping}}


PATTERNS: list[Schema] = [{"pattern": "^a"}, {"pattern": "b$"}]
STRUCTURES = [
    ("const-added", STRING, {"type": "string", "const": "a"}, NARROWS),
    ("const-removed", {"type": "string", "const": "a"}, STRING, WIDENS),
    ("const-changed", {"const": "a"}, {"const": "b"}, INCOMPARABLE),
    ("one-of-added", {"oneOf": [CAT, STRING]}, {"oneOf": [CAT, STRING, DOG]}, WIDENS),
    ("one-of-removed", {"oneOf": [CAT, STRING, DOG]}, {"oneOf": [CAT, STRING]}, NARROWS),
    ("any-of-added", {"anyOf": [CAT, STRING]}, {"anyOf": [CAT, STRING, DOG]}, WIDENS),
    ("any-of-removed", {"anyOf": [CAT, STRING, DOG]}, {"anyOf": [CAT, STRING]}, NARROWS),
    ("all-of-added", {"allOf": PATTERNS[:1]}, {"allOf": PATTERNS}, NARROWS),
    ("all-of-removed", {"allOf": PATTERNS}, {"allOf": PATTERNS[:1]}, WIDENS),
    ("discriminator-added", {"oneOf": [CAT, DOG]}, DISCRIMINATED, NONE),
    ("discriminator-removed", DISCRIMINATED, {"oneOf": [CAT, DOG]}, NONE),
    ("discriminator-property-name-changed", DISCRIMINATED,
     {**DISCRIMINATED, "discriminator": {"propertyName": "type"}}, NONE),
    ("discriminator-mapping-added", DISCRIMINATED, mapped(cat="Cat"), NONE),
    ("discriminator-mapping-deleted", mapped(cat="Cat"), DISCRIMINATED, NONE),
    ("discriminator-mapping-changed", mapped(cat="Cat"), mapped(cat="Dog"), NONE),
    ("contains-added", ARRAY, {**ARRAY, "contains": STRING}, NARROWS),
    ("contains-removed", {**ARRAY, "contains": STRING}, ARRAY, WIDENS),
    ("dependent-required-added", OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}, NARROWS),
    ("dependent-required-removed", {**OBJECT, "dependentRequired": {"a": ["b"]}}, OBJECT, WIDENS),
    ("dependent-required-changed", {"dependentRequired": {"a": ["b"]}}, {"dependentRequired": {"a": ["c"]}},
     INCOMPARABLE),
    ("dependent-schema-added", OBJECT, {**OBJECT, "dependentSchemas": {"a": CAT}}, NARROWS),
    ("dependent-schema-removed", {**OBJECT, "dependentSchemas": {"a": CAT}}, OBJECT, WIDENS),
    ("pattern-property-added", OBJECT, {**OBJECT, "patternProperties": {"^a": STRING}}, NARROWS),
    ("pattern-property-removed", {**OBJECT, "patternProperties": {"^a": STRING}}, OBJECT, WIDENS),
    ("property-names-added", OBJECT, {**OBJECT, "propertyNames": {"pattern": "a"}}, NARROWS),
    ("property-names-removed", {**OBJECT, "propertyNames": {"pattern": "a"}}, OBJECT, WIDENS),
    ("unevaluated-items-added", ARRAY, {**ARRAY, "unevaluatedItems": STRING}, NARROWS),
    ("unevaluated-items-removed", {**ARRAY, "unevaluatedItems": STRING}, ARRAY, WIDENS),
    ("unevaluated-properties-added", OBJECT, {**OBJECT, "unevaluatedProperties": STRING}, NARROWS),
    ("unevaluated-properties-removed", {**OBJECT, "unevaluatedProperties": STRING}, OBJECT, WIDENS),
    ("content-schema-added", TEXT, {**TEXT, "contentSchema": CAT}, NARROWS),
    ("content-schema-removed", {**TEXT, "contentSchema": CAT}, TEXT, WIDENS),
    ("content-encoding-changed", TEXT, {**TEXT, "contentEncoding": "base64"}, INCOMPARABLE),
    ("content-media-type-changed", TEXT, {**TEXT, "contentMediaType": "text/csv"}, INCOMPARABLE),
    ("if-added", OBJECT, {**OBJECT, "if": CAT}, NARROWS),
    ("if-removed", {**OBJECT, "if": CAT}, OBJECT, WIDENS),
    ("then-added", {"if": CAT}, {"if": CAT, "then": DOG}, NARROWS),
    ("then-removed", {"if": CAT, "then": DOG}, {"if": CAT}, WIDENS),
    ("else-added", {"if": CAT}, {"if": CAT, "else": DOG}, NARROWS),
    ("else-removed", {"if": CAT, "else": DOG}, {"if": CAT}, WIDENS),
    ("prefix-items-added", ARRAY, {**ARRAY, "prefixItems": [STRING]}, GROWS),
    ("prefix-items-removed", {**ARRAY, "prefixItems": [STRING]}, ARRAY, SHRINKS),
]  # fmt: skip


def schema_rules() -> Iterator[Rule]:
    """The rules about one keyword, for each place."""
    families = [(EVERYWHERE, limits()), (EVERYWHERE, LISTS), (CONTENT, STRUCTURES)]
    for places, family in families:
        for name, old, new, effect in family:
            for place in places:
                sent, make = PLACES[place]
                pair = [make(old), make(new)]
                for made in pair:
                    made["components"]["schemas"] = {"Cat": CAT, "Dog": DOG}
                yield Rule(f"{place}-{name}", level(effect, sent), *pair)


def flagged(**flags: bool) -> Schema:
    return {"type": "string", **flags}


def property_rules() -> Iterator[Rule]:
    """The rules about properties that come, go, or travel one way only."""
    none, optional, required = an_object(), an_object(p=STRING), an_object(["p"], p=STRING)
    default = an_object(["p"], p={"type": "string", "default": "a"})
    hidden = an_object(["p"], p=flagged(writeOnly=True)), an_object(p=flagged(writeOnly=True))
    for name, level_, old, new in (
        ("request-property-removed", "WARN", optional, none),
        ("new-required-request-property", "ERR", none, required),
        ("new-required-request-property-with-default", "ERR", none, default),
        ("new-optional-request-property", "INFO", none, optional),
        ("request-property-became-required", "ERR", optional, required),
        ("request-property-became-optional", "INFO", required, optional),
    ):
        yield Rule(name, level_, sending(old), sending(new))
    for name, level_, old, new in (
        ("response-required-property-removed", "ERR", required, none),
        ("response-required-property-added", "INFO", none, required),
        ("response-optional-property-removed", "INFO", optional, none),
        ("response-optional-property-added", "INFO", none, optional),
        ("response-property-became-optional", "ERR", required, optional),
        ("response-property-became-required", "INFO", optional, required),
        ("response-required-write-only-property-removed", "INFO", hidden[0], none),
        ("response-required-write-only-property-added", "INFO", none, hidden[0]),
        ("response-optional-write-only-property-removed", "INFO", hidden[1], none),
        ("response-optional-write-only-property-added", "INFO", none, hidden[1]),
        ("response-write-only-property-became-optional", "INFO", *hidden),
        ("response-write-only-property-became-required", "INFO", *reversed(hidden)),
    ):
        yield Rule(name, level_, receiving(old), receiving(new))
    for direction, make in (("request", sending), ("response", receiving)):
        for key, word in (("readOnly", "read-only"), ("writeOnly", "write-only")):
            for needed, names in (("optional", []), ("required", ["p"])):
                old, new = make(an_object(names, p=STRING)), make(an_object(names, p=flagged(**{key: True})))
                start = f"{direction}-{needed}-property-became"
                yield Rule(f"{start}-{word}", "INFO", old, new)
                level_ = (
                    "WARN" if (direction, needed, key) == ("response", "required", "writeOnly") else "INFO"
                )
                yield Rule(f"{start}-not-{word}", level_, new, old)
        old, new = make(optional), make(an_object(p={"type": "string", "deprecated": True}))
        yield Rule(f"{direction}-property-deprecated", "INFO", old, new)
        yield Rule(f"{direction}-property-reactivated", "INFO", new, old)
    for name, (keyword, plain, lower) in LIMITS.items():
        bounds = [{**plain, keyword: bound, "readOnly": True} for bound in (3, 8)]
        old, new = (sending(an_object(p=schema)) for schema in (bounds if lower else reversed(bounds)))
        yield Rule(f"request-read-only-property-{name}-{'in' if lower else 'de'}creased", "INFO", old, new)
    values = [{**enum(*names), "readOnly": True} for names in ("ab", "a")]
    old, new = (sending(an_object(p=schema)) for schema in values)
    yield Rule("request-read-only-property-enum-value-removed", "INFO", old, new)


def answers(**responses: Any) -> Any:
    return document({"responses": {status.strip("_"): value for status, value in responses.items()}})


def media(*names: str, schema: Schema | None = None) -> Any:
    return {"description": "Done", "content": {name: {"schema": schema or STRING} for name in names}}


def operation(**keys: Any) -> Any:
    return document({"responses": DONE, **keys})


def body(*names: str, required: bool = False, untyped: bool = False) -> Any:
    content = {name: {} if untyped else {"schema": STRING} for name in names or ("application/json",)}
    return operation(requestBody={"required": required, "content": content})


def secured(*requirements: Any, **schemes: Any) -> Any:
    made = operation(security=list(requirements))
    made["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "token": {"type": "http", "scheme": "bearer"},
        **schemes,
    }
    return made


def flow(url: str = "https://a", token: str = "https://t", **scopes: str) -> Any:
    return {
        "type": "oauth2",
        "flows": {"implicit": {"authorizationUrl": url, "tokenUrl": token, "scopes": scopes}},
    }


def operation_rules() -> Iterator[Rule]:
    """The rules about operations and everything in them outside of schemas."""
    two = {**document(), "paths": {**document()["paths"], "/other": {"get": {"responses": DONE}}}}
    old_two = {
        **two,
        "paths": {**document()["paths"], "/other": {"get": {"responses": DONE, "deprecated": True}}},
    }
    hook = document(webhooks={"ended": {"post": {"responses": DONE}}})
    placed = document({"responses": DONE}, path="/things/{id}")
    named = {"name": "id", "in": "path", "required": True, "schema": STRING}
    with_path = document({"parameters": [named], "responses": DONE}, path="/things/{id}")
    shared = [asking() for _ in range(2)]
    for made, needed in zip(shared, (False, True), strict=True):
        made["paths"]["/things"]["parameters"] = [query(required=needed)]
    yield from (
        Rule("endpoint-added", "INFO", document(), two),
        Rule("api-removed-without-deprecation", "ERR", two, document()),
        Rule("api-path-removed-without-deprecation", "ERR", two, document()),
        Rule("api-removed-with-deprecation", "INFO", old_two, document()),
        Rule("api-path-removed-with-deprecation", "INFO", old_two, document()),
        Rule("endpoint-deprecated", "INFO", operation(), operation(deprecated=True)),
        Rule("endpoint-reactivated", "INFO", operation(deprecated=True), operation()),
        Rule("endpoint-deprecated-with-sunset", "INFO", operation(),
             operation(deprecated=True, **{"x-sunset": "2030-01-01"})),
        Rule("api-operation-id-added", "INFO", operation(), operation(operationId="a")),
        Rule("api-operation-id-removed", "INFO", operation(operationId="a"), operation(operationId="b")),
        Rule("api-tag-added", "INFO", operation(tags=["a"]), operation(tags=["a", "b"])),
        Rule("api-tag-removed", "INFO", operation(tags=["a", "b"]), operation(tags=["a"])),
        Rule("webhook-added", "INFO", document(), hook),
        Rule("webhook-removed", "ERR", hook, document()),
        Rule("api-schema-removed", "INFO", document(schemas={"Spare": STRING}), document()),
        Rule("new-required-request-parameter", "ERR", asking(), asking(query(required=True))),
        Rule("new-optional-request-parameter", "INFO", asking(), asking(query())),
        Rule("new-required-request-default-parameter-to-existing-path", "ERR", asking(), shared[1]),
        Rule("new-optional-request-default-parameter-to-existing-path", "INFO", asking(), shared[0]),
        Rule("new-request-path-parameter", "ERR", placed, with_path),
        Rule("new-required-request-header-property", "ERR",
             asking({**query(schema=an_object()), "in": "header"}),
             asking({**query(schema=an_object(["p"], p=STRING)), "in": "header"})),
        Rule("request-header-property-became-required", "ERR",
             asking({**query(schema=an_object(p=STRING)), "in": "header"}),
             asking({**query(schema=an_object(["p"], p=STRING)), "in": "header"})),
        Rule("request-header-property-became-enum", "ERR",
             asking({**query(schema=an_object(p=STRING)), "in": "header"}),
             asking({**query(schema=an_object(p=enum("a"))), "in": "header"})),
        Rule("request-parameter-removed", "WARN", asking(query()), asking()),
        Rule("request-parameter-removed-with-deprecation", "INFO", asking(query(deprecated=True)), asking()),
        Rule("request-parameter-became-required", "ERR", asking(query()), asking(query(required=True))),
        Rule("request-parameter-became-optional", "INFO", asking(query(required=True)), asking(query())),
        Rule("request-parameter-deprecated", "INFO", asking(query()), asking(query(deprecated=True))),
        Rule("request-parameter-reactivated", "INFO", asking(query(deprecated=True)), asking(query())),
        Rule("request-parameter-property-type-changed", "WARN", asking(query(schema=an_object(p=STRING))),
             asking(query(schema=an_object(p=OBJECT)))),
        Rule("request-parameter-property-enum-value-removed", "ERR",
             asking(query(schema=an_object(p=enum("a", "b")))), asking(query(schema=an_object(p=enum("a"))))),
        Rule("request-parameter-property-became-not-nullable", "ERR",
             asking(query(schema=an_object(p={"type": ["string", "null"]}))),
             asking(query(schema=an_object(p=STRING)))),
        Rule("request-body-added-required", "ERR", operation(), body(required=True)),
        Rule("request-body-added-optional", "INFO", operation(), body()),
        Rule("request-body-removed", "ERR", body(), operation()),
        Rule("request-body-became-required", "ERR", body(), body(required=True)),
        Rule("request-body-became-optional", "INFO", body(required=True), body()),
        Rule("request-body-media-type-added", "INFO", body("text/csv"), body("text/csv", "text/html")),
        Rule("request-body-media-type-removed", "ERR", body("text/csv", "text/html"), body("text/csv")),
        Rule("request-body-media-type-schema-added", "ERR", body(untyped=True), body()),
        Rule("request-body-media-type-schema-removed", "INFO", body(), body(untyped=True)),
        Rule("request-body-wrapped-in-one-of-original-preserved", "INFO", sending(CAT),
             sending({"oneOf": [CAT, DOG]})),
        Rule("response-body-wrapped-in-one-of-original-preserved", "ERR", receiving(CAT),
             receiving({"oneOf": [CAT, DOG]})),
        Rule("response-media-type-added", "INFO", answers(_200=media("text/csv")),
             answers(_200=media("text/csv", "text/html"))),
        Rule("response-media-type-removed", "ERR", answers(_200=media("text/csv", "text/html")),
             answers(_200=media("text/csv"))),
        Rule("response-media-type-name-changed", "WARN", answers(_200=media("text/csv;header=absent")),
             answers(_200=media("text/csv;header=present"))),
        Rule("response-media-type-name-specialized", "INFO", answers(_200=media("text/csv")),
             answers(_200=media("text/csv;header=present"))),
        Rule("response-media-type-name-generalized", "ERR", answers(_200=media("text/csv;header=present")),
             answers(_200=media("text/csv"))),
        Rule("response-success-status-added", "INFO", answers(_200=OK), answers(_200=OK, _201=OK)),
        Rule("response-success-status-removed", "ERR", answers(_200=OK, _201=OK), answers(_200=OK)),
        Rule("response-non-success-status-added", "INFO", answers(_200=OK), answers(_200=OK, _404=OK)),
        Rule("response-non-success-status-removed", "INFO", answers(_200=OK, _404=OK), answers(_200=OK)),
        Rule("response-header-added", "INFO", answers(_200=OK), header(STRING)),
        Rule("required-response-header-removed", "ERR", header(STRING, required=True), answers(_200=OK)),
        Rule("optional-response-header-removed", "WARN", header(STRING), answers(_200=OK)),
        Rule("response-header-became-optional", "ERR", header(STRING, required=True), header(STRING)),
        Rule("api-security-added", "INFO", secured({"key": []}), secured({"key": []}, {"token": []})),
        Rule("api-security-removed", "ERR", secured({"key": []}, {"token": []}), secured({"key": []})),
        Rule("api-security-scope-added", "ERR", secured({"key": []}), secured({"key": ["a"]})),
        Rule("api-security-scope-removed", "INFO", secured({"key": ["a"]}), secured({"key": []})),
        Rule("api-security-component-added", "INFO", secured(), secured(more=flow())),
        Rule("api-security-component-removed", "INFO", secured(more=flow()), secured()),
        Rule("api-security-component-type-changed", "INFO", secured(), secured(token=flow())),
        Rule("api-security-component-oauth-url-changed", "INFO", secured(o=flow()), secured(o=flow(url="https://b"))),
        Rule("api-security-component-oauth-token-url-changed", "INFO", secured(o=flow()),
             secured(o=flow(token="https://b"))),
        Rule("api-security-component-oauth-scope-added", "INFO", secured(o=flow()), secured(o=flow(a="A"))),
        Rule("api-security-component-oauth-scope-removed", "INFO", secured(o=flow(a="A")), secured(o=flow())),
        Rule("api-security-component-oauth-scope-changed", "INFO", secured(o=flow(a="A")),
             secured(o=flow(a="B"))),
    )  # fmt: skip


def rules() -> list[Rule]:
    """Every rule that a pair of documents can break."""
    return [*schema_rules(), *property_rules(), *operation_rules()]
