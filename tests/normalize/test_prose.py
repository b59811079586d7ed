"""A text that contradicts what stands beside it on its own page is noted with both lines."""

from __future__ import annotations

import pytest

from trigger_contract.normalize import Page, normalize

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /things:\n    post:\n"
FINE = "      responses: {'200': {description: Fine}}\n"


def noted(operation: str) -> list[tuple[str, str, tuple[str, ...]]]:
    result = normalize([Page("things.yaml", HEAD + operation)])
    for entry in result.noticed:
        assert all(claim.source == "things.yaml" and claim.line for claim in entry.claims)
    return [
        (entry.kind, entry.chosen, tuple(claim.says for claim in entry.claims)) for entry in result.noticed
    ]


def parameter(text: str) -> str:
    return f"      parameters:\n      - {{name: n, in: query, {text}}}\n{FINE}"


def body(schema: str, description: str = "Makes a thing") -> str:
    return (
        f"      description: {description}\n"
        f"      requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}\n{FINE}"
    )


@pytest.mark.parametrize(
    ("operation", "kind", "chosen"),
    [
        (parameter("description: Maximum of 10 tags., schema: {type: array, maxItems: 5}"), "limit", "5"),
        (
            parameter("description: Between 1 and 100., schema: {type: integer}"),
            "limit in prose only",
            "prose",
        ),
        (parameter("description: 'One of `a`, `b` or `c`.', schema: {enum: [a, b]}"), "enum", '["a", "b"]'),
        (
            parameter("description: 'Comma-separated, as in `n=a,b`.', schema: {type: array}"),
            "explode",
            "explode: true",
        ),
        (
            parameter(
                "description: 'Repeat the parameter: `?n=a&n=b`.', explode: false, schema: {type: array}"
            ),
            "explode",
            "explode: false",
        ),
        (
            parameter("description: Can be repeated., style: pipeDelimited, schema: {type: array}"),
            "style",
            "style: pipeDelimited",
        ),
        (parameter("description: Pipe-delimited., schema: {type: array}"), "style", "style: form"),
        (parameter("description: Space-separated., schema: {type: [array, 'null']}"), "style", "style: form"),
        (
            parameter("description: 'As `filter[a]=1`.', schema: {type: object, properties: {a: {}}}"),
            "style",
            "style: form",
        ),
        (parameter("description: 'As `/x?n[a]=1`.', schema: {type: object}"), "style", "style: form"),
        (parameter("description: 'As `n[]=1&n[]=2`.', schema: {type: array}"), "style", "style: form"),
        (parameter("description: Required. The n., schema: {type: string}"), "required", "not required"),
        (
            parameter("required: true, description: Optional. The n., schema: {type: string}"),
            "required",
            "required",
        ),
        (parameter("schema: {type: integer, minimum: 10, maximum: 5}"), "limit", "both, as published"),
        (
            parameter("description: 'Allowed values: `a`, `b`.', schema: {type: string}"),
            "enum in prose only",
            "prose",
        ),
        (
            parameter("description: 'The kind, `SOFT` or `HARD`.', schema: {type: string}"),
            "enum in prose only",
            "prose",
        ),
        (parameter('description: "How.\\n- `a`: x\\n- `b`: y", schema: {enum: [a, b, c]}'), "enum", '"c"'),
        (
            parameter("description: Less than 10 characters., schema: {type: string, maxLength: 10}"),
            "limit",
            "maxLength: 10",
        ),
        (
            parameter("description: Newest (up to five)., schema: {type: array, items: {type: string}}"),
            "limit in prose only",
            "prose",
        ),
        (
            parameter("description: Defaults to false., schema: {type: boolean, default: true}"),
            "default",
            "default: True",
        ),
        (
            parameter("description: 'Either a (default) or b.', schema: {enum: [a, b], type: string}"),
            "default in prose only",
            "prose",
        ),
        (
            parameter("description: Made after this date (ISO 8601)., schema: {type: string}"),
            "format in prose only",
            "prose",
        ),
        (
            parameter("description: 'In the format of `1d`, `6h`.', example: 1hr, schema: {type: string}"),
            "example",
            "1hr",
        ),
        (
            body("{properties: {excludeOld: {type: boolean, description: Whether to include the old.}}}"),
            "text",
            "excludeOld",
        ),
        (
            body("{properties: {tags: {type: array, uniqueItems: true}}}", "Duplicate tags are ignored."),
            "uniqueItems",
            "uniqueItems: true",
        ),
        (
            body("{properties: {at: {oneOf: [{type: string}, {type: string, format: date-time}]}}}"),
            "oneOf",
            "oneOf",
        ),
        (
            body("{properties: {tags: {type: array, maxItems: 5}}}", "Takes a maximum of 10 tags."),
            "limit",
            "maxItems: 5",
        ),
        (body("{required: [a], properties: {a: {}}, example: {b: 1}}"), "example", "required a"),
        (
            parameter("description: Defaults to `25`., schema: {type: integer, default: 20}"),
            "default",
            "default: 20",
        ),
        (
            parameter("description: A value from 1 to 10., schema: {type: integer, minimum: 0, maximum: 10}"),
            "limit",
            "minimum: 0",
        ),
        (
            parameter("description: 0-3600, schema: {type: integer, minimum: 0, maximum: 60}"),
            "limit",
            "maximum: 60",
        ),
        (
            parameter(
                "description: In the range 0-60 seconds., schema: {minimum: 1, maximum: 60, type: integer}"
            ),
            "limit",
            "minimum: 1",
        ),
        (parameter("description: Limited to 20 items., schema: {type: array, maxItems: 9}"), "limit", "9"),
        (
            parameter("description: 1-9 characters, schema: {type: string, minLength: 2, maxLength: 9}"),
            "limit",
            "minLength: 2",
        ),
        (parameter("description: At most 9., schema: {type: integer, maximum: 5}"), "limit", "maximum: 5"),
        (parameter("description: Must be >= 9, schema: {type: integer, minimum: 5}"), "limit", "minimum: 5"),
        (parameter("description: Cannot exceed 9 items., schema: {type: array, maxItems: 5}"), "limit", "5"),
        (
            parameter("description: At least 2 items., schema: {type: array, minItems: 1}"),
            "limit",
            "minItems: 1",
        ),
        (
            parameter(
                "description: 'Must not exceed 1,000 characters.', schema: {type: string, maxLength: 500}"
            ),
            "limit",
            "maxLength: 500",
        ),
        (
            parameter(
                "description: Between 2 and 4 entries., schema: {type: array, minItems: 2, maxItems: 9}"
            ),
            "limit",
            "maxItems: 9",
        ),
        (
            parameter("description: Must be greater than 0., schema: {type: integer, minimum: -5}"),
            "limit",
            "minimum: -5",
        ),
        (
            parameter("description: Must be at most 5., schema: {type: number, exclusiveMaximum: 5}"),
            "limit",
            "exclusiveMaximum: 5",
        ),
        (
            parameter("description: Must be less than 9., schema: {type: number}"),
            "limit in prose only",
            "prose",
        ),
        (body("{properties: {a: {description: 'Required: the a.'}}}"), "required", "not required"),
    ],
)
def test_a_text_against_its_keyword_is_noted(operation, kind, chosen):
    found = noted(operation)
    assert {entry[0] for entry in found} == {kind}
    assert chosen in found[0][1]


