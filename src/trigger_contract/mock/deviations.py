"""Where the real server departs from the pages, each departure a named switch."""

from __future__ import annotations

from collections.abc import Iterable

from trigger_contract.errors import UserError

DEVIATIONS = {
    "D1": "a finished run's result is 404 unless the run was canceled",
    "D2": "`attempts` is always empty; `attemptCount` and a failed run's `error` stand beside it",
    "D3": "an unknown run is 404 `Not found` with `x-should-retry: true`",
    "D4": "a malformed run id is 404, never 400",
    "D5": "401 is a problem document without a key and `Invalid API key` with a wrong one",
    "D6": "the smallest page holds 1 run",
    "D7": "page cursors are opaque",
    "D8": "a `pk_` key is refused; a JWT sees payload and output",
    "D9": "status names outside the documented enumeration appear and may be filtered by",
    "D10": "without a period or dates only the last 7 days are listed",
    "D11": "any JavaScript date string is read",
    "D12": "`children` is an empty list where there are none",
    "D13": "a key without the right scope is 403, not 401",
    "D14": "`version` is a string although the published example reads as a float",
    "D15": "Recoup: old status names in lists, 500 for an unknown run, the list item's shape in lists",
    "backward-order": "a page before a cursor comes oldest first",
    "bare-refusals": "401 carries no `WWW-Authenticate` and 405 no `Allow`",
}
"""Numbers as in the list of deviations; the two named ones have no number because no page speaks of them."""

PROFILES: dict[str, frozenset[str]] = {
    # D14 is a slip in a page's YAML, not a behaviour: both profiles send the string the schema asks for.
    "docs": frozenset({"D14"}),
    "real": frozenset(DEVIATIONS),
}


def choose(profile: str, with_: Iterable[str] = (), without: Iterable[str] = ()) -> frozenset[str]:
    """Return the deviations of a profile, with some switched on and some switched off.

    Raises:
        UserError: An unknown profile or deviation.
    """
    if profile not in PROFILES:
        raise UserError(f"unknown profile {profile!r}; choose from {', '.join(PROFILES)}", source="--profile")
    extra, fewer = list(with_), list(without)
    for option, names in (("--deviation", extra), ("--no-deviation", fewer)):
        for name in names:
            if name not in DEVIATIONS:
                raise UserError(
                    f"unknown deviation {name!r}; choose from {', '.join(DEVIATIONS)}", source=option
                )
    return (PROFILES[profile] | set(extra)) - set(fewer)
