"""What plain ``schemathesis run`` says about a server, for comparison."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from mutants.hooks import Server
from mutants.keys import KEYS, TOKEN
from trigger_contract.document.locate import resource
from trigger_contract.mock import MockServer, Settings

# Every so many broken servers are shown to schemathesis too; it takes longer than the suite.
EVERY = 14
_EXAMPLES = "15"


def catches(server: Server, usual: set[str]) -> bool:
    """Whether schemathesis complains of something that it does not say of every server.

    Args:
        server: The server.
        usual: What it says of the unchanged mock.
    """
    return bool(complaints(server) - usual)


def complaints(server: Server) -> set[str]:
    """Return what schemathesis complains about: the title of each failure."""
    with (
        tempfile.TemporaryDirectory() as folder,
        MockServer(settings=Settings(runs=server.runs, **KEYS), hook=server.make()) as mock,
    ):
        report = Path(folder) / "junit.xml"
        subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "run", resource("openapi", "openapi.yaml")),
                *("--url", mock.url, "--header", f"Authorization: Bearer {TOKEN}", "--seed", "1"),
                *("--max-examples", _EXAMPLES, "--generation-database", "none"),
                *("--report", "junit", "--report-junit-path", report),
            ],
            capture_output=True,
            timeout=300,
            check=False,
            cwd=folder,
        )
        return _failures(report)


def _failures(report: Path) -> set[str]:
    found: set[str] = set()
    for case in ElementTree.parse(report).iter("testcase"):
        for failure in case.iter("failure"):
            text = f"{failure.get('message', '')}\n{failure.text or ''}"
            found.update(line.strip() for line in text.splitlines() if line.strip().startswith("- "))
    return found
