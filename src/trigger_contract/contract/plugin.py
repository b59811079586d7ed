"""The pytest plugin: options, one test for each law and operation, reports at the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trigger_contract.contract.baseline import read_deviations
from trigger_contract.contract.findings import outcome_from
from trigger_contract.contract.gathering import Gathering
from trigger_contract.contract.law import Check, Law, applicable, law_of
from trigger_contract.contract.life.cleaning import clean_up, left_lines, want_leave
from trigger_contract.contract.loader import check_probes, order_of
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.report.text import failure_text, summary_text
from trigger_contract.contract.report.write import check_folders
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import OPTIONS, settings_from, shard_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.summary import Summary
from trigger_contract.errors import UserError

_RUN = pytest.StashKey["Run"]()
_OUTCOME, _REACHED, _ABORT = "contract-outcome", "contract-reached", "contract-abort"
_SENT, _LEFT = "contract-sent", "contract-left"


class Run:
    """One pytest process: the controller that reports, a worker that asks, or both in one."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        settings = session.settings
        self.settings = settings
        self.session = session
        self.contract = session.contract
        self.is_worker = hasattr(config, "workerinput")
        self.is_controller = bool(getattr(config.option, "dist", "no") != "no") and not self.is_worker
        self.gathering = Gathering(session, read_deviations(settings.known) if settings.known else [])
        self.told: set[str] = set()
        self.left: list[str] = []
        self.summary: Summary | None = None

    def finish(self) -> Summary:
        """Gather the summary and write what was asked for."""
        if not self.is_controller:
            self.gathering.take_over(self.gathering.sent())
        self.summary = self.gathering.summary()
        self.gathering.write(self.summary)
        return self.summary


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
        values = {item.field: getattr(config.option, f"contract_{item.field}", None) for item in OPTIONS}
        values["strict"] = bool(config.getini("strict"))
        session = Session(settings_from(values))
        check_folders(session.settings)
        if session.settings.write:
            want_leave(session.settings)
        # The user's own laws are collected like those of the suite.
        config.args += [str(folder) for folder in session.settings.laws]
        # Workers get the controller's options, so they get the same seed.
        config.option.contract_seed = session.settings.seed
        config.stash[_RUN] = Run(config, session)
    except UserError as error:
        _abort(str(error))


def pytest_sessionstart(session: pytest.Session) -> None:
    """See whether the server is there before anything is collected."""
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    if not run.is_worker:
        session.config.pluginmanager.register(_Collector(run), "contract-collector")
    if session.config.option.collectonly:
        return
    try:
        preflight(run.session)
    except UserError as error:
        _abort(run.session.redactor.text(str(error)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of a law for each operation it applies to."""
    law = law_of(metafunc.function)
    run = metafunc.config.stash.get(_RUN, None)
    if law is None or run is None:
        return
    subjects = applicable(law, run.contract, run.settings)
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
    try:
        check_probes(laws.values(), run.settings.probe)
    except UserError as error:
        _abort(str(error))
    idle = [item for item in items if laws[item.nodeid] and _is_idle(item)]
    part, parts = shard_of(run.settings.shard)
    ours = [item for item in items if laws[item.nodeid] and item not in idle]
    reading = [item for item in ours if not _writes(laws[item.nodeid])]
    kept = {item.nodeid for item in reading[part - 1 :: parts]}
    kept |= {item.nodeid for item in ours if part == 1 and _writes(laws[item.nodeid])}
    idle += [item for item in ours if item.nodeid not in kept]
    if idle:
        config.hook.pytest_deselected(items=idle)
    items[:] = [item for item in items if item not in idle]
    # What is no law of ours stays where it was, behind them.
    items.sort(key=lambda item: order_of(law.kind) if (law := laws[item.nodeid]) else (len(laws), ""))


def _writes(law: Law | None) -> bool:
    return law is not None and law.writes


def _is_idle(item: pytest.Item) -> bool:
    """Whether pytest made the item for no operation at all, whatever operations are called."""
    callspec: Any = getattr(item, "callspec", None)
    return callspec is None or not isinstance(callspec.params.get("check"), Subject)


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
    outcome.findings = [item for item in outcome.findings if item.fingerprint not in run.told]
    run.told.update(item.fingerprint for item in outcome.findings)
    pyfuncitem.user_properties.append((_OUTCOME, json.dumps(outcome.to_dict())))
    pyfuncitem.user_properties.append((_REACHED, json.dumps(sorted(check.reached))))
    known = run.gathering.known(finding.fingerprint for finding in outcome.findings)
    state = outcome.state(known, strict=run.settings.strict)
    if state == "failed":
        pytest.fail(failure_text(outcome, run.settings), pytrace=False)
    if outcome.fault or (outcome.cut and not run.settings.allow_incomplete):
        pytest.fail(outcome.reason, pytrace=False)
    if state in ("not exercised", "not run"):
        text = f"not exercised: {outcome.reason}"
        if run.settings.require_exercised:
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return True


class _Collector:
    """Gathers outcomes; a plugin object, because the hook does not name the run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the outcome out of a report; end the run where the server is gone."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == _ABORT:
                _abort(str(value))
            elif name == _OUTCOME:
                self._run.gathering.outcomes.append(outcome_from(json.loads(str(value))))
            elif name == _REACHED:
                self._run.gathering.reached.update(json.loads(str(value)))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take what a worker of pytest-xdist sent."""
        output = getattr(node, "workeroutput", {})
        self._run.gathering.take_over(output.get(_SENT, {}))
        self._run.left += output.get(_LEFT, [])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports and settle the exit code."""
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    if run.settings.write:
        run.left += left_lines(clean_up(run.session), run.session)
    run.session.close()
    if run.is_worker:
        output = session.config.workeroutput  # type: ignore[attr-defined]  # pytest-xdist puts it there
        output[_SENT] = run.gathering.sent()
        output[_LEFT] = run.left
        return
    if exitstatus not in (0, 1) or not run.gathering.outcomes:
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = 2
        return
    try:
        summary = run.finish()
    except UserError as error:
        _abort(str(error))
    if exitstatus == 0 and not summary.is_good:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print operations by kinds of promise, and what stands out."""
    run = config.stash.get(_RUN, None)
    for line in run.left if run is not None else ():
        terminalreporter.write_line(line)
    if run is not None and run.summary is not None:
        terminalreporter.write_line("")
        terminalreporter.write(summary_text(run.summary, width=terminalreporter._tw.fullwidth))


def _abort(message: str) -> None:
    pytest.exit(message, returncode=2)
