"""The graph of what is compared: each pair once, with what changed in it and the pairs below it.

What a user of a pair sees is what that pair and all that it reaches have found, so a pair is compared only
when somebody asks for it, however many uses reach it and however recursive it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.changes.spot import Finding

Key = tuple[Any, ...]


@dataclass
class Node:
    """What changed in a pair itself, and the pairs below it.

    Attributes:
        findings: What changed.
        edges: Keys of the pairs below.
        work: Finds all that out; None once begun. A pair asked about while it is being compared counts
            as unchanged, which is right for recursive schemas.
    """

    findings: list[Finding] = field(default_factory=list)
    edges: list[Key] = field(default_factory=list)
    work: Callable[[], None] | None = None


class Nodes(dict[Key, Node]):
    """All pairs that are known, by their keys."""

    def findings(self, keys: Iterable[Key]) -> Iterator[Finding]:
        """Yield what changed in these pairs and in all that they reach, nearest first."""
        for node in self._reach(keys):
            yield from node.findings

    def findings_by_use(self, uses: Sequence[Iterable[Key]]) -> Iterator[tuple[Finding, list[int]]]:
        """Yield what changed in all these pairs and below, with the indexes of the uses that reach it.

        Args:
            uses: The pairs of each use.
        """
        nodes = list(self._reach(key for keys in uses for key in keys))
        # A set of uses is a number with a bit for each, handed down the edges until nothing changes:
        # following the edges anew for each use would take uses times schemas.
        masks: dict[int, int] = dict.fromkeys(map(id, nodes), 0)
        for index, keys in enumerate(uses):
            for key in keys:
                masks[id(self[key])] |= 1 << index
        queue = deque(nodes)
        waiting = set(masks)
        while queue:
            node = queue.popleft()
            waiting.discard(id(node))
            for edge in node.edges:
                below = self[edge]
                if (mask := masks[id(below)] | masks[id(node)]) != masks[id(below)]:
                    masks[id(below)] = mask
                    if id(below) not in waiting:
                        waiting.add(id(below))
                        queue.append(below)
        for node in nodes:
            for finding in node.findings:
                yield finding, [index for index in range(len(uses)) if masks[id(node)] >> index & 1]

    def _reach(self, keys: Iterable[Key]) -> Iterator[Node]:
        """Yield these pairs and all below, each compared by then."""
        queue = list(dict.fromkeys(keys))
        seen = set(queue)
        for key in queue:
            node = self[key]
            if (work := node.work) is not None:
                node.work = None
                work()
            yield node
            for edge in node.edges:
                if edge not in seen:
                    seen.add(edge)
                    queue.append(edge)
