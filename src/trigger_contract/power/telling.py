"""What came of it, for people: lines for a terminal, and one page with the whole matrix."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from trigger_contract.power.model import Power, State, Trial, laws_of

_SIGNS: dict[State, str] = {"caught": "✓", "missed": "missed", "not plantable": "", "not tried": "·"}
_LAWS = 2
_TROUBLES = 12
_STYLE = """
:root{color-scheme:light dark;--line:#8884;--ok:#1a7f37;--bad:#cf222e;--dim:#6a6a6a}
@media (prefers-color-scheme:dark){:root{--ok:#3fb950;--bad:#ff7b72;--dim:#9a9a9a}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .6rem}.dim{color:var(--dim)}
.scroll{overflow:auto;max-height:90vh}table{border-collapse:collapse}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
thead th{position:sticky;top:0;background:Canvas}
.matrix th[scope=row]{position:sticky;left:0;background:Canvas;font-weight:400}
.matrix thead th{writing-mode:vertical-rl;font-weight:400}.matrix td{text-align:center}
.caught{color:var(--ok)}.missed{color:var(--bad);font-weight:600}
"""


def lines(power: Power) -> Iterator[str]:
    """Yield what is printed: kind by kind, then what was missed."""
    clean = power.clean
    if clean.troubles:
        yield f"The mock without a fault is not green, so faults would say nothing ({len(clean.troubles)}):"
        yield from (f"  {text}" for text in clean.troubles[:_TROUBLES])
        if len(clean.troubles) > _TROUBLES:
            yield f"  … and {len(clean.troubles) - _TROUBLES} more"
        yield "Known ones can be left aside with --known FILE."
        return
    yield f"The mock without a fault is green ({clean.requests} requests, {clean.seconds:.0f} s)."
    yield ""
    rows = [_row(power.of(kind)) for kind in power.kinds]
    head = ("fault", "caught", "missed", "cannot stand", "seen by")
    yield from _table(head, [row for row in rows if row[1] != "0" or row[2] != "0"])
    nowhere = [row[0] for row in rows if row[1] == "0" and row[2] == "0"]
    if nowhere:
        yield ""
        yield f"Nowhere: {', '.join(nowhere)}"
    if missed := power.missed():
        yield ""
        yield "Missed:"
        yield from (f"  {trial.fault} ({trial.says}): {trial.reason}" for trial in missed)
    yield ""
    yield summary(power)


def summary(power: Power) -> str:
    """Return the sum in one line."""
    caught, tried = power.count("caught"), power.count("caught", "missed")
    kinds = len({trial.kind for trial in power.trials if trial.state in ("caught", "missed")})
    text = f"{caught} of {tried} faults caught ({100 * power.share:.1f} %), {kinds} kinds"
    text += f"; {power.count('not plantable')} cannot stand"
    if left := power.count("not tried"):
        text += f"; {left} not tried"
    return f"{text}; {power.seconds:.0f} s"


def _row(trials: Sequence[Trial]) -> tuple[str, ...]:
    states = Counter(trial.state for trial in trials)
    laws = laws_of(trials)
    seen = ", ".join(f"{law} {count}" for law, count in laws[:_LAWS])
    more = f" and {len(laws) - _LAWS} more" if len(laws) > _LAWS else ""
    counts = (str(states[state]) for state in ("caught", "missed", "not plantable"))
    return (trials[0].kind, *counts, seen + more)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if 0 < column < len(row) - 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def page(power: Power) -> str:
    """Return one page that loads nothing from anywhere: the sums, what was missed, the whole matrix."""
    title = f"What the suite catches on {power.title or 'this document'}"
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>',
        f"<h1>{_text(title)}</h1>",
    ]
    if power.clean.troubles:
        parts.append("<p>The mock without a fault is not green, so faults would say nothing:</p><ul>")
        parts += [f"<li>{_text(text)}</li>" for text in power.clean.troubles]
        parts.append("</ul>")
    else:
        parts.append(f"<p>{_text(summary(power))}</p>")
        parts += [*_missed(power), *_kinds(power), *_matrix(power), *_reasons(power)]
    return "\n".join([*parts, "</body></html>", ""])


def _missed(power: Power) -> Iterator[str]:
    missed = power.missed()
    if not missed:
        return
    yield "<h2>Missed</h2><ul>"
    for trial in missed:
        yield f"<li><code>{_text(trial.fault)}</code> {_text(trial.says)}: {_text(trial.reason)}</li>"
    yield "</ul>"


def _kinds(power: Power) -> Iterator[str]:
    yield '<h2>Kinds of faults</h2><div class="scroll"><table><thead><tr>'
    yield _cells("th", ("fault", "what the server does", "caught", "missed", "cannot stand", "seen by"))
    yield "</tr></thead><tbody>"
    for kind in power.kinds:
        trials = power.of(kind)
        name, *rest = _row(trials)
        yield f"<tr>{_cells('td', (name, trials[0].says, *rest))}</tr>"
    yield "</tbody></table></div>"


def _matrix(power: Power) -> Iterator[str]:
    found: dict[tuple[str, str], list[Trial]] = {}
    for trial in power.trials:
        found.setdefault((trial.operation, trial.kind), []).append(trial)
    tried = {trial.kind for trial in power.trials if trial.state != "not plantable"}
    kinds = [kind for kind in power.kinds if kind in tried]
    yield '<h2>Fault by operation</h2><p class="dim">A cell tells what was seen and by which law; an empty'
    yield 'one why the fault cannot stand there.</p><div class="scroll"><table class="matrix"><thead><tr>'
    yield "<th></th>" + "".join(f'<th scope="col">{_text(kind)}</th>' for kind in kinds)
    yield "</tr></thead><tbody>"
    for name in power.operations:
        cells = "".join(_cell(found.get((name, kind), [])) for kind in kinds)
        yield f'<tr><th scope="row"><code>{_text(name)}</code></th>{cells}</tr>'
    yield "</tbody></table></div>"


def _cell(trials: Sequence[Trial]) -> str:
    if not trials:
        return "<td></td>"
    worst = max(trials, key=lambda trial: list(_SIGNS).index(trial.state) * (trial.state != "not plantable"))
    worst = next((trial for trial in trials if trial.state == "missed"), worst)
    told = "\n".join(f"{trial.fault}: {trial.law or trial.reason}" for trial in trials)
    sign = _SIGNS[worst.state]
    if worst.state == "caught" and len(trials) > 1:
        sign = f"{sign} {sum(trial.state == 'caught' for trial in trials)}"
    return f'<td class="{worst.state.partition(" ")[0]}" title="{_text(told)}">{sign}</td>'


def _reasons(power: Power) -> Iterator[str]:
    counts = Counter((one.kind, one.reason) for one in power.trials if one.state == "not plantable")
    yield "<h2>Where faults cannot stand</h2><table><thead><tr>"
    yield _cells("th", ("fault", "why", "operations")) + "</tr></thead><tbody>"
    for (kind, reason), count in counts.items():
        yield f"<tr>{_cells('td', (kind, reason, str(count)))}</tr>"
    yield "</tbody></table>"


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{_text(text)}</{tag}>" for text in texts)


def _text(text: str) -> str:
    return html.escape(text)
