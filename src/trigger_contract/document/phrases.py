"""The phrases in which prose makes a promise that no keyword of OpenAPI can hold.

Each row says where it is looked for, what it promises and in which words, with a text that makes the
promise and one that comes near it and does not. ``promises`` reads the rows; nothing else reads sentences
for the suite or the mock. Every gap in a pattern is bounded, so that reading is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Tier = Literal["documented", "derived", "advisory"]
Arguments = Mapping[str, Any]

SCHEMA, PARAMETER, OPERATION = "schema", "parameter", "operation"
_VALUE = (SCHEMA, PARAMETER)


def _as_said(match: re.Match[str]) -> dict[str, Any]:
    """The named groups that took part, numbers as numbers."""
    found = {name: text for name, text in match.groupdict().items() if text is not None and name != "said"}
    return {name: int(text) if text.isdigit() else text for name, text in found.items()}


@dataclass(frozen=True)
class Phrase:
    """One way to say something.

    Attributes:
        kind: What is promised (see ``KINDS``).
        on: Kinds of objects whose descriptions are searched.
        pattern: The words; its named groups are the arguments, but for ``said``, the words worth quoting.
        example: A text that makes the promise.
        never: A text that does not, though it looks like it.
        unless: Keywords beside the description that say it already.
        arguments: Makes the arguments of a match.
    """

    kind: str
    on: tuple[str, ...]
    pattern: re.Pattern[str]
    example: str
    never: str
    unless: tuple[str, ...] = ()
    arguments: Callable[[re.Match[str]], dict[str, Any]] = _as_said


@dataclass(frozen=True)
class Kind:
    """What a promise of one kind means.

    Attributes:
        meaning: A sentence for whoever reads or declares one.
        arguments: Names of what it must be given, each with the type of its value.
        optional: Names of what it may be given.
        tier: How firmly it stands where it was only read.
    """

    meaning: str
    arguments: Mapping[str, type | tuple[type, ...]]
    optional: Mapping[str, type | tuple[type, ...]]
    tier: Tier


def _kind(meaning: str, tier: Tier = "documented", **arguments: Any) -> Kind:
    needed = {name.rstrip("_"): kind for name, kind in arguments.items() if not isinstance(kind, list)}
    optional = {name.rstrip("_"): kind[0] for name, kind in arguments.items() if isinstance(kind, list)}
    return Kind(meaning, needed, optional, tier)


_NUMBER = (int, float)

KINDS: Mapping[str, Kind] = {
    "prefix": _kind("The value begins with this text.", text=str),
    "length": _kind("The value has between so many characters.", least=int, most=int),
    "count": _kind("The list holds at most so many items.", most=int),
    "least": _kind("The number is not below this one.", "derived", value=_NUMBER),
    "duration": _kind(
        "The value is a duration such as `1h42m`, or a number of seconds.", "derived", least=[_NUMBER]
    ),
    "url": _kind("The value is an http or https address.", "derived"),
    "expires": _kind("The signed address is good for so many seconds.", "derived", seconds=int),
    "media-type": _kind("The value is a content type.", "derived"),
    "cron": _kind("The value is a cron expression.", "derived"),
    "instead-of": _kind("The field is there only while the other one beside it is not.", property=str),
    "present-when": _kind(
        "The field is there exactly when the one beside it has this value.", property=str, value=bool
    ),
    "without": _kind("Items of the list do not have these fields.", properties=list),
    "hidden": _kind("The field is left out of answers to this sort of key.", from_=str),
    "free-in": _kind("The amount is absent or 0 in this environment.", "advisory", environment=str),
    "omitted-if-empty": _kind("The list is left out where nothing is in it."),
    "volatile": _kind("The value may differ from answer to answer.", "derived"),
    "tells-success": _kind("The switch is true exactly where the item ended well."),
    "only-finished": _kind("The operation answers for an item only when the item is finished."),
    "order": _kind(
        "The list comes in this order of a time or number of its items.",
        by=[str],
        direction=str,
    ),
    "one-place": _kind("All items of the list are of the same place, one environment or account.", noun=str),
    "ignored-beside": _kind("The parameter changes nothing beside this other one.", parameter=str),
    "conditional": _kind("The parameter may be refused where something else does not hold.", "derived"),
    "tagged": _kind("Selects the items with a tag that is this text and the value.", prefix=str),
    "selects": _kind("Selects the one item whose field has the value.", property=str),
    "cursor-id": _kind("The cursor is the id of an item."),
    "filters": _kind("Selects items by something that they need not show."),
}


def _row(
    kind: str,
    on: tuple[str, ...],
    words: str,
    example: str,
    never: str,
    unless: tuple[str, ...] = (),
    arguments: Callable[[re.Match[str]], dict[str, Any]] = _as_said,
) -> Phrase:
    return Phrase(kind, on, re.compile(words, re.IGNORECASE), example, never, unless, arguments)


def _seconds(match: re.Match[str]) -> dict[str, Any]:
    units = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
    return {"seconds": int(match["number"]) * units[match["unit"].lower()]}


def _names(match: re.Match[str]) -> dict[str, Any]:
    return {"properties": re.split(r", and |, or |, | and | or ", match["names"])}


def _switch(match: re.Match[str]) -> dict[str, Any]:
    return {"property": match["property"], "value": match["value"].lower() == "true"}


def _direction(match: re.Match[str]) -> dict[str, Any]:
    descending = match["falling"] is not None
    by = {"by": match["by"]} if match["by"] else {}
    return {**by, "direction": "descending" if descending else "ascending"}


def _constant(**found: Any) -> Callable[[re.Match[str]], dict[str, Any]]:
    return lambda _: dict(found)


_GAP = r"[^.]{0,120}?"
_LEFT_OUT = r"(?:omitted|left out|not (?:included|returned|sent))"

PHRASES: tuple[Phrase, ...] = (
    _row(
        "prefix",
        _VALUE,
        r"\b(?:is |are )?(?:prefixed with|(?:starts?|begins?) with)(?: the prefix)? "
        r"(?:`(?P<text>[^`\s]{1,40})`|(?P<bare>[a-z]{1,20}_)(?!\w))",
        "The unique ID of the order, prefixed with `order_`",
        "The day that the week starts with",
        unless=("pattern", "const", "enum"),
        arguments=lambda match: {"text": match["text"] or match["bare"]},
    ),
    _row(
        "length",
        (SCHEMA,),
        r"\bbetween (?P<least>\d{1,9}) and (?P<most>\d{1,9}) characters\b",
        "A label must be between 1 and 40 characters.",
        "A pause between 1 and 40 seconds",
        unless=("maxLength",),
    ),
    _row(
        "count",
        ("items",),
        r"\bup to (?P<most>\d{1,9}) (?!characters?\b|bytes?\b|percent\b|seconds?\b|minutes?\b)[a-z]+s\b",
        "A basket can have up to 7 labels attached to it.",
        "A label of up to 7 characters",
    ),
    _row(
        "instead-of",
        (SCHEMA,),
        r"\bonly (?:be )?(?:included|present|returned|sent) (?:if|when) (?:the )?`?(?P<property>\w{1,60})`? "
        r"is too (?:large|big|long)\b",
        "Will only be included if the report is too large to be sent along.",
        "Reports are refused if they are too large.",
    ),
    _row(
        "url",
        (SCHEMA,),
        r"\bpre-?signed url\b",
        "The presigned URL to download the report.",
        "The URL that is called when the report is ready",
        unless=("format",),
        arguments=_constant(),
    ),
    _row(
        "expires",
        (SCHEMA,),
        r"\burl\b.{0,200}?\b(?P<said>expires (?:in|after) "
        r"(?P<number>\d{1,9}) (?P<unit>second|minute|hour|day)s?)\b",
        "The presigned URL to download the report. Expires in 7 minutes.",
        "The reservation expires in 7 minutes.",
        arguments=_seconds,
    ),
    _row(
        "duration",
        _VALUE,
        r"(?:\bin (?:this|the) format: `\d{1,9}[a-z]|`\d{1,9}h\d{1,9}m`)"
        r"(?:.{0,80}?\bnumber of seconds \(min(?:imum|\.)? (?P<least>\d{1,9})\))?",
        "In this format: `2h`, `5m`, `2h5m` or a number of seconds (min. 1).",
        "Write the time as `14:05`.",
        unless=("pattern", "format"),
    ),
    _row(
        "least",
        (SCHEMA,),
        r"\bduration\b" + _GAP + r"\bmilliseconds\b|\bcost\b" + _GAP + r"\bcents\b",
        "The duration of the delivery in milliseconds",
        "The cost of the delivery, a text such as `3 EUR`",
        unless=("minimum", "exclusiveMinimum"),
        arguments=_constant(value=0),
    ),
    _row(
        "media-type",
        (SCHEMA,),
        r"\A\W{0,3}(?:the )?(?:content|media|mime) type of\b",
        'The content type of the stored report, e.g. "text/csv".',
        "Reports, by the content type of their parts",
        unless=("pattern", "enum", "const"),
        arguments=_constant(),
    ),
    _row(
        "cron",
        (SCHEMA,),
        r"\A\W{0,3}(?:the |a )?cron expression\b",
        "The cron expression used to plan the delivery",
        "When to deliver, as a cron expression or a date",
        unless=("pattern", "enum", "const"),
        arguments=_constant(),
    ),
    _row(
        "present-when",
        (SCHEMA,),
        r"\b(?:present|set|returned|included) (?:only )?(?:when|if) `?(?P<property>\w{1,60})`? is "
        r"`?(?P<value>true|false)\b",
        "What went wrong (present when paid is false).",
        "Set when the order is paid",
        arguments=_switch,
    ),
    _row(
        "without",
        (SCHEMA,),
        r"\b(?:but )?without (?:the )?(?P<names>\w{1,60}(?:(?:, and |, or |, | and | or )\w{1,60}){0,20}) "
        r"fields?\b",
        "Each item has the shape of an order, but without lines and notes fields.",
        "Orders without payment",
        arguments=_names,
    ),
    _row(
        "hidden",
        (SCHEMA,),
        rf"\b{_LEFT_OUT} (?:if|when) {_GAP}\bpublic (?:api |access )?(?:key|token)\b",
        "Will be omitted if the request was made with a Public API key",
        "Can be read with a public key",
        arguments=_constant(**{"from": "public key"}),
    ),
    _row(
        "free-in",
        (SCHEMA,),
        r"\bdo(?:es)? not apply to `?(?P<environment>(?-i:[A-Z]{2,20}))\b",
        "This cost does not apply to DEV runs.",
        "This rule does not say to whom it applies.",
        arguments=lambda match: {"environment": match["environment"]},
    ),
    _row(
        "omitted-if-empty",
        (SCHEMA,),
        rf"\b{_LEFT_OUT} (?:if|when) {_GAP}\b(?:has|have|are|is) (?:no|empty)\b",
        "The notes of the order. Will be omitted if the order has no notes",
        "Will be omitted if the order is closed",
        arguments=_constant(),
    ),
    _row(
        "volatile",
        (SCHEMA,),
        r"\(so far\)|\bso far\b|\bpre-?signed url\b",
        "The cost of the order (so far) in cents",
        "The address that the order goes to",
        arguments=_constant(),
    ),
    _row(
        "tells-success",
        (SCHEMA,),
        rf"\A\W{{0,3}}whether {_GAP}\b(?:completed|finished|succeeded|ended)\b{_GAP}success",
        "Whether the delivery completed successfully.",
        "Whether the delivery is completed",
        arguments=_constant(),
    ),
    _row(
        "only-finished",
        (OPERATION,),
        r"(?:\b\w{1,10}n't|\bnot)(?: yet)? (?:finished|completed)(?: yet)?\b",
        "Returns 404 if the delivery doesn't exist or hasn't finished yet.",
        "Returns the deliveries that are finished",
        arguments=_constant(),
    ),
    _row(
        "order",
        (OPERATION,),
        r"(?:\b(?:sorted|ordered|listed|returned) by `(?P<by>\w{1,60})`[^.]{0,40}?"
        r"|\b(?:sorted|ordered|listed|returned)\b[^.]{0,60}?)"
        r"(?:(?P<falling>\b(?:newest|latest|most recent)(?:ly created)? first|\bdescending\b"
        r"|\breverse chronological)|\b(?:oldest first|ascending\b|chronological order))",
        "Orders are returned with the newest first.",
        "Choose whether the order is descending.",
        arguments=_direction,
    ),
    _row(
        "one-place",
        (OPERATION,),
        r"\A\W{0,3}(?:lists?|returns?|gets?|fetch(?:es)?)\b[^.]{0,60}? (?:in|of|from) (?:a|one) "
        r"(?:specific|single|given) "
        r"(?P<noun>environment|project|workspace|organization|account|team|tenant)\b",
        "List orders in a specific workspace.",
        "Lists orders of all accounts.",
    ),
    _row(
        "ignored-beside",
        _VALUE,
        r"\bignored (?:when|if) `?(?P<parameter>[\w.\[\]-]{1,60})`? is (?:provided|given|set|present)\b",
        "Most orders to return (ignored when orderId is provided).",
        "Ignored when the order is closed",
    ),
    _row(
        "conditional",
        _VALUE,
        r"\bonly (?:applicable|applied|used) (?:when|if)\b",
        "Only applicable when the account has several shops.",
        "Not applicable to closed orders",
        arguments=_constant(),
    ),
    _row(
        "tagged",
        _VALUE,
        r"\btagged with `?(?P<prefix>[^\s<`]{0,40})<(?P<name>\w{1,60})>",
        "Returns the orders tagged with shop:<shop_id>.",
        "The orders tagged with a shop",
        arguments=lambda match: {"prefix": match["prefix"]},
    ),
    _row(
        "selects",
        _VALUE,
        r"\b(?:unique identifier of (?:a|the) specific|(?:the|an?) id of the \w{1,40} to (?!start\b)\w)",
        "The unique identifier of a specific order to retrieve.",
        "The unique identifier of the order's shop",
        arguments=_constant(property="id"),
    ),
    _row(
        "cursor-id",
        _VALUE,
        r"\b(?:id of (?:the|an?) \w{1,40}|(?:the|an?) \w{1,40} id) to start (?:the|a) (?:\w{1,20} )?page\b",
        "The ID of the order to start the page after",
        "The ID of the order to start with",
        arguments=_constant(),
    ),
    _row(
        "filters",
        _VALUE,
        r"\bfilters? (?:the )?\w{1,40} by\b",
        "The coupon to filter the orders by",
        "Use this parameter to filter the orders.",
        arguments=_constant(),
    ),
)

# Every match of a row holds one of these, and few descriptions do.
MAY_PROMISE = re.compile(
    r"(?:prefixed|starts?|begins?) with|characters|up to \d|is too |url|so far|`\d|milliseconds|cents|"
    r"type of|cron|specific|single|given|"
    r"true|false|without|public|not apply|omitted|left out|not (?:included|returned|sent)|success|"
    r"finished|completed|first|scending|chronological|ignored|applicable|tagged|identifier|id of|"
    r"to start|filter"
)
"""Tells of a text in small letters whether any row may be found in it."""
