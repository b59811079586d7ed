"""Building the client distribution: templates, formatting, header, and one swap at the end."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openapi_python_client import Project
from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from trigger_contract import __version__
from trigger_contract.document.references import check_references
from trigger_contract.errors import UserError
from trigger_contract.generate.environment import filters, variables
from trigger_contract.generate.plan import Plan
from trigger_contract.generate.planning import make_plan
from trigger_contract.generate.skeleton import Skeleton, make_skeleton

PROJECT_NAME = "trigger-dev-client"
PACKAGE_NAME = "trigger_dev_client"

_TEMPLATES = Path(__file__).parent / "templates"
_LINE_LENGTH = "100"
# What a client folder holds; a folder with anything else in it is not ours to replace.
_OWN = frozenset({PACKAGE_NAME, "pyproject.toml", "README.md", "api.md", "LICENSE", ".gitignore"})
_LEFTOVERS = frozenset({"__pycache__", ".ruff_cache", ".mypy_cache", "dist"})


def generate(document: Mapping[str, Any], target: Path, source: Path | None = None) -> list[Path]:
    """Build the client of a document.

    Args:
        document: The OpenAPI document.
        target: The folder of the distribution. It is replaced as a whole, or left as it is.
        source: The document's file, for error messages.

    Returns:
        Paths of the files, relative to the folder.

    Raises:
        UserError: The document cannot be turned into a client, or the folder cannot be written or
            holds something else.
    """
    target = Path(os.path.realpath(target))  # a link stays, what it leads to is replaced
    _check_target(target)
    with _staging(target) as staging:
        built = staging / "client"
        with blaming(document, source):
            check_references(document)
            plan = make_plan(document)
            _render(plan, built)
        _format(built)
        _stamp(plan, built)
        files = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
        _swap(built, target, staging)
    return files


@contextlib.contextmanager
def blaming(document: Mapping[str, Any], source: Path | None) -> Iterator[None]:
    """Say of whatever goes wrong with a document that the document is at fault, and where."""
    try:
        yield
    except UserError as error:
        raise UserError(error.message, source=error.source or source, line=error.line) from None
    except RecursionError:
        raise UserError("the document's schemas contain themselves without end", source=source) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # Its own import takes longer than everything else here, and it is only needed after a failure.
        from trigger_contract.document.specification import fault_error

        raise fault_error(document, source) or UserError(
            f"cannot be read: {error!r}", source=source
        ) from error


def _check_target(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise UserError("is a file, not a folder for the client", source=target)
    strangers = sorted(
        path.name
        for path in target.iterdir()
        if path.name not in _OWN | _LEFTOVERS and path.suffix != ".egg-info"
    )
    if strangers:
        raise UserError(
            f"holds {strangers[0]!r}, which is no part of a client; name another folder", source=target
        )


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A temporary folder beside the target, so that the swap is a rename."""
    parent = target.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=parent))
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", source=target) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _render(plan: Plan, folder: Path) -> None:
    skeleton = make_skeleton(plan)
    config = _config(skeleton, folder)
    data = GeneratorData.from_dict(skeleton.document, config=config)
    if isinstance(data, GeneratorError):
        raise UserError(f"openapi-python-client: {data.header} {data.detail or ''}")
    project = Project(openapi=data, config=config, custom_template_path=_TEMPLATES)
    project.env.filters.update(filters(plan))
    project.env.globals.update(variables(plan, skeleton))
    with contextlib.redirect_stdout(io.StringIO()):
        problems = project.build()
    if problems:
        detail = "; ".join(f"{problem.header} {problem.detail or ''}" for problem in problems)
        raise UserError(f"openapi-python-client: {detail}")
    package = folder / PACKAGE_NAME
    for path in sorted((_TEMPLATES / "runtime").glob("*.py.jinja")):
        text = project.env.get_template(f"runtime/{path.name}").render()
        (package / path.name.removesuffix(".jinja")).write_text(text, encoding="utf-8")
    shutil.copyfile(_TEMPLATES / "LICENSE", folder / "LICENSE")
    (folder / "api.md").write_text(project.env.get_template("api.md.jinja").render(), encoding="utf-8")


def _config(skeleton: Skeleton, folder: Path) -> Config:
    return Config.from_sources(
        ConfigFile(
            class_overrides={
                name: ClassOverride(module_name=module) for name, module in skeleton.modules.items()
            },
            project_name_override=PROJECT_NAME,
            package_name_override=PACKAGE_NAME,
            package_version_override=__version__,
            post_hooks=[],
        ),
        MetaType.UV,
        document_source=folder,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder,
    )


def ruff() -> str:
    """Return the path of the ruff that is installed beside this package, whatever PATH says.

    Raises:
        UserError: There is none.
    """
    name = "ruff" + (sysconfig.get_config_var("EXE") or "")
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).is_file():
            return str(folder / name)
    raise UserError("ruff is not installed in this environment; run scripts/setup", source="ruff")


def _format(folder: Path) -> None:
    base = ["--isolated", "--no-cache", "--quiet", "--target-version", "py311", "--line-length", _LINE_LENGTH]
    for arguments in (["check", "--fix", "--exit-zero", "--select", "F401,I", *base], ["format", *base]):
        done = subprocess.run(
            [ruff(), *arguments, "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "RUFF_NO_CACHE": "true"},
        )
        if done.returncode != 0:
            raise UserError(f"the generated code is not valid: {(done.stderr or done.stdout)[:300]}")


def _stamp(plan: Plan, folder: Path) -> None:
    """Put a header on every file that ties it to its document."""
    title = json.dumps(" ".join(f"{plan.title} {plan.document_version}".split()), ensure_ascii=False)
    lines = (
        f"Generated by trigger-contract {__version__} from {title}; changes are overwritten.",
        f"Document: sha256 {plan.digest}",
    )
    for path in folder.rglob("*"):
        if not path.is_file() or path.name == "LICENSE":
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            # Two hyphens would end the comment early.
            header = "".join(f"<!-- {line.replace('--', '- -')} -->\n" for line in lines)
        else:
            header = "".join(f"# {line}\n" for line in lines)
        path.write_text(
            header + ("\n" if text and not text.startswith("\n") else "") + text, encoding="utf-8"
        )


def _swap(built: Path, target: Path, staging: Path) -> None:
    """Put the new folder where the old one is; whatever fails, one of the two is there."""
    previous = staging / "previous"
    try:
        if target.exists():
            os.replace(target, previous)
        try:
            os.replace(built, target)
        except OSError:
            if previous.exists():
                os.replace(previous, target)
            raise
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", source=target) from None
