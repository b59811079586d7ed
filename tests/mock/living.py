"""A service of the `real` profile as a caller has it: with bodies and tokens."""

from __future__ import annotations

import json
from typing import Any

from trigger_contract.mock.editing import Editor
from trigger_contract.mock.platform.signing import token

SESSION = {"type": "chat", "taskIdentifier": "my-chat", "triggerConfig": {"basePayload": {"a": 1}}}


class World:
    """Asks a service of the `real` profile with bodies and tokens."""

    def __init__(self, asker: Any) -> None:
        self.asker = asker
        own = self.service = asker.service
        self.editor = Editor(own.document, own.store, own.clock, own.progress)

    def call(self, method: str, path: str, body: Any = None, *, scopes: list[str] | None = None) -> Any:
        headers, raw = {}, b""
        if method not in ("GET", "HEAD"):
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"content-type": "application/json", "content-length": str(len(raw))}
        if scopes is not None:
            claims = {"sub": self.service.store.environment["id"], "pub": True, "scopes": scopes}
            signed = token(claims, "tr_dev_mock", self.service.clock.now() // 1000)
            headers["authorization"] = f"Bearer {signed}"
        where, _, query = path.partition("?")
        return self.asker.answer(where, query, method=method, headers=headers, body=raw)

    def said(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = self.call(method, path, body, **more)
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def status(self, *call: Any, **more: Any) -> int:
        return int(self.call(*call, **more).status)

    def run(self, **members: Any) -> str:
        return str(self.editor.create({"status": "EXECUTING", **members}).id)
