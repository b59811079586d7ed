"""Published pages to the canonical document."""
