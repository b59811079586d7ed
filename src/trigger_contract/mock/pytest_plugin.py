"""Fixtures for tests of code that talks to the runs API.

``trigger_mock`` answers inside the process: every httpx client, sync or async, that calls a server
named in the document (or ``trigger_mock.url``) reaches the mock and no socket is opened.
``trigger_mock_server`` answers on a real socket, for code that does not use httpx.

Both have the same members: ``.url .token .public_token .recoup_token .runs .faults .requests
.clock .reset()``, and both begin each test with fresh data. A marker chooses the data:

    @pytest.mark.trigger_mock(profile="real", seed=3, runs=50, progression="manual:2")

With ``TRIGGER_MOCK_URL`` set, both use the mock server that runs there instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trigger_contract.mock.control import Mock
    from trigger_contract.mock.settings import Settings

ENVIRONMENT = "TRIGGER_MOCK_URL"
IN_PROCESS_URL = "http://trigger.mock"
_OPTIONS = ("profile", "seed", "runs", "progression", "deviation", "no_deviation", "strict_query")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "trigger_mock(profile='docs', seed=0, runs=300, progression='instant', deviation=(), "
        "no_deviation=(), strict_query=False): what the mock server is told for this test",
    )


@pytest.fixture
def trigger_mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Return a mock server that answers httpx inside this process."""
    options = _options(request)
    if url := os.environ.get(ENVIRONMENT):
        mock = _elsewhere(url, options)
        yield mock
        _tell_unused(request, mock)
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

    app = create_app(settings=_settings(options))
    hosts = {httpx.URL(server).host for operation in app.service.operations for server in operation.servers}
    with respx.mock(assert_all_called=False, assert_all_mocked=False) as router:
        for host in sorted({*hosts, httpx.URL(IN_PROCESS_URL).host}):
            router.route(host=host).mock(side_effect=lambda sent: answer_httpx(app, sent))
        router.route().pass_through()
        mock = _mock(IN_PROCESS_URL, app.service.settings, near(Admin(app.service)))
        try:
            yield mock
            _tell_unused(request, mock)
        finally:
            app.service.close()


@pytest.fixture
def trigger_mock_server(request: pytest.FixtureRequest) -> Iterator[Mock]:
    """Return a mock server on a socket of this machine."""
    options = _options(request)
    if url := os.environ.get(ENVIRONMENT):
        mock = _elsewhere(url, options)
        yield mock
        _tell_unused(request, mock)
        return
    from trigger_contract.mock.admin import Admin
    from trigger_contract.mock.control import near
    from trigger_contract.mock.server import MockServer

    with MockServer(settings=_settings(options)) as server:
        mock = _mock(server.url, server.service.settings, near(Admin(server.service)))
        yield mock
        _tell_unused(request, mock)


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
    if sorted(wanted.deviations) != call("GET", "/health", None)["deviations"]:
        pytest.skip(f"the mock server at {url} has another profile than this test wants")
    mock.reset(runs=options.get("runs"), seed=options.get("seed"))
    if "progression" in options:
        mock.progression(options["progression"])
    return mock


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("trigger_mock")
    options = dict(marker.kwargs) if marker else {}
    if (marker and marker.args) or set(options) - set(_OPTIONS):
        raise pytest.UsageError(f"the marker trigger_mock takes the keywords {', '.join(_OPTIONS)}")
    return options


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
