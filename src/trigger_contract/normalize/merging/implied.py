"""Values that say what their absence says, so that writing one out contradicts nobody.

Sources: OpenAPI 3.1, Parameter, Header and Request Body Object; JSON Schema 2020-12 validation, chapter 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OFF = {"required": False, "deprecated": False, "allowEmptyValue": False, "allowReserved": False}
_IMPLIED: dict[str, dict[str, Any]] = {
    "parameter": _OFF,
    "header": {**_OFF, "style": "simple", "explode": False},
    "requestBody": {"required": False},
    "operation": {"deprecated": False},
    "schema": {
        "uniqueItems": False,
        "minLength": 0,
        "minItems": 0,
        "minProperties": 0,
        "additionalProperties": True,
        "unevaluatedProperties": True,
        "required": [],
        "properties": {},
        "deprecated": False,
        "readOnly": False,
        "writeOnly": False,
    },
}
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def is_implied(kind: str, node: Mapping[str, Any], key: str) -> bool:
    """Whether the value of a key means the same as leaving the key out.

    Args:
        kind: What the object is (see ``shape``).
        node: The object; it has the key.
        key: The key.
    """
    value, implied = node[key], implied_value(kind, node, key)
    return implied is not None and type(value) is type(implied) and bool(value == implied)


def implied_value(kind: str, node: Mapping[str, Any], key: str) -> Any:
    """Return the value that leaving a key out stands for; None where it stands for nothing.

    Args:
        kind: What the object is (see ``shape``).
        node: The object, with or without the key.
        key: The key.
    """
    if kind == "parameter" and key == "style":
        return _STYLES.get(str(node.get("in")))
    if kind == "parameter" and key == "explode":
        return node.get("style", _STYLES.get(str(node.get("in")))) == "form"
    return _IMPLIED.get(kind, {}).get(key)
