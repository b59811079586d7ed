"""What may stand beside a class in what is sent: a ``TypedDict`` for a model, a ``Literal`` for an enum."""

from __future__ import annotations

from collections.abc import Iterable

from trigger_contract.generate.naming import Names
from trigger_contract.generate.plan import Resource
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import Named, named


def input_names(
    reader: SchemaReader, resources: Iterable[Resource], reserved: Iterable[str]
) -> dict[Named, str]:
    """Name what each class that can be sent may be given as.

    Args:
        reader: What has read the schemas.
        resources: The resources with their methods.
        reserved: Names that mean something else.

    Returns:
        A name for each model and enum that a method sends, at whatever depth.
    """
    models = {model.reference: model for model in reader.models}
    classes = [*models, *(enum.reference for enum in reader.enums)]
    names = Names([*reserved, *(item.name for item in classes)])
    sent: dict[Named, None] = {}
    todo = [
        item
        for resource in resources
        for method in resource.methods
        for type_ in [
            *(argument.type for argument in method.arguments),
            *(form.type for form in (method.body.forms if method.body else ())),
            *(entry.type for entry in (method.body.fields if method.body else ())),
        ]
        for item in named(type_)
    ]
    while todo:
        item = todo.pop()
        if item in sent:
            continue
        sent[item] = None
        if item in models:
            todo.extend(below for entry in models[item].fields for below in named(entry.type))
    return {
        item: names.take(f"{item.name}{'Literal' if item.is_enum else 'Param'}")
        for item in sorted(sent, key=lambda item: item.name)
    }
