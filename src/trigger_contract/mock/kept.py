"""Answers that were given before, for whoever asks the same again before anything is written."""

from __future__ import annotations

from collections.abc import Callable

from trigger_contract.mock.messages import Answer, Request

_MOST = 1000
_BYTES = 16 << 20
"""So many answers, and so many bytes of them, are kept; then it begins anew."""

Key = tuple[object, ...]


class Kept:
    """Answers by what was asked.

    Args:
        stamp: Returns what changes with every write, whoever writes.
    """

    def __init__(self, stamp: Callable[[], object]) -> None:
        self._stamp = stamp
        self._of: object = None
        self._answers: dict[Key, Answer] = {}
        self._size = 0

    def get(self, key: Key) -> Answer | None:
        """Return the answer that was given to the same question, if that still holds."""
        if (stamp := self._stamp()) != self._of:
            self.clear()
            self._of = stamp
        return self._answers.get(key)

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer to a question that ``get`` was just asked for."""
        if self._of != self._stamp():
            return  # it was made while something was written
        self._size += len(answer.body)
        if len(self._answers) >= _MOST or self._size > _BYTES:
            self.clear()
            self._size = len(answer.body)
        self._answers[key] = answer

    def clear(self) -> None:
        """Forget all answers."""
        self._answers.clear()
        self._size = 0


def sameness(request: Request, caller: object) -> Key:
    """Return what two requests must share to get the same answer while nothing is written.

    Args:
        request: The request.
        caller: As whom it is answered.
    """
    headers = request.headers
    version = headers.get(b"x-trigger-api-version")
    return request.method, request.path, request.query, headers.get(b"host"), version, caller
