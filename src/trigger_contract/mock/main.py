"""The mock server as a program."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trigger_contract.document.listening import bind, url_of
from trigger_contract.document.locate import read_document
from trigger_contract.errors import one_line
from trigger_contract.mock.app import MockApp, create_app
from trigger_contract.mock.filling import MANY
from trigger_contract.mock.reading import read
from trigger_contract.mock.server import serve
from trigger_contract.mock.settings import (
    DEFAULT_PUBLIC_TOKEN,
    DEFAULT_RECOUP_TOKEN,
    DEFAULT_TOKEN,
    Settings,
)


def explain(settings: Settings, spec: Path | None, say: Callable[[str], None]) -> None:
    """Print what each operation does, and end.

    Args:
        settings: What the server would be told.
        spec: The OpenAPI document; None for the canonical one.
        say: Prints one line.

    Raises:
        UserError: The document cannot be used.
    """
    service = create_app(read_document() if spec is None else read(spec), settings).service
    try:
        told = service.explain()
    finally:
        service.close()
    for one in told:
        mark = "alive" if one.alive else "still"
        say(f"{mark}  {one.operation.method.upper():6} {one_line(one.operation.path)}: {one_line(one.how)}")
    say(f"{sum(one.alive for one in told)} of {len(told)} operations are alive")


def list_plants(settings: Settings, spec: Path | None, say: Callable[[str], None]) -> None:
    """Print every fault that can be planted, and end.

    Args:
        settings: What the server would be told.
        spec: The OpenAPI document; None for the canonical one.
        say: Prints one line.

    Raises:
        UserError: The document cannot be used.
    """
    from trigger_contract.mock.plants import plants

    service = create_app(read_document() if spec is None else read(spec), settings).service
    try:
        found = plants(service)
    finally:
        service.close()
    standing = [one for one in found if one.why_not is None]
    for one in standing:
        say(f"{one_line(one.id)}: {one.says}")
    say(f"{len(standing)} faults can be planted, {len(found) - len(standing)} cannot stand where they would")


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    spec: Path | None,
    plant: str | None = None,
    workers: int = 1,
    say: Callable[[str], None],
    note: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: What the server is told.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        spec: The OpenAPI document; None for the canonical one.
        plant: The fault that is planted; None for none.
        workers: How many processes serve the file of runs.
        say: Prints lines and flushes them. The first line names the URL, after which requests are answered.
        note: Prints one line elsewhere, for whoever waits for that first line.

    Raises:
        UserError: The document, the database or the port cannot be used.
    """
    if workers > 1:
        from trigger_contract.mock.workers import check, serve_together

        check(settings)
        # What the door tells and changes beside runs is each process's own.
        settings = replace(settings, admin=False)
    # All that is made until it serves stays: looking through it for garbage again and again takes a second
    # of the start with a large document, and later a tenth of one in the middle of some request. What is
    # made while it serves is rarely garbage either: all of it is looked through after twenty million things.
    gc.disable()
    try:
        document = read_document() if spec is None else read(spec)
        listener = bind(host, port)
        try:
            app = _made(document, settings, host, plant, note)
        except BaseException:
            listener.close()
            raise
    finally:
        gc.freeze()
        gc.set_threshold(2_000, 10, 1_000)
        gc.enable()
    count = app.service.store.count()

    def started() -> None:
        # In one go: whoever reads only the first line may be gone before the next one.
        lines = [f"Mock server on {url_of(listener)} ({count} runs)"]
        for name, key, default in (
            ("secret key", settings.token, DEFAULT_TOKEN),
            ("public key", settings.public_token, DEFAULT_PUBLIC_TOKEN),
            ("tasks key", settings.recoup_token, DEFAULT_RECOUP_TOKEN),
        ):
            # Only the well-known defaults are printed: a key of the user's own may be a real one.
            lines.append(f"  {name}: {key if key == default else '(as given)'}")
        if settings.admin:
            lines.append(f"  control: {url_of(listener)}/__mock")
        say("\n".join(lines))

    if workers == 1:
        serve(app, listener, started)
        return
    app.service.close()  # a connection to the file must not be taken along into another process
    serve_together(lambda: _made(document, settings, host, plant, note), listener, workers, started)


def _made(
    document: Mapping[str, Any], settings: Settings, host: str, plant: str | None, note: Callable[[str], None]
) -> MockApp:
    """Return the application, seeded; of many runs it is told how many there are and when all are."""
    told, begun = 0, time.monotonic()

    def tell(done: int) -> None:
        nonlocal told
        if settings.runs >= MANY and done * 10 // settings.runs > told:
            told = done * 10 // settings.runs
            rest = (time.monotonic() - begun) / done * (settings.runs - done)
            left = f", about {rest:.0f} s to go" if rest >= 1 else ""
            note(f"Seeded {done:,} of {settings.runs:,} runs{left}")

    app = create_app(document, settings, told=tell)
    app.host = host
    if plant is not None:
        from trigger_contract.mock.plants import hook

        app.hook = hook(app.service, plant)
    return app
