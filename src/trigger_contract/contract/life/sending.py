"""Sends requests that write, and enters what they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from trigger_contract.contract.credentials import Credential
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.media import encoded, media_of
from trigger_contract.contract.life.roles import header_key, maker_of
from trigger_contract.contract.life.things import full_path, identity_at, identity_in, item_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import plain, some_scalar
from trigger_contract.document.operations import Operation
from trigger_contract.document.resources import Resource, resources

_OWN_FIELDS = frozenset(("accept", "authorization", "content-type"))


@dataclass
class Sending:
    """Writes to things of one kind for one check.

    Attributes:
        check: The check.
        resource: What is written to.
    """

    check: Check
    resource: Resource
    _count: int = 0

    def reader(self, operation: Operation | None) -> Subject | None:
        """Return an operation that reads, where it is under check."""
        return self.check.session.contract.reading(operation)

    def writer(self, operation: Operation | None) -> Subject | None:
        """Return an operation that writes, where it is under check."""
        return self.check.session.contract.written_by(operation)

    def mark(self) -> str:
        """Return a text that no other thing of this run holds, and of another run hardly any."""
        self._count += 1
        names = (self.check.law.code, self.check.subject.name, self.resource.name, str(self._count))
        number = self.check.session.random("mark", *names)
        return f"{self.check.session.settings.label}-{number.randrange(36**6):x}"

    def send(
        self,
        subject: Subject,
        path: Mapping[str, str],
        body: Any = None,
        purpose: str = "",
        *,
        raw: bytes | None = None,
        kind: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
        credential: Credential | None = None,
        lenient: bool = False,
    ) -> Exchange:
        """Send a request that writes; what it makes is entered.

        Args:
            subject: The operation.
            path: A value for each parameter of its path.
            body: What is sent, in the media type that the operation takes; None for nothing.
            purpose: Why, in a few words.
            raw: The content itself, instead.
            kind: Its media type.
            headers: Further header fields.
            credential: The key; by default the one that is right.
            lenient: Whether the request is odd enough that any refusal will do.
        """
        session = self.check.session
        content = raw
        media = media_of(subject.document, subject.operation)
        if raw is None and body is not None and media is not None:
            content, kind = encoded(body, media)
        if content is not None:
            headers = (("content-type", kind), *headers)
        headers = (*headers, *self._needed(subject, path, {name.lower() for name, _ in headers}))
        with session.ledger.writing():
            exchange = session.ask(
                subject,
                path=path,
                values=session.required_values(subject),
                method=subject.operation.method.upper(),
                headers=headers,
                purpose=purpose,
                body=content,
                credential=credential,
                lenient=lenient,
            )
            self._enter(subject, path, body, exchange)
        return exchange

    def _needed(
        self, subject: Subject, path: Mapping[str, str], given: set[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield the header fields without which no request is valid. Source: RFC 9110, section 13.1.1."""
        for item in subject.operation.parameters:
            name = str(item["name"])
            if item["in"] != "header" or not item.get("required") or name.lower() in {*_OWN_FIELDS, *given}:
                continue
            if name.lower() == "if-match":
                reader = self.reader(self.resource.read)
                seen = reader and self.check.session.ask(reader, path=path, purpose="see its revision")
                yield name, seen.headers.get("etag", "*") if seen else "*"
            elif name == header_key(subject.operation):
                yield name, self.mark()
            else:
                yield name, some_scalar(plain(subject.document, item.get("schema"))) or "1"

    def _enter(self, subject: Subject, path: Mapping[str, str], body: Any, exchange: Exchange) -> None:
        owner = resources(subject.document)
        resource = owner.of(subject.operation)
        maker = maker_of(resource) if resource is not None else None
        is_maker = maker is not None and (maker.path, maker.method) == (
            subject.operation.path,
            subject.operation.method,
        )
        role = owner.role(subject.operation)
        if resource is None or not 200 <= exchange.status < 300:
            return
        identity = Sending(self.check, resource).identity(body, exchange)
        is_creating = role == "create" or (is_maker and exchange.status == 201)
        # What is not there may be made by whatever writes to it, and under another name.
        shown = identity_in(resource, item_of(resource, exchange))
        is_other = role in ("replace", "change") and shown not in (None, *path.values())
        if not is_creating and not is_other:
            return
        identity = shown if is_other else identity
        remover = self.check.session.contract.written_by(resource.remove)
        if remover is None or identity is None:
            self.check.session.ledger.add(Entry(None, dict(path), exchange, maker=subject.name))
        else:
            parents = dict(list(path.items())[: len(resource.parents)])
            where = full_path(remover, parents, identity)
            self.check.session.ledger.add(Entry(remover, where, exchange, maker=subject.name))

    def identity(self, body: Any, exchange: Exchange) -> str | None:
        """Return the identity of what a request made, as answer, address or the request itself say it."""
        resource, maker = self.resource, maker_of(self.resource)
        if maker is not None and maker.path == resource.item_path:
            return unquote(exchange.request.target.partition("?")[0].rpartition("/")[2])
        return (
            identity_in(resource, item_of(resource, exchange))
            or identity_at(resource, exchange)
            or identity_in(resource, body if isinstance(body, Mapping) else None)
        )
