"""Environment variables of a project."""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.forms import PARTS, parts_of
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.world import World

_RESERVED = frozenset({"TRIGGER_SECRET_KEY", "TRIGGER_API_URL"})
_VARIABLE = Is(
    "object",
    fields={"name": Is("string"), "value": Is("string"), "isSecret": Is("boolean", optional=True)},
)
_IMPORT = Is(
    "object",
    fields={
        "variables": Is("object", also=Is("array", of=_VARIABLE)),
        "override": Is("boolean", optional=True),
        "isSecret": Is("boolean", optional=True),
    },
)
_VALUE = Is("object", fields={"value": Is("string")})
SLUGS = frozenset({"dev", "prod", "stg", "staging", "preview"})
"""The environments a project may have; a server has one, which stands for all of them."""
_KIND = "variable"
_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:[ \t])"""
    r"""[ \t]*('[^']*'|"(?:\\"|[^"])*"|`[^`]*`|[^#\n]*)[ \t]*(?:#.*)?$""",
    re.MULTILINE,
)
_OTHER_PROJECT = (
    "Invalid project ref for this API key. Make sure you are using an API key associated with that project."
)
_NO_VARIABLE = "You must set at least one valid variable."


class Variables:
    """Lists and changes environment variables.

    Args:
        world: Where they are kept.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_variables": self._list,
            "create_variable": self._create,
            "import_variables": self._import,
            "retrieve_variable": self._retrieve,
            "update_variable": self._update,
            "delete_variable": self._delete,
        }

    def _refuse(self, visit: Visit) -> Answer | None:
        """Return the refusal of a request for another project or environment."""
        project, slug = visit.path[:2]
        own = self._world.environment.get("project")
        if own is not None and project != own:
            if visit.bearer.personal:
                return answers.error(404, "Project not found")
            return answers.error(400, _OTHER_PROJECT)
        if visit.bearer.personal and slug not in SLUGS:
            return answers.error(404, "Environment not found")
        return None

    def _list(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        return answers.given(200, [_shown(thing) for thing in self._world.things.all(_KIND)])

    def _create(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        try:
            body = bodies.read_by_hand(visit, _VARIABLE)
        except ValueError:
            return answers.broken()
        if isinstance(body, list):
            return bodies.refused(body)
        return self._set({body["name"]: body["value"]}, body.get("isSecret"), override=True)

    def _import(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        kind = visit.header("content-type")
        if kind.lower().startswith(PARTS):
            return self._import_file(visit, kind)
        try:
            body = bodies.read_by_hand(visit, _IMPORT)
        except ValueError:
            return answers.broken()
        given = body["variables"] if isinstance(body, dict) else None
        if isinstance(given, list) and Deviation.D31 not in self._world.on:
            given = {item["name"]: item["value"] for item in given}  # as the document has them, judged by it
        if isinstance(body, list) or not isinstance(given, dict) or not _are_texts(given):
            return _caught("Invalid body")
        return self._set(given, body.get("isSecret"), override=bool(body.get("override")))

    def _import_file(self, visit: Visit, kind: str) -> Answer:
        """Import a file of lines ``NAME=value`` that a form brings."""
        try:
            parts = {part.name: part for part in parts_of(visit.request.body or b"", kind)}
        except ValueError:
            return _caught("Invalid file")
        if "variables" not in parts or not parts["variables"].is_file:
            return _caught("Invalid file")
        override = "override" in parts and parts["override"].text == "true"
        return self._set(read_lines(parts["variables"].text), None, override=override)

    def _set(self, given: dict[str, str], secret: Any, *, override: bool) -> Answer:
        usable = {name: value for name, value in given.items() if name and value.strip()}
        if not usable:
            return answers.error(400, _NO_VARIABLE)
        allowed = {name: value for name, value in usable.items() if name not in _RESERVED}
        if not allowed:
            return answers.error(400, f"{_NO_VARIABLE} All the variables submitted are not allowed.")
        things = self._world.things
        there = [name for name in allowed if things.get(_KIND, name)]
        if there and not override:
            where = self._world.kind.capitalize()
            text = "Some of the variables are already set for these environments. "
            told = [{"key": name, "error": f"Variable already set in {where}."} for name in there]
            said = f"{text}Set override to true to override them."
            return answers.given(400, {"error": said, "variableErrors": told})
        for name, value in allowed.items():
            things.put(_KIND, name, {"name": name, "value": value, "isSecret": bool(secret)})
        return answers.given(200, {"success": True})

    def _retrieve(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        thing = self._world.things.get(_KIND, visit.path[2])
        return answers.given(200, _shown(thing)) if thing else _unknown()

    def _update(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        try:
            body = bodies.read_by_hand(visit, _VALUE)
        except ValueError:
            return answers.went_wrong() if visit.request.body else answers.failed()
        if isinstance(body, list):
            return bodies.refused(body)
        thing = self._world.things.get(_KIND, visit.path[2])
        if thing is None:
            return _unknown()
        self._world.things.put(_KIND, thing["name"], thing | {"value": body["value"]})
        return answers.given(200, {"success": True})

    def _delete(self, visit: Visit) -> Answer:
        if refused := self._refuse(visit):
            return refused
        if self._world.things.get(_KIND, visit.path[2]) is None:
            return _unknown()
        self._world.things.remove(_KIND, visit.path[2])
        return answers.given(200, {"success": True})


def read_lines(text: str) -> dict[str, str]:
    """Read lines such as ``NAME=value``; of quotes what is in them, of a line break in double ones the break.

    Source: the rules of the npm package dotenv.
    """
    found = {}
    for line in _LINE.finditer(text.replace("\r\n", "\n")):
        value = (line[2] or "").strip()
        quote = value[:1] if len(value) > 1 and value[0] in "'\"`" and value[-1] == value[0] else ""
        value = value[1:-1] if quote else value
        found[line[1]] = value.replace("\\n", "\n").replace("\\r", "\r") if quote == '"' else value
    return found


def _are_texts(given: dict[str, Any]) -> bool:
    return all(isinstance(value, str) for value in given.values())


def _caught(text: str) -> Answer:
    return answers.given(400, {"error": text}, [(b"x-remix-catch", b"yes")])


def _shown(thing: dict[str, Any]) -> dict[str, Any]:
    return thing | ({"value": "<redacted>"} if thing["isSecret"] else {})


def _unknown() -> Answer:
    return answers.error(404, "Environment variable not found")
