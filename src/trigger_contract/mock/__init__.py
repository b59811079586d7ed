"""A mock of the runs API, and of any other document, that real clients can be tested against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trigger_contract.mock.app import MockApp, create_app
    from trigger_contract.mock.server import MockServer
    from trigger_contract.mock.settings import Progression, Settings

_WHERE = {
    "MockApp": "app",
    "create_app": "app",
    "MockServer": "server",
    "Progression": "settings",
    "Settings": "settings",
}
__all__ = ["MockApp", "MockServer", "Progression", "Settings", "create_app"]


def __getattr__(name: str) -> Any:
    # Importing the package must stay cheap: pytest does it in every session through the plugin.
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
