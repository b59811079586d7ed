"""From the fragments of many pages to one draft."""
