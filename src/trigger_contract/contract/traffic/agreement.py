"""What exchanges of one file say about each other: what was created is read, a list and an item agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trigger_contract.contract.traffic.matching import Match
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.universal import Breach
from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import is_same
from trigger_contract.document.listing import thing_of
from trigger_contract.document.resources import Resource, resources

CREATED = "agreement/created-is-read"
LISTED = "agreement/list-and-item"
GONE = "agreement/removed-is-gone"
_THINGS = 50_000
AGREEMENT_LAWS = (CREATED, LISTED, GONE)


@dataclass
class _Known:
    """What was last seen of one thing.

    Attributes:
        created: What was sent to make it, until something changes it.
        listed: What a list showed, until something changes it.
        read: What an answer showed of it since the list.
        is_removed: Whether its removal was confirmed.
    """

    created: Mapping[str, Any] | None = None
    listed: Mapping[str, Any] | None = None
    read: Mapping[str, Any] | None = None
    is_removed: bool = False


@dataclass
class Agreement:
    """Holds the exchanges of one file against each other, in their order.

    What may change by itself proves nothing: a member counts as broken against a list only where the list
    says the same before and after.

    Args:
        document: The OpenAPI document.
    """

    document: Mapping[str, Any]
    _known: dict[tuple[str, str], _Known] = field(default_factory=dict, repr=False)
    _who: str = field(default="", repr=False)

    def judge(self, match: Match, recorded: Recorded) -> Iterator[Breach]:
        """Yield what an exchange says otherwise than earlier ones, and remember it."""
        found = resources(self.document)
        operation = match.subject.operation
        resource, role = found.of(operation), found.role(operation)
        exchange = recorded.exchange
        if resource is None or resource.identity is None or role is None:
            return
        good = 200 <= exchange.status < 300
        # What one key is shown, another one may be shown otherwise.
        fields = dict(exchange.request.headers)
        self._who = fields.get("authorization", "") + fields.get("cookie", "")
        if role == "list" and good:
            yield from self._list(match, resource, exchange.json)
        elif role == "create" and good:
            self._create(match, resource, recorded)
        elif resource.identity.parameter in match.path:
            known = self._of(resource, match.path[resource.identity.parameter], match)
            if role == "read":
                yield from self._read(match, resource, known, recorded)
            elif operation.method != "get":
                # Whatever it does, and whether it came through: nothing is known for certain after it.
                known.created = known.listed = known.read = None
                known.is_removed = role == "remove" and good and exchange.status != 202
        elif operation.method != "get":
            # It names nothing, so it may have changed everything.
            self._known.clear()

    def _of(self, resource: Resource, identity: object, match: Match) -> _Known:
        if len(self._known) > _THINGS:
            # What is not remembered contradicts nothing.
            self._known.clear()
        above = "/".join(match.path.get(name, "") for name in resource.parents)
        return self._known.setdefault((f"{resource.name} {above} {self._who}", str(identity)), _Known())

    def _thing(self, match: Match, body: Any) -> Mapping[str, Any] | None:
        found = thing_of(self.document, match.subject.operation)
        for name in found[0] if found else ():
            body = body.get(name) if isinstance(body, Mapping) else None
        return body if isinstance(body, Mapping) else None

    def _create(self, match: Match, resource: Resource, recorded: Recorded) -> None:
        made = self._thing(match, recorded.exchange.json)
        assert resource.identity is not None
        if made is None or made.get(resource.identity.field) is None:
            return
        sent = _object(recorded.body)
        members = composition(self.document).properties(resource.schema)
        kept = {
            name: value
            for name, value in sent.items()
            if name in members and not members[name].get("writeOnly") and name != resource.status
        }
        known = self._of(resource, made[resource.identity.field], match)
        known.listed = known.read = None
        known.is_removed, known.created = False, kept

    def _list(self, match: Match, resource: Resource, body: Any) -> Iterator[Breach]:
        assert resource.identity is not None
        for item in match.subject.items_in(body) or ():
            if not isinstance(item, Mapping) or item.get(resource.identity.field) is None:
                continue
            known = self._of(resource, item[resource.identity.field], match)
            if known.listed is not None and known.read is not None:
                for name in known.listed:
                    if name not in item or name not in known.read or name == resource.status:
                        continue
                    before, after, between = known.listed[name], item[name], known.read[name]
                    if is_same(before, after) and not is_same(before, between):
                        yield Breach(
                            LISTED,
                            f"/{name}",
                            f"A list and the item itself say something else of {name}.",
                            after if isinstance(after, str) else str(after),
                            between,
                            match.subject.item_field_pointer(name),
                            "An item is the same in a list and by itself.",
                            "derived",
                        )
            known.listed, known.read = item, None

    def _read(self, match: Match, resource: Resource, known: _Known, recorded: Recorded) -> Iterator[Breach]:
        exchange = recorded.exchange
        if known.is_removed and 200 <= exchange.status < 300:
            yield Breach(
                GONE,
                "",
                "What was removed can still be read.",
                "404",
                f"status {exchange.status}",
                match.subject.pointer,
                "What was removed is not there any more.",
                "derived",
            )
            return
        thing = self._thing(match, exchange.json) if 200 <= exchange.status < 300 else None
        if thing is None:
            return
        for name, value in (known.created or {}).items():
            if name in thing and not _spelled_same(value, thing[name]):
                yield Breach(
                    CREATED,
                    f"/{name}",
                    f"What was created has another {name} when it is read.",
                    str(value),
                    thing[name],
                    match.subject.field_pointer(name),
                    "What was created is what is read.",
                    "derived",
                )
        known.read = thing


def _object(body: bytes | None) -> Mapping[str, Any]:
    try:
        value = json.loads(body or b"")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _spelled_same(sent: Any, read: Any) -> bool:
    """Whether a value is the one that was sent; a server may fill in members and spell a date otherwise."""
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        return all(name in read and _spelled_same(value, read[name]) for name, value in sent.items())
    if isinstance(sent, str) and isinstance(read, str):
        try:
            one, other = datetime.fromisoformat(sent), datetime.fromisoformat(read)
            return (one == other) if (one.tzinfo is None) == (other.tzinfo is None) else True
        except ValueError:
            return sent == read
    return is_same(sent, read)
