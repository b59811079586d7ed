"""From the plan to the files of the client: which template makes which file."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, Template
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.schema.untrusted_string import UntrustedString

from trigger_contract import __version__
from trigger_contract.document.quoting import html_comment, python_comment
from trigger_contract.errors import UserError
from trigger_contract.generate.compiled import Compiled
from trigger_contract.generate.environment import filters, variables
from trigger_contract.generate.plan import Plan
from trigger_contract.generate.schemas import Enum, Model

_TEMPLATES = Path(__file__).parent / "templates"
_COMPILED = Compiled(_TEMPLATES)
_OF_MANY = ("model.py.jinja", "str_enum.py.jinja", "endpoint_init.py.jinja", "endpoint_module.py.jinja")
_MARKUP = re.compile(r"\{[{%#]")


def render(plan: Plan, folder: Path) -> None:
    """Write the files of a client, not yet formatted, into a folder that is not there.

    openapi-python-client lays out the client and renders our templates. Its parser is left out: it drops
    ``style``, ``explode`` and extensions, mangles bracketed names and gives up on nested unions, so the
    generator is handed the plan where it expects what its parser finds.

    Raises:
        UserError: A file cannot be made.
    """
    project = Project(openapi=_handed(plan), config=_config(plan, folder), custom_template_path=_TEMPLATES)
    markdown, python = _headers(plan)
    project.env.bytecode_cache = _COMPILED
    project.env.template_class = _stamped(markdown, python)
    project.env.filters.update(filters(plan))
    project.env.globals.update(variables(plan))
    for name in _OF_MANY:
        _template(project.env, name)
    with contextlib.redirect_stdout(io.StringIO()):
        problems = project.build()
    if problems:
        detail = "; ".join(f"{problem.header} {problem.detail or ''}" for problem in problems)
        raise UserError(f"openapi-python-client: {detail}")
    package = folder / plan.package
    _write(package / "params.py", _template(project.env, "params.py.jinja").render())
    _write(package / "py.typed", python)
    _render_runtime(project.env, package, python)
    _write(folder / "api.md", _template(project.env, "api.md.jinja").render())
    shutil.copyfile(_TEMPLATES / "LICENSE", folder / "LICENSE")
    _COMPILED.keep()


def _render_runtime(env: Environment, package: Path, header: str) -> None:
    """Write the modules that are the same in all clients, or nearly."""
    for path in (_TEMPLATES / "runtime").glob("*.py.jinja"):
        text = path.read_text(encoding="utf-8")
        if _MARKUP.search(text):
            text = _template(env, f"runtime/{path.name}").render()
        else:
            text = f"{header}\n{text}"
        _write(package / path.name.removesuffix(".jinja"), text)


def _handed(plan: Plan) -> GeneratorData:
    """Return the plan as openapi-python-client walks it; a template finds its part of it as ``planned``."""
    models, enums = (
        [SimpleNamespace(class_info=_named(each), value_type=str, planned=each) for each in parts]
        for parts in (plan.models, plan.enums)
    )
    collections = {
        resource.package: SimpleNamespace(
            endpoints=[SimpleNamespace(name=method.module, planned=method) for method in resource.methods],
            parse_errors=[],
            planned=resource,
        )
        for resource in plan.resources
    }
    handed: dict[str, Any] = {"models": models, "enums": enums, "endpoint_collections_by_tag": collections}
    title, version = UntrustedString(plan.title), UntrustedString(plan.version)
    return GeneratorData(title=title, description=None, version=version, errors=[], **handed)


def _named(part: Model | Enum) -> SimpleNamespace:
    return SimpleNamespace(name=part.reference.name, module_name=part.reference.module)


def _template(env: Environment, name: str) -> Template:
    template = env.get_template(name)
    template.globals = dict(template.globals)  # copied for each file, which takes long from several maps
    return template


def _write(path: Path, text: str) -> None:
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())


def _config(plan: Plan, folder: Path) -> Config:
    return Config.from_sources(
        ConfigFile(
            project_name_override=plan.project,
            package_name_override=plan.package,
            package_version_override=plan.version,
            post_hooks=[],
        ),
        MetaType.UV,
        document_source=folder,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder,
    )


def _headers(plan: Plan) -> tuple[str, str]:
    """What ties a file to its document, in Markdown and as comments."""
    title = f'"{" ".join(f"{plan.title} {plan.document_version}".split())}"'
    digest = f"Document: sha256 {plan.digest}"
    made = "Generated by trigger-contract {} from {}; changes are overwritten."
    markdown = f"<!-- {made.format(__version__, html_comment(title))} -->\n<!-- {digest} -->\n"
    return markdown, f"# {made.format(__version__, python_comment(title))}\n# {digest}\n"


def _stamped(markdown: str, python: str) -> type[Template]:
    """Templates whose files begin with such a header."""

    class Stamped(Template):
        def render(self, *args: Any, **kwargs: Any) -> str:
            text = super().render(*args, **kwargs)
            header = markdown if str(self.name).endswith(".md.jinja") else python
            return header + ("\n" if text and not text.startswith("\n") else "") + text

    return Stamped
