"""What else texts say of the things that they describe: one row for each way to say it.

A row says where it is looked for and in which words, with a text that says it and one that comes near it and
does not. ``said`` runs a row; what is made of it is the business of the check that asks.
"""

from __future__ import annotations

import re

from trigger_contract.document.phrases import OPERATION, PARAMETER, SCHEMA, Phrase

RESPONSE, SCHEME = "response", "securityScheme"
_VALUE = (SCHEMA, PARAMETER)

QUOTED = r"""(?:`[^`\n]+`|"[^"\n]+"|'[^'\n]+')"""
_JOIN = r"(?:\s*[,|/]\s*(?:or\s+|and\s+)?|\s+(?:or|and)\s+)"
_OPEN_END = r"(?!\s*,?\s*(?:etc|and so on|and more|\.\.\.|…))"
_LEAD = (
    r"\b(?:one of(?: the following)?(?: values)?|either"
    r"|(?:possible|allowed|valid|accepted|supported|available|permitted|known) (?:values|options|choices)"
    r"(?: are| include)?|values(?: are| can be)|(?<!not )(?:can|must|may|should) be(?: one of| either)?)"
    r"\s*:?\s+"
)
_WORD = r"[A-Za-z][\w-]*"
_CONSTANT = r"(?-i:`[A-Z][A-Z0-9_]+`)"
_NAMED = r"[`'\"]?([A-Za-z_][\w.\[\]-]*)[`'\"]?"
_CREDENTIAL = r"(?:API (?:key|token)|access token|bearer token|secret key)"


def _row(kind: str, on: tuple[str, ...], words: str, example: str, never: str) -> tuple[str, Phrase]:
    return kind, Phrase(kind, on, re.compile(words, re.IGNORECASE), example, never)


