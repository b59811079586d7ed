"""The OpenAPI document: reading, writing and walking it.

Everything else in the package meets here and nowhere else.
"""
