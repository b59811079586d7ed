"""Names for what has none: operations, and components made of inline schemas."""
