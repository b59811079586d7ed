"""Fixtures for tests of code that talks to the runs API.

``trigger_mock`` answers inside the process: every httpx client, sync or async, that calls a server
named in the document (or ``trigger_mock.url``) reaches the mock and no socket is opened.
``trigger_mock_server`` answers on a real socket, for code that does not use httpx.

Both have the same members: ``.url .token .public_token .recoup_token .runs .faults .requests
.clock .reset()``, and both begin each test with fresh data. A marker chooses the data:

    @pytest.mark.trigger_mock(profile="real", seed=3, runs=50, progression="manual:2")

``trigger_mock_server_module`` and ``trigger_mock_server_session`` are one server for all tests of a module or
of the session, which keeps what they do to it. What all servers are told by default is what the fixture
``trigger_mock_options`` of a ``conftest.py`` returns. A test that fails shows the requests that a server saw.

With ``TRIGGER_MOCK_URL`` set, all of them use the mock server that runs there instead.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trigger_contract.mock.control import Mock
    from trigger_contract.mock.settings import Settings

ENVIRONMENT = "TRIGGER_MOCK_URL"
IN_PROCESS_URL = "http://trigger.mock"
_OPTIONS = ("profile", "seed", "runs", "progression", "deviation", "no_deviation", "strict_query", "spec")
_SHOWN = 20
"""So many of the last requests of a failed test are shown, and so many characters of each body."""
_BODY = 300
_MOCKS = pytest.StashKey[dict[str, "Mock"]]()
_BEFORE = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "trigger_mock(profile='docs', seed=0, runs=300, progression='instant', deviation=(), "
        "no_deviation=(), strict_query=False, spec=None): what the mock server is told for this test",
    )
    config.stash[_MOCKS] = {}


@pytest.fixture(scope="session")
def trigger_mock_options() -> dict[str, Any]:
    """Return what mock servers are told where no marker says otherwise; override it in a ``conftest.py``."""
    return {}


@pytest.fixture
def trigger_mock(request: pytest.FixtureRequest, trigger_mock_options: Mapping[str, Any]) -> Iterator[Mock]:
    """Return a mock server that answers httpx inside this process."""
    options = _options(request, trigger_mock_options)
    if url := os.environ.get(ENVIRONMENT):
        with _shown(request, _elsewhere(url, options)) as mock:
            yield mock
        return
    try:
        import httpx
        import respx
    except ModuleNotFoundError as error:
        pytest.fail(
            f"trigger_mock needs {error.name}: pip install 'trigger-contract[mock-httpx]'; "
            "trigger_mock_server does without",
            pytrace=False,
        )

    from trigger_contract.mock.admin import Admin
    from trigger_contract.mock.app import create_app
    from trigger_contract.mock.control import near
    from trigger_contract.mock.transport import answer_httpx

    app = create_app(_document(options), _settings(options))
    hosts = {httpx.URL(server).host for operation in app.service.operations for server in operation.servers}
    with respx.mock(assert_all_called=False, assert_all_mocked=False) as router:
        for host in sorted({*hosts, httpx.URL(IN_PROCESS_URL).host}):
            router.route(host=host).mock(side_effect=lambda sent: answer_httpx(app, sent))
        router.route().pass_through()
        own = _mock(IN_PROCESS_URL, app.service.settings, near(Admin(app.service)))
        try:
            with _shown(request, own) as mock:
                yield mock
        finally:
            app.service.close()


@pytest.fixture
def trigger_mock_server(
    request: pytest.FixtureRequest, trigger_mock_options: Mapping[str, Any]
) -> Iterator[Mock]:
    """Return a mock server on a socket of this machine."""
    with _server(request, trigger_mock_options) as mock:
        yield mock


@pytest.fixture(scope="module")
def trigger_mock_server_module(
    request: pytest.FixtureRequest, trigger_mock_options: Mapping[str, Any]
) -> Iterator[Mock]:
    """Return a mock server on a socket that all tests of the module share."""
    with _server(request, trigger_mock_options) as mock:
        yield mock


@pytest.fixture(scope="session")
def trigger_mock_server_session(
    request: pytest.FixtureRequest, trigger_mock_options: Mapping[str, Any]
) -> Iterator[Mock]:
    """Return a mock server on a socket that all tests of the session share."""
    with _server(request, trigger_mock_options) as mock:
        yield mock


@contextlib.contextmanager
def _server(request: pytest.FixtureRequest, defaults: Mapping[str, Any]) -> Iterator[Mock]:
    options = _options(request, defaults)
    if url := os.environ.get(ENVIRONMENT):
        with _shown(request, _elsewhere(url, options)) as mock:
            yield mock
        return
    from trigger_contract.mock.admin import Admin
    from trigger_contract.mock.control import near
    from trigger_contract.mock.server import MockServer

    with MockServer(_document(options), _settings(options)) as server:
        own = _mock(server.url, server.service.settings, near(Admin(server.service)))
        with _shown(request, own) as mock:
            yield mock


# What a failed test shows


@contextlib.contextmanager
def _shown(request: pytest.FixtureRequest, mock: Mock) -> Iterator[Mock]:
    """Let tests that fail show the requests of a server as long as it is there."""
    mocks, name = request.config.stash[_MOCKS], request.fixturename or "trigger_mock"
    mocks[name] = mock
    try:
        yield mock
        _tell_unused(request, mock)
    finally:
        mocks.pop(name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note what servers that are shared by several tests have seen before this one."""
    before = item.stash[_BEFORE] = {}
    for name, mock in item.config.stash[_MOCKS].items():
        with contextlib.suppress(Exception):
            before[name] = max((call["number"] for call in mock.requests.list()), default=0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add the requests that mock servers saw to the report of a test that failed."""
    outcome: Any = yield
    report = outcome.get_result()
    if not report.failed or report.when == "teardown":
        return
    for name, mock in item.config.stash[_MOCKS].items():
        with contextlib.suppress(Exception):  # a server that is gone must not hide why the test failed
            since = item.stash[_BEFORE].get(name, 0)
            calls = [call for call in mock.requests.list() if call["number"] > since]
            report.sections.append((f"{name}: {len(calls)} requests", _told(calls)))


def _told(calls: list[dict[str, Any]]) -> str:
    from trigger_contract.document.quoting import terminal

    lines = [f"… {len(calls) - _SHOWN} before these"] if len(calls) > _SHOWN else []
    for call in calls[-_SHOWN:]:
        query = "&".join(f"{name}={value}" for name, value in call["query"].items())
        asked = f"{call['method']} {call['path']}{'?' if query else ''}{query}"
        known = f" ({call['operation']})" if "operation" in call else ""
        lines.append(terminal(f"{call['status'] or 'cut'} {asked}{known}{' by a fault' * call['fault']}"))
        if body := call.get("body"):
            lines.append("    " + terminal(f"{body[:_BODY]}{' …' if len(body) > _BODY else ''}"))
        lines += ["    " + terminal(f"hint: {hint}") for hint in call["hints"]]
    return "\n".join(lines) or "none"


def _tell_unused(request: pytest.FixtureRequest, mock: Mock) -> None:
    """Warn of faults that struck no call: a test that passes with one has not tried what it says."""
    for fault in mock.faults.list():
        told = {name: value for name, value in fault.items() if name not in ("id", "matched", "struck")}
        if not fault["struck"]:
            members = ", ".join(f"{name}={value!r}" for name, value in told.items())
            said = f"{fault['matched']} calls matched" if fault["matched"] else "no call matched"
            request.node.warn(pytest.PytestWarning(f"a fault of the mock never struck ({said}): {members}"))


def _mock(url: str, settings: Settings, call: Any) -> Mock:
    from trigger_contract.mock.control import Mock

    return Mock(url, settings.token, settings.public_token, settings.recoup_token, call)


def _elsewhere(url: str, options: dict[str, Any]) -> Mock:
    """Return the server that runs at a URL, reset as this test wants it."""
    from trigger_contract.mock.control import Mock, far
    from trigger_contract.mock.settings import default_keys

    keys = default_keys()
    call = far(url.rstrip("/"))
    mock = Mock(url.rstrip("/"), keys["token"], keys["public_token"], keys["recoup_token"], call)
    wanted = _settings(options)
    health = call("GET", "/health", None)
    if sorted(wanted.deviations) != health["deviations"]:
        pytest.skip(f"the mock server at {url} has another profile than this test wants")
    if (document := _document(options)) is not None:
        from trigger_contract.document.operations import operations

        if {one.operation_id for one in operations(document)} != set(health["operations"]):
            pytest.skip(f"the mock server at {url} serves another document than this test wants")
    mock.reset(runs=options.get("runs"), seed=options.get("seed"))
    if "progression" in options:
        mock.progression(options["progression"])
    return mock


def _options(request: pytest.FixtureRequest, defaults: Mapping[str, Any]) -> dict[str, Any]:
    marker = request.node.get_closest_marker("trigger_mock")
    if (marker and marker.args) or set(marker.kwargs if marker else ()) - set(_OPTIONS):
        raise pytest.UsageError(f"the marker trigger_mock takes the keywords {', '.join(_OPTIONS)}")
    if set(defaults) - set(_OPTIONS):
        raise pytest.UsageError(f"the fixture trigger_mock_options may have {', '.join(_OPTIONS)}")
    return {**defaults, **(marker.kwargs if marker else {})}


def _document(options: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the document that a server is to serve; None for the canonical one."""
    if options.get("spec") is None:
        return None
    from pathlib import Path

    from trigger_contract.mock.reading import read

    return read(Path(options["spec"]))


def _settings(options: dict[str, Any]) -> Settings:
    from trigger_contract.mock.deviations import choose
    from trigger_contract.mock.settings import Progression, Settings

    return Settings(
        runs=options.get("runs", 300),
        seed=options.get("seed", 0),
        deviations=choose(
            options.get("profile", "docs"), options.get("deviation", ()), options.get("no_deviation", ())
        ),
        progression=Progression.parse(options.get("progression", "instant")),
        strict_query=options.get("strict_query", False),
    )
