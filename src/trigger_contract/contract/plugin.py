"""The pytest plugin: options, one test for each law and operation, reports at the end."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from trigger_contract.contract.baseline import (
    Comparison,
    Deviation,
    compare,
    dump_deviations,
    read_deviations,
)
from trigger_contract.contract.coverage import ASPECTS, Coverage, coverage
from trigger_contract.contract.findings import Outcome, outcome_from
from trigger_contract.contract.har import har_entry
from trigger_contract.contract.law import Check, applicable, law_of
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.report.text import failure_text, summary_text
from trigger_contract.contract.report.write import write_reports
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import OPTIONS, settings_from
from trigger_contract.contract.summary import KINDS, Summary
from trigger_contract.document.files import write_files
from trigger_contract.errors import UserError

HANDOFF = "trigger-contract-run"
_RUN = pytest.StashKey["Run"]()
_OUTCOME, _REACHED, _ABORT = "contract-outcome", "contract-reached", "contract-abort"
_HAR_BODY = 4096


class Handoff:
    """What the command line gives to the plugin, and where the plugin puts what came of it.

    Attributes:
        session: The run; that the server is there has been seen.
        summary: What it came to; None until it ends.
        trouble: Why it could not do its work, or empty.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.summary: Summary | None = None
        self.trouble = ""


class Run:
    """One pytest process: the controller that reports, a worker that asks, or both in one."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        settings = session.settings
        self.settings = settings
        self.session = session
        self.contract = session.contract
        self.deviations: list[Deviation] = read_deviations(settings.known) if settings.known else []
        self.is_worker = hasattr(config, "workerinput")
        self.is_controller = bool(getattr(config.option, "dist", "no") != "no") and not self.is_worker
        self.outcomes: list[Outcome] = []
        self.reached: set[str] = set()
        self.entries: list[dict[str, Any]] = []
        self.requests = 0
        self.touched: dict[str, frozenset[str]] = dict.fromkeys(ASPECTS, frozenset())
        self.start = time.monotonic()
        self.summary: Summary | None = None

    def compare(self) -> Comparison:
        """Hold the known deviations against everything found."""
        found = [finding.fingerprint for item in self.outcomes for finding in item.findings]
        return compare(self.deviations, found, self.reached, date.today())

    def is_known(self, outcome: Outcome) -> list[str]:
        """Return the fingerprints of an outcome that are known."""
        fingerprints = [finding.fingerprint for finding in outcome.findings]
        return sorted(compare(self.deviations, fingerprints, (), date.today()).known)

    def finish(self) -> Summary:
        """Gather the summary and write what was asked for."""
        if not self.is_controller:
            self.take_over(self.session.client.sent, self.har(), self.met())
        self.summary = Summary(
            self.settings,
            tuple(sorted(self.outcomes, key=_position)),
            self.compare(),
            self.requests,
            time.monotonic() - self.start,
            frozenset(self.reached),
            tuple(self.entries),
            Coverage(coverage(self.contract, ()).promised, self.touched),
        )
        if self.settings.write_known:
            findings = [finding for item in self.summary.outcomes for finding in item.findings]
            write_files({self.settings.write_known: dump_deviations(findings, self.deviations)})
        if self.settings.report:
            write_reports(self.summary, self.settings.report)
        return self.summary

    def har(self) -> list[dict[str, Any]]:
        """Return this process's exchanges for the archive, if one is asked for."""
        if not self.settings.report:
            return []
        redact = self.session.redactor.text
        return [har_entry(exchange, redact, _HAR_BODY) for exchange in self.session.client.journal]

    def met(self) -> dict[str, list[str]]:
        """Return what of the contract this process has met."""
        met = coverage(self.contract, self.session.client.journal).met
        return {aspect: sorted(names) for aspect, names in met.items()}

    def take_over(self, requests: int, entries: list[dict[str, Any]], met: Mapping[str, list[str]]) -> None:
        """Add what a process sent and met."""
        self.requests += requests
        self.entries += entries
        for aspect, names in met.items():
            self.touched[aspect] = self.touched[aspect].union(names)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of ``trigger-contract test``."""
    group = parser.getgroup("contract", "the contract suite")
    for option in OPTIONS:
        if option.name == "strict":
            # pytest has a --strict of its own, with a kindred meaning; it switches both on.
            continue
        details: dict[str, Any] = {"dest": f"contract_{option.field}", "help": option.help}
        if option.kind is bool:
            details |= {"action": "store_true", "default": None}
        else:
            details |= {"type": option.kind, "default": None, "metavar": option.metavar}
            if option.many:
                details["action"] = "append"
        group.addoption(f"--{option.name}", **details)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings and the document; say in one line what is missing."""
    if config.option.help or getattr(config.option, "markers", False):
        return
    try:
        handoff = config.pluginmanager.get_plugin(HANDOFF)
        values = {item.field: getattr(config.option, f"contract_{item.field}", None) for item in OPTIONS}
        values["strict"] = bool(config.getini("strict"))
        session = handoff.session if handoff else Session(settings_from(values))
        # Workers get the controller's options, so they get the same seed.
        config.option.contract_seed = session.settings.seed
        config.stash[_RUN] = Run(config, session)
    except UserError as error:
        _abort(config, str(error))


