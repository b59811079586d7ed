"""What entering a state does to a run: its times, attempts, output and error."""

from __future__ import annotations

from typing import Any

from trigger_contract.mock.records import Record
from trigger_contract.mock.states import FINISHED

_RUNNING = frozenset({"EXECUTING", "RETRYING", "PAUSED", "WAITING_TO_RESUME"})
_NEVER_STARTED = frozenset(
    {"DELAYED", "WAITING_FOR_DEPLOY", "PENDING_VERSION", "PENDING", "DEQUEUED", "EXPIRED"}
)
CANCELED = "TASK_RUN_CANCELLED"
_INTERNAL_CODE = {
    "CANCELED": (CANCELED, "The run was canceled"),
    "CRASHED": ("TASK_RUN_CRASHED", "The run crashed: out of memory"),
    "INTERRUPTED": ("TASK_EXECUTION_ABORTED", "The run was interrupted by a deployment"),
    "SYSTEM_FAILURE": ("TASK_RUN_HEARTBEAT_TIMEOUT", "The run stopped answering"),
    "TIMED_OUT": ("MAX_DURATION_EXCEEDED", "The run took longer than its maximum duration"),
}
_BASE_COST = 0.0025
_COST_PER_MILLISECOND = 0.0000169


def enter(record: Record, state: str, at: int) -> Record:
    """Return the run as it is after entering a state.

    Args:
        record: The run as it was.
        state: The stored state it enters.
        at: When, in milliseconds.
    """
    run = dict(record)
    run["state"] = state
    run["updatedAt"] = max(at, run["createdAt"])
    at = run["updatedAt"]
    if state in _NEVER_STARTED:
        _unstart(run)
    elif "startedAt" not in run and state != "CANCELED":
        run["startedAt"] = at
    if state == "DELAYED":
        run.setdefault("delayedUntil", at + 3_600_000)
    if state == "EXPIRED":
        run.setdefault("ttl", "10m")
        run["expiredAt"] = at
    if state in FINISHED:
        run["finishedAt"] = at
        _set_default_error(run)
    else:
        for name in ("finishedAt", "expiredAt", "output", "error"):
            run.pop(name, None)
    if state != "COMPLETED":
        run.pop("output", None)
    run["attempts"] = _attempts(run, at)
    return _charge(run, at)


def route(target: str) -> list[str]:
    """Return the states a run walks through from the queue to ``target``."""
    if target in ("DELAYED", "WAITING_FOR_DEPLOY", "PENDING_VERSION", "PENDING"):
        return [target]
    if target in ("DEQUEUED", "EXPIRED"):
        return ["PENDING", target]
    way = ["PENDING", "DEQUEUED", "EXECUTING"]
    return way if target == "EXECUTING" else [*way, target]


def _unstart(run: Record) -> None:
    run.pop("startedAt", None)
    run["attempts"] = ()


def _set_default_error(run: Record) -> None:
    state = run["state"]
    if state == "COMPLETED":
        run.pop("error", None)
        return
    if state == "EXPIRED":
        run["error"] = {
            "type": "STRING_ERROR",
            "raw": f"Run expired because the TTL ({run['ttl']}) was reached",
        }
    elif state in _INTERNAL_CODE:
        code, message = _INTERNAL_CODE[state]
        run["error"] = {"type": "INTERNAL_ERROR", "code": code, "message": message}
    elif "error" not in run:
        run["error"] = {
            "type": "BUILT_IN_ERROR",
            "name": "Error",
            "message": "Something went wrong",
            "stackTrace": "Error: Something went wrong\n    at run (src/trigger/task.ts:12:11)",
        }


def serialized_error(error: dict[str, Any]) -> dict[str, str]:
    """Turn a stored error into what attempts and runs show; nothing for a run that was merely canceled.

    Source: the service's own texts, as recorded.
    """
    if error["type"] == "BUILT_IN_ERROR":
        return {key: error[key] for key in ("message", "name", "stackTrace") if key in error}
    if error["type"] == "INTERNAL_ERROR":
        return (
            {} if error["code"] == CANCELED else {"message": f"trigger.dev internal error ({error['code']})"}
        )
    return {"message": str(error.get("raw", ""))}


def _attempts(run: Record, at: int) -> tuple[dict[str, Any], ...]:
    """Keep the attempts there are, and bring the last one to where the run is."""
    attempts = [dict(attempt) for attempt in run.get("attempts", ())]
    state = run["state"]
    if state == "DEQUEUED":
        return (_attempt(run["id"], 1, at),)
    if "startedAt" not in run and not attempts:
        return ()
    if not attempts or (state == "EXECUTING" and attempts[-1]["status"] == "FAILED"):
        started = run["startedAt"] if not attempts else at
        attempts.append(_attempt(run["id"], len(attempts) + 1, started))
    last = attempts[-1]
    last["updatedAt"] = at
    if "startedAt" in run:
        last.setdefault("startedAt", max(run["startedAt"], last["createdAt"]))
    if state in _RUNNING:
        last["status"] = {"EXECUTING": "EXECUTING", "RETRYING": "FAILED"}.get(state, "PAUSED")
        if state == "RETRYING":
            last |= {"error": {"message": "Something went wrong", "name": "Error"}, "completedAt": at}
        return tuple(attempts)
    last["status"] = {"COMPLETED": "COMPLETED", "CANCELED": "CANCELED"}.get(state, "FAILED")
    last["completedAt"] = at
    last.pop("error", None)
    if last["status"] == "FAILED":
        last["error"] = serialized_error(run["error"])
    return tuple(attempts)


def _attempt(run_id: str, number: int, at: int) -> dict[str, Any]:
    return {
        "id": f"attempt_{run_id.removeprefix('run_')}{number}",
        "status": "PENDING",
        "createdAt": at,
        "updatedAt": at,
    }


def _charge(run: Record, at: int) -> Record:
    """Set duration and cost so far; a run that never started cost nothing."""
    if "startedAt" not in run:
        run |= {"costInCents": 0, "baseCostInCents": 0, "durationMs": 0}
        return run
    duration = max(0, at - run["startedAt"])
    cost = round(duration * _COST_PER_MILLISECOND, 5)
    run |= {"costInCents": cost, "baseCostInCents": _BASE_COST, "durationMs": duration}
    return run
