"""Where the real server departs from the pages, each departure a named switch."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from trigger_contract.errors import UserError, meant


class Deviation(StrEnum):
    """The departures, by the names they are switched by.

    A number belongs to one departure for ever; the two that have names have no number because no page
    speaks of them at all. Seen in recordings of the open-source server of August 2026.
    """

    text: str

    def __new__(cls, name: str, text: str) -> Deviation:
        """Make a member of its name and of what it says."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.text = text
        return member

    D1 = "D1", "a finished run's result is 404 unless it was canceled or has attempt records of engine V1"
    D2 = "D2", "`attempts` is always empty"
    D3 = "D3", "an unknown run is 404 `Not found` with `x-should-retry: true`"
    D4 = "D4", "a malformed run id is 404, never 400"
    D5 = "D5", "401 is a problem document without a key, and says `Invalid API key` with a wrong one"
    D6 = "D6", "the smallest page holds 1 run"
    D7 = "D7", "page cursors are opaque; any other text is compared with the ids of runs and never refused"
    D8 = "D8", "a `pk_` key is refused; a JWT sees payload and output"
    D9 = "D9", "status names outside the documented enumeration appear and may be filtered by"
    D10 = "D10", "without a period or dates only the last 7 days are listed"
    D11 = "D11", "any JavaScript date string is read"
    D12 = "D12", "`children` is an empty list where there are none"
    D13 = "D13", "a key without the right scope is 403, not 401"
    D14 = "D14", "`version` is a string although the published example reads as a float"
    D15 = "D15", "Recoup: old status names in lists, 500 for an unknown run, the list item's shape in lists"
    D16 = "D16", "the list shows an idempotency key as it is stored, a dequeued run as started, and a region"
    D17 = (
        "D17",
        "a run that expired or that a call canceled has finished in the list, not when it is retrieved",
    )
    D18 = "D18", "the newer status names need exactly `2025-07-16`; filters take the names of both versions"
    D19 = "D19", "a period sets dates aside, is read leniently, and selects everything where it is unreadable"
    D20 = "D20", "comma lists are not trimmed, and an empty item counts"
    D21 = "D21", "a page size is read as a JavaScript number, and a faulty query is told in zod's words"
    D22 = (
        "D22",
        "batch and bulk action are found without their prefix; one schedule or bulk action at a time",
    )
    D23 = "D23", "a key needs no `Bearer`, which is spelled in one way only; branches are refused"
    D24 = (
        "D24",
        "tokens need issuer, audience and environment; a query and an id are judged before scopes",
    )
    D25 = (
        "D25",
        "other methods are answered as the service's framework does; OPTIONS reads where there is no CORS",
    )
    D26 = (
        "D26",
        "paths in any case and with dot segments; a last slash is 301, bad encodings are 400, as HTML",
    )
    D27 = "D27", "429 is a problem document without `Retry-After`, for each key with or without `Bearer`"
    D28 = (
        "D28",
        "what the service cannot cope with is 500: two bulk actions, endless periods, NUL in an id",
    )
    D30 = "D30", "a result has no `usage` and no output where none was stored"
    D31 = "D31", "the operations beside runs refuse as their three generations do, whatever is documented"
    D32 = "D32", "list and detail of a schedule or a waitpoint token show it differently"
    D33 = "D33", "payload and output are shown whatever type they have"
    D34 = "D34", "a queue without a limit or an override of its own shows null for it"
    D35 = "D35", "a schedule starts its run up to seconds before its slot, and dates it on the slot"
    D36 = "D36", "metadata operations for a parent or root take effect about a second later"
    BACKWARD_ORDER = "backward-order", "a page before a cursor comes oldest first"
    BARE_REFUSALS = "bare-refusals", "401 carries no `WWW-Authenticate` and 405 no `Allow`"


DEVIATIONS = {str(deviation): deviation.text for deviation in Deviation}
"""What each one says, by name."""

PROFILES: dict[str, frozenset[str]] = {
    # D14 is a slip in a page's YAML, not a behaviour: both profiles send the string the schema asks for.
    "docs": frozenset({Deviation.D14}),
    "real": frozenset(Deviation),
}


def choose(profile: str, with_: Iterable[str] = (), without: Iterable[str] = ()) -> frozenset[str]:
    """Return the deviations of a profile, with some switched on and some switched off.

    Raises:
        UserError: An unknown profile or deviation.
    """
    if profile not in PROFILES:
        raise UserError(f"unknown profile {profile!r}; {meant(profile, PROFILES)}", source="--profile")
    extra, fewer = list(with_), list(without)
    for option, names in (("--deviation", extra), ("--no-deviation", fewer)):
        for name in names:
            if name not in DEVIATIONS:
                raise UserError(f"unknown deviation {name!r}; {meant(name, DEVIATIONS)}", source=option)
    return (PROFILES[profile] | set(extra)) - set(fewer)
