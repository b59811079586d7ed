"""Mermaid diagrams of the documentation, drawn once, so that reading the site asks nobody for a script.

The text stays in the pages. `python docs/diagrams.py` draws each into `docs/pictures/diagrams/`, under
the digest of its text, with Mermaid from the npm registry in headless Chromium; `docs/build.py` puts the
drawing in the text's place. A page whose text has no drawing does not build.
"""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures" / "diagrams"
FENCE = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MERMAID = "mermaid@12.3.0"
# Mermaid computes with colours, so it is given colours that nothing else has; each becomes the site's own
# afterwards, and the drawing follows the reader's choice of light or dark.
COLOURS = {
    "#010203": "var(--md-default-fg-color)",
    "#020304": "var(--md-default-fg-color--light)",
    "#030405": "var(--md-default-bg-color)",
    "#040506": "var(--md-code-bg-color)",
    "#050607": "var(--md-typeset-a-color)",
}
_FONT = "system-ui, Helvetica, Arial, sans-serif"
_SETTINGS = """{
  startOnLoad: false, theme: 'base', deterministicIds: true, fontFamily: FONT, htmlLabels: false,
  flowchart: {htmlLabels: false, curve: 'basis', wrappingWidth: 400},
  themeVariables: {
    fontFamily: FONT, primaryColor: '#040506', mainBkg: '#040506', nodeBorder: '#050607',
    primaryBorderColor: '#050607', primaryTextColor: '#010203', nodeTextColor: '#010203',
    textColor: '#010203', titleColor: '#010203', lineColor: '#020304', arrowheadColor: '#020304',
    edgeLabelBackground: '#030405', clusterBkg: '#030405', clusterBorder: '#020304',
    tertiaryColor: '#030405', tertiaryTextColor: '#010203', secondaryColor: '#030405',
  },
}"""
_PAGE = """<!doctype html><meta charset="utf-8"><body><script src="mermaid.min.js"></script><script>
const FONT = %s;
mermaid.initialize(%s);
mermaid.render('%s', %s).then(
  drawn => document.body.innerHTML = drawn.svg, error => document.body.textContent = 'ERROR ' + error);
</script>"""


def picture(text: str) -> Path:
    """Return where the drawing of a diagram is, by its text."""
    return PICTURES / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.svg"


def drawn(page: str, name: str) -> str:
    """Return a page of the documentation with each diagram's drawing in the place of its text.

    Raises:
        FileNotFoundError: A diagram has not been drawn since its text changed.
    """

    def replace(match: re.Match[str]) -> str:
        path = picture(match[1])
        if not path.is_file():
            raise FileNotFoundError(f"{name}: a diagram is not drawn; run python docs/diagrams.py")
        return f'<div class="diagram">{path.read_text(encoding="utf-8").strip()}</div>'

    return FENCE.sub(replace, page)


def diagrams() -> list[str]:
    """Return the texts of all diagrams in the documentation."""
    pages = sorted(DOCS.rglob("*.md"))
    return [text for page in pages for text in FENCE.findall(page.read_text(encoding="utf-8"))]


def draw(text: str, folder: Path, browser: str) -> str:
    """Draw one diagram with the Mermaid in a folder and return it as SVG."""
    # One drawing must not style another on the same page.
    identity = f"diagram-{picture(text).stem}"
    page = folder / "page.html"
    content = _PAGE % (repr(_FONT), _SETTINGS, identity, _quoted(text))
    page.write_text(content, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    options += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    options += [f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files"]
    command = [browser, *options, "--virtual-time-budget=20000", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r"<svg.*</svg>", shown, re.DOTALL)
    if found is None:
        sys.exit(f"docs/diagrams.py: not drawn: {html.unescape(shown)[-300:]}")
    svg = re.sub(r"filter:\s*(?:drop-shadow|url)\([^;}]*;?", "", " ".join(found[0].split()))
    for given, own in COLOURS.items():
        red, green, blue = (int(given[at : at + 2], 16) for at in (1, 3, 5))
        svg = svg.replace(given, own).replace(f"rgb({red}, {green}, {blue})", own)
    return svg + "\n"


def _quoted(text: str) -> str:
    # "<" would end the script that the text stands in.
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`").replace("<", "\\x3c") + "`"


def main() -> None:
    """Draw every diagram and remove the drawings of texts that are gone."""
    browser, npm = shutil.which("chromium"), shutil.which("npm")
    if browser is None or npm is None:
        sys.exit("docs/diagrams.py: needs chromium and npm")
    texts = diagrams()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", scratch, MERMAID],
            check=True,
            capture_output=True,
        )
        shutil.copy(folder / "node_modules" / "mermaid" / "dist" / "mermaid.min.js", folder)
        PICTURES.mkdir(parents=True, exist_ok=True)
        for text in texts:
            picture(text).write_text(draw(text, folder, browser), encoding="utf-8")
    for path in set(PICTURES.glob("*.svg")) - {picture(text) for text in texts}:
        path.unlink()


if __name__ == "__main__":
    main()