@pytest.mark.parametrize(
    "operation",
    [
        parameter("description: Maximum of 10 tags., schema: {type: array, maxItems: 10}"),
        parameter("description: Between 1 and 100., schema: {type: integer, minimum: 1, maximum: 100}"),
        parameter("description: 'One of `a` or `b`.', schema: {enum: [b, a]}"),
        parameter("description: Comma-separated., explode: false, schema: {type: array}"),
        parameter("description: Comma-separated., schema: {type: string}"),
        parameter("description: 'Comma-separated, or `n=a&n=b`.', schema: {type: array}"),
        parameter("description: 'Repeat the parameter: `n=a&n=b`.', schema: {type: array}"),
        parameter("description: Do not repeat the parameter., explode: false, schema: {type: array}"),
        parameter("description: Pipe-delimited., style: pipeDelimited, schema: {type: array}"),
        parameter("description: 'One of `n=a|b`.', schema: {type: array}"),
        parameter("description: '`n=1,2` or `n[]=1`.', schema: {oneOf: [{type: string}, {type: array}]}"),
        parameter("description: 'As `filter[b]=1`.', schema: {type: object, properties: {a: {}}}"),
        parameter("description: 'As `n[a]=1`.', style: deepObject, schema: {type: object}"),
        parameter("description: Can be repeated., schema: {type: string}, explode: false"),
        parameter("description: Required. The n., required: true, schema: {type: string}"),
        parameter("description: Optional. The n., schema: {type: string}"),
        parameter("description: Optionally the required n., schema: {type: string}"),
        parameter("description: Maximum of 10 seconds, schema: {type: array, maxItems: 5}"),
        parameter("schema: {type: integer, minimum: 5, maximum: 5}"),
        parameter("description: Must be greater than 0., schema: {type: integer, minimum: 1}"),
        parameter("description: Must be less than 9., schema: {type: number, exclusiveMaximum: 9}"),
        parameter("description: 'Must be less than 1,000 bytes.', schema: {type: integer, maximum: 5}"),
        parameter("description: Must be greater than 0 if set., schema: {type: integer, minimum: -5}"),
        parameter("description: 'From 1 to 60 minutes, in seconds.', schema: {type: integer, maximum: 9}"),
        parameter("description: 'Between 1 and 5 minutes, in seconds.', schema: {type: integer, maximum: 9}"),
        parameter("description: Between -90 and 90., schema: {type: number, minimum: -90, maximum: 90}"),
        parameter("description: Counted since 2024-01., schema: {type: integer, maximum: 5}"),
        parameter("description: It takes 5-10 seconds., schema: {type: integer, maximum: 5}"),
        parameter("description: 'As of version range 1-2-3.', schema: {type: integer, maximum: 5}"),
        body("{properties: {tags: {type: array, maxItems: 10}}}", "Takes a maximum of 10 tags."),
        body("{required: [a], properties: {a: {readOnly: true}}, example: {}}"),
        body("{required: [a], properties: {a: {description: 'Required: the a.'}}}"),
    ],
)
def test_a_text_that_says_the_same_is_no_news(operation):
    assert noted(operation) == []


