"""Words and names: operationIds from titles, component names that a person would choose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from http import HTTPStatus
from itertools import chain, count, takewhile

from trigger_contract.document.words import singular as singular

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")
_VERSION = re.compile(r"/(v\d+(?:\.\d+)?(?:(?:alpha|beta)\d*)?)(?=/|\Z)", re.IGNORECASE)
_VERSION_WORD = re.compile(r"[_-]?[vV]\d+\Z")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['\u2019](?=[^\W\d_])")
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]")
_PLURAL_ONLY = frozenset(
    ["options", "settings", "details", "params", "properties", "attributes", "preferences"]
)
_ARTICLES = re.compile(r"(?<![-\w])(?:an?|the)\s+", re.IGNORECASE)
_PHRASES = {
    "413": "ContentTooLarge",  # which Python calls otherwise in each version
    "422": "UnprocessableEntity",
    "1XX": "Informational",
    "2XX": "Success",
    "3XX": "Redirect",
    "4XX": "ClientError",
    "5XX": "ServerError",
    "DEFAULT": "Default",
}


# The same names stand in many places.
@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """Split a name of any style into its words, as written; letters lose their accents."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text))
    return tuple(_WORD.findall(plain.encode("ascii", "ignore").decode()))


def pascal(text: str) -> str:
    """Write a name in PascalCase; abbreviations keep their capitals."""
    return "".join(word if word.isupper() and len(word) > 1 else word.capitalize() for word in words(text))


def folded(name: str) -> str:
    """Return a name without case and separators, in which alone names in generated code must not differ."""
    return "".join(words(name)).casefold() or name


def singular_name(name: str) -> str | None:
    """Return a PascalCase name with its last word in the singular, or None if that changes nothing."""
    *_, last = words(name) or ("",)
    one = singular(last)
    return name.removesuffix(last) + one if one != last and name.endswith(last) else None


_ROLES = frozenset(("Response", "Request", "Body", "Payload", "Object"))
_VERBS = frozenset(
    [
        *("Get", "List", "Retrieve", "Fetch", "Read", "Find", "Search", "Show", "Query", "Create"),
        *("Update", "Delete", "Add", "Set", "Put", "Post", "Patch", "Replace", "Execute", "Run"),
        *("Cancel", "Upload", "Download", "Check", "Override", "Upsert", "Batch"),
    ]
)


def noun(name: str, *, verb: bool = False) -> str:
    """Return the thing that a name is about: ``RetrieveBatchResponse`` → ``Batch``.

    Args:
        name: A name in PascalCase, or a component name of any style.
        verb: Whether it begins with a verb for certain, as an operation does.
    """
    found = words(name)
    kept = list(found)
    while len(kept) > 1 and kept[-1].capitalize() in _ROLES:
        kept.pop()
    answers = "Response" in found[len(kept) :]
    if len(kept) > 2 and (kept[0].capitalize(), kept[-1].capitalize()) == ("List", "Result"):
        kept.pop()
        answers = True
    if "With" in kept[1:]:
        kept = kept[: kept.index("With", 1)]
    if (answers or verb) and len(kept) > 1 and kept[0].capitalize() in _VERBS:
        del kept[0]
    return name if tuple(kept) == found else pascal("_".join(kept))


def joined(name: str, part: str) -> str:
    """Add a part to a name without saying anything twice: ``RunEvents``, ``Event`` → ``RunEvent``."""
    before, after = words(name), words(part)
    if not before or not after:
        return name + part
    ours = [singular(word).lower() for word in before]
    theirs = [singular(word).lower() for word in after]
    if len(theirs) > len(ours) and set(ours) <= set(theirs):
        return part
    for size in range(min(len(ours), len(theirs)), 0, -1):
        if ours[-size:] == theirs[:size]:
            return pascal("_".join([*before[:-size], *after]))
    whole = before[-1].lower() in _PLURAL_ONLY
    return (name if whole else singular_name(name) or name) + part


def status_phrase(status: str) -> str:
    """Return the words for a status code, ``404`` → ``NotFound``, ``4XX`` → ``ClientError``."""
    if status.upper() in _PHRASES:
        return _PHRASES[status.upper()]
    try:
        return pascal(HTTPStatus(int(status)).phrase)
    except ValueError:
        return f"Status{status}"


def unversioned(operation_id: str) -> str:
    """Return an operationId without the version at its end."""
    return _VERSION_WORD.sub("", operation_id)


def path_version(path: str) -> str:
    """Return the version in a path, ``/api/v3/runs`` → ``v3``, or an empty text."""
    match = _VERSION.search(path)
    return match[1].lower().replace(".", "_") if match else ""


def derive_operation_id(title: str, method: str, path: str, used: Collection[str]) -> str:
    """Make an operationId of a page's title and the path's version, else of method and path.

    ``Retrieve a run`` under ``/api/v3`` becomes ``retrieve_run_v3``.

    Args:
        title: The page's title, or an empty text.
        method: The method.
        path: The path.
        used: The operationIds that are taken, in case-folded form.
    """
    version = path_version(path)
    name = in_style(_ARTICLES.sub("", title), "_")
    if name and not name[0].isdigit():
        by_title = f"{name}_{version}" if version and not name.endswith(f"_{version}") else name
        if by_title.casefold() not in used:
            return by_title
    by_path = in_style(f"{method} {path}", "_")
    numbered = (f"{by_path}_{number}" for number in count(2))
    return next(free for free in chain([by_path], numbered) if free.casefold() not in used)


def common_words(names: list[str]) -> str:
    """Return the words that all names share, singular and in the order of the first, in PascalCase."""
    first, *others = ([singular(word) for word in words(name)] for name in names)
    known = [{word.lower() for word in other} for other in others]
    return pascal(" ".join(word for word in first if all(word.lower() in other for other in known)))


def common_ending(names: list[str]) -> str:
    """Return the words that all names end with, in PascalCase."""
    columns = zip(*(words(name)[::-1] for name in names), strict=False)
    shared = takewhile(lambda column: len({word.lower() for word in column}) == 1, columns)
    return pascal(" ".join([column[0] for column in shared][::-1]))


def is_component_key(name: str) -> bool:
    """Whether the name may stand in ``components`` (OpenAPI 3.1, Components Object)."""
    return bool(name) and _ILLEGAL.search(name) is None


def component_key(name: str) -> str:
    """Return the name with what may not stand in a component key replaced."""
    return _ILLEGAL.sub("_", name) or "Component"


def style_of(names: Collection[str]) -> str:
    """How most names of more than one word are written: the separator, or an empty text for PascalCase."""
    several = [name for name in names if len(words(name)) > 1]
    for separator in "-_":
        written = [name for name in several if separator in name and name == name.lower()]
        if len(written) > 0.6 * len(several):
            return separator
    return ""


def in_style(name: str, style: str) -> str:
    """Write a name as those around it are written: with a separator, if they have one."""
    return style.join(word.lower() for word in words(name)) if style else name
