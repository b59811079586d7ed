"""Every broken server and every right but unusual one."""

from __future__ import annotations

from mutants import access, lists, protocol, runs, schema, small, subtle, variants
from mutants.hooks import Server

MUTANTS: list[Server] = [
    *schema.SERVERS,
    *access.SERVERS,
    *lists.SERVERS,
    *runs.SERVERS,
    *protocol.SERVERS,
    *subtle.SERVERS,
    *small.BROKEN_SERVERS,
]
VARIANTS: list[Server] = [*variants.SERVERS, *small.RIGHT_SERVERS]
