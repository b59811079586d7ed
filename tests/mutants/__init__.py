"""Servers that break one promise each, and servers that are unusual but right: hooks around the mock."""
