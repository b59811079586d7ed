"""Checks of any server against the canonical document."""
