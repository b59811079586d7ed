"""How tests call the service's own operations."""

from __future__ import annotations

import json


def call(asker, method, path, body=None, status=None, **headers):
    """Ask with a body as JSON and return the answer's."""
    sent = b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = asker.answer(path, method=method, body=sent, headers={"content-length": str(len(sent)), **named})
    good = answer.status < 300 if status is None else answer.status == status
    assert good, (answer.status, answer.body)
    return json.loads(answer.body)


def trigger(asker, task="hello", **body):
    return call(asker, "POST", f"/api/v1/tasks/{task}/trigger", body)["id"]


def retrieved(asker, run_id):
    return asker.get(f"/api/v3/runs/{run_id}")
