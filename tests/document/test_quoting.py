"""Whatever a document says stays words in each language that we write it in."""

from __future__ import annotations

import ast
import io
import tokenize
import tomllib
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from trigger_contract.document import quoting
from trigger_contract.document.yaml import load

NASTY = (
    "a` *b* _c_ ![p](http://x.test/p.png) [l](javascript:1) @team/x <i>h</i> &amp; ``` \n\n# H\n- | ~~s~~ \\"
)
ANY = st.text(
    st.one_of(st.sampled_from("`*_[]()!<>@|#-+=~&;\\\"'\n\r\t {}$%x1."), st.characters()), max_size=40
)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LIVE = {"html_inline", "html_block", "image", "link_open", "em_open", "strong_open", "s_open"}


def inline(markdown: str) -> list:
    """The tokens of a paragraph, in which all of the text must be."""
    tokens = MARKDOWN.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], tokens
    return tokens[1].children


@given(ANY)
@example(NASTY)
def test_a_code_span_holds_the_whole_text_and_nothing_else(text):
    said = quoting.terminal(text)
    (code,) = inline(f"{quoting.markdown_code(text)}")
    assert code.type == "code_inline"
    assert code.content == (said or '""')


@given(ANY)
@example(NASTY)
@example("1. x")
@example("=== x")
@example("__x__")
def test_text_is_shown_as_it_is_and_nothing_in_it_is_live(text):
    said = quoting.terminal(text)
    if not said:
        assert quoting.markdown_text(text) == ""
        return
    tokens = inline(quoting.markdown_text(text))
    assert not LIVE & {token.type for token in tokens}
    assert "".join(token.content for token in tokens) == said


@given(ANY)
@example(NASTY)
def test_a_cell_of_a_table_ends_where_we_end_it(text):
    for quote in (quoting.markdown_code, quoting.markdown_text):
        table = MARKDOWN.parse(f"| a | b |\n|---|---|\n| {quote(text, cell=True)} | end |\n")
        cells = [token for token in table if token.type == "inline"]
        assert len(cells) == 4
        assert cells[-1].content == "end"


def test_nobody_is_told_of_a_name_in_a_text():
    tokens = inline(quoting.markdown_text("see @octocat and @org/team, not a@b.test"))
    assert [token.content for token in tokens if token.type == "code_inline"] == ["@octocat", "@org/team"]


@given(ANY, ANY)
@example(NASTY, NASTY)
def test_a_sentence_keeps_its_code_spans_and_nothing_else_is_live(name, words):
    words = words.replace("`", "'")
    sentence = quoting.markdown_spans(f"The field {quoting.markdown_code(name)} has {words} now.")
    tokens = inline(sentence)
    assert not LIVE & {token.type for token in tokens}
    assert (quoting.terminal(name) or '""') in [
        token.content for token in tokens if token.type == "code_inline"
    ]


@given(ANY)
@example("\x1b[31m\u202e\u2028::error::")
def test_a_line_of_a_terminal_is_one_line_without_controls(text):
    line = quoting.terminal(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, object]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def handle_data(self, data):
        self.found.append(("data", data))

    def handle_comment(self, data):
        self.found.append(("comment", data))


def page(source: str) -> list[tuple[str, object]]:
    parser = _Page()
    parser.feed(source)
    parser.close()
    return parser.found


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40))
@example('"><script>&lt;')
def test_html_is_read_back_as_the_text(text):
    found = page(f'<p title="{quoting.html(text)}">{quoting.html(text)}</p>')
    assert found[0] == ("p", [("title", text)])
    assert "".join(str(data) for kind, data in found[1:] if kind == "data") == text
    assert {kind for kind, _ in found} <= {"p", "data"}


@given(ANY)
@example("x---><script>1</script>")
@example("--!><b>")
@example("> <!--")
def test_a_comment_is_not_ended_by_what_it_says(text):
    found = page(f"<!-- {quoting.html_comment(text)} -->after")
    assert [kind for kind, _ in found] == ["comment", "data"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@example("yes")
@example("null # x")
def test_yaml_is_read_back_as_the_text(text):
    quoted = quoting.yaml(text)
    assert "\n" not in quoted
    assert load(f"key: {quoted}", "test")["key"] == text


@given(st.text(max_size=40))
@example('"""\\\x00\x7f')
def test_toml_is_read_back_as_the_text(text):
    assert tomllib.loads(f"key = {quoting.toml(text)}")["key"] == text


@given(ANY)
def test_python_reads_a_literal_back_as_the_text(text):
    assert ast.literal_eval(quoting.python_literal(text)) == text


@given(ANY)
@example('a\\"')
@example('""""')
@example('"\\')
@example("\x00\ud800")
def test_a_docstring_ends_where_we_end_it(text):
    source = f'"""{quoting.python_docstring(text)}"""'
    (statement,) = ast.parse(source).body
    said = ast.literal_eval(source)
    assert isinstance(statement, ast.Expr)
    printable = text.replace("\n", "").isprintable()
    assert said == text or not printable


@given(ANY)
@example("x\rimport os\x0c\u2028")
def test_a_comment_of_python_is_one_line(text):
    source = f"# {quoting.python_comment(text)}\n"
    kinds = [token.type for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline)]
    assert kinds == [tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER]


@pytest.mark.parametrize("quote", [quoting.html, quoting.toml, quoting.yaml])
def test_half_a_character_can_be_written(quote):
    assert quote("a\ud800b").encode("utf-8")
