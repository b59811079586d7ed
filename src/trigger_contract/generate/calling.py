"""What resources and methods are called: what the document says, as short as a person would say it.

Each operation has names of its own, the shortest first, and gets the first that no other operation of its
resource could have. Where an operationId only repeats the path, or there is none, a name tells what is done.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trigger_contract.document.listing import answer_schema, items_of
from trigger_contract.document.memo import once_per_document
from trigger_contract.document.operations import Operation, operations
from trigger_contract.document.pagination import pagination
from trigger_contract.document.words import flat, singular
from trigger_contract.errors import UserError
from trigger_contract.generate.naming import Names, is_version, snake_case, stem, words
from trigger_contract.generate.reserved import METHOD_NAMES
from trigger_contract.generate.servers import HINT

_VERBS = {"get": "retrieve", "post": "create", "put": "replace", "patch": "update", "delete": "delete"}
# Springfox adds the method to a function's name.
_TAIL = re.compile(r"Using(?:GET|POST|PUT|PATCH|DELETE)(?:_\d+)?\Z")
_ARTICLES = frozenset(("a", "an", "the"))
_DANGLING = _ARTICLES | {"to", "for", "of", "from", "in", "by", "on", "under", "with"}
# Of what is read at a path only these are things to do; ``search_results`` is there to be read.
_READING = frozenset(("get", "list", "find", "read", "check"))
# What the last part of a path begins with where it says what is done, and not what is there.
_ACTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        accept activate add apply approve archive assign attach authorize block build cancel capture change
        check clear clone close complete confirm convert copy create deactivate decline delete deploy detach
        disable download duplicate enable end evaluate execute export extend find finish follow generate get
        ignore import initiate invite join leave list lock login logout manage mark merge move mute open
        override pause pin preview promote publish read reassign redeem refresh refund register reject
        release reload remove rename renew replace replay reschedule resend reset resolve restart restore
        resume retry revoke rotate run save schedule search send set share skip start stop submit subscribe
        suspend sync terminate test transfer trigger unarchive unblock unfollow unlock unpin unpublish
        unsubscribe update upload upsert validate verify void
        """,
    )
)

# A path may hold ``/things/{id}:cancel``, ``/things/{id}.{format}`` and, where people part operations, ``#``.
_PARTS = re.compile(r"[/#?:]+|\.(?=\{)")

Place = tuple[str, str]
"""Path and method of an operation."""


def hint(operation: Operation) -> Mapping[str, Any]:
    """The operation's ``x-client``: names that people chose, and under ``poll`` what reads what it starts.

    Raises:
        UserError: It holds something else.
    """
    given = operation.definition.get(HINT)
    if given is None:
        return {}
    if isinstance(given, Mapping):
        wrong = [
            key
            for key, value in given.items()
            if key not in ("resource", "method", "poll")
            or not (isinstance(value, str) or (key == "poll" and value is False))
        ]
        if not wrong:
            return given
    line = getattr(operation.definition, "lines", {}).get(HINT)
    raise UserError(
        f"{HINT} of {operation.operation_id}: give texts for `resource`, `method` and `poll`",
        source=getattr(operation.definition, "source", None),
        line=line,
    )


def tag_of(operation: Operation) -> str:
    """What an operation belongs to: its ``x-client``, its tag, or the first things that its path names."""
    if "resource" in hint(operation):
        return str(hint(operation)["resource"])
    if operation.definition.get("tags"):
        return operation.tag
    return next((part for part in _segments(operation) if "{" not in part and _is_many(part)), operation.tag)


def short_id(operation: Operation) -> str:
    """The operationId without what frameworks add to it.

    FastAPI adds path and method to a function's name, Springfox the method; NestJS puts the controller first.
    """
    name = operation.operation_id
    tail = re.sub(r"\W", "_", operation.path) + "_" + operation.method
    if len(name) > len(tail):
        name = name.removesuffix(tail)
    name = _TAIL.sub("", name) or name
    _, controller, rest = name.partition("Controller_")
    return rest if controller and rest else name


def method_names(
    document: Mapping[str, Any], members: Sequence[Operation], noun: str, taken: Names
) -> dict[Place, str]:
    """Name the methods of a resource: what people chose first, then each by itself.

    Args:
        document: The document.
        members: The operations of the resource.
        noun: The resource's tag.
        taken: The names that are gone.
    """
    chosen: dict[Place, str] = {}
    for operation in members:
        if "method" in hint(operation):
            chosen[operation.path, operation.method] = taken.take(snake_case(hint(operation)["method"]))
    rest = [operation for operation in members if (operation.path, operation.method) not in chosen]
    names = {(operation.path, operation.method): _names(document, operation, noun) for operation in rest}
    often = Counter(name for candidates in names.values() for name in candidates)
    for operation in rest:
        place = (operation.path, operation.method)
        candidates = names[place]
        best = next((name for name in candidates if often[name] == 1), candidates[-1])
        best = f"{best}_" if best in METHOD_NAMES else best
        chosen[place] = taken.take(
            best, candidates[-1], snake_case(short_id(operation)), snake_case(operation.operation_id)
        )
    return chosen


