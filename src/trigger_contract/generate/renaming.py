"""What a client calls otherwise than the one whose place it takes, read from the ``api.md`` of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLIENT = re.compile(r"## (\w+), Async")
_RESOURCE = re.compile(r"### (\w+)")
_METHOD = re.compile(r"\| \[`\w+\.(\w+)`\]\([^)]*\) \| (`[A-Z]+ [^`]+`) \|")


@dataclass(frozen=True)
class Renamed:
    """One call that has another name now.

    Attributes:
        call: The call, as ``api.md`` writes it.
        before: What code calls it that was written for the earlier client.
        after: What it is called now.
        hint: What keeps the earlier name, and where it stands.
    """

    call: str
    before: str
    after: str
    hint: str

    def __str__(self) -> str:
        return f"{self.before} is {self.after} now ({self.call.strip('`')}); {self.hint} keeps its name"


def renamed(before: str, after: str) -> tuple[Renamed, ...]:
    """Compare the ``api.md`` of two clients.

    Args:
        before: That of the earlier client.
        after: That of the one which takes its place.
    """
    earlier: dict[str, list[tuple[str, str, str]]] = {}
    now: dict[str, list[tuple[str, str, str]]] = {}
    reachable: dict[tuple[str, str], str] = {}
    for text, found in ((before, earlier), (after, now)):
        reachable = {}
        for call, client, resources, method in _rows(text):
            found.setdefault(call, []).append((client, resources[0], method))
            reachable |= {(client, name): resources[0] for name in resources}
    told: list[Renamed] = []
    for call, names in earlier.items():
        if len(names) != len(now.get(call, ())):
            continue
        for old, new in zip(names, now[call], strict=True):
            (client, resource, method), (other, place, name) = old, new
            if client != other:
                hint = f"`x-client: {{name: {client.removesuffix('Client')}}}` on the server"
                told.append(Renamed(call, ".".join(old), ".".join(new), hint))
                continue
            pins = [f"resource: {resource}"] if reachable.get((client, resource)) != place else []
            pins += [f"method: {method}"] if method != name else []
            if pins:
                hint = f"`x-client: {{{', '.join(pins)}}}` on the operation"
                told.append(Renamed(call, f"{resource}.{method}", f"{place}.{name}", hint))
    return tuple(told)


def _rows(text: str) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield each call with its client, the names of its resource and that of its method."""
    client, resources = "", [""]
    for line in text.splitlines():
        if found := _CLIENT.match(line):
            client = found[1]
        elif found := _RESOURCE.match(line):
            resources = [found[1]]
        elif line.startswith("Also called "):
            resources += re.findall(r"`(\w+)`", line)
        elif found := _METHOD.match(line):
            yield found[2], client, resources, found[1]
