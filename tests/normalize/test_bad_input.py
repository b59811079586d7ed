from __future__ import annotations

import sys

import pytest

from trigger_contract.cli import main
from trigger_contract.normalize import Page, normalize

HEAD = "# Title\n\n## OpenAPI\n\n````yaml GET /x\n"
INFO = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
OK = "responses: {'200': {description: Fine}}"


def page(body: str) -> str:
    return f"{HEAD}{body}````\n"


def operation(rest: str, path: str = "/x") -> str:
    return page(f"{INFO}paths:\n  {path}:\n    get: {{{rest}}}\n")


def schema(text: str) -> str:
    return page(f"{INFO}paths: {{}}\ncomponents: {{schemas: {{A: {text}}}}}\n")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command on files; return exit code, stderr and what became of the output file."""

    def run(files, *options):
        output = tmp_path / "out.yaml"
        output.write_text("untouched")
        names = []
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            names.append(str(path))
        monkeypatch.setattr(
            sys, "argv", ["trigger-contract", "normalize", *names, "-o", str(output), *options]
        )
        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code, capsys.readouterr().err, output.read_text()

    return run


BOMB = "x0: &x0 [a,a,a,a,a,a,a,a,a]\n" + "".join(
    f"x{n}: &x{n} [{','.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (HEAD + INFO + "paths:\n  /x:\n    ge", 5, "never closed"),
        (page(INFO + "paths:\n\t/x: {}\n"), 9, "not valid YAML"),
        (page(INFO + "paths: {}\npaths: {}\n"), 9, "stands twice"),
        (page(INFO + BOMB + "paths: {}\n"), None, "aliases expand"),
        (page(INFO + "x: " + "[" * 4000 + "\n"), 8, "nested deeper"),
        (page("x: !!python/object/apply:os.system [id]\n"), 6, "not allowed"),
        ("\x00\x01\x02" * 50, 1, "binary"),
        (b"\xff\xfe\xfa" * 50, 1, "not UTF-8"),
        ("", 1, "empty"),
        ("# A page\n\nabout nothing\n", 1, "no OpenAPI block"),
        ("\n<!-- saved -->\n<HTML><body>\nGET /x\n</body></HTML>\n", 1, "a saved HTML page"),
        (page("swagger: '2.0'\npaths: {}\n"), 6, "Swagger 2.0"),
        (page("openapi: 4.0.0\npaths: {}\n"), 6, "only 3.0 and 3.1"),
        (page("foo: bar\n"), 6, "no dialect"),
        (page("paths: {path: /x, method: frob}\n"), 6, "unknown method"),
        (page("paths: {path: /x, method: get, request: []}\n"), 6, "must be a mapping"),
        (page(INFO + "paths: [a]\n"), 8, "`paths` must be a mapping"),
        (operation("responses: []"), 10, "`responses` must be a mapping"),
        (operation(OK + ", parameters: {}"), 10, "`parameters` must be a list"),
        (operation(OK + ", parameters: [{$ref: 'other.yaml#/x'}]"), 10, "external reference"),
        (operation(OK + ", parameters: [{$ref: '#/components/parameters/no'}]"), 10, "points to nothing"),
        (operation(OK + ", parameters: [{name: {a: 1}, in: query}]"), 10, "`name` must be a text"),
        (operation(OK + ", tags: true"), 10, "`tags` must be a list"),
        (operation(OK + ", operationId: [a]"), 10, "`operationId` must be a text"),
        (operation(OK + ", security: [a]"), 10, "`security` must be a list of mappings"),
        (operation(OK + ", security: 5"), 10, "`security` must be a list"),
        (schema("{type: {a: 1}}"), 9, "`type` must name types"),
        (schema("{anyOf: true}"), 9, "`anyOf` must be a list"),
        (schema("{maxLength: {a: 1}}"), 9, "`maxLength` must be a number"),
        (schema("{$ref: '#/components/schemas/A'}"), 9, "only to itself"),
        (schema("{allOf: [{$ref: '#/components/schemas/A'}, {type: object}]}"), 9, "contains itself"),
        (operation(OK + ", parameters: [{name: a, in: nowhere, schema: {}}]"), 10, "not a valid OpenAPI"),
        (operation(OK, "'/x/{id'"), 9, "a brace without the other"),
        ("# T\n\nGET /x/{id\n", 3, "a brace without the other"),
    ],
)
def test_one_line_names_file_and_line(run, content, line, words):
    code, error, output = run({"page.md": content})
    assert code == 2
    assert error.count("\n") == 1, error
    assert "page.md:" + (str(line) + ":" if line else "") in error
    assert words in error
    assert "Traceback" not in error
    assert output == "untouched"


@pytest.mark.parametrize("name", ["page.yaml", "page.json"])
def test_what_is_no_document_is_refused(run, name):
    code, error, output = run({name: "[]"})
    assert (code, output) == (2, "untouched")
    assert name in error


def test_a_folder_and_a_missing_page_are_named(run, tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("folder", "missing.md"):
        code, error, _ = run({}, str(tmp_path / name))
        assert code == 2
        assert name in error


def test_one_operation_id_for_two_paths_is_refused(run):
    first = operation("operationId: same, " + OK)
    second = operation("operationId: same, " + OK, "/y")
    code, error, output = run({"a.md": first, "b.md": second})
    assert (code, output) == (2, "untouched")
    assert "b.md:10" in error
    assert "'same'" in error
    assert "a.md:10" in error


def test_references_in_a_circle_that_say_nothing_are_refused(run):
    loop = (
        "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}\n"
    )
    code, error, _ = run({"loop.md": page(INFO + "paths: {}\n" + loop)})
    assert code == 2
    assert "only to itself" in error


def test_a_parent_that_lists_its_children_is_legal():
    children = "{oneOf: [{$ref: '#/components/schemas/Cat'}], type: object}, Cat: {allOf: ["
    document = normalize([Page("pets.md", schema(children + "{$ref: '#/components/schemas/A'}]}"))]).document
    assert set(document["components"]["schemas"]) == {"A", "Cat"}


def test_recursive_schemas_are_legal():
    body = (
        INFO
        + "paths: {/x: {get: {responses: {'200': {description: Tree, content: {application/json: {schema: "
        + "{$ref: '#/components/schemas/Tree'}}}}}}}}\n"
        + "components: {schemas: {Tree: {type: object, properties: {children: {type: array, items: "
        + "{$ref: '#/components/schemas/Tree'}}}}}}\n"
    )
    document = normalize([Page("tree.md", page(body))]).document
    tree = document["components"]["schemas"]["Tree"]
    assert tree["properties"]["children"]["items"] == {"$ref": "#/components/schemas/Tree"}


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        (
            "overlay: 1.0.0\ninfo: {}\nactions:\n- target: $.nowhere\n  update: {}\n  x-reason: why\n",
            "matches nothing",
        ),
        ("overlay: 1.0.0\ninfo: {}\nactions:\n- target: $.info\n  update: {title: X}\n", "needs a reason"),
        (
            "overlay: 1.0.0\ninfo: {}\nactions:\n- target: info\n  update: {}\n  x-reason: why\n",
            "not a JSONPath",
        ),
        ("overlay: 2.0.0\ninfo: {}\nactions: []\n", "only 1.0"),
        ("overlay: 1.0.0\ninfo: {}\nactions: []\n", "at least one action"),
        ("overlay: 1.0.0\ninfo: {}\nactions:\n- target: $.info\n  copy: $\n  x-reason: why\n", "no `copy`"),
        ("overlay: 1.0.0\ninfo: {}\nactions:\n- target: $.info\n  x-reason: why\n", "`update` or `remove"),
        (
            "overlay: 1.0.0\ninfo: {}\nactions:\n- target: $.info.title\n  update: X\n  x-reason: why\n",
            "must select objects",
        ),
        ("overlay: 1.0.0\ninfo: {}\nextends: [a]\nactions: []\n", "`extends` must be a text"),
        ("overlay: 1.0.0\ninfo: []\nactions: []\n", "`info` must be a mapping"),
        ("overlay: 1.0.0\ninfo: {}\ntargets: []\nactions: []\n", "no `targets`"),
        ("overlay: 1.05\ninfo: {}\nactions: []\n", "only 1.0"),
    ],
)
def test_a_wrong_overlay_is_named(run, tmp_path, overlay, words):
    path = tmp_path / "decisions.yaml"
    path.write_text(overlay)
    code, error, output = run({"page.md": operation(OK)}, "--overlay", str(path))
    assert (code, output) == (2, "untouched")
    assert "decisions.yaml:" in error
    assert words in error


def test_a_pattern_that_never_ends_is_not_tried():
    text = schema("{type: string, pattern: '^(a+)+$', default: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!}")
    normalize([Page("page.md", text)])


@pytest.mark.parametrize(
    ("target", "change"),
    [
        ("$", "update: {paths: null}"),
        ("$", "update: {paths: []}"),
        ("$", "update: {tags: [{name: {a: 1}}]}"),
        ("$.paths", "update: {/y: 5}"),
        ("$.paths", "update: {'/y{': {get: {responses: {default: {description: a}}}}}"),
        ("$.paths['/x']", "update: {get: text}"),
        ("$.paths['/x'].get", "update: {operationId: [a]}"),
        ("$.paths['/x'].get", "update: {servers: text}"),
        ("$.paths['/x'].get.parameters", "update: text"),
        ("$.paths['/x'].get.parameters[0].schema", "update: {$ref: '#/components/schemas/No'}"),
        ("$.paths['/x'].get.parameters[0].schema", "update: {default: 5}"),
        ("$.paths['/x'].get.responses['200'].description", "remove: true"),
        ("$.openapi", "remove: true"),
    ],
)
def test_an_action_that_breaks_the_document_is_named_by_its_line(run, tmp_path, target, change):
    harmless = "- target: $.info\n  update: {x-note: a}\n  x-reason: why\n"
    actions = f'{harmless}- target: "{target}"\n  {change}\n  x-reason: why\n{harmless}'
    path = tmp_path / "decisions.yaml"
    path.write_text(f"overlay: 1.0.0\ninfo: {{}}\nactions:\n{actions}")
    page = operation(OK + ", parameters: [{name: q, in: query, schema: {type: string}}]")
    code, error, output = run({"page.md": page}, "--overlay", str(path))
    assert (code, output) == (2, "untouched")
    # The action, or the value in it that is wrong.
    assert "decisions.yaml:7: " in error or "decisions.yaml:8: " in error
    assert error.count("\n") == 1
