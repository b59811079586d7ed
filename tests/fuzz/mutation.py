"""Inputs made of known ones: cut, repeated, joined, and set with texts that have broken programs before."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

OWNED = "a_fuzzed_input_ran"
_CODE = f"__import__('sys').modules.__setitem__('{OWNED}', 1)"
TOKENS = (
    f"'+{_CODE}+'",
    f'"+{_CODE}+"',
    f'"""\n{_CODE}\n"""',
    f"\n{_CODE}\n",
    f"{{{{ {_CODE} }}}}",
    "--><script>alert(1)</script>",
    "![p](https://evil.example/p)",
    "````\n",
    "\n## ",
    "\x00",
    "\x1b[31m",
    "\r",
    "\u2028",
    "\u202e",
    "\ufeff",
    "🚀",
    "\\ud800",
    "%00",
    "%F0%9F",
    "%25",
    "../../x",
    "\\",
    "'",
    '"',
    "`",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{}",
    "null",
    "true",
    ": ",
    "- ",
    "&a ",
    "*a",
    "!!python/object ",
    "$ref",
    "#/components/schemas/Thing",
    "#/paths/~1",
    "allOf",
    "oneOf",
    "type",
    "(a+)+$",
    "-0",
    "1e999",
    "NaN",
    "9" * 40,
    "0.1",
    "2024-13-45T99:99:99Z",
    "=",
    "&",
    "?",
    ",",
    ";",
    "page[size]",
    "filter[status]",
    "[" * 50,
    "a" * 300,
)
_LONGEST = 60_000


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A known input after some changes; with none at all it is a known input still."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 1, 3, 12, 80, 600))))
        kind = draw(st.sampled_from(("set", "cut", "repeat", "join", "flip", "move")))
        if kind == "set":
            text = text[:start] + draw(st.sampled_from(TOKENS)).encode() + text[end:]
        elif kind == "cut":
            text = text[:start] + text[end:]
        elif kind == "repeat":
            text = text[:start] + text[start:end] * draw(st.integers(2, 20)) + text[end:]
        elif kind == "join":
            other = draw(st.sampled_from(seeds))
            text = text[:start] + other[draw(st.integers(0, len(other))) :]
        elif kind == "flip":
            text = text[:start] + draw(st.binary(max_size=4)) + text[end:]
        else:
            place = draw(st.integers(0, len(text)))
            text = text[:place] + text[start:end] + text[place:]
        text = text[:_LONGEST]
    return text
