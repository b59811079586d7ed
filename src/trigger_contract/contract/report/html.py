"""One self-contained HTML page: operations by promises, idle laws, each failure with its exchange."""

from __future__ import annotations

import html
import json
from typing import Any

from trigger_contract.contract.findings import Finding, State
from trigger_contract.contract.report.shares import line, shares
from trigger_contract.contract.report.text import SIGNS
from trigger_contract.contract.summary import Summary

_STYLE = """
:root{color-scheme:light dark;--line:#8884;
--ok:#1a7f37;--bad:#cf222e;--warn:#9a6700;--known:#0969da;--dim:#6a6a6a}
@media (prefers-color-scheme:dark){
:root{--ok:#3fb950;--bad:#ff7b72;--warn:#d29922;--known:#58a6ff;--dim:#9a9a9a}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .6rem}
.verdict{display:inline-block;padding:.15rem .7rem;border-radius:1rem;color:#fff;font-weight:600}
.verdict.good{background:#1a7f37}.verdict.bad{background:#cf222e}.facts{color:var(--dim)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
td.cell,th[scope=col]{text-align:center;white-space:nowrap}td.promise{min-width:16rem}
.passed{color:var(--ok)}.failed{color:var(--bad);font-weight:600}.warned{color:var(--warn)}
.known{color:var(--known)}
.idle{color:var(--dim)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}dt{font-weight:600;margin-top:.4rem}dd{margin:0 0 0 1rem;overflow-wrap:anywhere}
details details{border:0;padding:0;margin:0}li code,dd code,summary code{overflow-wrap:anywhere}
pre{max-height:30rem;overflow:auto;background:#8881;padding:.6rem;border-radius:.3rem;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.2rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
"""
_CLASSES: dict[State | None, str] = {"not exercised": "idle", None: "idle"}


def html_page(summary: Summary) -> str:
    """Return the page; it loads nothing from anywhere."""
    facts = f"{summary.requests} requests in {summary.seconds:.1f} s · seed {summary.settings.seed}"
    verdict = "every promise holds" if summary.is_whole else "incomplete"
    verdict = verdict if summary.is_good else "broken promises"
    colour = "good" if summary.is_good and summary.is_whole else "bad"
    body = [
        f"<h1>Contract of {_text(summary.settings.url)}</h1>",
        f'<p><span class="verdict {colour}">{verdict}</span></p>',
        f'<p class="facts">{facts}<br>{_text(line(summary))}</p>',
        f"<p>{_text(summary.shortfall)}</p>" if summary.shortfall else "",
        "<h2>Operations and promises</h2>",
        _table(summary),
        *_deviations(summary),
        *_findings(summary),
        *_coverage(summary),
        "<h2>Laws</h2>",
        _laws(summary),
    ]
    page = "\n".join(body)
    return (
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>Contract of {_text(summary.settings.url)}</title><style>{_STYLE}</style></head>"
            f"<body>\n{page}\n</body></html>\n"
        )
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def _table(summary: Summary) -> str:
    head = "".join(f"<th scope=col>{_text(name)}</th>" for name in summary.operations)
    rows = []
    for kind in summary.kinds:
        cells = []
        for operation in summary.operations:
            state, counts = summary.cell(operation, kind)
            title = ", ".join(f"{count} {name}" for name, count in counts.items())
            sign = SIGNS[state][0]
            shown = f"{sign} {counts[state]}" if state and state != "not exercised" else sign
            cells.append(f'<td class="cell {_class(state)}" title="{_text(title)}">{shown}</td>')
        rows.append(f"<tr><th scope=row>{_text(kind)}</th>{''.join(cells)}</tr>")
    return _scrolled(f"<th></th>{head}", rows)


def _deviations(summary: Summary) -> list[str]:
    comparison = summary.comparison
    if comparison.is_true:
        return []
    rows = [f"<li>gone: <code>{_text(item.fingerprint)}</code></li>" for item in comparison.gone]
    rows += [
        f"<li>expired: <code>{_text(item.fingerprint)}</code> ({item.expires})</li>"
        for item in comparison.expired
    ]
    return [
        "<h2>Known deviations that are not true any more</h2>",
        f'<ul class="failed">{"".join(rows)}</ul>',
    ]


def _findings(summary: Summary) -> list[str]:
    if not summary.findings:
        return []
    return ["<h2>Findings</h2>", *(_finding(summary, item) for item in summary.findings)]


def _finding(summary: Summary, finding: Finding) -> str:
    state = summary.meaning(finding)
    rows: list[tuple[str, str]] = [
        ("expected", _text(finding.expected)),
        ("received", _text(finding.received)),
    ]
    if finding.citation.sentence:
        places = ", ".join(finding.citation.places) or finding.citation.pointer
        rows.append(
            ("promise", f"<blockquote>{_text(finding.citation.sentence)}</blockquote>{_text(places)}")
        )
    if finding.curl:
        rows.append(("repeat", f"<pre>{_text(finding.curl)}</pre>"))
    if finding.exchange:
        shown = f"<pre>{_text(_exchange(finding.exchange))}</pre>"
        rows.append(("exchange", f"<details><summary>request and answer</summary>{shown}</details>"))
    rows.append(("fingerprint", f"<code>{_text(finding.fingerprint)}</code>"))
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    times = summary.repeats(finding)
    again = f" · {times} times" if times > 1 else ""
    law = f"<code>{_text(finding.law)}</code> {_text(finding.operation)}"
    head = f'<span class="{_class(state)}">{state}</span> {law}: {_text(finding.message)}{again}'
    opened = " open" if state == "failed" else ""
    return f"<details{opened}><summary>{head}</summary><dl>{facts}</dl></details>"


def _exchange(entry: dict[str, Any]) -> str:
    request, response = entry["request"], entry["response"]
    lines = [f"{request['method']} {request['url']}"]
    lines += [f"{item['name']}: {item['value']}" for item in request["headers"]]
    lines += ["", f"{response['status']} {response['statusText']}".rstrip()]
    lines += [f"{item['name']}: {item['value']}" for item in response["headers"]]
    return "\n".join([*lines, "", _indented(response["content"]["text"])])


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)[:6000]
    except ValueError:
        return text[:6000]


def _coverage(summary: Summary) -> list[str]:
    parts = ["<h2>Coverage of the contract</h2>"]
    for share in shares(summary):
        head = f"{_text(share.aspect)}: {share.met} of {share.promised}"
        missed = "".join(f"<li><code>{_text(name)}</code></li>" for name in share.missed)
        below = f"<p>Never met in this run:</p><ul>{missed}</ul>" if missed else "<p>All met.</p>"
        parts.append(f"<details><summary>{head}</summary>{below}</details>")
    return parts


def _laws(summary: Summary) -> str:
    rows = []
    for outcome in summary.outcomes:
        state = summary.state(outcome)
        judged = str(outcome.exercised) if outcome.exercised else _text(outcome.reason)
        rows.append(
            f"<tr><td><code>{_text(outcome.law)}</code></td><td>{_text(outcome.operation)}</td>"
            f'<td class="{_class(state)}">{state}</td><td class=promise>{_text(outcome.title)}</td>'
            f"<td>{outcome.tier}</td><td>{judged}</td></tr>"
        )
    head = "".join(f"<th>{name}</th>" for name in ("law", "operation", "state", "promise", "tier", "judged"))
    return (
        f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _scrolled(head: str, rows: list[str]) -> str:
    body = "".join(rows)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _class(state: State | None) -> str:
    return _CLASSES.get(state, str(state))


def _text(value: object) -> str:
    return html.escape(str(value))
