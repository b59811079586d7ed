"""The canonical document to a Python client."""
