from __future__ import annotations

import pytest

from trigger_contract.document.yaml import load
from trigger_contract.normalize import Page, normalize
from trigger_contract.normalize.naming import derive_operation_id, singular, status_phrase


@pytest.mark.parametrize(
    ("title", "path", "name"),
    [
        ("Retrieve run", "/api/v3/runs/{runId}", "retrieve_run_v3"),
        ("List all API keys", "/v1/keys", "list_all_api_keys_v1"),
        ("Get cat", "/cats/{id}", "get_cat"),
        ("", "/api/v1/runs/{runId}", "get_api_v1_runs_run_id"),
        ("Taken", "/x", "get_x"),
    ],
)
def test_an_operation_is_named_by_its_title_and_version(title, path, name):
    assert derive_operation_id(title, "get", path, {"taken"}) == name


def test_words():
    assert [singular(word) for word in ("runs", "entries", "boxes", "status", "series", "address")] == [
        *("run", "entry", "box", "status", "series", "address"),
    ]
    assert status_phrase("404") == "NotFound"
    assert status_phrase("4XX") == "ClientError"


def test_names_are_those_that_a_person_would_choose():
    text = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /v1/orders:
    post:
      operationId: createOrder
      parameters: [{name: sort, in: query, schema: {type: string, enum: [asc, desc]}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        lines: {type: array, items: {type: object, properties: {sku: {type: string}}}},
        billingAddress: &address {type: object, properties: {street: {type: string}, city: {type: string}}},
        shippingAddress: *address}}}}}
      responses:
        '201': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': &error {description: D, content: {application/json: {schema: {type: object, properties: {
          message: {type: string}, code: {type: string, enum: [a, b]}}}}}}
  /v1/orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': *error
components:
  schemas:
    Order: {type: object, properties: {status: &status {type: string, enum: [open, closed]}}}
    OrderEvent: {type: object, properties: {status: *status}}
"""
    schemas = normalize([Page("t.yaml", text)]).document["components"]["schemas"]
    assert set(schemas) == {
        *("Order", "OrderEvent", "OrderStatus", "Address", "CreateOrderRequest", "CreateOrderRequestLine"),
        *("CreateOrderSort", "OrderNotFoundResponse", "OrderNotFoundResponseCode"),
    }
    assert load(text, "t.yaml")["components"]["schemas"].keys() <= schemas.keys()
