"""How far a run is, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import rich.progress as shown
from rich.console import Console

from trigger_contract.contract.gathering import Gathering
from trigger_contract.contract.law import Check


def bar(console: Console) -> shown.Progress:
    """Return a bar that is shown on a terminal only, and is gone at the end."""
    return shown.Progress(
        shown.TextColumn("{task.description}"),
        shown.BarColumn(),
        shown.MofNCompleteColumn(),
        shown.TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


class Progress:
    """Shows how far the run is: a bar on a terminal, lines elsewhere."""

    def __init__(self, console: Console, checks: Sequence[Check], gathering: Gathering) -> None:
        self._console = console
        self._gathering = gathering
        self._open = Counter(check.law.kind for check in checks)
        self._counts: dict[str, Counter[str]] = {kind: Counter() for kind in self._open}
        self._bar = bar(console)
        self._task = self._bar.add_task("judging", total=len(checks))

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def done(self, check: Check) -> None:
        """Count a check that has ended."""
        kind, outcome = check.law.kind, check.outcome
        known = self._gathering.known(finding.fingerprint for finding in outcome.findings)
        state = outcome.state(known, strict=check.session.settings.strict)
        if state == "failed" and not self._counts[kind][state]:
            # Whoever has seen enough need not wait for the end of the kind.
            self._say(f"{kind}: {outcome.law} is broken on {outcome.operation}")
        self._counts[kind][state] += 1
        self._open[kind] -= 1
        self._bar.update(self._task, advance=1, description=kind)
        if not self._open[kind]:
            self._say(
                f"{kind}: " + ", ".join(f"{count} {name}" for name, count in self._counts[kind].items())
            )

    def _say(self, line: str) -> None:
        if not self._console.is_terminal:
            self._console.print(line, soft_wrap=True, highlight=False, markup=False)
