"""The runs API of Trigger.dev as one document, and what is built from it."""

__version__ = "0.1.0"
