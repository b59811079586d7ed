"""One self-contained HTML page: operations by promises, idle laws, each failure with its exchange."""

from __future__ import annotations

import html
import json
from hashlib import sha256
from typing import Any

from trigger_contract import __version__
from trigger_contract.contract.findings import Finding, State
from trigger_contract.contract.report.covered import COLUMNS, rows
from trigger_contract.contract.report.shares import line, shares
from trigger_contract.contract.report.text import SIGNS
from trigger_contract.contract.summary import Cause, Summary

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
.scroll{overflow-x:auto}.long{max-height:36rem;overflow:auto;border:1px solid var(--line)}
.long table{border-collapse:separate;border-spacing:0}
.long thead th{position:sticky;top:0;z-index:1}.long th[scope=row]{position:sticky;left:0}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
td.cell,th[scope=col]{text-align:center;white-space:nowrap}
td.cell a,dd a{color:inherit}td.promise{min-width:16rem}
.passed{color:var(--ok)}.failed{color:var(--bad);font-weight:600}.warned{color:var(--warn)}
.known{color:var(--known)}
.long th,.long td{border-width:0 1px 1px 0}.long th{background:Canvas}
.long th[scope=row]{min-width:9rem;max-width:24rem;overflow-wrap:anywhere}
.idle{color:var(--dim)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}input[type=search],select{font:inherit;padding:.2rem .5rem;max-width:100%}
input[type=search]{width:22rem}
.tools{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.6rem 0}
[hidden]{display:none!important}
dt{font-weight:600;margin-top:.4rem}dd{margin:0 0 0 1rem;overflow-wrap:anywhere}
details details{border:0;padding:0;margin:0}li code,dd code,summary code{overflow-wrap:anywhere}
pre{max-height:30rem;overflow:auto;background:#8881;padding:.6rem;border-radius:.3rem;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.2rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
"""
# Opens what an address points at, and hides what does not hold the words that are typed.
_SCRIPT = """
const open=()=>{const at=location.hash&&document.getElementById(location.hash.slice(1));
if(at)for(let e=at;e;e=e.parentElement)if(e.tagName==="DETAILS")e.open=true;if(at)at.scrollIntoView()};
addEventListener("hashchange",open);open();
const at=id=>document.getElementById(id);
const sift=()=>{const words=at("filter").value.toLowerCase().split(/\\s+/),kind=at("kind").value;let shown=0;
for(const e of document.querySelectorAll(".cause")){
e.hidden=!!kind&&e.dataset.kind!==kind||!words.every(word=>e.textContent.toLowerCase().includes(word));
shown+=!e.hidden}
at("shown").textContent=`${shown} shown`};
for(const name of["filter","kind"])at(name)?.addEventListener("input",sift);
const rows=()=>{const words=at("named").value.toLowerCase().split(/\\s+/),broken=at("broken").checked;
for(const e of document.querySelectorAll("#matrix tbody tr"))
e.hidden=broken&&!e.querySelector(".failed,.warned")||!words.every(word=>e.cells[0].textContent.toLowerCase().includes(word))};
for(const name of["named","broken"])at(name)?.addEventListener("input",rows);
"""
_ACROSS = 8
_OPEN = 5
_MOST_LAWS = 200
_MISSED = 500
_CLASSES: dict[State | None, str] = {
    "not exercised": "idle",
    "not run": "warned",
    "not judged": "warned",
    None: "idle",
}


def html_page(summary: Summary) -> str:
    """Return the page; it loads nothing from anywhere."""
    total = len(summary.outcomes)
    verdict = "every promise holds" if summary.is_whole else "incomplete"
    verdict = verdict if summary.is_good else f"{summary.broken} of {total} promises broken"
    colour = "good" if summary.is_good and summary.is_whole else "bad"
    body = [
        f"<h1>Contract of {_text(summary.settings.url)}</h1>",
        f'<p><span class="verdict {colour}">{verdict}</span></p>',
        f'<p class="facts">{"<br>".join(_text(item) for item in _facts(summary))}</p>',
        f"<p>{_text(summary.shortfall)}</p>" if summary.shortfall else "",
        *(f"<p>{_text(item)}</p>" for item in summary.hints),
        *(f"<p>Left out: {_text(item)}</p>" for item in summary.left_out_for),
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
            f"<body>\n{page}\n<script>{_SCRIPT}</script></body></html>\n"
        )
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def _facts(summary: Summary) -> list[str]:
    settings = summary.settings
    limits = [f"{settings.concurrency} at once"]
    limits += [f"at most {settings.max_requests} requests"] if settings.max_requests else []
    limits += [f"at most {settings.time_limit:g} s"] if settings.time_limit else []
    found = [
        f"{summary.ended.isoformat(sep=' ', timespec='seconds')} · trigger-contract {__version__} · "
        f"document {summary.digest[:12] or 'unknown'}",
        f"{summary.requests:,} requests in {summary.seconds:.1f} s · {', '.join(limits)}"
        f" · seed {settings.seed}",
        line(summary),
    ]
    return [*found, "The server's certificate was not checked."] if settings.insecure else found


def _table(summary: Summary) -> str:
    first = {(item.operation, item.kind): item for item in reversed(summary.findings)}
    # Many operations are read down the page, a few across it.
    if len(summary.operations) > _ACROSS:
        head = "".join(f"<th scope=col>{_text(kind)}</th>" for kind in summary.kinds)
        rows = [
            f"<tr><th scope=row>{_text(name)}</th>"
            + "".join(_cell(summary, name, kind, first.get((name, kind))) for kind in summary.kinds)
            + "</tr>"
            for name in summary.operations
        ]
        tools = (
            '<div class=tools><input id=named type=search placeholder="filter operations" '
            'aria-label="filter operations"><label><input id=broken type=checkbox> only what is broken'
            "</label></div>"
        )
        return f"{tools}<div id=matrix class=long>{_rows(f'<th></th>{head}', rows)}</div>"
    head = "".join(f"<th scope=col>{_text(name)}</th>" for name in summary.operations)
    rows = []
    for kind in summary.kinds:
        cells = [_cell(summary, name, kind, first.get((name, kind))) for name in summary.operations]
        rows.append(f"<tr><th scope=row>{_text(kind)}</th>{''.join(cells)}</tr>")
    return _scrolled(f"<th></th>{head}", rows)


def _cell(summary: Summary, operation: str, kind: str, finding: Finding | None) -> str:
    state, counts = summary.cell(operation, kind)
    title = ", ".join(f"{count} {name}" for name, count in counts.items())
    sign = SIGNS[state][0]
    shown = f"{sign} {counts[state]}" if state and state != "not exercised" else sign
    if finding is not None and state != "passed":
        shown = f'<a href="#{_address(finding)}">{shown}</a>'
    return f'<td class="cell {_class(state)}" title="{_text(title)}">{shown}</td>'


def _address(finding: Finding) -> str:
    """The same for the same finding in every report, so that it can be pointed at."""
    return "f" + sha256(finding.fingerprint.encode("utf-8", "replace")).hexdigest()[:12]


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
    kinds = dict.fromkeys(item.first.kind for item in summary.causes)
    search = (
        '<div class=tools><input id=filter type=search placeholder="filter findings" '
        'aria-label="filter findings"><select id=kind aria-label="kind of promise">'
        '<option value="">every kind'
        f"{''.join(f'<option>{_text(kind)}' for kind in kinds)}</select>"
        f"<span id=shown>{len(summary.causes)} shown</span></div>"
    )
    causes = [_cause(summary, item, is_open=number < _OPEN) for number, item in enumerate(summary.causes)]
    return ["<h2>Findings</h2>", search, *causes]


def _cause(summary: Summary, cause: Cause, *, is_open: bool) -> str:
    first, *others = (_finding(item) for item in cause.findings)
    finding = cause.first
    times = f" · {cause.exchanges} exchanges" if cause.exchanges > 1 else ""
    also = f" · also {_text(cause.others)}" if others else ""
    law = f"<code>{_text(finding.law)}</code> {_text(finding.operation)}"
    head = f'<span class="{_class(cause.state)}">{cause.state}</span> {law}: {_text(finding.message)}'
    opened = " open" if is_open and cause.state == "failed" else ""
    more = "".join(f"<hr>{item}" for item in others)
    kind = _text(finding.kind)
    shown = f"<summary>{head}{times}{also}</summary>{first}{more}"
    return f"<details class=cause data-kind={kind}{opened}>{shown}</details>"


def _finding(finding: Finding) -> str:
    rows: list[tuple[str, str]] = [
        ("operation", f"{_text(finding.operation)}: {_text(finding.message)}"),
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
    address = _address(finding)
    code = f"<code>{_text(finding.fingerprint)}</code>"
    rows.append(("fingerprint", f'<a href="#{address}" title="the address of this finding">{code}</a>'))
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl id="{address}">{facts}</dl>'


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
    if found := list(rows(summary)):
        head = "<th>operation</th>" + "".join(f"<th scope=col>{name}</th>" for name in COLUMNS)
        lines = [
            f"<tr><th scope=row>{_text(row.operation)}</th>"
            + "".join(_share(met, total) for met, total in row.cells)
            + "</tr>"
            for row in found
        ]
        parts.append(_scrolled(head, lines))
    for share in shares(summary):
        head = f"{_text(share.aspect)}: {share.met} of {share.promised}"
        missed = "".join(f"<li><code>{_text(name)}</code></li>" for name in share.missed[:_MISSED])
        if len(share.missed) > _MISSED:
            missed += f"<li>and {len(share.missed) - _MISSED:,} more; report.json has them all</li>"
        below = f"<p>Never met in this run:</p><ul>{missed}</ul>" if missed else "<p>All met.</p>"
        parts.append(f"<details><summary>{head}</summary>{below}</details>")
    return parts


def _share(met: int, total: int) -> str:
    kind = "idle" if not total else "passed" if met == total else "warned" if met else "failed"
    return f'<td class="cell {kind}">{f"{met}/{total}" if total else "-"}</td>'


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
    table = _scrolled(head, rows)
    if len(rows) <= _MOST_LAWS:
        return table
    return f"<details><summary>{len(rows):,} laws on operations</summary>{table}</details>"


def _rows(head: str, rows: list[str]) -> str:
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _scrolled(head: str, rows: list[str]) -> str:
    return f"<div class=scroll>{_rows(head, rows)}</div>"


def _class(state: State | None) -> str:
    return _CLASSES.get(state, str(state))


def _text(value: object) -> str:
    return html.escape(str(value))
