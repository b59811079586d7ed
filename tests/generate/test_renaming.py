"""What is called otherwise by the next client is told, with what keeps its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trigger_contract.generate.planning import make_plan
from trigger_contract.generate.project import generate
from trigger_contract.generate.renaming import renamed

from .documents import body, document, operation, path
from .packages import TEXT, methods

VALUE = {"type": "object", "properties": {"name": TEXT}}
CUT = operation("create_shop_shelf", "shelves", TEXT, parameters=[path("id")], requestBody=body(VALUE))


def test_a_name_that_another_operation_takes_is_told_and_can_be_kept(tmp_path: Path) -> None:
    spec = document({"/shops/{id}/shelves": {"post": CUT}})
    assert generate(spec, tmp_path / "client").renamed == ()
    grown: dict[str, Any] = {"/shelves": {"post": operation("create_shelf", "shelves", TEXT)}}
    (change,) = generate(document({**spec["paths"], **grown}), tmp_path / "client").renamed
    assert str(change) == (
        "shelves.create is shelves.create_shop now (POST /shops/{id}/shelves); "
        "`x-client: {method: create}` on the operation keeps its name"
    )
    kept = {"/shops/{id}/shelves": {"post": {**CUT, "x-client": {"method": "create"}}}}
    named = {
        found.operation_id: found.name for found in methods(make_plan(document({**grown, **kept}))).values()
    }
    assert named == {"create_shelf": "create_shelf", "create_shop_shelf": "create"}


API = """
## {client}, Async{client}

### {resource}
{also}
| method | call | returns |
|---|---|---|
| [`{resource}.{method}`](acme_client/api/runs/__init__.py) | `GET /a\\|b` | `Page[Run]` |
| [`{resource}.poll`](acme_client/api/runs/__init__.py) | `GET /a\\|b` until it is finished | `Run` |
"""


def test_what_goes_on_under_its_old_name_is_not_told() -> None:
    before = API.format(client="AcmeClient", resource="run", method="list", also="")
    also = "\nAlso called `run`.\n"
    assert renamed(before, API.format(client="AcmeClient", resource="runs", method="list", also=also)) == ()
    (moved,) = renamed(before, API.format(client="AcmeClient", resource="runs", method="list", also=""))
    assert moved.hint == "`x-client: {resource: run}` on the operation"
    (other,) = renamed(before, API.format(client="EuAcmeClient", resource="run", method="list", also=""))
    assert (other.before, other.after) == ("AcmeClient.run.list", "EuAcmeClient.run.list")
    assert renamed("", before) == renamed(before, "") == ()