def pytest_sessionstart(session: pytest.Session) -> None:
    """See whether the server is there before anything is collected."""
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    if not run.is_worker:
        session.config.pluginmanager.register(_Collector(run, session.config), "contract-collector")
    if session.config.option.collectonly or session.config.pluginmanager.get_plugin(HANDOFF):
        return
    try:
        preflight(run.session)
    except UserError as error:
        _abort(session.config, run.session.redactor.text(str(error)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of a law for each operation it applies to."""
    law = law_of(metafunc.function)
    run = metafunc.config.stash.get(_RUN, None)
    if law is None or run is None:
        return
    subjects = applicable(law, run.contract.subjects, run.settings)
    metafunc.parametrize("check", subjects, ids=[item.name for item in subjects], indirect=True)


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Check:
    """One law on one operation."""
    law = law_of(request.function)
    assert law is not None
    return Check(law, request.param, request.config.stash[_RUN].session)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out laws that apply to no operation and put the rest in the order the kinds are told."""
    run = config.stash.get(_RUN, None)
    if run is None:
        return
    laws = {item.nodeid: law_of(getattr(item, "function", None)) for item in items}
    kinds = {law.kind for law in laws.values() if law} | {law.code for law in laws.values() if law}
    for probe in run.settings.probe:
        if probe not in kinds:
            known = sorted(name for name in kinds if "/" not in name)
            _abort(config, f"--probe {probe}: there is no such law; kinds are {', '.join(known)}")
    idle = [item for item in items if laws[item.nodeid] and not hasattr(item, "callspec")]
    idle += [item for item in items if laws[item.nodeid] and _is_empty(item)]
    if idle:
        config.hook.pytest_deselected(items=idle)
    items[:] = [item for item in items if item not in idle]
    items.sort(
        key=lambda item: KINDS.index(law.kind) if (law := laws[item.nodeid]) and law.kind in KINDS else 99
    )


def _is_empty(item: pytest.Item) -> bool:
    """Whether pytest made the item for an empty set of parameters."""
    return any("NOTSET" in str(value) for value in item.callspec.params.values()) or "NOTSET" in item.name  # type: ignore[attr-defined]  # only parametrized functions have a callspec, and these are


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a law instead of calling its function: findings are collected, not raised."""
    if law_of(pyfuncitem.function) is None:
        return None
    run = pyfuncitem.config.stash[_RUN]
    check = pyfuncitem.funcargs["check"]
    assert isinstance(check, Check)
    try:
        outcome = check.run()
    except UserError as error:
        message = run.session.redactor.text(str(error))
        pyfuncitem.user_properties.append((_ABORT, message))
        pytest.fail(message, pytrace=False)
    pyfuncitem.user_properties.append((_OUTCOME, json.dumps(outcome.to_dict())))
    pyfuncitem.user_properties.append((_REACHED, json.dumps(sorted(check.reached))))
    state = outcome.state(run.is_known(outcome), strict=run.settings.strict)
    if state == "failed":
        pytest.fail(failure_text(outcome, run.settings), pytrace=False)
    if state == "not exercised":
        text = f"not exercised: {outcome.reason}"
        if run.settings.require_exercised:
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return True


class _Collector:
    """Gathers outcomes; a plugin object, because the hook does not name the run."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the outcome out of a report; end the run where the server is gone."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == _ABORT:
                _abort(self._config, str(value))
            elif name == _OUTCOME:
                self._run.outcomes.append(outcome_from(json.loads(str(value))))
            elif name == _REACHED:
                self._run.reached.update(json.loads(str(value)))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take what a worker of pytest-xdist sent."""
        output = getattr(node, "workeroutput", {})
        self._run.take_over(
            output.get("contract_requests", 0),
            output.get("contract_entries", []),
            output.get("contract_met", {}),
        )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports and settle the exit code."""
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    run.session.close()
    if run.is_worker:
        output = session.config.workeroutput  # type: ignore[attr-defined]  # pytest-xdist puts it there
        output["contract_requests"] = run.session.client.sent
        output["contract_entries"] = run.har()
        output["contract_met"] = run.met()
        return
    if exitstatus not in (0, 1) or not run.outcomes:
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = 2
        return
    try:
        summary = run.finish()
    except UserError as error:
        _abort(session.config, str(error))
    handoff = session.config.pluginmanager.get_plugin(HANDOFF)
    if handoff:
        handoff.summary = summary
    if exitstatus == 0 and not summary.is_good:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_judged(report: pytest.TestReport) -> bool:
    """Whether a report is that of a law that came to a judgement, good or bad."""
    return any(name in (_OUTCOME, _ABORT) for name, _ in report.user_properties)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print operations by kinds of promise, and what stands out."""
    run = config.stash.get(_RUN, None)
    if run is not None and run.summary is not None:
        terminalreporter.write_line("")
        terminalreporter.write(summary_text(run.summary, width=terminalreporter._tw.fullwidth))


def _abort(config: pytest.Config, message: str) -> None:
    handoff = config.pluginmanager.get_plugin(HANDOFF)
    if handoff:
        handoff.trouble = message
    pytest.exit(message, returncode=2)


def _position(outcome: Outcome) -> int:
    return KINDS.index(outcome.kind) if outcome.kind in KINDS else len(KINDS)
