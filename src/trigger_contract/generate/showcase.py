"""Calls to show in the README, chosen by form from whatever the document has."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trigger_contract.document.quoting import python_literal
from trigger_contract.generate.plan import Client, Method, Plan, Resource
from trigger_contract.generate.schemas import Scalar


@dataclass(frozen=True)
class Example:
    """One call.

    Attributes:
        client: Its client.
        resource: Its resource.
        method: Its method.
    """

    client: Client
    resource: Resource
    method: Method

    @property
    def variable(self) -> str:
        """What the client is called in examples."""
        return self.client.environment.lower()

    @property
    def target(self) -> str:
        """The method on the client."""
        return f"{self.variable}.{self.resource.attribute}.{self.method.name}"

    @property
    def polled(self) -> str:
        """The method that waits."""
        return f"{self.variable}.{self.resource.attribute}.{self.method.poll}"

    def arguments(self) -> str:
        """Values for the required arguments: the document's examples where it has them."""
        parts: list[str] = []
        for argument in self.method.arguments:
            if argument.required:
                value = argument.example if isinstance(argument.example, (str, int)) else f"{argument.name}_1"
                numeric = argument.type in (Scalar("integer"), Scalar("number"))
                shown = spelt(1 if numeric and isinstance(value, str) else value)
                parts.append(shown if argument.location == "path" else f"{argument.name}={shown}")
        return ", ".join(parts)


def spelt(value: str | int) -> str:
    """A value as a literal, in double quotes where it is made of plain letters, as people would write it."""
    plain = isinstance(value, str) and re.fullmatch(r"[\w .:/+-]*", value, re.ASCII)
    return f'"{value}"' if plain else python_literal(value) if isinstance(value, str) else repr(value)


def examples(plan: Plan) -> list[Example]:
    """Every operation that needs no body, best known client first: the one with most operations."""
    clients = sorted(plan.clients, key=lambda client: -sum(len(item.methods) for item in client.resources))
    return [
        Example(client, resource, method)
        for client in clients
        for resource in client.resources
        for method in resource.methods
        if method.verb == "GET" and method.body is None
    ]


def listed(plan: Plan) -> Example | None:
    """A list that goes on."""
    return next((example for example in examples(plan) if example.method.page), None)


def retrieved(plan: Plan) -> Example | None:
    """Something read by its id, if possible one that can be waited for."""
    found = [example for example in examples(plan) if example.method.path_arguments]
    return next((example for example in found if example.method.poll), next(iter(found), None))