def _names(document: Mapping[str, Any], operation: Operation, noun: str) -> list[str]:
    """The names that an operation could have, the shortest first; the last tells the most."""
    repeats = _repeats_path(operation)
    if "operationId" not in operation.definition or repeats == 2 or (repeats and _ids_are_paths(document)):
        found = _by_path(document, operation, noun)
    else:
        found = _by_id(operation, noun)
    names = dict.fromkeys(snake_case("_".join(parts), fallback="call") for parts in found)
    # A name that was cut to a keyword is none.
    usable = [name for name in names if not keyword.iskeyword(name.rstrip("_"))]
    return usable or list(names)[-1:]


# Names of what an operationId says.


def _by_id(operation: Operation, noun: str) -> Iterable[list[str]]:
    """The words of an operationId without its version and without the tag's noun.

    ``list_runs_v1`` under ``runs`` becomes ``list``, ``get_run_result_v1`` becomes ``get_result`` and
    ``list_task_runs`` under ``tasks`` becomes ``list_runs``. ``create_project_envvar`` is ``create`` as well,
    where its path stands below a project, ``list_bucket`` is ``list`` under ``Verify Bucket``.
    """
    parts = _said(operation)
    above = _above(operation, noun)
    target = _stems(noun)
    plain = _cut(parts, target, above)
    tails = (_cut(parts, target[start:], above) for start in range(len(target)))
    base = next((found for found in tails if found != parts), parts)
    cut = _without_parents(operation, noun, base)
    return [*(_tidy(found) for found in (cut, base) if found != parts), plain]


def _said(operation: Operation) -> list[str]:
    """The words of an operationId without its version, ``v1`` or ``v2025.0``."""
    parts = [part.lower() for part in words(short_id(operation))]
    while len(parts) > 1:
        end = -2 if len(parts) > 2 and parts[-1].isdecimal() else -1
        if not is_version(parts[end]):
            break
        parts = parts[:end]
    method, first = operation.method, "".join(parts[:1])
    glued = first.removeprefix(method)
    if glued not in ("", first) and "".join([glued, *parts[1:]]) in flat(operation.path):
        # ``getsettings`` at ``/settings``.
        return [method, glued, *parts[1:]]
    return parts


def _cut(parts: list[str], target: list[str], above: list[str]) -> list[str]:
    """Take a noun out of a name, with an article before it and what the path has before it as well."""
    size = len(target)
    for start in range(len(parts) - size + 1):
        if len(parts) > size and [stem(part) for part in parts[start : start + size]] == target:
            before, after = parts[:start], parts[start + size :]
            if after and before and before == above:
                return after
            return [*(before[:-1] if len(before) > 1 and before[-1] in _ARTICLES else before), *after]
    return parts


def _without_parents(operation: Operation, noun: str, parts: list[str]) -> list[str]:
    """The name without what the path stands below: ``create`` for ``create_project_envvar``.

    Only where the id names the noun, so that what stands before it tells whose it is.
    """
    if not set(_stems(noun)) <= set(_stems(short_id(operation))):
        return parts
    segments = operation.path.split("/")
    places = [index for index, segment in enumerate(segments) if _stems(segment) == _stems(noun)]
    below = {
        word
        for index, above in enumerate(segments[: places[-1]] if places else ())
        if segments[index + 1].startswith("{")
        for word in _stems(above)
    }
    return [*parts[:1], *(part for part in parts[1:] if stem(part) not in below)]


def _above(operation: Operation, noun: str) -> list[str]:
    """The words of the path before the noun, if it has the noun."""
    segments = [part for part in _segments(operation) if "{" not in part]
    place = next((index for index, part in enumerate(segments) if _stems(part) == _stems(noun)), 0)
    return [word.lower() for part in segments[:place] for word in words(part)]


def _tidy(parts: list[str]) -> list[str]:
    """Take off the small words with which a name ends where its noun was cut."""
    while len(parts) > 1 and parts[-1] in _DANGLING:
        parts = parts[:-1]
    return parts


# Names of what is done at a path.


