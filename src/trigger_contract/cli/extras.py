"""Which extra of the distribution each command needs, and how to say that it is missing."""

from __future__ import annotations

from trigger_contract.errors import UserError

EXTRAS = {
    "normalize": ("pages",),
    "generate": ("generate",),
    "regenerate": ("generate", "pages"),
    "fetch": ("pages",),
    "mock": ("mock",),
    "test": ("test",),
    "power": ("mock", "test"),
    "check": ("test",),
    "proxy": ("mock", "test"),
    "report": ("test",),
}
"""The extras of ``pyproject.toml`` by command; one that is not here needs none."""


def missing_extra(command: str | None, error: ModuleNotFoundError) -> UserError | None:
    """Return what to tell where a command lacks a library, or None where the fault is another one.

    Args:
        command: The command that was called.
        error: What importing raised.
    """
    module = (error.name or "").partition(".")[0]
    extras = ",".join(EXTRAS.get(command or "", ()))
    if not extras or module in ("", "trigger_contract"):
        return None
    return UserError(
        f"needs {module}, which is not installed: pip install 'trigger-contract[{extras}]'",
        source=f"trigger-contract {command}",
    )
