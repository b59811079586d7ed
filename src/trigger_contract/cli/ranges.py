"""Numbers with bounds, refused in a person's words."""

from __future__ import annotations

from typing import Any

import click


def _told(kind: str, least: float | None, most: float | None, value: Any) -> str:
    bounds = f"from {least:g} to {most:g}" if least is not None and most is not None else ""
    if not bounds and least is not None:
        bounds = f"of at least {least:g}"
    return f"must be {kind} {bounds}, not {value}"


class Whole(click.IntRange):
    """A whole number with bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; say which ones there are where it is none of them."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(_told("a whole number", self.min, self.max, value), param, ctx)


class Number(click.FloatRange):
    """A number with bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; say which ones there are where it is none of them."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(_told("a number", self.min, self.max, value), param, ctx)
