"""Examples of the document stand in the docstrings, where people and editors look."""

from __future__ import annotations

from typing import Any

from .documents import body, document, operation, path, query
from .packages import Build

TEXT = {"type": "string"}


def test_examples_stand_beside_what_they_are_of(client_of: Build) -> None:
    parcel = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {**TEXT, "examples": ["par_77", "par_78"]},
            "weight": {"type": "number", "example": 2.5, "description": "In kilograms"},
            "to": {**TEXT, "description": "A town such as Bremen.", "example": "Bremen"},
            "note": {**TEXT, "example": "x" * 200},
        },
    }
    sent: dict[str, Any] = body(
        {"type": "object", "properties": {"to": TEXT, "labels": {"type": "array", "items": TEXT}}}
    )
    sent["content"]["application/json"]["example"] = {"to": "Kiel", "labels": ["red", "`quoted`"]}
    spec = document(
        {
            "/parcels": {"post": operation("send", "parcels", parcel, requestBody=sent)},
            "/parcels/{id}": {
                "get": operation(
                    "find",
                    "parcels",
                    parcel,
                    parameters=[
                        {**path("id"), "examples": {"one": {"$ref": "#/components/examples/Parcel"}}},
                        query("since", TEXT, description="A day", example="2024-05-01"),
                        query("odd", {**TEXT, "example": 'a""" + print(1)\\'}),
                    ],
                )
            },
        },
        components={"examples": {"Parcel": {"value": "par_79"}}},
    )
    module = client_of(spec)
    find = module.Parcels.find.__doc__
    assert "id: ``id``. For example ``par_79``." in find
    assert "since: A day. For example ``2024-05-01``." in find
    assert "print(1)" in find
    assert "to: ``to`` of the body. For example ``Kiel``." in module.Parcels.send.__doc__
    assert "labels: ``labels`` of the body.\n" in module.Parcels.send.__doc__
    words = " ".join(module.FindResponse.__doc__.split())
    assert "id: For example ``par_77``." in words
    assert "weight: In kilograms. For example ``2.5``." in words
    assert "to: A town such as Bremen." in words
    assert "For example ``Bremen``" not in words
    assert "xxx" not in words
