"""Two schemas that are compared, spelled alike wherever two spellings mean the same.

What one schema alone settles is in ``flatten``. Here both are asked, so that a change is told in the words
of the documents wherever the two use the same keywords.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trigger_contract.changes.flatten import Flat, flatten
from trigger_contract.changes.position import UNIONS, is_annotation
from trigger_contract.changes.side import Side, canonical, json_type, same_json

Pair = tuple[Flat, Flat]
_CONTENT = frozenset({"contentEncoding", "contentMediaType"})
BYTES = "application/octet-stream"
_BOUNDS = (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1))
_NUMBER, _INTEGER = frozenset({"number"}), frozenset({"integer"})
# What a union of listed values says about each of them in words; see ``keywords``.
VALUE_WORDS = "enumDescriptions"


def spelled_alike(old_side: Side, old: Flat, new_side: Side, new: Flat) -> Pair:
    """Return both schemas with what they demand in the same spelling."""
    old, new = _parts_in_order(old, new)
    old, new = _with_content_keywords(old, new), _with_content_keywords(new, old)
    old, new = _with_values(old_side, old, new_side, new)
    old, new = _with_types_of_values(old, new), _with_types_of_values(new, old)
    old, new = _whole_numbers(old, new), _whole_numbers(new, old)
    return _without_implied_types(old_side, old, new), _without_implied_types(new_side, new, old)


def _parts_in_order(old: Flat, new: Flat) -> Pair:
    """Let the same demand stand first on both sides where several of a kind cannot be added up."""
    for index, (key, value) in enumerate(new.extra):
        first, wanted = new.get(key), old.get(key)
        if same_json(value, wanted) and not same_json(first, wanted):
            extra = (*new.extra[:index], (key, first), *new.extra[index + 1 :])
            new = replace(new, keywords={**new.keywords, key: value}, extra=extra)
    return old, new


def _with_content_keywords(flat: Flat, other: Flat) -> Flat:
    """Spell bytes as 3.1 does where either of the two schemas does so.

    Source: OpenAPI 3.1.0, Considerations for File Uploads: ``format: byte`` is ``contentEncoding: base64``,
    ``format: binary`` is ``contentMediaType: application/octet-stream``.
    """
    form = flat.get("format")
    if form not in ("byte", "binary") or not _CONTENT & {*flat.keywords, *other.keywords}:
        return flat
    if not _CONTENT & flat.keywords.keys() and "format" in other.keywords and form != other.get("format"):
        return flat
    keywords = {key: value for key, value in flat.keywords.items() if key != "format"}
    if form == "byte":
        keywords.setdefault("contentEncoding", "base64")
        if "contentMediaType" in other.keywords:  # what the bytes are, is only more said
            keywords.setdefault("contentMediaType", other.get("contentMediaType"))
    else:
        keywords.setdefault("contentMediaType", BYTES)
    # Without an encoding 3.1 needs no type either.
    types = None if "contentEncoding" not in keywords and other.types is None else flat.types
    return replace(flat, keywords=keywords, types=types)


def _with_values(old_side: Side, old: Flat, new_side: Side, new: Flat) -> Pair:
    """Read a union of listed values as one list where the two schemas do not have the same ones."""
    listed = _listed(old_side, old), _listed(new_side, new)
    if {*map(canonical, listed[0])} == {*map(canonical, listed[1])}:
        return old, new
    return _with_one_list(old_side, old), _with_one_list(new_side, new)


def _listed(side: Side, flat: Flat) -> list[Any]:
    members = [member for keyword in UNIONS for member in flat.get(keyword, ())]
    return [member for member in members if _values(side, member) is not None]


def _values(side: Side, member: Any) -> list[Any] | None:
    """Return the values of a schema that only lists them, else None."""
    schema = side.resolve(member)
    demands = {key for key in schema if not is_annotation(key)} if isinstance(schema, Mapping) else set()
    if not demands & {"enum", "const"} or not demands <= {"enum", "const", "type", "nullable"}:
        return None
    flat = flatten(side, schema)
    return [*flat.get("enum", ()), *([None] if flat.null else [])]


def _with_one_list(side: Side, flat: Flat) -> Flat:
    for keyword in UNIONS:
        members = [(member, _values(side, member)) for member in flat.get(keyword, ())]
        lists = [values for _, values in members if values is not None]
        values = list({canonical(value): value for one in lists for value in one}.values())
        # A value in two alternatives of a ``oneOf`` is in none.
        if len(lists) < 2 or (keyword == "oneOf" and len(values) < sum(map(len, lists))):
            continue
        others = [member for member, found in members if found is None]
        keywords = {key: value for key, value in flat.keywords.items() if key != keyword}
        words = {
            canonical(found[0]): said
            for member, found in members
            if found and (said := _words(member, ("title", "description")))
        }
        if words:
            keywords[VALUE_WORDS] = words
        if others:
            flat = replace(flat, keywords={**keywords, keyword: [{"enum": values}, *others]})
            continue
        if "enum" in keywords:
            known = {*map(canonical, keywords["enum"])}
            values = [value for value in values if canonical(value) in known]
        keywords["enum"] = [value for value in values if value is not None]
        null = None in values or bool(flat.null) if flat.types is None else flat.null
        flat = replace(flat, keywords=keywords, null=null)
    return flat


def _words(schema: Any, keys: Iterable[str]) -> dict[str, Any]:
    return {key: schema[key] for key in keys if key in schema} if isinstance(schema, Mapping) else {}


def _with_types_of_values(flat: Flat, other: Flat) -> Flat:
    """Say of which types listed values are where the other schema names other types."""
    values = flat.get("enum")
    if not values:
        return flat
    if "enum" not in other.keywords:
        if {*map(canonical, values)} == {"true", "false"} and flat.types in (None, frozenset({"boolean"})):
            keywords = {key: value for key, value in flat.keywords.items() if key != "enum"}
            return replace(flat, keywords=keywords, types=frozenset({"boolean"}))
        if flat.types is not None or other.types is None:
            return flat
    if flat.types == other.types:
        return flat
    types = frozenset(_type(value) for value in values)
    types = types - {"integer"} if "number" in types else types
    named = flat.types or types
    allowed = named | {"integer"} if "number" in named else named
    return replace(flat, types=types) if types <= allowed else flat


def _type(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "integer" if float(value).is_integer() else "number"
    return json_type(value).split()[-1]


def _whole_numbers(flat: Flat, other: Flat) -> Flat:
    """Spell what whole numbers have to meet in one way, and a bound once."""
    keywords, types = dict(flat.keywords), flat.types
    if types == _NUMBER and other.types == _INTEGER and _whole(keywords.get("multipleOf")):
        types = _INTEGER
    if types == _INTEGER and same_json(keywords.get("multipleOf"), 1):
        del keywords["multipleOf"]
    for inclusive, exclusive, step in _BOUNDS:
        strict, bound = keywords.get(exclusive), keywords.get(inclusive)
        both_whole = types == other.types == _INTEGER and _whole(strict)
        if both_whole and inclusive in other.keywords and exclusive not in other.keywords:
            strict = keywords.pop(exclusive) + step
            keywords[inclusive] = bound = strict if bound is None else _tighter(step, strict, bound)
        elif strict is not None and bound is not None and _number(strict) and _number(bound):
            # Equal bounds: the exclusive one demands more.
            del keywords[inclusive if (strict - bound) * step >= 0 else exclusive]
    same = types == flat.types and keywords.keys() == flat.keywords.keys()
    return flat if same else replace(flat, keywords=keywords, types=types)


def _tighter(step: int, one: Any, other: Any) -> Any:
    return max(one, other) if step > 0 else min(one, other)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return _number(value) and float(value).is_integer()


def _without_implied_types(side: Side, flat: Flat, other: Flat) -> Flat:
    """Leave out types that every alternative names itself, where the other schema leaves them to those."""
    unions = [flat.get(keyword) for keyword in UNIONS if keyword in flat.keywords]
    if flat.types is None or other.types is not None or not unions:
        return flat
    if not any(keyword in other.keywords for keyword in UNIONS):
        return flat
    for members in unions:
        named = [flatten(side, member).types for member in members]
        if all(types is not None and types <= flat.types for types in named):
            return replace(flat, types=None)
    return flat
