"""Makes the README's pictures from a real run: `python docs/pictures/make.py`, from a set-up checkout.

run.svg is what `scripts/run` prints on a terminal; report.png is the page that it leaves, photographed
by headless Chromium (Debian's package chromium).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WIDTH = 100
FRAME = re.compile(r"[━╸╺].*\d+/\d+")


def terminal(command: str) -> None:
    """Run a script of the project and draw what it printed."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    shown = subprocess.run([ROOT / command], env=environment, capture_output=True, text=True, check=True)
    # Frames of the progress bar, which a terminal writes over one another.
    kept = [line for line in shown.stdout.splitlines() if not FRAME.search(line)]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        console.print(f"[bold green]$[/] {command}")
        console.print(Text.from_ansi("\n".join(kept).replace(str(ROOT), ".")))
    drawn = console.export_svg(title="trigger-contract")
    # Rich's own font would be loaded from elsewhere; the reader's does as well.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    (HERE / "run.svg").write_text(drawn, encoding="utf-8")


def page(path: Path, target: Path, *, width: int, height: int) -> None:
    """Photograph a local page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("docs/pictures/make.py: chromium is not installed")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *("--hide-scrollbars", f"--user-data-dir={profile}", f"--window-size={width},{height}"),
                *(f"--screenshot={target}", path.as_uri()),
            ],
            check=True,
            capture_output=True,
        )


def main() -> None:
    """Make both pictures."""
    terminal("scripts/run")
    page(ROOT / "reports" / "contract" / "report.html", HERE / "report.png", width=1100, height=760)


if __name__ == "__main__":
    main()
