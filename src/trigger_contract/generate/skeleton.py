"""The view of the document that openapi-python-client gets.

Its parser drops ``style``, ``explode`` and extensions, mangles bracketed names, and gives up on, or
writes broken modules for, nested unions and inline objects. So it sees only which modules there are;
our templates take what goes into each from the plan. Every name here is a key into the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trigger_contract.generate.plan import Method, Plan, Resource
from trigger_contract.generate.schemas import Enum, Model


@dataclass
class Skeleton:
    """The view and the way back from its names.

    Attributes:
        document: An OpenAPI document.
        modules: Module name for each class name that the generator derives.
        models: Model for each class name.
        enums: Enum for each class name.
        methods: Method for each path.
        resources: Resource for each tag.
    """

    document: dict[str, Any]
    modules: dict[str, str] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)


def make_skeleton(plan: Plan) -> Skeleton:
    """Make the view of a plan."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    skeleton = Skeleton(
        {
            "openapi": "3.1.0",
            "info": {"title": "Client", "version": "0"},
            "paths": paths,
            "components": {"schemas": schemas},
        }
    )
    for number, model in enumerate(plan.models):
        name = f"Model{number}"
        schemas[name] = {"type": "object", "properties": {"value": {"type": "string"}}}
        skeleton.models[name] = model
        skeleton.modules[name] = model.reference.module
    for number, enum in enumerate(plan.enums):
        name = f"Enum{number}"
        schemas[name] = {"type": "string", "enum": ["value"]}
        skeleton.enums[name] = enum
        skeleton.modules[name] = enum.reference.module
    for resource in plan.resources:
        skeleton.resources[resource.package] = resource
        for method in resource.methods:
            path = f"/{resource.package}/{method.module}"
            paths[path] = {
                "get": {
                    "operationId": method.module,
                    "tags": [resource.package],
                    "responses": {"200": {"description": "OK"}},
                }
            }
            skeleton.methods[path] = method
    return skeleton