PHRASES: dict[str, Phrase] = dict(
    (
        _row(
            "required",
            _VALUE,
            r"\A\s*[(\[*_]*(required|optional)[)\]*_]*(?:[.:,;]|\s*$|\s+-)",
            "Required. The name of the shop",
            "Required fields of the shop",
        ),
        _row(
            "whether",
            _VALUE,
            r"\bwhether (?:or not )?to (include|exclude|show|hide|enable|disable|skip|omit)\b",
            "Whether to include old orders",
            "Tells which orders to include",
        ),
        _row(
            "any value",
            (SCHEMA,),
            r"\b(?:any (?:valid )?JSON(?:[- ]serializable)?(?: (?:value|data|type|payload)|(?= ?[.,;)]|$))"
            r"|anything that (?:is|can be) (?:JSON|serialized)[\w -]*)",
            "The payload, any JSON value",
            "Any JSON file of the shop",
        ),
        _row(
            "form",
            _VALUE,
            r"\b(?:in (?:the|this) format(?: of)?|formatted (?:as|like)):?\s+"
            r"((?:[`\"'][^`\"'\s]+[`\"'](?:,\s*|\s+or\s+)?)+)",
            "In the format of `1d`, `6h`",
            "In the format of the shop",
        ),
        _row(
            "one of",
            _VALUE,
            rf"{_LEAD}({QUOTED}(?:{_JOIN}{QUOTED})+){_OPEN_END}",
            "One of `small` or `large`.",
            "One of `small`, `large` etc.",
        ),
        _row(
            "constants",
            _VALUE,
            rf"\A[^.`]*[,:]\s+({_CONSTANT}(?:{_JOIN}{_CONSTANT})+)\s*(?:\.|\Z)",
            "The size, `SMALL` or `LARGE`.",
            "The size, `SMALL` or so",
        ),
        _row(
            "plain values",
            _VALUE,
            rf"\b(?:possible|allowed|valid|accepted|supported|permitted) values(?: are)?:\s+"
            rf"({_WORD}(?:{_JOIN}{_WORD})+){_OPEN_END}(?=\s*(?:\.|\Z))",
            "Allowed values: small, large.",
            "Allowed values: small and large ones",
        ),
        _row("several", _VALUE, r"\bcomma[- ](?:separated|delimited)\b", "Comma-separated sizes", "A comma"),
        _row(
            "count",
            (OPERATION,),
            r"\b(?:maximum of|up to|at most|no more than) (\d[\d,]*) ([a-z]\w+)\b",
            "Takes up to 10 labels",
            "Takes 10 labels",
        ),
        _row(
            "repeated",
            (OPERATION,),
            r"\bduplicated? (\w+) (?:are|will be|get) (?:ignored|allowed|removed|dropped|merged)\b",
            "Duplicate labels are ignored.",
            "Duplicate labels are an error.",
        ),
        _row(
            "list of",
            _VALUE,
            r"\A(?:an? )?(?:array|list) of (\w+)",
            "An array of labels",
            "Lists an array of labels",
        ),
        _row(
            "together",
            _VALUE,
            r"\b(?:(?P<never>cannot|can't|can not|must not|may not)|must(?: always)?|(?:can|may) only|only)"
            r" be (?:used|combined|specified|provided|set|sent|given)"
            r"(?: together| along| in combination)? with"
            rf"(?: the)? {_NAMED}(?:(?:\s*[/,]\s*|\s+(?:and|or)\s+){_NAMED})?",
            "Must be used with `to`",
            "Is used with `to`",
        ),
        _row(
            "left out",
            (OPERATION,),
            r"\b(?:omits?|leaves? out|(?:do|does) not (?:include|contain|return|have)"
            r"|never (?:includes?|contains?))"
            r" (?:the )?`([A-Za-z_]\w*)`",
            "The answer does not include `notes`",
            "The answer includes `notes`",
        ),
        _row(
            "without",
            (SCHEMA,),
            r"\bwithout (?:the )?`?(\w+)`?(?:,? (?:and|or) `?(\w+)`?)? (?:fields?|properties|property)\b",
            "An order without lines and notes fields",
            "An order without notes",
        ),
        _row(
            "not found",
            (RESPONSE, "value"),
            r"\b([A-Za-z]\w*) (?:was )?not found\b",
            "Order not found",
            "It was not there",
        ),
        _row(
            "style",
            (PARAMETER,),
            r"""["'`](form|deepObject|spaceDelimited|pipeDelimited|simple)["'`]?\s+(?:encoding )?style""",
            "Sent in the `form` style",
            "A form of style",
        ),
        *(
            _row(
                word,
                (PARAMETER,),
                rf"(?<!not )\b{word}[- ](?:separated|delimited)\b",
                f"{word.title()}-separated",
                f"A {word}",
            )
            for word in ("comma", "pipe", "space")
        ),
        _row(
            "repeat",
            (PARAMETER,),
            r"(?<!not )(?<!n't )\brepeat(?:ing)? (?:the|this) (?:query )?(?:parameter|param|key)\b"
            r"|\b(?:can|may|must|should) be (?:repeated"
            r"|(?:given|passed|provided|sent|specified|supplied|used) (?:multiple|several) times)\b",
            "Can be given several times",
            "Do not repeat the parameter",
        ),
        _row(
            "key",
            (OPERATION,),
            r"\b(?-i:with|using|use) (?-i:an?|your|the)"
            r" (?-i:((?:[A-Z][\w-]+ )+)(?:API )?(?:[Kk]ey|[Tt]oken))\b",
            "Call it with your Shop Secret key",
            "Call it with your key",
        ),
        _row(
            "account",
            (OPERATION,),
            r"\bauthenticated (?:account|user|organi[sz]ation|team|client|caller)\b",
            "Lists orders of the authenticated account",
            "Lists orders of an account",
        ),
        _row(
            "refused",
            (RESPONSE,),
            r"\b(access token|api key)s? (?:is |was )?(?:missing|invalid|not)\b",
            "The access token is missing",
            "Send an access token",
        ),
        _row(
            "demand",
            (OPERATION,),
            rf"\b(?:(?:requires?|needs) (?:(?:an?|your|the|valid) )*(?:{_CREDENTIAL}|authentication)"
            r"|(?:must be|needs to be) authenticated|authentication (?:is )?required"
            rf"|\A(?:include|pass|provide|send|supply|use) (?:(?:an?|your|the|valid) )*{_CREDENTIAL}"
            r" (?:in|via|through|as)"
            rf"|{_CREDENTIAL} (?:is|must be) (?:required|sent|provided))\b(?!-)",
            "Requires a valid API key",
            "Knows an API key",
        ),
        _row(
            "refusal",
            (RESPONSE,),
            rf"\b(?:(?:missing|invalid)(?: or (?:missing|invalid))? {_CREDENTIAL}"
            rf"|{_CREDENTIAL} (?:is |was )?(?:missing|required|not provided))\b",
            "Missing or invalid API key",
            "An order is missing",
        ),
        # Only names in quotes, and names that are plainly those of headers, are read.
        _row(
            "sent in",
            (OPERATION, SCHEME),
            rf"\b(?:{_CREDENTIAL}|credential)s?\b[^`\"']{{0,30}}?\b(?-i:in|via|through|using|as)"
            r" (?-i:an? |the )?(?-i:(?:request|HTTP) )?"
            r"(?-i:[`\"'](?P<quoted>[A-Za-z][\w-]*)(?::[^`\"']*)?[`\"']"
            r"|(?P<plain>Authorization|[A-Z]\w*(?:-\w+)+)) (?-i:(?:request|HTTP) )?"
            r"(?-i:(?P<place>header|query parameter)\b)",
            "Send the API key in the `X-Shop` header",
            "Send the API key in the header",
        ),
    )
)


def said(kind: str, text: str) -> re.Match[str] | None:
    """Return the words with which a text says something, or None.

    Args:
        kind: What it may say: the kind of a row.
        text: The text.
    """
    return PHRASES[kind].pattern.search(text)
