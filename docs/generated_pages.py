"""The reference pages that are made from the program itself, so that they cannot say anything else.

They exist only in the built site, into which docs/build.py puts them.
"""

from __future__ import annotations

import html
import importlib
import importlib.util
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from trigger_contract.cli import COMMANDS, group
from trigger_contract.cli.examples import examples
from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.citations import Citations, read_provenance
from trigger_contract.contract.findings import Citation
from trigger_contract.contract.law import Law, law_of
from trigger_contract.contract.prose import rules
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.locate import read_document
from trigger_contract.document.phrases import KINDS, PHRASES
from trigger_contract.document.quoting import markdown_text
from trigger_contract.mock.deviations import DEVIATIONS, PROFILES

ROOT = Path(__file__).resolve().parent.parent
# The responses that the laws about errors are about.
_STATUSES = {
    "unknown-id": ("404", "4XX"),
    "malformed-id": ("400", "404", "4XX"),
    "invalid-query": ("400", "4XX"),
    "content": ("400", "401", "404", "4XX"),
}


_FROM_DOCSTRINGS = """Made from the docstrings of the distribution `trigger-dev-client`, which
`trigger-contract generate` builds from the canonical document. Everything here is imported from
`trigger_dev_client`. How to use it is told in the [guide](../../client/lists.md).
"""


def pages() -> dict[str, str]:
    """Return the text of each generated page by its path."""
    return {
        "reference/commands.md": "\n".join(_commands()),
        **{f"reference/client/{name}.md": text for name, text in _client().items()},
        "reference/laws.md": "\n".join(_laws()),
        "reference/deviations.md": "\n".join(_deviations()),
        "reference/promises.md": "\n".join(_promises()),
    }


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "Made from the program's own parser. Exit codes of every command: 0 good; 1 the thing checked is"
    yield "not right; 2 the command could not do its work, said in one line on stderr.\n"
    yield "`trigger-contract --version` says which one is installed. Names of commands and options complete"
    yield "in bash, zsh and fish with one line in the shell's start-up file:\n"
    yield '```\neval "$(_TRIGGER_CONTRACT_COMPLETE=bash_source trigger-contract)"   # ~/.bashrc'
    yield 'eval "$(_TRIGGER_CONTRACT_COMPLETE=zsh_source trigger-contract)"    # ~/.zshrc'
    yield "_TRIGGER_CONTRACT_COMPLETE=fish_source trigger-contract | source   # ~/.config/fish/config.fish"
    yield "```\n"
    yield "| command | what it does |\n|---|---|"
    for name, summary in COMMANDS.items():
        yield f"| [`{name}`](#trigger-contract-{name}) | {summary} |"
    context = click.Context(group, info_name="trigger-contract", **group.context_settings)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield from _command(command, command.make_context(name, [], parent=context, resilient_parsing=True))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n## trigger-contract {context.info_name}\n"
    yield f"```\ntrigger-contract {context.info_name} {usage}\n```\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    yield "```\n" + "\n".join(examples(command.epilog)) + "\n```\n"
    yield "| option | meaning |\n|---|---|"
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        # Arguments are told in the text.
        if record and record[1]:
            yield f"| {_code_cell(record[0])} | {_cell(record[1])} |"


def _code_cell(text: str) -> str:
    """Return code for a cell of a table: a bar in a code span would end the cell, or show its escape."""
    safe = html.escape(text)
    for mark in "|*_[]`\\":
        safe = safe.replace(mark, f"&#{ord(mark)};")
    return f"<code>{safe}</code>"


def _cell(text: str) -> str:
    """Return text for a cell of a table or a quotation, in which nothing counts as markup."""
    return markdown_text(text, cell=True)


def _client() -> dict[str, str]:
    """Return a page for each kind of class, by its name; one page of all would be too long to read."""
    package = _load("trigger_dev_client_names", ROOT / "generated" / "trigger_dev_client" / "__init__.py")
    by_page = {
        "clients": ("Clients", "client"),
        "methods": ("Methods", "api"),
        "pages": ("Pages", "_pages"),
        "errors": ("Errors", "errors"),
    }
    listed = (ROOT / "generated" / "api.md").read_text(encoding="utf-8")

    def place(item: tuple[str, str]) -> tuple[int, str, bool]:
        """Those with most methods first; asynchronous ones after their counterpart."""
        plain = item[0].removeprefix("Async")
        section = listed.partition(f"\n## {plain},")[2].partition("\n## ")[0]
        methods = section.count("\n| [") or listed.count(f"/api/{plain.lower()}/")
        return -methods, plain, plain != item[0]

    found: dict[str, str] = {}
    for page, (title, module) in by_page.items():
        lines = [f"# {title} of the Python client\n", _FROM_DOCSTRINGS]
        for name, home in sorted(package.items(), key=place):
            if home.partition(".")[0] == module:
                lines.append(f"::: trigger_dev_client.{home}.{name}\n")
        found[page] = "\n".join(lines)
    return found


def _load(name: str, path: Path) -> dict[str, str]:
    """Return where a package's public names live, without importing the package."""
    import ast

    homes: dict[str, str] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=name)):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            for alias in node.names:
                if not alias.name.startswith("_"):
                    homes[alias.asname or alias.name] = node.module
    return homes


