"""What may be asked by a query: the columns of runs, and a few queries that show what there is."""

from __future__ import annotations

from typing import Any, NamedTuple

from trigger_contract.mock.listquery import MACHINES
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.states import STORED_WORDS


class Column(NamedTuple):
    """A column of the table of runs.

    Attributes:
        name: Its name.
        type: Its type, in the words of ClickHouse.
        example: A value, as text.
        text: What it holds.
        core: Whether ``*`` stands for it.
        among: The only values there are.
    """

    name: str
    type: str
    example: str
    text: str
    core: bool = False
    among: tuple[str, ...] = ()


_TEXT, _NUMBER, _FLAG, _TIME = "String", "Nullable(Int64)", "UInt8", "Nullable(DateTime64)"
_WORDS = "LowCardinality(String)"
_AT = "2026-01-31 12:00:00.000"
_KINDS = ("PRODUCTION", "STAGING", "DEVELOPMENT", "PREVIEW")

RUNS = (
    Column("run_id", _TEXT, "run_c0", "The id of the run", core=True),
    Column("environment", _TEXT, "dev", "The environment it ran in"),
    Column("project", _TEXT, "proj_x", "The project it belongs to"),
    Column("environment_type", _WORDS, "DEVELOPMENT", "The type of that environment", among=_KINDS),
    Column("attempt_count", _FLAG, "1", "How often it was tried"),
    Column("status", _WORDS, "Completed", "How far it has come", core=True, among=STORED_WORDS),
    Column("is_finished", _FLAG, "1", "1 when it has ended, well or not"),
    Column("task_identifier", _TEXT, "my-task", "Its task", core=True),
    Column("queue", _TEXT, "task/my-task", "Its queue"),
    Column("batch_id", _TEXT, "batch_c0", "The batch it was triggered in"),
    Column("root_run_id", _TEXT, "run_c0", "The run at the root of its tree"),
    Column("parent_run_id", _TEXT, "run_c0", "The run that triggered it"),
    Column("depth", _FLAG, "0", "How far it is from that root"),
    Column("is_root_run", _FLAG, "1", "1 when no run triggered it"),
    Column("is_child_run", _FLAG, "0", "1 when a run triggered it"),
    Column("idempotency_key", _TEXT, "order-7", "Its idempotency key"),
    Column(
        "idempotency_key_scope", _TEXT, "run", "Where that key counts", among=("global", "run", "attempt")
    ),
    Column("region", _TEXT, "main", "Where it was to run"),
    Column("triggered_at", "DateTime64", _AT, "When it was triggered", core=True),
    Column("queued_at", _TIME, _AT, "When it entered the queue"),
    Column("dequeued_at", _TIME, _AT, "When it left the queue"),
    Column("executed_at", _TIME, _AT, "When it began"),
    Column("completed_at", _TIME, _AT, "When it ended"),
    Column("delay_until", _TIME, _AT, "What it waited for before the queue"),
    Column("has_delay", _FLAG, "0", "1 when it was to wait before the queue"),
    Column("expired_at", _TIME, _AT, "When it expired in the queue"),
    Column("ttl", _TEXT, "10m", "How long it may wait in the queue"),
    Column("execution_duration", _NUMBER, "1000", "Milliseconds from its begin to its end"),
    Column("total_duration", _NUMBER, "1000", "Milliseconds from its trigger to its end"),
    Column("queued_duration", _NUMBER, "1000", "Milliseconds in the queue"),
    Column("usage_duration", "UInt32", "1000", "Milliseconds it is charged for"),
    Column("compute_cost", "Float64", "0.001", "What its machine cost, in dollars"),
    Column("invocation_cost", "Float64", "0.000025", "What its start cost, in dollars"),
    Column("total_cost", "Float64", "0.001025", "Both together, in dollars"),
    Column("output", "JSON", '{"ok":true}', "What it returned"),
    Column("error", "JSON", '{"message":"boom"}', "Why it failed"),
    Column("tags", "Array(String)", '["user_1"]', "Its tags"),
    Column("task_version", _TEXT, "20260131.1", "The version of the code it ran with"),
    Column("sdk_version", _TEXT, "4.0.0", "The version of the SDK"),
    Column("cli_version", _TEXT, "4.0.0", "The version of the command line tool"),
    Column("machine", _WORDS, "small-1x", "The machine it ran on", among=MACHINES),
    Column("is_test", _FLAG, "0", "1 when it was a test"),
    Column("is_warm_start", "Nullable(UInt8)", "0", "1 when its process was there already"),
    Column("concurrency_key", _TEXT, "user_1", "What its concurrency is counted by"),
    Column("max_duration", "Nullable(UInt32)", "300", "How many seconds it may take"),
    Column("bulk_action_group_ids", "Array(String)", '["bulk_c0"]', "The bulk actions it was part of"),
)
CORE = tuple(column.name for column in RUNS if column.core)
"""What ``*`` stands for."""

_BOARDS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "overview": (
        "Runs",
        {
            "All runs": ("bignumber", "SELECT count() AS runs FROM runs"),
            "Failed": ("bignumber", "SELECT count() AS runs FROM runs WHERE status = 'Failed'"),
            "By status": ("chart", "SELECT status, count() AS runs FROM runs GROUP BY status"),
            "By task": (
                "table",
                "SELECT task_identifier, count() AS runs FROM runs GROUP BY task_identifier ORDER BY 2 DESC",
            ),
        },
    ),
    "cost": (
        "Costs",
        {
            "In all": ("bignumber", "SELECT sum(total_cost) AS dollars FROM runs"),
            "By machine": ("chart", "SELECT machine, sum(total_cost) AS dollars FROM runs GROUP BY machine"),
        },
    ),
}


class Catalogue:
    """Tells what may be asked."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {"query_schema": _schema, "dashboards": _dashboards}


def _schema(visit: Visit) -> Answer:
    if not visit.bearer.may("read", {"query": ["schema"]}):
        return answers.forbidden()
    columns = []
    for column in RUNS:
        shown: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.text}
        shown["example"] = column.example
        shown |= {"allowedValues": list(column.among)} if column.among else {}
        columns.append(shown | ({"coreColumn": True} if column.core else {}))
    table = {"name": "runs", "description": "The runs of tasks", "timeColumn": "triggered_at"}
    return answers.given(200, {"tables": [table | {"columns": columns}]})


def _dashboards(visit: Visit) -> Answer:
    if not visit.bearer.may("read", {"query": []}):
        return answers.forbidden()
    boards = []
    for key, (title, widgets) in _BOARDS.items():
        shown = [
            {"id": f"{key}-{number}", "title": name, "query": query, "type": kind}
            for number, (name, (kind, query)) in enumerate(widgets.items(), 1)
        ]
        boards.append({"key": key, "title": title, "widgets": shown})
    return answers.given(200, {"dashboards": boards})
