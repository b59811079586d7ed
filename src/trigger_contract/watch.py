"""The fixture ``contract_watch``: an application's own tests judge what they send and get.

    def test_orders_can_be_read(contract_watch):
        assert httpx.get("https://api.example.com/orders/1").json()["id"] == 1

What the test sends through httpx or requests, whatever carries it (a socket, an application inside the
process, a mock of the transport), is judged by the document that the option ``contract_watch_spec`` names. A
test whose exchanges break it fails. ``contract_watch.findings`` holds what is wrong so far. With
``contract_watch = report`` no test fails; the session tells at its end. The ini option
``usefixtures = contract_watch`` watches every test.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trigger_contract.errors import UserError

if TYPE_CHECKING:
    from trigger_contract.contract.traffic.watching import Watch, Watcher

_WATCHER = pytest.StashKey["Watcher"]()
_FIXTURE = "contract_watch"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options; each is one of the ini file too."""
    group = parser.getgroup("contract-watch", "judging what tests send")
    for name, told in (
        ("spec", "Judge by this document; by default the canonical one."),
        ("known", "Known deviations, which do not fail."),
        ("report", "Write JUnit, JSON, HAR and HTML reports of what was judged here."),
        ("propose", "Write what would make the document true, as an OpenAPI Overlay."),
    ):
        group.addoption(f"--contract-watch-{name}", metavar="PATH", default=None, help=told)
        parser.addini(f"contract_watch_{name}", told, default="")
    parser.addini(
        "contract_watch", "fail: a test that breaks the contract fails; report: only tell.", default="fail"
    )
    parser.addini(
        "contract_watch_url", "Addresses of the API beside those of the document.", "linelist", default=[]
    )


@pytest.fixture
def contract_watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Judge what the test sends through httpx or requests; a broken promise fails the test."""
    watch = _watcher(request.config).watch()
    with watch.looking_on():
        yield watch


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a test that itself went well and whose exchanges did not."""
    result = yield
    watch: Any = pyfuncitem.funcargs.get(_FIXTURE)
    only_reports = pyfuncitem.config.getini("contract_watch") == "report"
    if watch is not None and not only_reports and (text := watch.text()):
        pytest.fail(text, pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Judge what a test left that failed by itself, or that only reports."""
    watch = getattr(item, "funcargs", {}).get(_FIXTURE)
    if watch is not None:
        _ = watch.findings


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was asked for, and fail the session where nothing but the report does."""
    watcher = session.config.stash.get(_WATCHER, None)
    if watcher is None or not watcher.traffic.judged:
        return
    from trigger_contract.contract.traffic.watching import finish

    try:
        is_good = finish(watcher)
    except UserError as error:
        pytest.exit(str(error), returncode=2)
    if session.config.getini("contract_watch") == "report" and not is_good and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what all tests together came to."""
    watcher = config.stash.get(_WATCHER, None)
    if watcher is not None and watcher.told:
        terminalreporter.write_line("")
        terminalreporter.write(watcher.told)


def _watcher(config: pytest.Config) -> Watcher:
    """Return what judges for the whole session; it is made when the first test asks for it."""
    known = config.stash.get(_WATCHER, None)
    if known is None:
        try:
            from trigger_contract.contract.settings import Settings
            from trigger_contract.contract.traffic.watching import Watcher
        except ModuleNotFoundError as error:
            pytest.exit(
                f"contract_watch needs {error.name}: pip install 'trigger-contract[test]'", returncode=2
            )
        mode = config.getini("contract_watch")
        if mode not in ("fail", "report"):
            pytest.exit(f"contract_watch is fail or report, not {mode!r}", returncode=2)
        settings = Settings(
            url="what the tests sent",
            spec=_path(config, "spec"),
            known=_path(config, "known"),
            report=_path(config, "report"),
            propose=_path(config, "propose"),
        )
        try:
            known = Watcher(settings, tuple(config.getini("contract_watch_url")))
        except UserError as error:
            pytest.exit(str(error), returncode=2)
        config.stash[_WATCHER] = known
    return known


def _path(config: pytest.Config, name: str) -> Path | None:
    given = getattr(config.option, f"contract_watch_{name}", None)
    if given:
        return Path(given)
    text = config.getini(f"contract_watch_{name}")
    # As pytest has it, what an ini file names stands beside that file.
    path = config.rootpath / text if text else None
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    return path / worker if path and name == "report" and worker else path
