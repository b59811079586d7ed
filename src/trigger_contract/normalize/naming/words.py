"""Words and names: operationIds from titles, component names that a person would choose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from http import HTTPStatus

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")
_VERSION = re.compile(r"/(v\d+(?:\.\d+)?(?:(?:alpha|beta)\d*)?)(?=/|\Z)", re.IGNORECASE)
_VERSION_WORD = re.compile(r"[_-]?[vV]\d+\Z")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['\u2019](?=[^\W\d_])")
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]")
_UNCHANGED = frozenset(
    ["series", "news", "data", "media", "metadata", "status", "address", "process", "access", "progress"]
)
_PLURAL_ONLY = frozenset(
    ["options", "settings", "details", "params", "properties", "attributes", "preferences"]
)
_ARTICLES = re.compile(r"(?<![-\w])(?:an?|the)\s+", re.IGNORECASE)
_JOINING = frozenset(["by", "with", "for", "of", "and", "or", "to", "in", "on", "from", "at"])
_PHRASES = {"1XX": "Informational", "2XX": "Success", "3XX": "Redirect", "4XX": "ClientError"} | {
    "5XX": "ServerError",
    "default": "Default",
}
_SHORTER = {
    HTTPStatus.UNPROCESSABLE_ENTITY: "UnprocessableEntity",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "ContentTooLarge",
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


def snake(text: str) -> str:
    """Write a name in snake_case."""
    return "_".join(word.lower() for word in words(text))


def singular(word: str) -> str:
    """Return the singular of a plural English noun, and any other word as it is."""
    lowered = word.lower()
    if lowered in _UNCHANGED or len(word) < 4 or not lowered.endswith("s"):
        return word
    if lowered.endswith("ies"):
        return word[:-3] + "y"
    if lowered.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if lowered.endswith(("ss", "us", "is", "os", "as")):
        return word
    return word[:-1]


def singular_name(name: str) -> str | None:
    """Return a PascalCase name with its last word in the singular, or None if that changes nothing."""
    found = words(name)
    if not found:
        return None
    last = singular(found[-1])
    return (
        name[: len(name) - len(found[-1])] + last if last != found[-1] and name.endswith(found[-1]) else None
    )


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
    answers = (found[-1:] and found[-1].capitalize() == "Response") or "Response" in found[len(kept) :]
    if kept[-1:] and kept[-1].capitalize() == "Result" and len(kept) > 2 and kept[0].capitalize() == "List":
        kept.pop()
        answers = True
    if "With" in kept[1:]:
        kept = kept[: kept.index("With", 1)]
    if (answers or verb) and len(kept) > 1 and kept[0].capitalize() in _VERBS:
        kept = kept[1:]
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
    if status.upper() in _PHRASES or status in _PHRASES:
        return _PHRASES.get(status.upper()) or _PHRASES[status]
    try:
        code = HTTPStatus(int(status))
    except ValueError:
        return f"Status{status}"
    return _SHORTER.get(code) or pascal(code.phrase.replace("'", ""))


def operation_stem(operation_id: str, stems: Mapping[str, int] | None = None) -> str:
    """Return the words of an operationId for use in component names, without its version.

    The version stays where another operation differs in nothing else.

    Args:
        operation_id: The operationId.
        stems: How many operations there are of each stem.
    """
    stem = unversioned(operation_id)
    if not stem or (stems or {}).get(stem, 0) > 1:
        stem = operation_id
    return pascal(stem) or "Operation"


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
    name = snake(_ARTICLES.sub("", title))
    candidates = []
    if name and not name[0].isdigit():
        candidates.append(f"{name}_{version}" if version and not name.endswith(f"_{version}") else name)
    by_path = "_".join([method.lower(), *(snake(part) for part in path.split("/") if snake(part))])
    candidates.append(by_path)
    for candidate in candidates:
        if candidate.casefold() not in used:
            return candidate
    number = 2
    while f"{by_path}_{number}".casefold() in used:
        number += 1
    return f"{by_path}_{number}"


def common_words(names: list[str]) -> str:
    """Return the words that all names share, singular and in the order of the first, in PascalCase."""
    sets = [{singular(word).lower() for word in words(name)} for name in names]
    shared = set.intersection(*sets) if sets else set()
    kept: list[str] = []
    for word in words(names[0]) if names else ():
        if singular(word).lower() in shared and singular(word) not in kept:
            kept.append(singular(word))
    while kept and kept[-1].lower() in _JOINING:
        kept.pop()
    return pascal("_".join(kept))


def common_ending(names: list[str]) -> str:
    """Return the words that all names end with, in PascalCase."""
    lists = [words(name)[::-1] for name in names]
    kept: list[str] = []
    for column in zip(*lists, strict=False):
        if len({word.lower() for word in column}) > 1:
            break
        kept.append(column[0])
    return pascal("_".join(kept[::-1]))


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


def in_style(name: str, style: str, published: str = "") -> str:
    """Write a name as those around it are written.

    Args:
        name: A name in PascalCase, perhaps after a published one of another style.
        style: The separator that most names have, or an empty text.
        published: The published name that it goes on from.
    """
    own = next((separator for separator in "-_" if separator in published), "")
    if published and name.startswith(published) and len(words(published)) > 1:
        style = own if published == published.lower() else ""
    if not style:
        return name if name.startswith(published or "\0") else name[:1].upper() + name[1:]
    return style.join(word.lower() for word in words(name))
