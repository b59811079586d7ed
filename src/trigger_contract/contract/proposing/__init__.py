"""From findings to decisions: what would have to be changed in the document, as an OpenAPI Overlay."""
