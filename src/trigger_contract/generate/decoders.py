"""The straight-line code that reads a model: no loops over fields, no tables, one check for each value."""

from __future__ import annotations

from trigger_contract.generate.schemas import (
    ANY,
    ArrayOf,
    Field,
    MapOf,
    Model,
    Named,
    Nullable,
    Scalar,
    Type,
    UnionOf,
    named,
)

_CHECKS: dict[str, str] = {
    "string": "type(v) is not str",
    "uuid": "type(v) is not str",
    "binary": "type(v) is not str",
    "integer": "type(v) is not int",
    "number": "type(v) is not float and type(v) is not int",
    "boolean": "v is not True and v is not False",
    "null": "v is not None",
}


def read_lines(model: Model) -> list[str]:
    """Return the statements that read a model's fields from ``d`` into ``self``.

    Anything unexpected raises ``KeyError``, ``TypeError``, ``AttributeError`` or ``ValueError``.
    """
    lines: list[str] = []
    if any(not entry.required for entry in model.fields):
        lines.append("get = d.get")
    for number, entry in enumerate(model.fields):
        lines.extend(_field_lines(entry, number))
    return lines


def enum_lookups(model: Model) -> list[Named]:
    """Enums whose members a model looks up by value."""
    found = {item for entry in model.fields for item in named(entry.type) if item.is_enum}
    return sorted(found, key=lambda item: item.name)


def _field_lines(entry: Field, number: int) -> list[str]:
    nullable = isinstance(entry.type, Nullable)
    type_ = entry.type.inner if isinstance(entry.type, Nullable) else entry.type
    source = f"d[{entry.wire!r}]" if entry.required else f"get({entry.wire!r})"
    target = f"self.{entry.name}"
    if type_ == ANY:
        return [f"{target} = {source}"]
    checks, converts = _check_lines(type_, number)
    if entry.required and not nullable:
        if not converts:
            return [f"{target} = v = {source}", *checks]
        return [f"v = {source}", *checks, f"{target} = v"]
    guarded = ["if v is not None:", *(f"    {line}" for line in checks)]
    if len(checks) == 2 and not converts:
        # What is there is checked once; only what fails the check is compared with None.
        guarded = [f"{checks[0].removesuffix(':')} and v is not None:", checks[1]]
    if not converts:
        return [f"{target} = v = {source}", *guarded]
    return [f"v = {source}", *guarded, f"{target} = v"]


def _check_lines(type_: Type, number: int) -> tuple[list[str], bool]:
    """Return the statements that check ``v``, and whether they replace it."""
    match type_:
        case Scalar(kind="datetime"):
            # Python reads more of ISO 8601 than RFC 3339 allows: weeks, no colons, commas.
            strict = ["if v[10] != 'T' or v[16] != ':' or v[5] == 'W' or ',' in v:", "    raise Mismatch"]
            return [*strict, "v = parse_datetime(v)", "if v.tzinfo is None:", "    raise Mismatch"], True
        case Scalar(kind="date"):
            return ["if v[4:8:3] != '--':", "    raise Mismatch", "v = parse_date(v)"], True
        case Scalar(kind=kind):
            return [f"if {_CHECKS[kind]}:", "    raise Mismatch"], False
        case Named(is_enum=True):
            return [_member(type_)], True
        case Named(name=name):
            return [f"v = {name}._read(v)"], True
        case ArrayOf(item=Scalar(kind="string")):
            check = ["for i in v:", "    if type(i) is not str:", "        raise Mismatch"]
            return [*_is_a("list"), *check], False
        case ArrayOf(item=Named(name=name, is_enum=False)):
            return [*_is_a("list"), f"v = [{name}._read(i) for i in v]"], True
        case ArrayOf(item=Scalar(kind="any")):
            return _is_a("list"), False
        case UnionOf(members=members) if all(
            isinstance(member, Scalar) and member.kind in _CHECKS for member in members
        ):
            kinds = dict.fromkeys(member.kind for member in members if isinstance(member, Scalar))
            return [f"if {' and '.join(_CHECKS[kind] for kind in kinds)}:", "    raise Mismatch"], False
        case MapOf(value=Scalar(kind="any")):
            return _is_a("dict"), False
        case _:
            return [f"v = cls._shape()[{number}][3].decode(v, ())"], True


def _is_a(kind: str) -> list[str]:
    return [f"if type(v) is not {kind}:", "    raise Mismatch"]


def _member(enum: Named) -> str:
    """Look a value up among the known members; what is not there is kept as a new one."""
    return f"v = _{enum.module}(v) or {enum.name}(v)"