def _repeats_path(operation: Operation) -> int:
    """Whether an operationId is only method and path: 2 where it has places for parameters, else 1."""
    parts = _said(operation)
    if operation.method not in (*parts[:1], *parts[-1:]) or "operationId" not in operation.definition:
        return 0
    said = parts[1:] if parts[0] == operation.method else parts[:-1]
    segments = [part for part in _PARTS.split(operation.path) if part]
    for start in range(len(segments)):
        if "{" not in segments[start] and _spells(said, segments[start:]):
            fixed = sum(len(words(part)) for part in segments[start:] if "{" not in part)
            return 2 if len(said) > fixed else 1
        if "{" in segments[start]:
            break
    return 0


def _spells(said: Sequence[str], segments: Sequence[str]) -> bool:
    """Whether words are those of a path, each parameter as ``id``, by its name, or left out."""
    if not segments:
        return not said
    head = [word.lower() for word in words(segments[0])]
    if "{" not in segments[0]:
        return list(said[: len(head)]) == head and _spells(said[len(head) :], segments[1:])
    return any(
        list(said[: len(spelt)]) == spelt and _spells(said[len(spelt) :], segments[1:])
        for spelt in (["id"], head, [])
    )


@once_per_document
def _ids_are_paths(document: Mapping[str, Any]) -> bool:
    """Whether the operationIds of a document are made of paths, as those with parameters show."""
    found = [
        _repeats_path(operation) == 2
        for operation in operations(document)
        if "{" in operation.path and "operationId" in operation.definition
    ]
    return 2 * sum(found) > len(found)


def _by_path(document: Mapping[str, Any], operation: Operation, noun: str) -> Iterable[list[str]]:
    """What is done to the last thing of the path: ``create``, ``list_tags``, ``copy``, ``list_for_user``."""
    segments = _segments(operation)
    fixed = [index for index, part in enumerate(segments) if "{" not in part]
    is_item = bool(segments) and "{" in segments[-1]
    if not fixed:
        return [[_verb(document, operation, is_item)]]
    last = fixed[-1]
    said = [word.lower() for word in words(segments[last])] or [operation.method]
    rest = [] if _is_of(segments[last], noun) else _without(said, noun)
    if (
        not is_item
        and said[0] in _ACTIONS
        and (operation.method != "get" or len(said) == 1 or said[0] in _READING)
    ):
        verb, rest = [said[0]], _without(said[1:], noun)
    elif operation.method == "post" and rest and not is_item and not _is_many(segments[last]):
        verb = []
    else:
        verb = [_verb(document, operation, is_item)]
        if rest and verb != ["list"] and (is_item or verb == ["create"]):
            rest = [*rest[:-1], singular(rest[-1])]
    others = [index for index in fixed[:-1] if not _is_of(segments[index], noun)]
    parents = [index for index in others if "{" in segments[index + 1]]
    between = [word.lower() for index in others if index not in parents for word in words(segments[index])]
    above = [word.lower() for index in parents for word in words(singular(segments[index]))]
    whose = ["for", *above] if above else []
    if verb == ["retrieve"] and not rest and not is_item:
        # There may be one of its things to be retrieved as well.
        rest, short = said, [*verb]
    else:
        short = [*verb, *_tidy(rest)]
    return [short, [*verb, *rest], [*verb, *between, *rest, *whose]]


def _verb(document: Mapping[str, Any], operation: Operation, is_item: bool) -> str:
    if operation.method == "post" and is_item:
        return "update"
    if operation.method == "get" and _is_list(document, operation, is_item):
        return "list"
    return _VERBS.get(operation.method, operation.method)


def _is_list(document: Mapping[str, Any], operation: Operation, is_item: bool) -> bool:
    if is_item:
        return pagination(document, operation) is not None
    if answer_schema(document, operation) is None:
        return _is_many(_segments(operation)[-1])
    return items_of(document, operation) is not None


def _segments(operation: Operation) -> list[str]:
    """The parts of a path, without versions."""
    return [part for part in _PARTS.split(operation.path) if part and not is_version(part)]


def _is_many(segment: str) -> bool:
    last = [word.lower() for word in words(segment)][-1:]
    return bool(last) and stem(last[0]) != last[0]


def _is_of(segment: str, noun: str) -> bool:
    """Whether a part of a path only says what the tag says."""
    name = flat(singular(segment))
    return set(_stems(segment)) <= set(_stems(noun)) or (len(name) > 3 and name in flat(noun))


def _without(said: list[str], noun: str) -> list[str]:
    """Words without those at their ends that the tag has; all of them where nothing would be left."""
    known, kept = set(_stems(noun)), said
    while kept and stem(kept[0]) in known:
        kept = kept[1:]
    while kept and stem(kept[-1]) in known:
        kept = kept[:-1]
    return kept


def _stems(name: str) -> list[str]:
    return [stem(word.lower()) for word in words(name)]
