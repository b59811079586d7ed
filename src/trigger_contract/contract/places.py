"""Where on the server an operation is asked: a value that is known for each parameter of its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from unittest import SkipTest

from trigger_contract.contract.ids import unknown_value
from trigger_contract.contract.subjects import Relation, Subject
from trigger_contract.contract.values import plain, some_scalar

if TYPE_CHECKING:
    from trigger_contract.contract.session import Session

_PARENTS = 5
_GIVEN = ("default", "example", "examples", "enum")


class NothingKnown(SkipTest):
    """An operation cannot be asked for something that is there: no list names an id for it."""


class Places:
    """Finds values for the parameters of a path: ids of listed things, else what the document gives.

    A list that stands below another thing is read below one thing only, the first that has something in it.

    Args:
        session: The run.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def complete(self, subject: Subject, given: Mapping[str, str]) -> Mapping[str, str]:
        """Return a value for each parameter of an operation's path.

        Args:
            subject: The operation.
            given: Values that are chosen already. What is missing becomes the value of something that is
                there, or, where nothing is known, of something that is not.
        """
        missing = [item for item in subject.path_parameters if item["name"] not in given]
        if not missing:
            return given
        known = self.known(subject) or self._outer(subject) or {}
        found = {
            item["name"]: known.get(item["name"]) or unknown_value(subject.document, item) for item in missing
        }
        return {**found, **given}

    def known(self, subject: Subject) -> Mapping[str, str] | None:
        """Return values with which an operation is asked for what is there; None if none are known."""
        if not subject.path_parameters:
            return {}
        if subject.is_list:
            return self.home(subject)
        relation = self._session.contract.relation_to(subject)
        if relation is None:
            return self._documented(subject)
        outer = self.home(relation.source)
        if outer is None:
            return None
        identity = next(iter(self._session.snapshot(relation.source).by_id), None)
        return None if identity is None else {**outer, relation.parameter: identity}

    def home(self, subject: Subject) -> Mapping[str, str] | None:
        """Return below which thing a list is read: empty where below none, None if none is known."""
        if not subject.path_parameters:
            return {}
        return self._session.once(("home", subject.name), lambda: self._find_home(subject))

    def _find_home(self, subject: Subject) -> Mapping[str, str] | None:
        relation = self._session.contract.relation_to(subject)
        # Only a list that stands less deep is asked for ids, so the search ends whatever links say.
        is_above = relation is not None and len(relation.source.path_parameters) < len(
            subject.path_parameters
        )
        if relation is None or not is_above or self.home(relation.source) is None:
            return self._documented(subject)
        best: Mapping[str, str] | None = None
        for path in self._candidates(subject, relation):
            exchange = self._session.ask(
                subject,
                path=path,
                values=self._session.required_values(subject),
                purpose="find a thing that has something in it",
                lenient=True,
            )
            if 200 <= exchange.status < 300:
                best = best or path
                if subject.items_in(exchange.json):
                    return path
        return best

    def _candidates(self, subject: Subject, relation: Relation) -> list[Mapping[str, str]]:
        # A list of things need not say all that stands in the paths below them.
        unknown = {item["name"]: unknown_value(subject.document, item) for item in subject.path_parameters}
        outer = {**unknown, **(self._documented(subject) or {}), **(self.home(relation.source) or {})}
        ids = list(self._session.snapshot(relation.source).by_id)[:_PARENTS]
        return [{**outer, relation.parameter: identity} for identity in ids]

    def _outer(self, subject: Subject) -> Mapping[str, str] | None:
        relation = self._session.contract.relation_to(subject)
        return self.home(relation.source) if relation is not None else None

    def _documented(self, subject: Subject) -> Mapping[str, str] | None:
        """Return the values that the document itself gives, if the server knows them."""
        found = {}
        for item in subject.path_parameters:
            schema = dict(plain(subject.document, item.get("schema")))
            schema.setdefault("example", item.get("example"))
            given = {
                key: schema[key] for key in ("default", "example", "examples", "enum") if schema.get(key)
            }
            value = some_scalar(given) if given else None
            if not value:
                return None
            found[item["name"]] = value
        return (
            found
            if self._session.once(("found", subject.name), lambda: self._is_there(subject, found))
            else None
        )

    def _is_there(self, subject: Subject, path: Mapping[str, str]) -> bool:
        exchange = self._session.ask(
            subject,
            path=path,
            values=self._session.required_values(subject),
            purpose="ask for the thing of the document's example",
            lenient=True,
        )
        return 200 <= exchange.status < 300
