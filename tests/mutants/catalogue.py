"""Every broken server and every right but unusual one."""

from __future__ import annotations

from mutants import access, lists, protocol, runs, schema, variants
from mutants.hooks import Server

MUTANTS: list[Server] = [
    *schema.SERVERS,
    *access.SERVERS,
    *lists.SERVERS,
    *runs.SERVERS,
    *protocol.SERVERS,
]
VARIANTS: list[Server] = list(variants.SERVERS)
