"""What answers to what writes name: ids of things that other operations read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.life.making import examples
from trigger_contract.contract.session import Session
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import plain
from trigger_contract.document.composition import composition
from trigger_contract.document.operations import response_schema, success_statuses
from trigger_contract.document.resources import Resource, resources
from trigger_contract.document.words import flat

_BEGINNING = re.compile(r"[A-Za-z]{2,}[_-]")


@dataclass(frozen=True, eq=False)
class Named:
    """A member of an answer that is the id of something.

    Attributes:
        member: The member's name.
        reader: The operation that reads what has this id.
        others: Operations that read more of it: what stands below it, its state.
    """

    member: str
    reader: Subject
    others: tuple[Subject, ...]

    @property
    def resource(self) -> Resource | None:
        """What it is one of."""
        return resources(self.reader.document).of(self.reader.operation)


def may_name(subject: Subject) -> bool:
    """Whether an operation belongs to no thing, so that what it starts is known from its answer alone."""
    return subject.operation.method == "post" and resources(subject.document).of(subject.operation) is None


def named_by(session: Session, subject: Subject) -> Iterator[Named]:
    """Yield what the answer of an operation names.

    A member names a thing by the name of the path's parameter, ``batchId`` for ``{batchId}``, or, where it is
    called ``id``, by what the examples of both begin with: ``run_1234``.
    """
    readers = [item for item in session.contract.subjects if len(item.path_parameters) == 1]
    whole = [item for item in readers if item.operation.path.endswith("}")]
    for member, view in _members(subject):
        for reader in whole:
            if _is_of(subject, member, view, reader):
                name = reader.id_parameter["name"]
                others = tuple(
                    item for item in readers if item.id_parameter["name"] == name and item is not reader
                )
                yield Named(member, reader, others)
                break


def _members(subject: Subject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    views = composition(subject.document)
    for status in success_statuses(subject.operation):
        schema = response_schema(subject.document, subject.operation, status)
        if schema is not None:
            yield from views.properties(views.view(schema)).items()
            return


def _is_of(subject: Subject, member: str, view: Mapping[str, Any], reader: Subject) -> bool:
    parameter = reader.id_parameter
    if flat(member) != "id":
        return flat(member) == flat(parameter["name"])
    schema = plain(subject.document, parameter.get("schema"))
    one, other = (
        {_beginning(text) for text in shown}
        for shown in (examples(view), [*examples(schema), *examples(parameter)])
    )
    return len(one) == 1 and one == other and one != {""}


def _beginning(value: Any) -> str:
    found = _BEGINNING.match(value) if isinstance(value, str) else None
    return found[0] if found else ""
