"""From a page to a fragment of standard OpenAPI 3.1, whatever its dialect."""