def responses(**bodies: tuple[str, str]) -> str:
    lines = ["      responses:"]
    for status, (description, text) in bodies.items():
        schema = f"{{type: object, properties: {{error: {{type: string, enum: ['{text}']}}}}}}"
        lines.append(
            f"        '{status[1:]}': {{description: {description}, "
            f"content: {{application/json: {{schema: {schema}}}}}}}"
        )
    return "\n".join(lines) + "\n"


def test_an_error_text_against_the_text_of_its_response_is_noted():
    ((kind, _, says),) = noted(responses(_404=("Run not found", "Task not found")))
    assert kind == "error text"
    assert says == ("404 error is 'Task not found'", 'the text: "Run not found"')
    assert noted(responses(_404=("Resource not found", "Task not found"))) == []
    assert noted(responses(_404=("Task not found", "Task not found"))) == []


def test_one_error_text_in_two_spellings_is_noted_whatever_the_status():
    both = responses(_401=("No", "Invalid or Missing API key"), _403=("No", "Invalid or Missing API Key"))
    ((kind, _, says),) = noted(both)
    assert kind == "error text"
    assert [claim.partition(" ")[0] for claim in says] == ["POST", "POST"]


@pytest.mark.parametrize(
    "rest",
    [
        "      security: [{key: []}]\n",
        "      callbacks: {c: {'{$url}': {post: {security: [{key: []}], "
        "responses: {'200': {description: Ok}}}}}}\n",
    ],
)
def test_security_of_a_scheme_that_is_defined_nowhere_is_noted_and_kept(rest):
    result = normalize([Page("things.yaml", HEAD + rest + FINE)])
    (entry,) = result.contradictions
    assert (entry.kind, entry.claims[0].line) == ("security", 6)
    assert entry.claims[0].says == "security: key"
    assert result.document["components"]["securitySchemes"]["key"]["type"] == "http"


