"""A server that serves the canonical document."""
