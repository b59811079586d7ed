"""What else texts say of the things that they describe: one row for each way to say it.

A row says where it is looked for and in which words, with a text that says it and one that comes near it and
does not. ``said`` runs a row; what is made of it is the business of the check that asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trigger_contract.document.phrases import Phrase

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


def rows(table: str) -> Iterator[Phrase]:
    """Read a table: of each row its kind and where it is looked for, the words, a text that says it, one not.

    Args:
        table: The rows. The words may go on over several lines, with no blank where they are broken.
    """
    for row in re.split(r"\n(?=\S)", table.strip()):
        (kind, on), *words = row.split("\n")[0].split(":"), *map(str.strip, row.split("\n")[1:])
        example, never = (text[2:] for text in words[-2:])
        pattern = re.compile("".join(words[:-2]), re.IGNORECASE)
        yield Phrase(kind, tuple(on.split()), pattern, example, never)


PHRASES: dict[str, Phrase] = {
    phrase.kind: phrase
    for phrase in rows(rf"""
required: schema parameter
    \A\s*[(\[*_]*(required|optional)[)\]*_]*(?:[.:,;]|\s*$|\s+-)
    + Required. The name of the shop
    - Required fields of the shop
whether: schema parameter
    \bwhether (?:or not )?to (include|exclude|show|hide|enable|disable|skip|omit)\b
    + Whether to include old orders
    - Tells which orders to include
any value: schema
    \b(?:any (?:valid )?JSON(?:[- ]serializable)?(?: (?:value|data|type|payload)|(?= ?[.,;)]|$))
    |anything that (?:is|can be) (?:JSON|serialized)[\w -]*)
    + The payload, any JSON value
    - Any JSON file of the shop
form: schema parameter
    \b(?:in (?:the|this) format(?: of)?|formatted (?:as|like)):?\s+
    ((?:[`\"'][^`\"'\s]+[`\"'](?:,\s*|\s+or\s+)?)+)
    + In the format of `1d`, `6h`
    - In the format of the shop
one of: schema parameter
    {_LEAD}({QUOTED}(?:{_JOIN}{QUOTED})+){_OPEN_END}
    + One of `small` or `large`.
    - One of `small`, `large` etc.
constants: schema parameter
    \A[^.`]*[,:]\s+({_CONSTANT}(?:{_JOIN}{_CONSTANT})+)\s*(?:\.|\Z)
    + The size, `SMALL` or `LARGE`.
    - The size, `SMALL` or so
plain values: schema parameter
    \b(?:possible|allowed|valid|accepted|supported|permitted) values(?: are)?:\s+
    ({_WORD}(?:{_JOIN}{_WORD})+){_OPEN_END}(?=\s*(?:\.|\Z))
    + Allowed values: small, large.
    - Allowed values: small and large ones
count: operation
    \b(?:maximum of|up to|at most|no more than) (\d[\d,]*) ([a-z]\w+)\b
    + Takes up to 10 labels
    - Takes 10 labels
repeated: operation
    \bduplicated? (\w+) (?:are|will be|get) (?:ignored|allowed|removed|dropped|merged)\b
    + Duplicate labels are ignored.
    - Duplicate labels are an error.
list of: schema parameter
    \A(?:an? )?(?:array|list) of (\w+)
    + An array of labels
    - Lists an array of labels
together: schema parameter
    \b(?:(?P<never>cannot|can't|can not|must not|may not)|must(?: always)?|(?:can|may) only|only)
    (?: be (?:used|combined|specified|provided|set|sent|given)(?: together| along| in combination)? with)
    (?: the)? {_NAMED}(?:(?:\s*[/,]\s*|\s+(?:and|or)\s+){_NAMED})?
    + Must be used with `to`
    - Is used with `to`
left out: operation
    \b(?:omits?|leaves? out|(?:do|does) not (?:include|contain|return|have)|never (?:includes?|contains?))
    (?: the)? `([A-Za-z_]\w*)`
    + The answer does not include `notes`
    - The answer includes `notes`
without: schema
    \bwithout (?:the )?`?(\w+)`?(?:,? (?:and|or) `?(\w+)`?)? (?:fields?|properties|property)\b
    + An order without lines and notes fields
    - An order without notes
not found: response value
    \b([A-Za-z]\w*) (?:was )?not found\b
    + Order not found
    - It was not there
style: parameter
    ["'`](form|deepObject|spaceDelimited|pipeDelimited|simple)["'`]?\s+(?:encoding )?style
    + Sent in the `form` style
    - A form of style
separated: parameter
    (?<!not )\b(comma|pipe|space)[- ](?:separated|delimited)\b
    + Comma-delimited
    - A comma
repeat: parameter
    (?<!not )(?<!n't )\brepeat(?:ing)? (?:the|this) (?:query )?(?:parameter|param|key)\b
    |\b(?:can|may|must|should) be (?:repeated
    |(?:given|passed|provided|sent|specified|supplied|used) (?:multiple|several) times)\b
    + Can be given several times
    - Do not repeat the parameter
key: operation
    \b(?-i:with|using|use) (?-i:an?|your|the) (?-i:((?:[A-Z][\w-]+ )+)(?:API )?(?:[Kk]ey|[Tt]oken))\b
    + Call it with your Shop Secret key
    - Call it with your key
account: operation
    \bauthenticated (?:account|user|organi[sz]ation|team|client|caller)\b
    + Lists orders of the authenticated account
    - Lists orders of an account
refused: response
    \b(access token|api key)s? (?:is |was )?(?:missing|invalid|not)\b
    + The access token is missing
    - Send an access token
demand: operation
    \b(?:(?:requires?|needs) (?:(?:an?|your|the|valid) )*(?:{_CREDENTIAL}|authentication)
    |(?:must be|needs to be) authenticated|authentication (?:is )?required
    |\A(?:include|pass|provide|send|supply|use) (?:(?:an?|your|the|valid) )*
    {_CREDENTIAL} (?:in|via|through|as)
    |{_CREDENTIAL} (?:is|must be) (?:required|sent|provided))\b(?!-)
    + Requires a valid API key
    - Knows an API key
refusal: response
    \b(?:(?:missing|invalid)(?: or (?:missing|invalid))? {_CREDENTIAL}
    |{_CREDENTIAL} (?:is |was )?(?:missing|required|not provided))\b
    + Missing or invalid API key
    - An order is missing
sent in: operation securityScheme
    \b(?:{_CREDENTIAL}|credential)s?\b[^`\"']{{0,30}}?\b(?-i:in|via|through|using|as) (?-i:an? |the )?
    (?-i:(?:request|HTTP) )?(?-i:[`\"'](?P<quoted>[A-Za-z][\w-]*)(?::[^`\"']*)?[`\"']
    |(?P<plain>Authorization|[A-Z]\w*(?:-\w+)+)) (?-i:(?:request|HTTP) )?
    (?-i:(?P<place>header|query parameter)\b)
    + Send the API key in the `X-Shop` header
    - Send the API key in the header
""")
}
"""Of ``sent in``, only names in quotes and names that are plainly those of headers are read."""


def said(kind: str, text: str) -> re.Match[str] | None:
    """Return the words with which a text says something, or None.

    Args:
        kind: What it may say: the kind of a row.
        text: The text.
    """
    return PHRASES[kind].pattern.search(text)
