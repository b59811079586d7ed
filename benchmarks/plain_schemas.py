"""One level of a schema, for the oracle in ``facts``: every reference followed, every ``allOf`` added up."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

TOLD = {"deprecated", "readOnly", "writeOnly", "default", "xml"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
DEMANDS = {"pattern", "format", "not", "if", "then", "else", "contains", "propertyNames", "uniqueItems"}
Schema = Any


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


class Reader:
    """Reads one document."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def lookup(self, reference: str) -> Any:
        value = self.document
        for step in reference[2:].split("/"):
            key = unquote(step.replace("~1", "/").replace("~0", "~"))
            value = value[int(key)] if isinstance(value, list) else value[key]
        return value

    def resolve(self, value: Any) -> Any:
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            value = self.lookup(value["$ref"])
        return value

    def name(self, schema: Schema) -> str | None:
        return schema.get("$ref") if isinstance(schema, dict) else None

    def plain(self, schema: Schema, trail: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return one level of a schema with references and ``allOf`` added up."""
        made: dict[str, Any] = {
            "types": None,
            "null": None,
            "properties": {},
            "required": set(),
            "unions": [],
            "union": None,
            "tag": None,
        }
        made |= {"items": [], "others": [], "rest": {}, "first": []}
        if not isinstance(schema, dict):
            if schema is False:
                made["rest"]["not"] = "{}"
            return made
        schema = dict(schema)
        parts = [*schema.pop("allOf", [])]
        if isinstance(schema.get("$ref"), str):
            parts = [{"$ref": schema.pop("$ref")}, *parts]
            if str(self.document.get("openapi")).startswith("3.0"):
                # What stands beside a reference does not count there.
                parts, schema = parts[:1], {key: schema[key] for key in schema.keys() & TOLD}
        self._own(made, schema, parts)
        for part in parts:
            reference = self.name(part)
            if reference is None:
                self._add(made, self.plain(part, trail))
            elif reference not in trail:
                self._add(made, self.plain(self.lookup(reference), (*trail, reference)))
        if schema.get("nullable") is True and made["null"] is False:
            made["null"] = True
        return made

    def _own(self, made: dict[str, Any], schema: dict[str, Any], parts: list[Any]) -> None:
        rest = made["rest"]
        if "type" in schema:
            listed = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
            made["null"] = "null" in listed or schema.get("nullable") is True
            made["types"] = listed - ({"null", "integer"} if "number" in listed else {"null"})
        if "enum" in schema or "const" in schema:
            values = schema.get("enum", [schema.get("const")])
            rest["enum"] = {text(value) for value in values if value is not None}
            made["null"] = None in values if made["null"] is None else made["null"]
        for key in ("oneOf", "anyOf"):
            members = [one for one in schema.get(key, []) if not _only_null(one)]
            with_null = key in schema and len(members) < len(schema[key])
            if len(members) == 1:
                parts.append({"allOf": members, "nullable": True} if with_null else members[0])
            elif members and made["types"] is None and all(_names_types(one) for one in members):
                listed = {name for one in members for name in _names_types(one)}
                made["null"] = bool(made["null"]) or with_null
                made["types"] = listed - ({"integer"} if "number" in listed else set())
            elif members:
                made["null"] = made["null"] or with_null if made["types"] is None else made["null"]
                made["unions"], made["union"] = members, key
                made["tag"] = (schema.get("discriminator") or {}).get("propertyName")
        made["first"] = schema.get("prefixItems", [])
        made["properties"] = {name: [one] for name, one in schema.get("properties", {}).items()}
        made["required"] = set(schema["required"]) if isinstance(schema.get("required"), list) else set()
        for key, place in (("items", "items"), ("additionalProperties", "others")):
            if schema.get(key) not in (None, True, {}):
                made[place] = [schema[key]]
        for key in UPPER | LOWER | DEMANDS | TOLD:
            value = schema.get(key)
            idle = key.startswith("min") and key != "minimum" and value == 0
            said = value is not None and value is not False and not idle
            if key in schema if key == "default" else said:
                rest[key] = value if key in UPPER | LOWER else text(value)
        for limit in ("Minimum", "Maximum"):
            if rest.get(f"exclusive{limit}") is True:
                rest[f"exclusive{limit}"] = rest.pop(limit.lower())

    @staticmethod
    def _add(made: dict[str, Any], part: dict[str, Any]) -> None:
        if None in (made["null"], part["null"]):
            made["null"] = part["null"] if made["null"] is None else made["null"]
        else:
            made["null"] = made["null"] and part["null"]
        if None in (made["types"], part["types"]):
            made["types"] = part["types"] if made["types"] is None else made["types"]
        else:
            made["types"] = made["types"] & part["types"]
        for name, schemas in part["properties"].items():
            made["properties"].setdefault(name, []).extend(schemas)
        made["required"] |= part["required"]
        if not made["unions"]:
            made |= {key: part[key] for key in ("unions", "union", "tag")}
        made["items"] += part["items"]
        made["first"] = made["first"] or part["first"]
        made["others"] += part["others"]
        rest = {**part["rest"], **made["rest"]}
        if "enum" in part["rest"] and "enum" in made["rest"]:
            rest["enum"] = part["rest"]["enum"] & made["rest"]["enum"]
        made["rest"] = rest


def _only_null(schema: Schema) -> bool:
    return isinstance(schema, dict) and schema.get("type") in ("null", ["null"])


def _names_types(schema: Schema) -> list[str]:
    """Return the types of a schema that says nothing else."""
    if not isinstance(schema, dict) or set(schema) != {"type"}:
        return []
    return [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
