"""The client and the suite against the mock, each as installed: `python tests/release/smoke.py`.

For systems on which the whole of the tests is not run. Needs both distributions, the first with the extras
``mock-httpx`` and ``test``. Exit code 0 where everything held.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager

from trigger_dev_client import TriggerClient

PROGRAM = (sys.executable, "-m", "trigger_contract")
ON_WINDOWS = sys.platform == "win32"


@contextmanager
def mock_server():
    """Run the mock as a program; yield its address, then stop it as a person would."""
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if ON_WINDOWS else 0
    command = (*PROGRAM, "mock", "--port", "0", "--runs", "60")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, creationflags=flags) as server:
        try:
            found = re.search(r"http://[0-9.:]+", server.stdout.readline())
            assert found, "the mock did not print its address"
            yield found.group()
        finally:
            server.send_signal(signal.CTRL_BREAK_EVENT if ON_WINDOWS else signal.SIGTERM)
            server.wait(30)


def main() -> None:
    with mock_server() as url:
        with TriggerClient(secret_key="tr_dev_mock", base_url=url) as trigger:
            runs = {run.id for run in trigger.runs.list(size=20)}
            assert len(runs) == 60, len(runs)
            newest = trigger.runs.retrieve(min(runs))
            assert newest.id in runs
        given = ("--url", url, "--token", "tr_dev_mock", "--tag", "runs", "--seed", "1")
        subprocess.run((*PROGRAM, "test", *given, "--report", "smoke-report"), check=True)
    print("The client, the mock and the suite work here.")


if __name__ == "__main__":
    main()
