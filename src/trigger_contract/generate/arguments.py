"""What a method is given, as data: arguments, and the keywords that make a body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trigger_contract.generate.schemas import Type


@dataclass(frozen=True)
class Argument:
    """One argument of a method.

    Attributes:
        name: In Python.
        wire: On the wire, for example ``filter[createdAt][period]``.
        location: ``path``, ``query``, ``header`` or ``cookie``.
        type: What it takes; for a list the type of the list.
        required: Whether a call must give it.
        separator: What joins the items of a list into one value; None where the name is repeated.
        description: The document's words.
        default: The document's default, which is not sent.
        example: The document's example.
        object_style: ``brackets`` where an object's properties go out as ``name[key]``, ``form`` where
            they go out under their own names, ``pairs`` where keys and values alternate in one list,
            ``json`` where whatever it is goes out as JSON text.
        prefix: What stands before a path's value.
        only: The one value that it can have where it must be sent, which is filled in.
    """

    name: str
    wire: str
    location: str
    type: Type
    required: bool
    separator: str | None
    description: str
    default: Any = None
    example: Any = None
    object_style: str = "form"
    prefix: str = ""
    only: str | int | float | bool | None = None


@dataclass(frozen=True)
class BodyField:
    """One keyword of a method that goes into its body.

    Attributes:
        name: In Python.
        path: Names in the body that lead to it; two where it stands in ``options``.
        type: What it takes.
        required: Whether it must be given where the body is written by keywords.
        description: The document's words.
        spelled: What a text may be written from beside: spans of time such as ``1h``, moments.
        example: The document's example, if it is a short one.
        fixed: Whether it is needed and has one value only, which is filled in.
    """

    name: str
    path: tuple[str, ...]
    type: Type
    required: bool
    description: str
    spelled: tuple[str, ...] = ()
    example: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class BodyForm:
    """One form of what a method sends.

    Attributes:
        kind: ``json``, ``lines``, ``form``, ``multipart``, ``text`` or ``binary``.
        media_type: Its content type.
        type: The schema's type.
        fields: Keywords that it is made of; empty where it has no named properties.
        encodings: Style, explode and content type of properties that go out in a way of their own.
    """

    kind: str
    media_type: str
    type: Type
    fields: tuple[BodyField, ...] = ()
    encodings: tuple[tuple[str, tuple[str, bool, str]], ...] = ()


@dataclass(frozen=True)
class Body:
    """What a method sends.

    Attributes:
        forms: Its forms, the preferred one first.
        required: Whether a call must give it.
        description: The document's words.
    """

    forms: tuple[BodyForm, ...]
    required: bool
    description: str

    @property
    def is_choice(self) -> bool:
        """Whether a call may say which content type it sends."""
        return len(self.forms) > 1 or any("*" in form.media_type for form in self.forms)

    @cached_property
    def fields(self) -> list[BodyField]:
        """The keywords of all forms, required ones first; one that another form lacks is not required."""
        found: dict[str, BodyField] = {}
        for form in self.forms:
            for entry in form.fields:
                found.setdefault(entry.name, entry)
        made = [form for form in self.forms if form.fields]
        return sorted(
            (
                replace(entry, required=all(_requires(form, name) for form in made))
                for name, entry in found.items()
            ),
            key=lambda entry: not entry.required,
        )


def _requires(form: BodyForm, name: str) -> bool:
    return any(entry.name == name and entry.required for entry in form.fields)
