"""What published pages say is text on the site, also where it comes through a docstring of the client."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "docs" / "docstrings.py"


@pytest.fixture(scope="module")
def harmless():
    spec = importlib.util.spec_from_file_location("docs_docstrings", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.harmless


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<img src=x onerror=y> of it", "&lt;img src=x onerror=y> of it"),
        ("a </p><script>b", "a &lt;/p>&lt;script>b"),
        ("![p](http://e.test/p.png)", "&#33;[p](http://e.test/p.png)"),
        ("[x](javascript:alert)", "[x]&#40;javascript:alert)"),
        ("[x](/runs/metadata) 1 < 2 `<b>` `x`", "[x](/runs/metadata) 1 < 2 `<b>` `x`"),
    ],
)
def test_nothing_in_a_docstring_is_live(harmless, said, shown):
    source = f'class A:\n    """{said}"""\n\n    b: int = 1\n    """{said}"""\n    c = "{said}"\n'
    module = ast.parse(harmless(source))
    (shown_class,) = module.body
    assert ast.get_docstring(shown_class) == shown
    assert ast.literal_eval(shown_class.body[2].value) == shown
    assert ast.literal_eval(shown_class.body[3].value) == said