@pytest.mark.parametrize("target", ["Nowhere", "other.yaml#/A", "#/components/schemas/No"])
def test_a_value_that_a_discriminator_maps_to_nothing_is_noted_and_left_out(target):
    discriminator = f"{{propertyName: a, mapping: {{x: '{target}', y: Y}}}}"
    one_of = "[{$ref: '#/components/schemas/Y'}]"
    schema = f"{{oneOf: {one_of}, discriminator: {discriminator}}}"
    text = (
        HEAD
        + body(schema)
        + "components: {schemas: {Y: {type: object, required: [a], properties: {a: {}}}}}\n"
    )
    result = normalize([Page("things.yaml", text)])
    (entry,) = result.contradictions
    assert entry.claims[0].says == f"the mapping: x is {target}"
    content = result.document["paths"]["/things"]["post"]["requestBody"]["content"]
    assert list(content["application/json"]["schema"]["discriminator"]["mapping"]) == ["y"]


RANGE = "properties: {from: {type: string, description: %s}, to: {type: string}}"
KEYS = """      security: [{key: []}]
      responses: {'401': {description: Access token is %s}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key, description: %s}}
"""
SENT = """      parameters: [{name: X-Job, in: header, schema: {type: string}}]
      security: %s
      description: %s
      responses: {'401': {description: %s}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
"""
LIMITS = "{a: {properties: {%s: {maximum: %d}}}, b: {properties: {%s: {maximum: %d}}}}"
ROWS = """      description: Lists rows. %s
      responses:
        '200':
          description: Fine
          content:
            application/json: {schema: {properties: {data: {type: array, items: {properties: {big: {}}}}}}}
"""


@pytest.mark.parametrize(
    ("operation", "kinds"),
    [
        (body("{" + RANGE % "Must be used with 'to'." + "}"), ["dependency in prose only"]),
        (body("{" + RANGE % "Cannot be combined with `to`." + "}"), ["dependency in prose only"]),
        (body("{" + RANGE % "Must be used with care." + "}"), []),
        (body("{dependentRequired: {from: [to]}, " + RANGE % "Must be used with 'to'." + "}"), []),
        (parameter("description: Must be used with `n`., schema: {}"), []),
        (ROWS % "Rows omit `big`.", ["property"]),
        (ROWS % "Rows omit `big` if it is empty.", []),
        (ROWS % "Rows omit `small`.", []),
        (body("{type: object, description: Any JSON-serializable value.}"), ["type"]),
        (body("{type: object, description: Any JSON object.}"), []),
        (
            body(
                "{properties: {a: {properties: {p: {type: object}}},"
                " b: {properties: {p: {description: Can be any valid JSON}}}}}"
            ),
            ["type"],
        ),
        (KEYS % ("missing", "Your API key."), ["security"]),
        (KEYS % ("missing", "An access token or API key."), []),
        (KEYS % ("not an API key", "Sent by us."), []),
        (SENT % ("[]", "Requires a Bearer token in the Authorization header.", "Refused"), ["security"]),
        (SENT % ("[]", "Makes a thing", "Invalid or missing API key"), ["security"]),
        (SENT % ("[]", "Send your API key in the `X-Key` header.", "Refused"), ["security"]),
        (SENT % ("[]", "Send the API key in the `X-Key` header of later calls.", "Refused"), []),
        (SENT % ("[]", "Requires an API key if the thing is private.", "Wrong password"), []),
        (SENT % ("[]", "Does not require an API key. Requires a name.", "Refused"), []),
        (SENT % ("[]", "Returns a token. No authentication is required.", "Refused"), []),
        (SENT % ("[]", "Requires an access token in the request body.", "Refused"), []),
        (SENT % ("[key: []]", "Use your API key in the `X-Other` header.", "Refused"), ["security"]),
        (SENT % ("[key: []]", "Send the API key as a `k` query parameter.", "Refused"), ["security"]),
        (SENT % ("[key: []]", "Use your API key in the `x-key` header.", "Refused"), []),
        (SENT % ("[key: []]", "Send an API key in the `X-A` or `X-Key` header.", "Refused"), []),
        (SENT % ("[key: []]", "Returns an access token for use in the `X-Token` header.", "Refused"), []),
        (SENT % ("[key: []]", "Send a request key in the `Idempotency-Key` header.", "Refused"), []),
        (SENT % ("[key: []]", "Send the secret key in the `X-Job` header.", "Refused"), []),
        (KEYS % ("missing", "The API key in the Authorization header."), ["security", "security"]),
        (parameter("schema: {type: string, nullable: true}"), ["old form"]),
        (body("{properties: " + LIMITS % (("retryLimit", 5, "retryLimit", 9)) + "}"), ["limit"]),
        (body("{properties: " + LIMITS % (("retryLimit", 5, "retryLimit", 5)) + "}"), []),
        (body("{properties: " + LIMITS % (("pageSize", 5, "pageSize", 9)) + "}"), []),
        (body("{properties: " + LIMITS % (("age", 5, "age", 9)) + "}"), []),
    ],
)
def test_what_no_single_keyword_can_contradict_is_noted_as_well(operation, kinds):
    assert [kind for kind, _, _ in noted(operation)] == kinds


