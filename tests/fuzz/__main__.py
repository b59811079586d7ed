"""`scripts/fuzz [--seconds N] [--seed N] [SURFACE…]`: feeds each surface for its share of the time.

What breaks one is made as small as it gets and put into its corpus, where a test tries it ever after; the
exit code is 1 then. The inputs are drawn from the corpus by hypothesis.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
import traceback
from hashlib import sha256

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from .mutation import mutated
from .surfaces import CORPUS, SURFACES, Surface

_ROUND = 40
# Processor time for one input, which nothing of this size may need.
_SLOWEST = 20.0


class TooSlow(Exception):
    """An input took far longer than its size allows."""


class _Over(Exception):
    """The time is up."""


def fuzz(surface: Surface, seconds: float, seed: int) -> tuple[int, bytes | None, str]:
    """Feed one surface.

    Returns:
        How many inputs it got; what broke it, as small as it gets, or None; and how.
    """
    seeds = [path.read_bytes() for path in surface.corpus()]
    end = time.monotonic() + seconds
    tried, broken, how = 0, None, ""

    def probe(data: bytes) -> None:
        nonlocal tried, broken, how
        if broken is None and time.monotonic() > end:
            raise _Over
        tried += 1
        begun = time.process_time()
        try:
            surface.check(data)
            if (took := time.process_time() - begun) > _SLOWEST:
                raise TooSlow(f"{took:.0f} s for {len(data)} bytes")
        except Exception:
            broken, how = data, traceback.format_exc()
            raise

    turn = 0
    while broken is None and time.monotonic() < end:
        run = settings(
            max_examples=_ROUND,
            deadline=None,
            database=None,
            derandomize=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )(hypothesis.seed(seed + turn)(given(mutated(seeds))(probe)))
        try:
            run()
        except _Over:
            break
        except Exception:
            if broken is None:
                raise
        turn += 1
    return tried, broken, how


def main() -> int:
    """Fuzz what is asked for; return 1 where something broke."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("surfaces", nargs="*", metavar="SURFACE", help=", ".join(SURFACES))
    parser.add_argument("--seconds", type=float, default=60.0, help="for all surfaces together (60)")
    parser.add_argument("--seed", type=int, help="draws the same inputs again; by default another each time")
    options = parser.parse_args()
    if unknown := [name for name in options.surfaces if name not in SURFACES]:
        parser.error(f"no surface {unknown[0]!r}; there are {', '.join(SURFACES)}")
    names = options.surfaces or list(SURFACES)
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"{options.seconds:g} seconds for {len(names)} surfaces, seed {seed}", flush=True)
    # The client logs each fault that it passes over, which is right and would bury the rest.
    logging.disable()
    failed = False
    for name in names:
        tried, broken, how = fuzz(SURFACES[name], options.seconds / len(names), seed)
        print(f"{name:<11}{tried:>8} inputs{'' if broken is None else ', BROKEN'}", flush=True)
        if broken is not None:
            failed = True
            path = CORPUS / name / f"broke-{sha256(broken).hexdigest()[:12]}"
            path.write_bytes(broken)
            print(f"{how}\nKept as {path.relative_to(CORPUS.parents[2])}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