def _laws() -> Iterator[str]:
    document = read_document()
    citations = Citations(document, read_provenance(None))
    subjects = contract_from(document).subjects
    laws = list(_all_laws())
    kinds = list(dict.fromkeys(law.kind for law in laws))
    yield "# Laws of the contract\n"
    yield f"The {len(laws)} laws of the suite, made from the suite itself. A law is judged on every operation"
    yield "that makes its promise, found by the operation's form. Under each stand the words that it defends,"
    yield "with the page and line they were published on; a *derived* law follows from those words."
    yield "What *documented*, *derived* and *advisory* mean is told under [Tiers](../explanation/tiers.md).\n"
    for kind in kinds:
        yield f"\n## {kind}\n"
        for law in laws:
            if law.kind == kind:
                yield from _law(law, [subject for subject in subjects if law.applies(subject)], citations)


def _all_laws() -> Iterator[Law]:
    for path in sorted((ROOT / "contract_tests").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"contract_tests_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for value in vars(module).values():
            if (law := law_of(value)) is not None:
                yield law


def _law(law: Law, subjects: list[Subject], citations: Citations) -> Iterator[str]:
    option = f" Runs only with `--{law.option.replace('_', '-')}`." if law.option else ""
    yield f"\n### {law.code}\n"
    yield f"{law.title}. *{law.tier.capitalize()}.*{option}\n"
    said: dict[str, tuple[list[str], list[str]]] = {}
    for subject in subjects:
        for citation in _cited(law, subject, citations):
            operations, places = said.setdefault(citation.sentence, ([], []))
            operations.append(subject.name)
            places.extend(citation.places)
    for sentence, (operations, places) in said.items():
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(operations))
        pages = ", ".join(dict.fromkeys(places))
        yield f"> {_cell(sentence)}\n>\n> {names}{': ' + pages if pages else ''}\n"
    if not said:
        yield "No operation of the canonical document makes this promise.\n"


def _cited(law: Law, subject: Subject, citations: Citations) -> Iterator[Citation]:
    """Yield the words a law defends on one operation, from where such words stand in a document."""
    found = [citations.at(pointer, law.sentence) for pointer in _pointers(law, subject)]
    found = [citation for citation in found if citation.sentence]
    yield from found or [citations.at(subject.pointer, law.sentence)]


def _pointers(law: Law, subject: Subject) -> list[tuple[str | int, ...]]:
    if law.sentence:
        return [subject.pointer]
    pages = subject.pages
    paged = [leaf for leaf in (pages.size, pages.after, pages.before) if leaf] if pages else []
    match law.kind:
        case "pagination":
            return [subject.leaf_pointer(leaf) for leaf in paged]
        case "filters":
            return [subject.leaf_pointer(leaf) for leaf in subject.leaves if leaf not in paged]
        case "errors" | "auth":
            documented = subject.operation.definition.get("responses", {})
            wanted = _STATUSES.get(law.code.partition("/")[2], ("401", "4XX"))
            return [(*subject.pointer, "responses", status) for status in documented if status in wanted]
        case "prose":
            return [rule.pointer for rule in rules(subject.document, subject.response_pointer)]
    return [subject.pointer]


def _deviations() -> Iterator[str]:
    yield "# Deviations of the mock\n"
    yield "Where the real server departs from its pages, each a switch: `--deviation NAME` and"
    yield "`--no-deviation NAME` of `trigger-contract mock`. Why there are two profiles is told under"
    yield "[Profiles](../explanation/profiles.md).\n"
    profiles = list(PROFILES)
    yield f"| name | what the server does | {' | '.join(profiles)} |"
    yield f"|---|---|{'---|' * len(profiles)}"
    for name, text in DEVIATIONS.items():
        marks = ["on" if name in PROFILES[profile] else "" for profile in profiles]
        yield f"| {name} | {_quoted(text)} | {' | '.join(marks)} |"


def _promises() -> Iterator[str]:
    yield "# Promises in prose\n"
    yield "A description may promise more than any keyword of OpenAPI can. The normaliser reads such"
    yield "sentences once and writes what they promise into the document, beside the description:\n"
    yield "```yaml\nx-promise:\n- kind: hidden\n  from: public key"
    yield "  says: omitted if the request was made with a Public API key\n```\n"
    yield "The suite reads this data and no sentence. Of a document that the normaliser never saw, the"
    yield "descriptions are read on the way by the same rows, so it gets the same laws.\n"
    yield "In an overlay, or in your own document, an entry with `reason` in place of `says` declares a"
    yield "promise that stands in no sentence; `tier` tells how firm it is (`documented`, `derived` or"
    yield "`advisory`). An entry with `struck` and the reason takes one back.\n"
    yield "| kind | what it promises | takes | a text that says so |\n|---|---|---|---|"
    for name, kind in KINDS.items():
        takes = ", ".join([f"`{one}`" for one in kind.arguments] + [f"`{one}`?" for one in kind.optional])
        texts = [_cell(phrase.example) for phrase in PHRASES if phrase.kind == name]
        yield f"| `{name}` | {kind.meaning} ({kind.tier}) | {takes} | {'; '.join(texts)} |"


def _quoted(text: Any) -> str:
    return str(text).replace("|", "\\|")
