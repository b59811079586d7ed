"""What is used of the validators' insides, in one place.

Where one of these tests fails after an update of a library, look in ``document/specification.py`` for what
the name is used for, and either follow the library to the new name or go back to the version before it in
``pyproject.toml`` and ``requirements.lock``. The public ways were looked for and are missing: the registry
of OpenAPI's meta-schemas, a bound on what is followed, the place of a fault.
"""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema.validators import extend
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator.validation import keywords

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
# What the names that are imported are called where they are published.
PUBLISHED = {"jsonschema": "jsonschema", "jsonschema_path": "jsonschema-path"}
PUBLISHED |= {"openapi_schema_validator": "openapi-schema-validator"}
PUBLISHED |= {"openapi_spec_validator": "openapi-spec-validator"}


def test_the_registry_of_meta_schemas_is_where_it_was():
    found = importlib.import_module("openapi_schema_validator._specifications").REGISTRY
    assert found.contents("https://spec.openapis.org/oas/3.1/meta/base")["$dynamicAnchor"] == "meta"


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (keywords.SchemaValidator, "_collect_properties", ["self", "schema"]),
        (keywords.SchemaValidator, "_validate_schema_meta", ["self", "schema", "schema_value"]),
        (keywords.SchemaValidator, "_get_schema_dialect_id", ["self", "schema", "schema_value"]),
        (keywords.OperationValidator, "_get_path_params_from_url", ["self", "url"]),
    ],
)
def test_a_method_that_is_replaced_or_called_takes_what_it_took(owner, name, parameters):
    found = next(
        vars(one)[name]
        for start in [owner, keywords.OpenAPIV31SchemaValidator]
        for one in inspect.getmro(start)
        if name in vars(one)
    )
    assert list(inspect.signature(found).parameters) == parameters


def test_the_lists_that_are_made_sets_are_still_there():
    source = inspect.getsource(keywords)
    for name in ("visited_schema_ids", "meta_checked_schema_ids", "operation_ids_registry"):
        assert f"self.{name}" in source, name


def test_a_validator_still_takes_a_resolver_of_its_own():
    assert "_resolver" in inspect.signature(extend(OAS31Validator, {})).parameters


def test_every_library_of_the_validators_is_declared_where_one_of_them_is():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for name, needed in extras.items():
        declared = {re.split(r"[<>=;\[ ]", one)[0] for one in needed}
        if "openapi-spec-validator" in declared:
            assert set(PUBLISHED.values()) <= declared, name


def test_nowhere_else_is_a_private_module_of_a_library_imported():
    private = re.compile(
        r"^\s*(?:from|import) (?!trigger_contract)[a-z]\w*(?:\.\w+)*\._(?!_)\w+", re.MULTILINE
    )
    found = {path.name for path in SOURCES if private.search(path.read_text())}
    assert found == {"specification.py"}
