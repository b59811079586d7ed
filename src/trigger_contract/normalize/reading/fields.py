"""The fixed fields of OpenAPI's objects: which there are, in which order they are written, and in which form.

One table for whoever puts right, refuses or arranges what a page says.
Sources: OpenAPI 3.1.0, chapter 4.8, the fixed fields of each object; OpenAPI 3.0.3, Schema Object; JSON
Schema 2020-12, core and validation, with the words of its older drafts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trigger_contract.document.shape import COMPONENT_KINDS, METHODS

# In their order; what stands behind the dots may stand anywhere. A form behind a colon is one of `FORMS`.
_PARAMETER = (
    "$ref name:text in:text description:text required:switch deprecated allowEmptyValue style:text "
    "explode:switch allowReserved schema content example examples ... summary"
)
_TABLE = {
    "document": "openapi info jsonSchemaDialect servers security:mappings tags:mappings externalDocs paths "
    "webhooks components",
    "info": "title:text summary description:text termsOfService contact license version:text",
    "components": "parameters requestBodies responses headers schemas ... " + " ".join(COMPONENT_KINDS),
    "pathItem": f"$ref summary:text description:text {' '.join(METHODS)} ... parameters servers path",
    "operation": "tags:texts summary:text description:text externalDocs operationId:text deprecated:switch "
    "parameters requestBody responses callbacks security:mappings servers ... method type path",
    "parameter": _PARAMETER,
    "header": _PARAMETER.replace("name:text in:text ", ""),
    "requestBody": "$ref description:text required:switch content ... summary",
    "mediaType": "schema example examples encoding",
    "response": "$ref description:text headers content links",
    "server": "... url:text description:text variables:mapping",
    "tag": "... name:text description:text externalDocs",
    "schema": "$ref $schema $id:string $anchor $dynamicRef $dynamicAnchor title:string type format:string "
    "description:string const enum:list allOf anyOf oneOf not if then else discriminator:mapping "
    "required:texts properties patternProperties additionalProperties items prefixItems ... "
    "id $recursiveRef $recursiveAnchor $vocabulary $comment:string $defs definitions dependentSchemas "
    "dependentRequired dependencies additionalItems contains minContains:number maxContains:number "
    "propertyNames unevaluatedItems unevaluatedProperties multipleOf:number maximum:number minimum:number "
    "exclusiveMaximum exclusiveMinimum maxLength:number minLength:number pattern:string maxItems:number "
    "minItems:number uniqueItems:switch maxProperties:number minProperties:number contentEncoding "
    "contentMediaType contentSchema default deprecated:switch readOnly:switch writeOnly:switch "
    "examples:values example nullable xml externalDocs",
}
# Which of the fields a security scheme has hangs on its type.
_SCHEME = "... type:text description:text name:text in:text scheme:text"
SCHEME_FIELDS = {
    "apiKey": {"type", "description", "name", "in"},
    "http": {"type", "description", "scheme", "bearerFormat"},
    "oauth2": {"type", "description", "flows"},
    "openIdConnect": {"type", "description", "openIdConnectUrl"},
    "mutualTLS": {"type", "description"},
}

FIELDS = {
    kind: frozenset(word.partition(":")[0] for word in row.split()) - {"..."} for kind, row in _TABLE.items()
}
"""The names of the fields by the kind of object (see ``shape``), with the marks that generators leave."""

ORDER = {
    kind: {word.partition(":")[0]: rank for rank, word in enumerate(row.partition("...")[0].split())}
    for kind, row in _TABLE.items()
}
"""The place of each field among the others, for those that have one."""

FORMS = {
    kind: dict(word.split(":") for word in row.split() if ":" in word)
    for kind, row in (*_TABLE.items(), ("securityScheme", _SCHEME))
}
"""The form of each field's value, where OpenAPI does not build it of objects."""

MEANING = {
    "text": "a text",
    "string": "a text in quotes",
    "number": "a number",
    "switch": "true or false",
    "texts": "a list of texts",
    "list": "a list",
    "values": "a list or a mapping",
    "mapping": "a mapping",
    "mappings": "a list of mappings",
}
"""What each form is called."""


def _is_list_of(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(kind, value))


def _is_text(value: Any) -> bool:
    return not isinstance(value, (dict, list))


FITS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "switch": lambda value: isinstance(value, bool),
    "texts": _is_list_of(_is_text),
    "list": lambda value: isinstance(value, list),
    "values": lambda value: isinstance(value, (list, dict)),
    "mapping": lambda value: isinstance(value, dict),
    "mappings": _is_list_of(lambda item: isinstance(item, dict)),
}
"""Tells of each form whether a value has it."""