@pytest.mark.parametrize(
    ("said", "schema", "kept"),
    [
        ("Starts with `a_`.", "type: string, pattern: '^a_[0-9]+$'", ""),
        ("Starts with `a_`.", "type: string, pattern: '^b_'", "pattern: ^b_"),
        ("Min. 1", "type: integer, exclusiveMinimum: 0", ""),
        ("Min. 1", "type: integer, exclusiveMinimum: 1", "exclusiveMinimum: 1"),
        ("Min. 1", "type: number, exclusiveMinimum: 0", "exclusiveMinimum: 0"),
        ("Max. 9", "type: integer, exclusiveMaximum: 10", ""),
        ("Max. 9", "type: integer, exclusiveMaximum: 8", "exclusiveMaximum: 8"),
        ("Must be > 3", "type: integer, minimum: 4", ""),
        ("Must be < 10", "type: integer, maximum: 9", ""),
        ("Must be < 10", "type: integer, maximum: 11", "maximum: 11"),
        ("Must be ≤ 5", "type: integer, maximum: 6", "maximum: 6"),
        ("Must be ≥ 5", "type: integer, minimum: 6", "minimum: 6"),
        ("Up to 5 characters", "anyOf: [{type: integer}, {type: string, maxLength: 9}]", "maxLength: 9"),
        ("Up to 5 characters", "type: array, items: {type: string, maxLength: 9}", "maxLength: 9"),
        ("Up to 5 items", "anyOf: [{type: string}, {type: array, maxItems: 9}]", "maxItems: 9"),
        ("Up to 5 items", "type: array, items: {type: string, description: Up to 3 items}", "stays in prose"),
        ("Defaults to 1", "type: integer, default: 2", "default: 2"),
        ("An ISO 8601 date", "type: string, format: date", ""),
        ("An ISO 8601 date", "type: string, format: uuid", "format: uuid"),
        *(("Many", f"min{what}: 3, max{what}: 2", "both") for what in ("Length", "Items", "Properties")),
        ("Many", "minLength: 3, maxLength: 3", ""),
    ],
)
def test_a_limit_in_a_text_is_held_against_the_part_that_it_is_about(said, schema, kept):
    found = noted(parameter(f"description: '{said}', schema: {{{schema}}}"))
    assert bool(found) == bool(kept)
    assert all(kept in entry[1] for entry in found)
