"""Servers that speak HTTP in another way than most are not called broken."""

import pytest
from socket_servers import KEYS, serving

from trigger_contract.contract.runner import run_laws
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings


@pytest.mark.parametrize(
    "manner",
    [{"protocol": "HTTP/1.0"}, {"chunked": True}, {"close": True}, {"delay": 0.03}],
    ids=["HTTP/1.0", "chunked", "closed each time", "slow"],
)
def test_an_unusual_manner_is_not_called_broken(manner):
    with serving(**manner, runs=14) as url:
        settings = Settings(url=url, seed=1, examples=1, max_requests=250, time_limit=600.0, **KEYS)
        session = Session(settings)
        try:
            outcomes = [outcome for outcome, _ in run_laws(session)]
        finally:
            session.close()
    assert [
        finding.fingerprint for item in outcomes for finding in item.findings if finding.tier != "advisory"
    ] == []
    assert sum(outcome.exercised for outcome in outcomes) > 50
