"""Work done side by side in threads, with results in the order in which it was given.

Whoever waits for work of its own does that work itself meanwhile, so work that splits into parts never waits
for a free thread, and one thread is enough for everything.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Task(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self._claim = threading.Lock()
        self._done = threading.Event()
        self._value: T | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work, unless somebody else does it."""
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._value = self._context.run(self._work)
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def withdraw(self) -> None:
        """See that nobody begins it any more."""
        self._claim.acquire(blocking=False)

    def wait(self, seconds: float | None = None) -> bool:
        return self._done.wait(seconds)

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # it is set where there is no error


class Pool:
    """Some threads that share what is to be done.

    Args:
        size: How many threads; 0 to do everything where it is asked for, one after another.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: deque[_Task[Any]] = deque()
        self._wake = threading.Condition()
        self._is_closed = False
        self._threads: list[threading.Thread] = []

    def close(self, seconds: float = 10.0) -> None:
        """Begin nothing more, and wait for what is being done.

        Args:
            seconds: How long to wait at most.
        """
        ends = time.monotonic() + seconds
        with self._wake:
            self._is_closed = True
            self._tasks.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def each(self, work: Callable[[Any], T], cases: Iterable[Any]) -> Iterator[T]:
        """Yield what comes of each case, in order; where the reader stops, no further case is begun.

        Args:
            work: Is called with each case, perhaps in another thread; what it raises is raised here.
            cases: The cases.
        """
        tasks: deque[_Task[T]] = deque()
        rest = iter(cases)
        try:
            while True:
                while len(tasks) <= self._size and (case := next(rest, tasks)) is not tasks:
                    task = _Task(lambda case=case: work(case))  # type: ignore[misc]  # mypy: lambda's default
                    tasks.append(task)
                    self._offer(task)
                if not tasks:
                    return
                first = tasks.popleft()
                first.run()
                for other in tasks:
                    if first.wait(0):
                        break
                    other.run()
                first.wait()
                yield first.result()
        finally:
            for task in tasks:
                task.withdraw()

    def start(self, work: Callable[[], object]) -> None:
        """Begin something when a thread is free, and do not wait for it."""
        self._offer(_Task(work), last=True)

    def _offer(self, task: _Task[Any], *, last: bool = False) -> None:
        if not self._size:
            return
        with self._wake:
            if self._is_closed:
                return
            if len(self._threads) < self._size:
                thread = threading.Thread(target=self._serve, daemon=True)
                self._threads.append(thread)
                thread.start()
            # Parts of what is under way come before what has not begun.
            self._tasks.append(task) if last else self._tasks.appendleft(task)
            self._wake.notify()

    def _serve(self) -> None:
        while True:
            with self._wake:
                while not self._tasks:
                    if self._is_closed:
                        return
                    self._wake.wait()
                task = self._tasks.popleft()
            task.run()
